"""The heat map: the page, what changed since a cursor, and a step's learners by what went wrong."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import OuterRef, Subquery
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from iamlab.classroom import access, heat, heat_page, stuck
from iamlab.classroom.models import Assignment, Enrolment
from iamlab.people.models import Person

EPOCH, MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)
OVERLAP = timedelta(seconds=2)  # a row may be seen this long after the time that it bears


def staffed(request: HttpRequest, class_id: int, pk: int) -> Assignment:
    """The assignment, for staff of its class: one query. Raises Http404."""
    assert isinstance(request.user, Person)
    role = Enrolment.objects.filter(klass=OuterRef("klass"), person=request.user).values("role")
    rows = Assignment.objects.select_related("klass").annotate(my_role=Subquery(role))
    found = rows.filter(pk=pk, klass_id=class_id, my_role__in=access.STAFF).first()
    if found is None:
        raise Http404
    return found


@login_required
@require_safe
def page(request: HttpRequest, class_id: int, pk: int) -> HttpResponse:
    """Learners by steps. Ten queries at most."""
    assignment = staffed(request, class_id, pk)
    projector = "projector" in request.GET
    now = timezone.now()
    board = heat.board(assignment)
    urls = heat_page.step_urls(class_id, pk, board, projector)
    heads = [heat_page.column_html(i, column, urls[i]) for i, column in enumerate(board.columns)]
    context = {
        "assignment": assignment,
        "klass": assignment.klass,
        "projector": projector,
        "heads": heads,
        "body": heat_page.body_html(board, class_id, now, projector),
        "learners": len(board.rows),
        "begun": sum(row.attempt_id is not None for row in board.rows),
        "legend": [heat_page.LOOKS[state] for state in heat_page.LOOKS],
        "poll": poll(class_id, pk, now - OVERLAP, projector, len(board.rows)),
        "at": now,
    }
    return render(request, "classroom/heat.html", context)


def poll(class_id: int, pk: int, cursor: datetime, projector: bool, learners: int) -> str:
    """The address that the page asks next."""
    since = (cursor - EPOCH) // MICROSECOND
    more = "&projector=1" if projector else ""
    return f"{reverse('heat-live', args=[class_id, pk])}?since={since}&learners={learners}{more}"


@login_required
@require_safe
def live(request: HttpRequest, class_id: int, pk: int) -> HttpResponse:
    """Nothing (204), or the cells and names that changed since the cursor; a changed class list asks for the page."""
    assignment = staffed(request, class_id, pk)
    projector = "projector" in request.GET
    now = timezone.now()
    board = heat.board(assignment)
    found = None
    if request.GET.get("learners") == str(len(board.rows)):
        found = heat_page.update(board, class_id, cursor_of(request), now, projector)
    if found is None:
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    pieces, cursor = found
    cursor = cursor - OVERLAP if cursor == now else cursor  # more is to come: go on just there
    if not pieces:
        return HttpResponse(status=204)
    context: dict[str, Any] = {
        "pieces": swapped(pieces),
        "poll": poll(class_id, pk, cursor, projector, len(board.rows)),
        "at": now,
    }
    return render(request, "classroom/heat_live.html", context)


def swapped(pieces: list[SafeString]) -> SafeString:
    """Each piece as htmx puts it in the place of the one with its id."""
    marked = (SafeString(piece.replace(" ", " hx-swap-oob=true ", 1)) for piece in pieces)
    return format_html_join("", "<template>{}</template>", ((piece,) for piece in marked))


def cursor_of(request: HttpRequest) -> datetime:
    """The cursor of the address; nonsense means: everything of the last minute."""
    text = request.GET.get("since", "")
    if text.isascii() and text.isdigit() and len(text) <= 16:
        return EPOCH + int(text) * MICROSECOND
    return timezone.now() - timedelta(minutes=1)


@login_required
@require_safe
def step(request: HttpRequest, class_id: int, pk: int, step: str) -> HttpResponse:
    """A step's learners grouped by failure code, each group with the message that they see."""
    assignment = staffed(request, class_id, pk)
    board = heat.board(assignment)
    column = next((column for column in board.columns if column.id == step), None)
    if column is None:
        raise Http404
    context = {
        "assignment": assignment,
        "klass": assignment.klass,
        "column": column,
        "groups": stuck.groups(board, column.id),
        "projector": "projector" in request.GET,
    }
    return render(request, "classroom/step.html", context)
