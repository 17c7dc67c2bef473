"""Marks and events as files, the evidence of an attempt, and a report to print."""

import json
import re
from collections import Counter
from typing import Any

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from iamlab.classroom import access, cells, exports, heat, marks, work
from iamlab.classroom.models import Enrolment
from iamlab.classroom.views.classes import frame


def file_name(*parts: object) -> str:
    return "-".join(re.sub(r"[^a-z0-9]+", "-", str(part).lower()).strip("-") or "x" for part in parts)


def streamed(rows: object, name: str) -> StreamingHttpResponse:
    answer = StreamingHttpResponse(exports.lines(rows), content_type="text/csv; charset=utf-8")  # type: ignore[arg-type]
    answer["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return answer


@access.class_page(*access.STAFF)
@require_safe
def grades(request: HttpRequest, mine: Enrolment, pk: int) -> StreamingHttpResponse:
    assignment = access.assignment_of(mine.klass, pk)
    work.close_overdue(assignment)
    return streamed(exports.grades(assignment), file_name("marks", assignment.title))


@access.class_page(*access.STAFF)
@require_safe
def events(request: HttpRequest, mine: Enrolment, pk: int) -> StreamingHttpResponse:
    assignment = access.assignment_of(mine.klass, pk)
    return streamed(exports.events(assignment), file_name("events", assignment.title))


@access.class_page(*access.STAFF)
@require_safe
def bundle(request: HttpRequest, mine: Enrolment, attempt_id: int) -> HttpResponse:
    attempt = access.attempt_of(mine.klass, attempt_id)
    text = json.dumps(exports.evidence(mine.klass, attempt), indent=1)
    answer = HttpResponse(text, content_type="application/json")
    answer["Content-Disposition"] = f'attachment; filename="{file_name("evidence", attempt.lab, attempt.pk)}.json"'
    return answer


@access.class_page(*access.STAFF)
@require_safe
def report(request: HttpRequest, mine: Enrolment, pk: int) -> HttpResponse:
    """The class's marks and steps on paper."""
    assignment = access.assignment_of(mine.klass, pk)
    work.close_overdue(assignment)
    rows: list[dict[str, Any]] = []
    facts: list[cells.Facts] = []
    labs: dict[str, cells.Lab] = {}
    begun: Counter[str] = Counter()
    for batch in marks.batches(assignment):
        rows += map(report_row, batch)
        for latest in (mark.attempts[-1] for mark in batch if mark.attempts):
            version = latest.attempt.lab_version
            facts.append(cells.of_attempt(latest.attempt, latest.kept))
            labs[version.digest] = version.data
            begun[version.digest] += 1
    columns = heat.columns(heat.lab_of(assignment, begun, labs), facts)
    context = frame(mine, "", assignment=assignment, marks=rows, columns=columns, at=timezone.now())
    return render(request, "classroom/report.html", context)


def report_row(mark: marks.Mark) -> dict[str, Any]:
    """What the report says of a learner: the marks themselves need not stay in memory."""
    one = mark.counted
    if one is None:
        return {"name": str(mark.enrolment), "state": mark.state}
    comments = [one.score.comment, *(f"{s.step}: {s.comment}" for s in one.score.steps.values() if s.comment)]
    return {
        "name": str(mark.enrolment),
        "state": mark.state,
        "numbers": [one.automatic, one.effective, one.factor, mark.final, mark.points],
        "comments": " ".join(filter(None, comments)),
    }
