"""Buttons beside a learner's work: mark by hand, write, unlock, lower a hand; and acts on many at once."""

from collections.abc import Callable
from functools import wraps

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from iamlab.classroom import access, acts, faults, telling
from iamlab.classroom.forms import when
from iamlab.classroom.models import Enrolment, Role, Work
from iamlab.classroom.views.classes import frame
from iamlab.labs.models import Attempt, CheckFact, Dispute
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
    acts.message(attempt, mine.person, text)
    return "Sent: it stands in the learner's panel."


@acting
def unlock(request: HttpRequest, mine: Enrolment, attempt: Attempt) -> str:
    step = request.POST.get("step", "")
    if not acts.has_step(attempt, step):
        raise Http404
    acts.unlock(attempt, step, mine.person)
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
    names = dict(mine.klass.enrolments.values_list("person_id", "name"))
    lab = works[0].attempt.lab_version.data if works else {"steps": []}
    broken = faults.of_attempts([work.attempt for work in works])
    context = frame(
        mine,
        "",
        assignment=assignment,
        works=sorted(((work.attempt.pk, names.get(work.attempt.person_id, "")) for work in works), key=by_name),
        put_in=[(names.get(work.attempt.person_id, ""), fault) for work in works for fault in broken[work.attempt.pk]],
        steps=[(step["id"], step["title"]) for step in lab["steps"]],
        faults=[(key, fault["title"]) for key, fault in acts.faults(lab).items()],
    )
    return render(request, "classroom/many.html", context)


def by_name(one: tuple[int, str]) -> str:
    return one[1].casefold()


def works_of(mine: Enrolment, pk: int, chosen: list[str] | None = None) -> list[Work]:
    """The latest work of each learner who is still in the class."""
    rows = Work.objects.filter(assignment_id=pk, assignment__klass=mine.klass)
    rows = rows.filter(attempt__person__enrolments__klass=mine.klass, attempt__submitted=None)
    if chosen is not None:
        rows = rows.filter(attempt__in=[key for key in chosen if is_number(key)])
    rows = rows.select_related("assignment", "attempt__sandbox", "attempt__lab_version").order_by("attempt_id")
    return list({work.attempt.person_id: work for work in rows}.values())


@access.class_page(*access.HELPERS)
@require_POST
def act_on_many(request: HttpRequest, mine: Enrolment, pk: int) -> HttpResponse:
    assignment = access.assignment_of(mine.klass, pk)
    works = works_of(mine, pk, None if "all" in request.POST else request.POST.getlist("attempt"))
    act, failed, done = request.POST.get("act", ""), [], 0
    for work in works:
        problem = one_of_many(request, mine, work.attempt, act)
        done += not problem
        if problem:
            failed.append(problem)
    if not works:
        messages.error(request, "Choose at least one learner.")
    elif done:
        messages.success(request, f"Done for {done} learner{'s' if done != 1 else ''}.")
    for problem in sorted(set(failed))[:5]:
        messages.warning(request, f"Not done for {failed.count(problem)}: {problem}")
    return redirect("class-many", class_id=mine.klass_id, pk=assignment.pk)


def one_of_many(request: HttpRequest, mine: Enrolment, attempt: Attempt, act: str) -> str:
    """Do it to one; what was in the way, or ""."""
    if act == "message":
        text = request.POST.get("text", "").strip()
        if not text:
            return "the message is empty"
        acts.message(attempt, mine.person, text)
    elif act == "unlock":
        step = request.POST.get("step", "")
        if not acts.has_step(attempt, step):
            return "the lab has no such step"
        acts.unlock(attempt, step, mine.person)
    elif act == "extend":
        return until(request, mine, attempt)
    elif act == "fault":
        fault = acts.faults(attempt.lab_version.data).get(request.POST.get("fault", ""))
        return acts.inject(attempt, fault, mine.person) if fault else "the lab has no such fault"
    else:
        raise Http404
    return ""


def until(request: HttpRequest, mine: Enrolment, attempt: Attempt) -> str:
    """Give a learner until the day and hour that the form says; what is wrong with it, or ""."""
    try:
        due = when("Due").clean(request.POST.get("due", ""))
    except ValidationError:
        due = None
    if due is None:
        return "say until when, as a date and a time"
    acts.extend(attempt.work.assignment, attempt.person_id, mine.person, due)
    return ""


@access.class_page(*access.STAFF)
@require_safe
def disputes(request: HttpRequest, mine: Enrolment) -> HttpResponse:
    """My answer is right: what waits to be decided, oldest first, then what was decided lately."""
    rows = Dispute.objects.filter(attempt__work__assignment__klass=mine.klass)
    rows = rows.select_related("attempt__lab_version", "attempt__person", "snapshot")
    names = dict(mine.klass.enrolments.values_list("person_id", "name"))
    open_ones = list(rows.filter(decided=None).order_by("filed"))
    failing = CheckFact.objects.filter(attempt__in={one.attempt_id for one in open_ones}, status="fail")
    said = {(one.attempt_id, one.step, one.check_id): one.message for one in failing}

    def shown(dispute: Dispute) -> dict:
        titles = acts.step_titles(dispute.attempt)
        return {
            "row": dispute,
            "name": names.get(dispute.attempt.person_id, "somebody who left"),
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
