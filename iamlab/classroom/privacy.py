"""A person's data: all of it to take away, none of it to stay; and names that go when a class is long over."""

import secrets
from datetime import timedelta
from typing import Any

from django.contrib.admin.models import LogEntry
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from iamlab.classroom import exports, looking
from iamlab.classroom.models import Class, Enrolment, Invitation, JoinFailure, Role, RubricMark, Work
from iamlab.labs import content
from iamlab.labs.models import (
    Answer,
    Attempt,
    BrokenCheck,
    CheckFact,
    Dispute,
    Happening,
    HelpCall,
    Message,
    Override,
    StepFact,
    Terminal,
)
from iamlab.people.models import Person
from iamlab.sandbox.models import Snapshot
from iamlab.services.accounts.models import Account, Sandbox
from iamlab.services.cloudtrail.models import Event

# Happenings that hold words or names; the last two that of a checkpoint.
TOLD = ("help", "dispute", "message", "override", "rubric", "decided", "look", "jump", "what-if")
# Of others what is no word of anybody's stays; messages of checks name what the learner made.
NAMING = ("check", "show", "brought", "reset", "undo", "discarding", "clock")
KEPT = {"check", "status", "code", "before", "brought", "seconds"}
NAMED = ("checkpoint", "branch")  # snapshots whose names learners give, or have names of theirs in them
AT_ONCE = 1000


def export(person: Person) -> dict[str, Any]:
    """All that iamlab keeps of a person, as plain data; secrets excepted."""
    names = ("username", "display_name", "email", "date_joined", "last_login", "is_guest", "is_instructor")
    attempts = content.lightly(Attempt.objects.filter(person=person)).prefetch_related(*exports.KEPT).order_by("pk")
    worlds = list(Sandbox.objects.filter(owner=person).order_by("pk"))
    records = exports.records(worlds)
    mine = {attempt.sandbox_id: attempt for attempt in attempts}
    return {
        "person": {name: getattr(person, name) for name in names},
        "classes": [
            {"class": place.klass.name, "role": place.role, "name": place.name, "joined": place.joined}
            for place in person.enrolments.select_related("klass")
        ],
        "attempts": [
            {
                **exports.facts(attempt),
                "names chosen": {name: value for name, value in attempt.bound.items() if isinstance(value, str)},
                "notes": {fact.step: fact.note for fact in attempt.steps.all() if fact.note},
                "events": records[world],
            }
            for world, attempt in mine.items()
        ],
        "other worlds": [
            {"title": world.title, "events": records[world.pk]} for world in worlds if world.pk not in mine
        ],
    }


class Kept(Exception):
    """The person cannot go yet; the message says what is in the way."""


def delete(person: Person) -> None:
    """Take a person out: of their work in classes numbers without a name stay, nothing else of theirs. Raises Kept."""
    for place in person.enrolments.filter(role=Role.INSTRUCTOR, klass__archived=None).select_related("klass"):
        if not place.klass.enrolments.filter(role=Role.INSTRUCTOR).exclude(pk=place.pk).exists():
            raise Kept(f"You are the only instructor of {place.klass}. Archive it, or name another one first.")
    with transaction.atomic():
        in_classes = Work.objects.filter(attempt__person=person).values("attempt")
        Sandbox.objects.filter(owner=person).exclude(attempt__in=in_classes).delete()
        Attempt.objects.filter(person=person).exclude(pk__in=in_classes).delete()
        attempts = Attempt.objects.filter(person=person)
        strip(attempts)
        Snapshot.objects.filter(sandbox__attempt__in=attempts).delete()
        Account.objects.filter(sandbox__attempt__in=attempts).delete()
        Invitation.objects.filter(accepted__person=person).delete()
        _forget(person)
        person.enrolments.update(name="Former member")
        JoinFailure.objects.filter(person=person).delete()
        person.username, person.display_name, person.email = f"deleted-{secrets.token_hex(8)}", "Former member", ""
        person.first_name = person.last_name = person.recovery = ""
        person.is_active = person.is_instructor = person.is_staff = person.is_superuser = False
        person.set_unusable_password()
        person.save()


def _forget(person: Person) -> None:
    """Take a name out of what names its bearer in passing: what others were told, what operators did, and sessions,
    which keep what was typed.
    """
    looks = Message.objects.filter(sender=person, text__endswith=looking.LOOKS)
    looks.update(text=f"Somebody who left {looking.LOOKS}")
    of_person = Q(content_type__model="person", object_id=str(person.pk))
    places = map(str, person.enrolments.values_list("pk", flat=True))
    of_place = Q(content_type__model="enrolment", object_id__in=list(places))
    LogEntry.objects.filter(of_person | of_place).update(object_repr="", change_message="")
    sessions = Session.objects.iterator(chunk_size=AT_ONCE)
    mine = [one.pk for one in sessions if one.get_decoded().get(SESSION_KEY) == str(person.pk)]
    Session.objects.filter(pk__in=mine).delete()


def strip(attempts: QuerySet[Attempt]) -> None:
    """Take what was written, by the learner and to them, out of attempts; the numbers stay."""
    StepFact.objects.filter(attempt__in=attempts).update(note="")
    HelpCall.objects.filter(attempt__in=attempts).update(text="")
    Dispute.objects.filter(attempt__in=attempts).update(text="", reply="")
    Message.objects.filter(attempt__in=attempts).update(text="")
    Answer.objects.filter(attempt__in=attempts).update(given="")
    Override.objects.filter(attempt__in=attempts).update(comment="")
    RubricMark.objects.filter(attempt__in=attempts).update(comment="")
    Snapshot.objects.filter(sandbox__attempt__in=attempts, kind__in=NAMED).update(name="Checkpoint")
    Terminal.objects.filter(sandbox__attempt__in=attempts).delete()
    BrokenCheck.objects.filter(lab_version__attempt__in=attempts).update(said="")
    CheckFact.objects.filter(attempt__in=attempts).update(message="")
    undone = list(CheckFact.objects.filter(attempt__in=attempts).exclude(undone={}).only("undone").order_by("pk"))
    for fact in undone:
        fact.undone = {name: fact.undone[name] for name in ("event", "time") if name in fact.undone}
    CheckFact.objects.bulk_update(undone, ["undone"], batch_size=AT_ONCE)
    bound = list(attempts.exclude(bound={}).only("bound").order_by("pk"))
    for attempt in bound:
        attempt.bound = {name: value for name, value in attempt.bound.items() if not isinstance(value, str)}
    Attempt.objects.bulk_update(bound, ["bound"], batch_size=AT_ONCE)
    Happening.objects.filter(attempt__in=attempts, kind__in=TOLD).update(data={})
    rows = Happening.objects.filter(attempt__in=attempts, kind__in=NAMING).only("data").order_by("pk")
    changed = []
    for row in rows.iterator(chunk_size=AT_ONCE):
        row.data = {name: value for name, value in row.data.items() if name in KEPT}
        changed.append(row)
    Happening.objects.bulk_update(changed, ["data"], batch_size=AT_ONCE)


def anonymise(klass: Class) -> None:
    """A class without names: learners become numbers, invitations and what was written go, numbers stay.

    The simulated accounts stay with those whose they are; the class's staff see nothing of them any more.
    """
    with transaction.atomic():
        places = list(Enrolment.objects.select_for_update().filter(klass=klass, role=Role.LEARNER).order_by("pk"))
        for number, place in enumerate(places, 1):
            place.name = f"Learner {number}"
        Enrolment.objects.bulk_update(places, ["name"], batch_size=500)
        klass.invitations.all().delete()
        attempts = Attempt.objects.filter(work__assignment__klass=klass)
        strip(attempts)
        Event.objects.filter(account__sandbox__attempt__in=attempts).delete()
        klass.anonymised = timezone.now()
        klass.save(update_fields=["anonymised"])


def due() -> list[Class]:
    """Classes whose names have been kept for as long as they may be."""
    waiting = Class.objects.filter(anonymised=None).exclude(archived=None)
    now = timezone.now()
    return [klass for klass in waiting if klass.archived and klass.archived + timedelta(klass.retention_days) <= now]
