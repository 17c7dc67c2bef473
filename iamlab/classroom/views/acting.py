"""Buttons beside a learner's work: mark by hand, write, unlock, lower a hand; and acts on many at once."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from iamlab.classroom import access, acts, faults, telling
from iamlab.classroom.forms import when
from iamlab.classroom.models import Assignment, Enrolment, Role, Work
from iamlab.classroom.views.classes import frame
from iamlab.labs.models import Attempt, CheckFact, Dispute
from iamlab.people import names
from iamlab.people.models import Person
from iamlab.people.numbers import is_number

Act = Callable[[HttpRequest, Enrolment, Attempt], str]


def acting(act: Act) -> access.View:
    """POST, by those who help, on an attempt of their class; what was done is said on the learner's page."""

    @wraps(act)
    def view(request: HttpRequest, mine: Enrolment, attempt_id: int) -> HttpResponse:
        found = access.attempt_of(mine.klass, attempt_id)
        try:
            messages.success(request, act(request, mine, found))
        except ValueError as error:
            messages.error(request, str(error))
        except acts.Overtaken as error:
            messages.warning(request, str(error))
        return redirect("attempt-timeline", class_id=mine.klass_id, attempt_id=found.pk)

    return access.class_page(*access.HELPERS)(require_POST(view))


def score_of(request: HttpRequest) -> float:
    """A mark from a form. Raises ValueError, with what to tell."""
    try:
        score = float(request.POST.get("score", "").replace(",", "."))
    except ValueError as error:
        raise ValueError("Give a mark from 0 to 100.") from error
    if not 0 <= score <= 100:
        raise ValueError("Give a mark from 0 to 100.")
    return score


def comment_of(request: HttpRequest) -> str:
    comment = request.POST.get("comment", "").strip()[:2000]
    if not comment:
        raise ValueError("A comment is needed: the learner reads why.")
    return comment


@acting
def override(request: HttpRequest, mine: Enrolment, attempt: Attempt) -> str:
    if not access.may_override(mine):
        raise Http404
    step = request.POST.get("step", "")
    if step and not acts.has_step(attempt, step):
        raise Http404
    score = None if "remove" in request.POST else score_of(request)
    acts.override(attempt, step, mine.person, score, comment_of(request), request.POST.get("seen", ""))
    return "The mark by hand is taken away; the automatic one counts again." if score is None else "Marked by hand."


@acting
def rubric(request: HttpRequest, mine: Enrolment, attempt: Attempt) -> str:
    if not access.may_override(mine):
        raise Http404
    chosen = request.POST.get("row", "")
    row = attempt.work.assignment.rubric.filter(pk=chosen).first() if is_number(chosen) else None
    if row is None:
        raise Http404
    comment = request.POST.get("comment", "").strip()[:2000]
    acts.mark_row(attempt, row, mine.person, score_of(request), comment, request.POST.get("seen", ""))
    return f"Marked: {row}."


@acting
def message(request: HttpRequest, mine: Enrolment, attempt: Attempt) -> str:
    text = request.POST.get("text", "").strip()
    if not text:
        raise ValueError("Write something first.")
    acts.message([attempt], mine.person, text)
    return "Sent: it stands in the learner's panel."


@acting
def unlock(request: HttpRequest, mine: Enrolment, attempt: Attempt) -> str:
    step = request.POST.get("step", "")
    if not acts.has_step(attempt, step):
        raise Http404
    acts.unlock([attempt], step, mine.person)
    return "Unlocked."


@acting
def lower(request: HttpRequest, mine: Enrolment, attempt: Attempt) -> str:
    acts.lower_hand(attempt, mine.person)
    return "The hand is down."


@access.class_page(*access.HELPERS)
@require_safe
def many(request: HttpRequest, mine: Enrolment, pk: int) -> HttpResponse:
    """Act on many: choose learners, then a message, a step to unlock or a fault."""
    assignment = access.assignment_of(mine.klass, pk)
    works = list(works_of(mine, pk))
    called = mine.klass.called()
    lab = works[0].attempt.lab_version.data if works else {"steps": []}
    broken = faults.of_attempts([work.attempt for work in works])
    works.sort(key=lambda work: (names.order(called[work.attempt.person_id]), work.attempt_id))
    context = frame(
        mine,
        "",
        assignment=assignment,
        works=[(work.attempt.pk, called[work.attempt.person_id]) for work in works],
        put_in=[(called[work.attempt.person_id], fault) for work in works for fault in broken[work.attempt.pk]],
        steps=[(step["id"], step["title"]) for step in lab["steps"]],
        faults=[(key, fault["title"]) for key, fault in acts.faults(lab).items()],
    )
    return render(request, "classroom/many.html", context)


def works_of(mine: Enrolment, pk: int, chosen: list[str] | None = None) -> list[Work]:
    """The latest work of each learner who is still in the class, and has not deleted it."""
    rows = Work.objects.filter(assignment_id=pk, assignment__klass=mine.klass)
    rows = rows.filter(
        attempt__person__enrolments__klass=mine.klass, attempt__submitted=None, attempt__start__isnull=False
    )
    if chosen is not None:
        rows = rows.filter(attempt__in=[key for key in chosen if is_number(key)])
    rows = rows.select_related("attempt__sandbox", "attempt__lab_version").defer("attempt__lab_version__data")
    rows = rows.order_by("attempt_id")
    return list({work.attempt.person_id: work for work in rows}.values())


@access.class_page(*access.HELPERS)
@require_POST
def act_on_many(request: HttpRequest, mine: Enrolment, pk: int) -> HttpResponse:
    assignment = access.assignment_of(mine.klass, pk)
    some = [
        work.attempt for work in works_of(mine, pk, None if "all" in request.POST else request.POST.getlist("attempt"))
    ]
    failed = act_on(request, mine, assignment, some)
    done = len(some) - len(failed)
    if not some:
        messages.error(request, "Choose at least one learner.")
    elif done:
        messages.success(request, f"Done for {done} learner{'s' if done != 1 else ''}.")
    for problem in sorted(set(failed))[:5]:
        messages.warning(request, f"Not done for {failed.count(problem)}: {problem}")
    return redirect("class-many", class_id=mine.klass_id, pk=assignment.pk)


def act_on(request: HttpRequest, mine: Enrolment, assignment: Assignment, some: list[Attempt]) -> list[str]:
    """Do what the form says to some attempts; for each that it could not be done to, what was in the way."""
    act, by = request.POST.get("act", ""), mine.person
    if act == "message":
        text = request.POST.get("text", "").strip()
        if not text:
            return ["the message is empty"] * len(some)
        acts.message(some, by, text)
        return []
    if act == "unlock":
        step = request.POST.get("step", "")
        fitting = [attempt for attempt in some if acts.has_step(attempt, step)]
        acts.unlock(fitting, step, by)
        return ["the lab has no such step"] * (len(some) - len(fitting))
    if act == "extend":
        due = until(request)
        if due is None:
            return ["say until when, as a date and a time"] * len(some)
        acts.extend(assignment, [attempt.person_id for attempt in some], by, due)
        return []
    if act == "fault":
        return list(filter(None, (put_in(attempt, request.POST.get("fault", ""), by) for attempt in some)))
    raise Http404


def put_in(attempt: Attempt, key: str, by: Person) -> str:
    """Put a prepared fault in; what was in the way, or ""."""
    fault = acts.faults(attempt.lab_version.data).get(key)
    return acts.inject(attempt, fault, by) if fault else "the lab has no such fault"


def until(request: HttpRequest) -> datetime | None:
    """The day and hour that the form says; None where it is none."""
    try:
        return when("Due").clean(request.POST.get("due", ""))
    except ValidationError:
        return None


@access.class_page(*access.STAFF)
@require_safe
def disputes(request: HttpRequest, mine: Enrolment) -> HttpResponse:
    """My answer is right: what waits to be decided, oldest first, then what was decided lately."""
    rows = Dispute.objects.filter(attempt__work__assignment__klass=mine.klass)
    rows = rows.select_related("attempt__lab_version", "attempt__person", "snapshot")
    called = mine.klass.called()
    open_ones = list(rows.filter(decided=None).order_by("filed"))
    failing = CheckFact.objects.filter(attempt__in={one.attempt_id for one in open_ones}, status="fail")
    said = {(one.attempt_id, one.step, one.check_id): one.message for one in failing}

    def shown(dispute: Dispute) -> dict:
        titles = acts.step_titles(dispute.attempt)
        return {
            "row": dispute,
            "name": called.get(dispute.attempt.person_id, "somebody who left"),
            "step": titles.get(dispute.step, dispute.step),
            "check": acts.check_title(dispute.attempt, dispute.step, dispute.check_id),
            "told": telling.written(said.get((dispute.attempt_id, dispute.step, dispute.check_id), "")),
            "event": dispute.snapshot.event if dispute.snapshot else 0,
        }

    waiting = [shown(one) for one in open_ones]
    decided = [shown(one) for one in rows.exclude(decided=None).order_by("-decided")[:20]]
    may = access.may_override(mine) and mine.klass.archived is None
    context = frame(mine, "class-disputes", waiting=waiting, decided=decided, may=may)
    return render(request, "classroom/disputes.html", context)


@access.class_page(Role.INSTRUCTOR, Role.ASSISTANT)
@require_POST
def decide(request: HttpRequest, mine: Enrolment, pk: int) -> HttpResponse:
    rows = Dispute.objects.select_related("attempt__lab_version", "attempt__sandbox")
    found = rows.filter(pk=pk, attempt__work__assignment__klass=mine.klass).first()
    if found is None or not access.may_override(mine):
        raise Http404
    try:
        acts.decide(found, mine.person, request.POST.get("agreed") == "yes", request.POST.get("reply", "").strip())
        messages.success(request, "Decided; the learner is told.")
    except acts.Overtaken as error:
        messages.warning(request, str(error))
    return redirect("class-disputes", class_id=mine.klass_id)
