"""What instructors do to a learner's work, each noted on the timeline, where the learner sees it."""

from collections.abc import Collection, Sequence
from datetime import datetime
from html import unescape
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.html import strip_tags
from django.utils.safestring import SafeString

from iamlab.classroom.models import Assignment, Extension, RubricMark, RubricRow
from iamlab.labs import attempts, content, past, performing, results, runner, working
from iamlab.labs.models import Attempt, CheckFact, Dispute, Happening, HelpCall, Message, Override, StepFact
from iamlab.labs.texts import inline
from iamlab.people.models import Person
from iamlab.sandbox import history, snapshots

AT_ONCE = 500  # rows in one statement


class Overtaken(Exception):
    """Somebody else has changed it since the page was shown; the message says who and what."""


def stamp(override: Override | RubricMark | None) -> str:
    """What a form carries of the mark that it shows, to notice another's change."""
    return override.at.isoformat() if override is not None else ""


def override(attempt: Attempt, step: str, by: Person, score: float | None, comment: str, seen: str) -> None:
    """Mark a step (or the lab, step "") by hand; no score takes the mark away. Raises Overtaken."""
    with transaction.atomic():
        Attempt.objects.select_for_update().get(pk=attempt.pk)
        found = attempt.overrides.filter(step=step).select_related("by").first()
        if stamp(found) != seen:
            raise Overtaken(_told(found))
        if score is None:
            attempt.overrides.filter(step=step).delete()
        else:
            _give(found or Override(attempt=attempt, step=step), by, score, comment)
        attempts.note_happening(attempt, "override", step, by, score=score, comment=comment)


def _told(found: Override | RubricMark | None) -> str:
    if found is None:
        return "The mark given by hand was taken away meanwhile. Yours is not saved: look at it again."
    who = str(found.by) if found.by is not None else "Somebody"
    return f"{who} has given {found.score:g} meanwhile: {found.comment} Yours is not saved: look at it again."


def _give(mark: Override | RubricMark, by: Person, score: float, comment: str) -> None:
    mark.score, mark.comment, mark.by, mark.at = score, comment, by, timezone.now()
    mark.save()


def mark_row(attempt: Attempt, row: RubricRow, by: Person, score: float, comment: str, seen: str) -> None:
    """Mark a rubric row. Raises Overtaken."""
    with transaction.atomic():
        Attempt.objects.select_for_update().get(pk=attempt.pk)
        found = RubricMark.objects.filter(row=row, attempt=attempt).select_related("by").first()
        if stamp(found) != seen:
            raise Overtaken(_told(found))
        _give(found or RubricMark(row=row, attempt=attempt), by, score, comment)
        attempts.note_happening(attempt, "rubric", "", by, row=row.title, score=score, comment=comment)


def note(some: Sequence[Attempt], kind: str, by: Person, step: str | None = None, **data: Any) -> None:
    """The same on the timelines of some attempts, at the step named or else each at its open one: two queries."""
    last = history.last_of_each({attempt.sandbox_id for attempt in some})
    rows = [
        Happening(
            attempt=one, kind=kind, step=one.current if step is None else step, by=by, data=data,
            event=last[one.sandbox_id],
        )
        for one in some
    ]  # fmt: skip
    Happening.objects.bulk_create(rows, batch_size=AT_ONCE)


def message(some: Sequence[Attempt], by: Person, text: str) -> None:
    """Into the learners' panels; hands that were up are answered by it."""
    with transaction.atomic():
        rows = [Message(attempt=attempt, sender=by, text=text[:2000]) for attempt in some]
        Message.objects.bulk_create(rows, batch_size=AT_ONCE)
        note(some, "message", by, text=text[:2000])
        HelpCall.objects.filter(attempt__in=some, answered=None).update(answered=timezone.now())


def unlock(some: Sequence[Attempt], step: str, by: Person) -> None:
    with transaction.atomic():
        facts = StepFact.objects.filter(attempt__in=some, step=step, unlocked=True)
        open_already = set(facts.values_list("attempt_id", flat=True))
        locked = [attempt for attempt in some if attempt.pk not in open_already]
        StepFact.objects.bulk_create(
            [StepFact(attempt=attempt, step=step, unlocked=True) for attempt in locked],
            batch_size=AT_ONCE,
            update_conflicts=True,
            unique_fields=["attempt", "step"],
            update_fields=["unlocked"],
        )
        note(locked, "unlock", by, step)


def lower_hand(attempt: Attempt, by: Person) -> None:
    if attempt.help_calls.filter(answered=None).update(answered=timezone.now()):
        attempts.note_happening(attempt, "answered", attempt.current, by)


def extend(assignment: Assignment, people: Collection[int], by: Person, due: datetime | None) -> None:
    """Learners' own due date, or the class's again. It stands on the timeline of each of their attempts."""
    with transaction.atomic():
        if due is None:
            Extension.objects.filter(assignment=assignment, person__in=people).delete()
        else:
            rows = [Extension(assignment=assignment, person_id=person, due=due, by=by) for person in people]
            Extension.objects.bulk_create(
                rows,
                batch_size=AT_ONCE,
                update_conflicts=True,
                unique_fields=["assignment", "person"],
                update_fields=["due", "by", "at"],
            )
        some = Attempt.objects.filter(work__assignment=assignment, person__in=people).order_by("pk")
        note(list(some), "extend", by, "", due=due.isoformat() if due else "as the class")


def faults(lab: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The faults that a lab has prepared, by id: each {id, title, lines}; else what its mistakes do, by code."""
    found = {fault["id"]: {"title": fault["id"], **fault} for fault in lab.get("faults", ())}
    for mistake in lab.get("mistakes", ()):
        key = f"{mistake['step']}-{mistake['code']}"
        title = f"{mistake['step']}: {mistake['code']}"
        if all("answer" not in line for line in mistake["lines"]):
            found.setdefault(key, {"id": key, "title": title, "lines": mistake["lines"]})
    return found


def inject(attempt: Attempt, fault: dict[str, Any], by: Person) -> str:
    """Perform a fault's lines in a learner's account; returns why it could not be, or "". A snapshot stands before."""
    if attempt.submitted is not None:
        return "handed in already"
    lab = attempt.lab_version.data
    bound = {name: value for name, value in attempt.bound.items() if isinstance(value, str)}
    with working.at_work(attempt):
        return _inject(attempt, lab, fault, bound, by)


def _inject(attempt: Attempt, lab: dict[str, Any], fault: dict[str, Any], bound: dict[str, str], by: Person) -> str:
    before = past.take(attempt, "branch", f"Before the fault {fault['title']}"[:120])
    try:
        performing.perform(attempt.sandbox, fault["lines"], bound, lab.get("files") or {})
    except performing.LineFailed as error:
        past.leave_behind(attempt, before, before.event)
        snapshots.restore(before)
        attempt.sandbox.refresh_from_db()
        attempt.save(update_fields=["past"])
        return str(error)[:200]
    attempt.save(update_fields=["past"])
    attempts.note_happening(attempt, "fault", "", by, fault=fault["title"])
    runner.catch_up(attempt)
    return ""


def decide(dispute: Dispute, by: Person, agreed: bool, reply: str) -> None:
    """Agree or not that an answer was right; agreeing passes the check for good. Raises Overtaken."""
    now = timezone.now()
    with transaction.atomic():
        waiting = Dispute.objects.filter(pk=dispute.pk, decided=None)
        if not waiting.update(decided=now, agreed=agreed, reply=reply[:2000]):
            raise Overtaken("This is decided already.")
        attempt = dispute.attempt
        if agreed:
            _pass(attempt, dispute.step, dispute.check_id, now)
        attempts.note_happening(
            attempt, "decided", dispute.step, by, check=dispute.check_id, agreed=agreed, reply=reply[:2000]
        )
        title = strip_tags(check_title(attempt, dispute.step, dispute.check_id))
        said = "agrees, your answer was right:" if agreed else "does not agree that this is done:"
        said = f"Your instructor {said} {unescape(title)}."
        Message.objects.create(attempt=attempt, sender=by, text=f"{said} {reply}"[:2000])


def _pass(attempt: Attempt, step: str, check_id: str, now: datetime) -> None:
    """A check passes for good, and its step with it when that was the last."""
    fact, _ = CheckFact.objects.get_or_create(attempt=attempt, step=step, check_id=check_id)
    fact.status, fact.code, fact.message, fact.latched = "pass", "", "", True
    fact.passed, fact.changed, fact.undone = fact.passed or now, now, {}
    fact.save()
    facts = {(one.step, one.check_id): one for one in attempt.checks.all()}
    if step in results.passed_steps(attempt.lab_version.data, facts):
        passed, _ = StepFact.objects.get_or_create(attempt=attempt, step=step)
        passed.passed = passed.passed or now
        passed.save(update_fields=["passed"])


def step_titles(attempt: Attempt) -> dict[str, str]:
    return {step["id"]: step["title"] for step in attempt.lab_version.data["steps"]}


def check_title(attempt: Attempt, step: str, check_id: str) -> SafeString:
    """What the learner calls a check that their attempt has; its id, where the lab has it no more."""
    lab = attempt.lab_version.data
    checks = (content.step_of(lab, step) or {}).get("checks", ())
    title = next((check.get("title") for check in checks if check["id"] == check_id), None)
    return inline(title or check_id, content.names(lab, attempt.bound))


def has_step(attempt: Attempt, step: str) -> bool:
    return content.step_of(attempt.lab_version.data, step) is not None
