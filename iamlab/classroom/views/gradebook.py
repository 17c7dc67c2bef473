"""The gradebook of an assignment: marks with their parts, release, the rubric's rows, a new judgement of the checks."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from iamlab.classroom import access, marks, regrade, work
from iamlab.classroom.models import Enrolment, Release, Role, RubricRow
from iamlab.classroom.views.classes import frame
from iamlab.components import markup, tables
from iamlab.people.numbers import is_number

COLUMNS = [
    tables.column("name", "Learner"),
    tables.column("state", "State"),
    tables.column("auto", "Automatic"),
    tables.column("hand", "By hand"),
    tables.column("effective", "Effective"),
    tables.column("late", "Late factor"),
    tables.column("final", "Final"),
    tables.column("points", "Points"),
    tables.column("released", "Released"),
]


def number(value: float | None) -> str:
    return "-" if value is None else f"{value:g}"


@access.class_page(*access.STAFF)
@require_safe
def page(request: HttpRequest, mine: Enrolment, pk: int) -> HttpResponse:
    """A page of learners; only their facts are read, so that a class of ten thousand pages like one of ten."""
    assignment = access.assignment_of(mine.klass, pk)
    work.close_overdue(assignment)
    ask = tables.asked(request, COLUMNS)
    everybody = marks.named(mine.klass)
    cut = tables.arrange(everybody, ask, lambda one: one[1], {})
    book = marks.of_places(assignment, [key for key, _ in cut["items"]])
    table = tables.table(
        request,
        id="grades",
        title="Marks",
        columns=COLUMNS,
        rows=[row(mark, mine.klass_id) for mark in book],
        total=cut["total"],
        found=cut["found"],
        ask=ask,
        empty_title="Nobody is in the class yet",
        empty_text="Give out the class code, or bring in a roster under People.",
        select="many" if mine.role == Role.INSTRUCTOR else "",
    )
    context = frame(mine, "", assignment=assignment, table=table, rubric=list(assignment.rubric.all()))
    return render(request, "classroom/grades.html", context)


def row(mark: marks.Mark, class_id: int) -> dict[str, Any]:
    name: Any = str(mark.enrolment)
    one = mark.counted
    if one is None:
        return tables.row(str(mark.enrolment.pk), [name, mark.state, *["-"] * 6, "yes" if mark.released else ""])
    link = markup.link(reverse("attempt-timeline", args=[class_id, one.attempt.pk]), name)
    hand = number(one.score.override) if one.score.override is not None else "steps" if one.by_hand else "-"
    points = number(mark.points) + (f" ({mark.waiting} to mark)" if mark.waiting else "")
    return tables.row(
        str(mark.enrolment.pk),
        [
            link,
            mark.state,
            number(one.automatic),
            hand,
            number(one.effective),
            f"{one.factor:g}",
            number(mark.final),
            points,
            "yes" if mark.released else "",
        ],
        label=name,
    )


@access.class_page(Role.INSTRUCTOR)
@require_POST
def release(request: HttpRequest, mine: Enrolment, pk: int) -> HttpResponse:
    """Show marks to the chosen learners, to all of the class, or to nobody any more."""
    assignment = access.assignment_of(mine.klass, pk)
    people = mine.klass.enrolments.filter(role=Role.LEARNER)
    if "all" not in request.POST and request.POST.get("withdraw") != "all":
        people = people.filter(pk__in=[key for key in request.POST.getlist("selected") if is_number(key)])
    chosen = list(people.values_list("person_id", flat=True))
    if "withdraw" in request.POST:
        Release.objects.filter(assignment=assignment, person__in=chosen).delete()
        messages.success(request, f"Withdrawn for {len(chosen)}.")
    else:
        rows = [Release(assignment=assignment, person_id=person, by=mine.person) for person in chosen]
        Release.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500)
        messages.success(request, f"Released to {len(chosen)}.")
    return redirect("grades", class_id=mine.klass_id, pk=assignment.pk)


@access.class_page(Role.INSTRUCTOR)
@require_POST
def rubric(request: HttpRequest, mine: Enrolment, pk: int) -> HttpResponse:
    """One row more that a person marks, or one less."""
    assignment = access.assignment_of(mine.klass, pk)
    gone, points = request.POST.get("remove", ""), request.POST.get("points", "")
    title = " ".join(request.POST.get("title", "").split())[:120]
    if is_number(gone):
        assignment.rubric.filter(pk=gone).delete()
    elif title and is_number(points) and 0 < int(points) <= 1000:
        RubricRow.objects.create(assignment=assignment, title=title, points=int(points))
    else:
        messages.error(request, "Give the row a title, and points from 1 to 1000.")
    return redirect("grades", class_id=mine.klass_id, pk=assignment.pk)


@access.class_page(Role.INSTRUCTOR)
@require_http_methods(["GET", "POST"])
def regrade_page(request: HttpRequest, mine: Enrolment, pk: int) -> HttpResponse:
    """Judge the checks anew, of one learner, one step or the class: the difference first, then the button."""
    assignment = access.assignment_of(mine.klass, pk)
    given = request.POST if request.method == "POST" else request.GET
    step, learner = given.get("step", ""), given.get("learner", "")
    works = assignment.works.select_related("attempt__sandbox", "attempt__lab_version")
    works = works.defer("attempt__lab_version__data").order_by("attempt_id")
    # What the checks rest on is gone where a learner deleted it, and where a class has no names any more.
    works = works.filter(attempt__person__enrolments__klass=mine.klass, attempt__start__isnull=False)
    works = works.none() if mine.klass.anonymised else works
    if learner:
        place = mine.klass.enrolments.filter(pk=learner).first() if is_number(learner) else None
        if place is None:
            raise Http404
        works = works.filter(attempt__person_id=place.person_id)
    called = mine.klass.called()
    changes = []
    if "judge" in given:
        found = [regrade.judged(work.attempt, step) for work in works]
        changes = [(called[one.attempt.person_id], one) for one in found if one.facts]
    if request.method == "POST":
        for _, one in changes:
            regrade.apply(one, mine.person)
        messages.success(request, f"Saved: {len(changes)} attempt{'s' if len(changes) != 1 else ''} changed.")
        return redirect("grades", class_id=mine.klass_id, pk=assignment.pk)
    first = works.first()
    context = frame(
        mine,
        "",
        assignment=assignment,
        steps=[(each["id"], each["title"]) for each in first.attempt.lab_version.data["steps"]] if first else [],
        people=marks.named(mine.klass),
        step=step,
        learner=learner,
        judged="judge" in given,
        changes=changes,
    )
    return render(request, "classroom/regrade.html", context)
