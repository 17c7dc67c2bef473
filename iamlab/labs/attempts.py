"""An attempt's life: begin, reset, undo, jump, what if, answer, submit."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db.models import Max
from django.utils import timezone

from iamlab.labs import (
    content,
    lockout,
    misconceptions,
    past,
    performing,
    questions,
    runner,
    scoring,
    translations,
    variants,
    working,
)
from iamlab.labs.models import Answer, Attempt, CheckFact, Happening, StepFact
from iamlab.labs.view import View
from iamlab.labs.vocabulary import decision_key, fill, outcome_of, unchanged_of
from iamlab.labs.windows import closes
from iamlab.people.models import Person
from iamlab.sandbox import controls, history, snapshots
from iamlab.sandbox.models import Snapshot
from iamlab.services.transactions import writing

Lab = dict[str, Any]


class Refused(Exception):
    """What a learner asked for cannot be done now; the message says why."""


def begin(
    person: Person,
    lab: Lab,
    *,
    graded: bool = False,
    language: str = "",
    variant: str | None = None,
    instead: Callable[[], Attempt | None] | None = None,
    along: Callable[[Attempt], Any] | None = None,
) -> Attempt:
    """A new attempt in a world of its own, brought to the lab's start state; without a language in the person's last
    one, without a variant in the one that is their turn.

    Of a person's beginnings one is entered at a time: `instead` may then give an attempt that was begun meanwhile, or
    raise Refused; `along` stores what belongs to a new one that somebody set. Raises LineFailed on a broken lab.
    """
    version = content.pin(lab)
    sandbox = controls.create(person, lab["title"])
    variant = variants.draw(person, lab) if variant is None else variant
    try:
        bound = performing.perform(sandbox, lab["start"], variants.names(lab, variant), lab.get("files") or {})
        attempt = Attempt(
            person=person, sandbox=sandbox, lab_version=version, lab=lab["id"], graded=graded, bound=bound,
            current=lab["steps"][0]["id"], language=language or translations.spoken(person),
            taught=along is not None, variant=variant,
        )  # fmt: skip
        with writing():
            Person.objects.select_for_update().get(pk=person.pk)
            meanwhile = instead() if instead is not None else None
            if meanwhile is None:
                enter(attempt, along)
    except Exception:
        sandbox.delete()
        raise
    if meanwhile is not None:
        sandbox.delete()
    return meanwhile or attempt


def enter(attempt: Attempt, along: Callable[[Attempt], Any] | None) -> None:
    """Store an attempt whose world is ready, as the next of its person's at this lab."""
    earlier = Attempt.objects.filter(person=attempt.person, lab=attempt.lab)
    attempt.number = (earlier.aggregate(last=Max("number"))["last"] or 0) + 1
    attempt.save()
    if along is not None:
        along(attempt)
    mark_start(attempt)
    attempt.start = past.take(attempt, "start", "The start of the lab")
    past.push(attempt, attempt.start)
    attempt.save(update_fields=["start", "past"])
    runner.examine(attempt)
    attempt.save(update_fields=["bound", "examined"])


def mark_start(attempt: Attempt) -> None:
    """What happened up to now belongs to the start state; decisions that must not change are noted."""
    attempt.began_event = attempt.examined = history.last(attempt.sandbox)
    view = View(attempt)
    wanted = fill(unchanged_of([check for _, check in content.checks_of(attempt.lab_version.data)]), view.bound)
    if wanted:
        attempt.bound = {**attempt.bound, "_unchanged": {decision_key(one): outcome_of(view, one) for one in wanted}}
    attempt.past |= {"began": view.now.isoformat(), "could": lockout.standing(attempt.lab_version.data, view)}
    attempt.save(update_fields=["began_event", "examined", "bound", "past"])


def note_happening(attempt: Attempt, kind: str, step: str = "", by: Person | None = None, **data: Any) -> Happening:
    """Put one thing on the attempt's timeline, after all that happened before."""
    return Happening.objects.create(
        attempt=attempt, kind=kind, step=step, by=by, data=data, event=history.last(attempt.sandbox)
    )


def open_step(attempt: Attempt, step_id: str) -> None:
    """Look at a step. The account is never changed by that.

    One without checks is read once the learner goes on from it; the last, from which nobody does, when it is looked at.
    """
    lab: Lab = attempt.lab_version.data
    if content.step_of(lab, step_id) is None:
        raise Refused("This lab has no such step.")
    for read in {attempt.current} - {step_id} | {step_id} & {lab["steps"][-1]["id"]}:
        note_read(attempt, read)
    attempt.current = step_id
    attempt.save(update_fields=["current"])
    fact, _ = StepFact.objects.get_or_create(attempt=attempt, step=step_id)
    if fact.opened is None or fact.skipped is not None:
        fact.opened, fact.skipped = fact.opened or timezone.now(), None
        fact.save(update_fields=["opened", "skipped"])


def note_read(attempt: Attempt, step_id: str) -> None:
    step = content.step_of(attempt.lab_version.data, step_id)
    if step is not None and not step.get("checks"):
        fact, _ = StepFact.objects.get_or_create(attempt=attempt, step=step_id)
        fact.read = fact.read or timezone.now()
        fact.save(update_fields=["read"])


def skip(attempt: Attempt, step_id: str) -> None:
    """Leave a step undone, until it is opened again or comes to pass all the same."""
    require_open(attempt)
    if content.step_of(attempt.lab_version.data, step_id) is None:
        raise Refused("This lab has no such step.")
    fact, _ = StepFact.objects.get_or_create(attempt=attempt, step=step_id)
    fact.skipped = timezone.now()
    fact.save(update_fields=["skipped"])
    note_happening(attempt, "skip", step_id)


def speak(attempt: Attempt, language: str) -> None:
    """Tell the lab in another of its languages. Raises Refused."""
    if language not in dict(translations.languages(attempt.lab_version.data)):
        raise Refused("This lab is not told in that language.")
    attempt.language = language
    attempt.save(update_fields=["language"])
    runner.retell(attempt)


def require_open(attempt: Attempt) -> None:
    """Raises Refused once it is handed in or its window has closed: later work does not change the mark."""
    close = closes(attempt) if attempt.submitted is None else None
    if close is not None and close <= timezone.now():
        submit(attempt)
        raise Refused(f"The window closed on {close:%-d %B %Y at %H:%M} UTC; your work was handed in as it stood then.")
    if attempt.submitted is not None:
        raise Refused("This attempt is submitted; start a new one.")


def go_back(attempt: Attempt, snapshot: Snapshot, kind: str, since: int | None = None) -> None:
    """Restore a snapshot of the attempt's own world: state, clock and checks. Events and everything used stay.

    `since` is the event behind which nothing counts any more, the snapshot's own unless told.
    """
    require_open(attempt)
    if snapshot.sandbox_id != attempt.sandbox_id:
        raise Refused("That checkpoint belongs to another account.")
    since = snapshot.event if since is None else since
    past.leave_behind(attempt, snapshot, since)
    snapshots.restore(snapshot)
    attempt.sandbox.refresh_from_db()
    note_happening(attempt, kind, attempt.current, to=snapshot.name)
    attempt.examined = history.last(attempt.sandbox)
    if not attempt.past.get("trying"):
        rejudge(attempt, since)
    attempt.save(update_fields=["bound", "examined", "past"])


def rejudge(attempt: Attempt, event: int) -> None:
    """Judge anew what came to pass behind an event, since the world went back there. The tries stay counted."""
    chosen = attempt.lab_version.data.get("bind") or {}
    attempt.bound = {name: value for name, value in attempt.bound.items() if name not in chosen}
    tries = {fact.pk: fact.tries for fact in attempt.checks.filter(event__gt=event)}
    CheckFact.objects.filter(pk__in=tries).update(status="open", code="", message="", latched=False, undone={})
    runner.examine(attempt)
    again = list(attempt.checks.filter(pk__in=tries))
    for fact in again:
        fact.tries = tries[fact.pk]
    CheckFact.objects.bulk_update(again, ["tries"])


def jump(attempt: Attempt, snapshot: Snapshot, kind: str = "jump") -> None:
    """To another moment of this world; the present is kept as one to come back to."""
    require_real(attempt)
    runner.catch_up(attempt)
    past.take(attempt, "branch", f"Before the {kind}")
    past.push(attempt, snapshot)
    go_back(attempt, snapshot, kind)


def reset(attempt: Attempt) -> None:
    """Back to the start of the lab and its first step. What was done stays on the timeline."""
    if attempt.start is None:
        raise Refused("The start of this lab is not kept any more.")
    jump(attempt, attempt.start, "reset")
    attempt.current = attempt.lab_version.data["steps"][0]["id"]
    attempt.save(update_fields=["current"])


def undo(attempt: Attempt) -> None:
    """Take the last change back."""
    runner.catch_up(attempt)
    present = past.present(attempt)
    untouched = present <= attempt.past.get("trying", 0)  # all before it is not what is tried
    before = None if untouched else past.before(attempt)
    if before is None:
        raise Refused("Nothing to undo: no change was made since the start.")
    go_back(attempt, before, "undo", past.changed_from(attempt, before, present))


def keep_checkpoint(attempt: Attempt, name: str) -> None:
    """A checkpoint named by hand."""
    past.take(attempt, "checkpoint", name.strip()[:120] or "My checkpoint")
    attempt.save(update_fields=["past"])


def require_real(attempt: Attempt) -> None:
    """Raises Refused while something is only tried: what counts waits."""
    require_open(attempt)
    if attempt.past.get("trying"):
        raise Refused("You are trying something, and nothing counts meanwhile. Keep it or discard it first.")


def what_if(attempt: Attempt, chosen: Snapshot | None = None) -> None:
    """Begin to try something, from now or from a checkpoint. Checks stand still until it is kept or discarded."""
    require_real(attempt)
    runner.catch_up(attempt)
    began = past.take(attempt, "branch", "Before I tried something")
    attempt.past |= {"trying": began.pk, "tried_from": (chosen or began).event}
    note_happening(attempt, "what-if", attempt.current, from_=chosen.name if chosen is not None else "")
    if chosen is not None:
        past.push(attempt, chosen)
        go_back(attempt, chosen, "what-if")
    attempt.save(update_fields=["past"])


def end_what_if(attempt: Attempt, *, adopt: bool) -> None:
    """Keep what was tried as one's work, judged from then on; or go back to before it, as if it had not been."""
    began = attempt.sandbox.snapshots.filter(pk=attempt.past.get("trying")).first()
    if began is None:
        raise Refused("You are not trying anything.")
    require_open(attempt)
    runner.catch_up(attempt)
    tried_from = attempt.past.pop("tried_from", began.event)
    note_happening(attempt, "what-if", attempt.current, adopted=adopt)
    if adopt:
        del attempt.past["trying"]
        rejudge(attempt, tried_from)
        attempt.save(update_fields=["bound", "past"])
        return
    past.take(attempt, "branch", "What I tried")
    del attempt.past["trying"]
    past.push(attempt, began)
    go_back(attempt, began, "discarding")


def break_it(attempt: Attempt, step: dict[str, Any]) -> None:
    """Bring a step's fault into the account. Once: what is broken is broken. Raises LineFailed."""
    require_real(attempt)
    lab: Lab = attempt.lab_version.data
    fault = next((one for one in lab.get("faults", ()) if one["id"] == step.get("fault")), None)
    if fault is None:
        raise Refused("Nothing is to be broken in this step.")
    earlier = attempt.happenings.filter(kind="fault", step=step["id"]).values_list("event", flat=True)
    if any(past.counts(attempt, event + 1) for event in earlier):
        raise Refused("It is broken already. Reset or jump back to see it whole.")
    with working.at_work(attempt):
        performing.perform(attempt.sandbox, fault["lines"], attempt.bound, lab.get("files") or {})
        note_happening(attempt, "fault", step["id"])
        runner.catch_up(attempt)


def answer(attempt: Attempt, question: dict[str, Any], given: Any, sure: bool | None = None) -> Answer:
    """Keep a try at a question, and run the checks that wait for it."""
    require_real(attempt)
    correct = questions.is_correct(question, given, View(attempt))
    before = {} if correct else misconceptions.standing(attempt, question["id"])
    kept = Answer.objects.create(attempt=attempt, question=question["id"], given=given, correct=correct, sure=sure)
    note_happening(attempt, "answer", attempt.current, question=question["id"], correct=correct)
    runner.examine(attempt, {f"answer:{question['id']}"})
    if not correct:
        misconceptions.count_again(before, misconceptions.standing(attempt, question["id"]))
    attempt.save(update_fields=["bound"])
    return kept


def submit(attempt: Attempt) -> None:
    """Freeze: later work does not change the mark. Doing it twice is doing it once."""
    if attempt.submitted is not None:
        return
    close = closes(attempt)
    if close is not None and close <= timezone.now():
        runner.catch_up(attempt)
        freeze(attempt, close)
        return
    runner.examine(attempt)
    if attempt.past.get("trying"):
        raise Refused("You are trying something. Keep it or discard it before you submit.")
    freeze(attempt, timezone.now())


def follow(attempt: Attempt, *given: Any, store: bool = True, **named: Any) -> bool:
    """Catch up with the events; once something came after the window's close, the work is handed in as of then."""
    changed = runner.catch_up(attempt, *given, store=store, **named)
    if attempt.closed is not None and attempt.submitted is None and store:
        freeze(attempt, attempt.closed)
        return True
    return changed


def freeze(attempt: Attempt, when: datetime) -> None:
    """Hand in as the checks have it now, once: who asks at the same moment finds it done. What is being tried stays."""
    with writing():
        if not Attempt.objects.filter(pk=attempt.pk, submitted=None).update(submitted=when):
            attempt.refresh_from_db()
            return
        attempt.past.pop("trying", None)
        past.take(attempt, "submission", "Submission")
        attempt.submitted = when
        attempt.frozen = {
            "score": scoring.score(attempt).auto,
            "event": history.last(attempt.sandbox),
            "checks": {f"{fact.step}/{fact.check_id}": fact.status for fact in attempt.checks.all()},
        }
        attempt.save(update_fields=["frozen", "bound", "past"])
        note_happening(attempt, "submit", attempt.current, score=attempt.frozen["score"])
