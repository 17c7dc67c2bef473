"""An instructor looks at a learner's console: reading only, noted on the timeline, and told to the learner."""

from datetime import timedelta

from django.utils import timezone

from iamlab.classroom.access import staff_of_attempt
from iamlab.labs import attempts
from iamlab.labs.models import Attempt, Message
from iamlab.people.models import Person
from iamlab.sandbox import controls
from iamlab.services.callers import Caller
from iamlab.services.signin.models import ConsoleSession

LOOKS = "looks at your console, reading only."
ONE_LOOK = timedelta(minutes=10)  # pages opened within it are one look


def look(person: Person, session: ConsoleSession) -> Caller | None:
    """The examiner, for staff of the class that the session's attempt is for."""
    sandbox = session.account.sandbox
    if not staff_of_attempt(person, sandbox):
        return None
    attempt = Attempt.objects.get(sandbox=sandbox)
    lately = attempt.happenings.filter(kind="look", by=person, at__gt=timezone.now() - ONE_LOOK)
    if not lately.exists():
        attempts.note_happening(attempt, "look", attempt.current, person, at=session.label or session.kind)
        Message.objects.create(attempt=attempt, sender=person, text=f"{person} {LOOKS}")
    return controls.examiner_of(session.account)
