"""An attempt's life: begin, reset, undo, jump, hint, answer, note, ask for help, submit."""

from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from iamlab.labs import content, performing, questions, runner, scoring
from iamlab.labs.models import Answer, Attempt, Dispute, Happening, HelpCall, HintUse, StepFact
from iamlab.labs.view import View
from iamlab.labs.vocabulary import decision_key, outcome_of
from iamlab.people.models import Person
from iamlab.sandbox import controls, history, snapshots
from iamlab.sandbox.models import Snapshot

HINT_WAIT = 30  # seconds between the second hint and the exact one
Lab = dict[str, Any]


class Refused(Exception):
    """What a learner asked for cannot be done now; the message says why."""


def begin(person: Person, lab: Lab, *, graded: bool = False) -> Attempt:
    """A new attempt in a world of its own, brought to the lab's start state. Raises LineFailed on a broken lab."""
    version = content.pin(lab)
    sandbox = controls.create(person, lab["title"])
    bound = performing.perform(sandbox, lab["start"], {}, lab.get("files") or {})
    before = Attempt.objects.filter(person=person, lab=lab["id"]).aggregate(last=Max("number"))["last"] or 0
    with transaction.atomic():
        attempt = Attempt.objects.create(
            person=person,
            sandbox=sandbox,
            lab_version=version,
            lab=lab["id"],
            number=before + 1,
            graded=graded,
            bound=bound,
            current=lab["steps"][0]["id"],
        )
    mark_start(attempt)
    attempt.start = snapshots.take(sandbox, kind="start", name="The start of the lab")
    attempt.save(update_fields=["start"])
    runner.examine(attempt)
    attempt.save(update_fields=["bound", "examined"])
    return attempt


def mark_start(attempt: Attempt) -> None:
    """What happened up to now belongs to the start state; decisions that must not change are noted."""
    attempt.began_event = attempt.examined = history.last(attempt.sandbox)
    wanted = [
        one for _, check in content.checks_of(attempt.lab_version.data) for one in check["test"].get("unchanged", ())
    ]
    if wanted:
        view = View(attempt)
        attempt.bound = {**attempt.bound, "_unchanged": {decision_key(one): outcome_of(view, one) for one in wanted}}
    attempt.save(update_fields=["began_event", "examined", "bound"])


def note_happening(attempt: Attempt, kind: str, step: str = "", by: Person | None = None, **data: Any) -> Happening:
    """Put one thing on the attempt's timeline, after all that happened before."""
    return Happening.objects.create(
        attempt=attempt, kind=kind, step=step, by=by, data=data, event=history.last(attempt.sandbox)
    )


def open_step(attempt: Attempt, step_id: str) -> None:
    """Look at a step. The account is never changed by that."""
    if content.step_of(attempt.lab_version.data, step_id) is None:
        raise Refused("This lab has no such step.")
    attempt.current = step_id
    attempt.save(update_fields=["current"])
    fact, _ = StepFact.objects.get_or_create(attempt=attempt, step=step_id)
    if fact.opened is None:
        fact.opened = timezone.now()
        fact.save(update_fields=["opened"])


def require_open(attempt: Attempt) -> None:
    """Raises Refused once it is handed in: later work does not change the mark."""
    if attempt.submitted is not None:
        raise Refused("This attempt is submitted; start a new one.")


def go_back(attempt: Attempt, snapshot: Snapshot, kind: str) -> None:
    """Restore a snapshot of the attempt's own world. Events and everything used stay."""
    require_open(attempt)
    if snapshot.sandbox_id != attempt.sandbox_id:
        raise Refused("That checkpoint belongs to another account.")
    snapshots.take(attempt.sandbox, kind="branch", name=f"Before {kind}")
    snapshots.restore(snapshot)
    note_happening(attempt, kind, attempt.current, to=snapshot.name)
    runner.examine(attempt)
    attempt.save(update_fields=["bound"])


def reset(attempt: Attempt) -> None:
    """Back to the start of the lab. What was done stays on the timeline; what was passed once stays passed."""
    if attempt.start is None:
        raise Refused("The start of this lab is not kept any more.")
    go_back(attempt, attempt.start, "reset")


def undo(attempt: Attempt) -> None:
    """Take the last change back."""
    before = snapshots.before_last_change(attempt.sandbox)
    if before is None:
        raise Refused("Nothing to undo: no change was made since the start.")
    go_back(attempt, before, "undo")


def use_hint(attempt: Attempt, step: dict[str, Any], tier: int) -> HintUse:
    """Open a hint at the price on its button. Raises Refused while the exact one waits for the one before."""
    require_open(attempt)
    if not 1 <= tier <= len(step.get("hints", ())):
        raise Refused("There is no such hint.")
    used = {hint.tier: hint for hint in attempt.hints.filter(step=step["id"])}
    if tier == 3 and tier not in used:
        before = used.get(2)
        if before is None or (timezone.now() - before.at).total_seconds() < HINT_WAIT:
            raise Refused(f"The exact hint opens {HINT_WAIT} seconds after the second one. Try with that first.")
    price = scoring.prices(attempt.lab_version.data)[tier]
    hint, new = HintUse.objects.get_or_create(attempt=attempt, step=step["id"], tier=tier, defaults={"price": price})
    if new:
        note_happening(attempt, "hint", step["id"], tier=tier, price=price)
    return hint


def answer(attempt: Attempt, question: dict[str, Any], given: Any, sure: bool | None = None) -> Answer:
    """Keep a try at a question, and run the checks that wait for it."""
    require_open(attempt)
    correct = questions.is_correct(question, given, View(attempt))
    kept = Answer.objects.create(attempt=attempt, question=question["id"], given=given, correct=correct, sure=sure)
    note_happening(attempt, "answer", attempt.current, question=question["id"], correct=correct)
    runner.examine(attempt, {f"answer:{question['id']}"})
    attempt.save(update_fields=["bound"])
    return kept


def keep_note(attempt: Attempt, step_id: str, text: str) -> None:
    fact, _ = StepFact.objects.get_or_create(attempt=attempt, step=step_id)
    fact.note = text[:5000]
    fact.save(update_fields=["note"])


def ask_for_help(attempt: Attempt, text: str) -> HelpCall:
    """A hand up: once, until it is answered."""
    waiting = attempt.help_calls.filter(answered=None).first()
    if waiting is not None:
        return waiting
    note_happening(attempt, "help", attempt.current, text=text[:500])
    return HelpCall.objects.create(attempt=attempt, step=attempt.current, text=text[:500])


def dispute(attempt: Attempt, step_id: str, check_id: str, text: str) -> Dispute:
    """My answer is right: the world as it is goes to the instructor with it."""
    snapshot = snapshots.take(attempt.sandbox, kind="submission", name=f"Dispute of {step_id}/{check_id}")
    note_happening(attempt, "dispute", step_id, check=check_id, text=text[:2000])
    return Dispute.objects.create(attempt=attempt, step=step_id, check_id=check_id, text=text[:2000], snapshot=snapshot)


def submit(attempt: Attempt) -> None:
    """Freeze: later work does not change the mark. Doing it twice is doing it once."""
    if attempt.submitted is not None:
        return
    runner.examine(attempt)
    snapshots.take(attempt.sandbox, kind="submission", name="Submission")
    attempt.submitted = timezone.now()
    attempt.frozen = {
        "score": scoring.score(attempt).auto,
        "event": history.last(attempt.sandbox),
        "checks": {f"{fact.step}/{fact.check_id}": fact.status for fact in attempt.checks.all()},
    }
    attempt.save(update_fields=["submitted", "frozen", "bound"])
    note_happening(attempt, "submit", attempt.current, score=attempt.frozen["score"])
