"""Judge the checks of an attempt anew, as its world was when it was handed in: first the difference, then the facts."""

from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils import timezone

from iamlab.classroom import own
from iamlab.classroom.past import TakenBack
from iamlab.labs import attempts, content, results, runner, scoring
from iamlab.labs.models import Attempt, CheckFact, LabVersion, StepFact
from iamlab.labs.results import Facts
from iamlab.people.models import Person
from iamlab.sandbox import snapshots

FIELDS = ("status", "code", "message", "latched", "passed")


@dataclass(slots=True)
class Change:
    """What a new judgement would change: facts by (step, check), each old and new, and the automatic mark."""

    attempt: Attempt
    version: LabVersion
    before: float
    after: float
    facts: list[tuple[tuple[str, str], str, str]] = field(default_factory=list)
    values: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)


def version_of(attempt: Attempt) -> LabVersion:
    """The newest patch of the attempt's own lab version: a patch may regrade, anything more may not."""
    lab = own.lab_of(attempt.lab)
    pinned = attempt.lab_version
    if lab is None or str(lab["version"]).rpartition(".")[0] != pinned.version.rpartition(".")[0]:
        return pinned
    return content.pin(lab)


def judged(attempt: Attempt, step: str = "") -> Change:
    """What the checks say now (of one step, or all). Nothing of it stays; passed once for all stays passed."""
    version = version_of(attempt)
    old = _facts(attempt)
    before = scoring.score(attempt).automatic
    facts = _as_handed_in(attempt, version)
    values = {key: {name: getattr(fact, name) for name in FIELDS} for key, fact in facts.items()}
    change = Change(attempt, version, before, before)
    for key, one in values.items():
        if step and key[0] != step:
            continue
        was = old.get(key, {"status": "open", "code": ""})
        if (was["status"], was["code"]) != (one["status"], one["code"]):
            change.facts.append(
                (key, f"{was['status']} {was['code']}".strip(), f"{one['status']} {one['code']}".strip())
            )
            change.values[key] = one
    change.after = _mark(attempt, version, {**old, **change.values})
    return change


def _as_handed_in(attempt: Attempt, version: LabVersion) -> Facts:
    """What the checks say in the world that was handed in. Only where that is another by now is it made so again, while
    they read; nobody else writes then.
    """
    again = Attempt.objects.select_related("sandbox").get(pk=attempt.pk)
    again.lab_version = version
    handed_in = attempt.sandbox.snapshots.filter(kind="submission", name="Submission").order_by("-pk").first()
    if attempt.submitted is None or handed_in is None:
        return runner.judged(again)
    found: Facts | None = runner.judged(again) if snapshots.stands(handed_in) else None
    if found is None or not snapshots.stands(handed_in):
        try:
            with transaction.atomic():
                snapshots.restore(handed_in)
                found = runner.judged(again)
                raise TakenBack
        except TakenBack:
            pass
    return found or {}


def _facts(attempt: Attempt) -> dict[tuple[str, str], dict[str, Any]]:
    rows = CheckFact.objects.filter(attempt=attempt).values("step", "check_id", *FIELDS)
    return {(row["step"], row["check_id"]): {name: row[name] for name in FIELDS} for row in rows}


def _mark(attempt: Attempt, version: LabVersion, facts: dict[tuple[str, str], dict[str, Any]]) -> float:
    rows = [CheckFact(step=step, check_id=check, **values) for (step, check), values in facts.items()]
    answers = list(attempt.answers.filter(review=False).order_by("pk"))
    hints = list(attempt.hints.all())
    return scoring.score_of(version.data, rows, hints, answers, [], graded=attempt.graded).automatic


def apply(change: Change, by: Person) -> None:
    """Store the difference, with the patch that brought it, and note it on the timeline."""
    attempt, now = change.attempt, timezone.now()
    with transaction.atomic():
        if attempt.lab_version_id != change.version.pk:
            Attempt.objects.filter(pk=attempt.pk).update(lab_version=change.version)
        for (step, check), values in change.values.items():
            CheckFact.objects.update_or_create(
                attempt=attempt, step=step, check_id=check, defaults={**values, "changed": now}
            )
        facts = {(one.step, one.check_id): one for one in CheckFact.objects.filter(attempt=attempt)}
        for step in results.passed_steps(change.version.data, facts):
            StepFact.objects.get_or_create(attempt=attempt, step=step, defaults={"passed": now})
            StepFact.objects.filter(attempt=attempt, step=step, passed=None).update(passed=now)
        attempts.note_happening(attempt, "regrade", "", by, before=change.before, after=change.after)
