"""A learner's timeline, as staff see it and as the learner sees what staff see."""

from collections import Counter
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from iamlab.classroom import access, acts, faults, heat, marks, past, timeline
from iamlab.classroom.models import Assignment, Enrolment, Role
from iamlab.classroom.views.classes import frame
from iamlab.components import markup, tables
from iamlab.door import sessions
from iamlab.labs import panel, scoring
from iamlab.labs.models import Attempt, Override
from iamlab.sandbox import controls
from iamlab.services import clock

COLUMNS = [
    tables.column("at", "Time (UTC)"),
    tables.column("what", "What"),
    tables.column("by", "By"),
    tables.column("text", "More"),
    tables.column("was", "Account"),
]
LOOKS = {"change": "success", "refused": "error", "read": "info"}


@access.class_page(*access.STAFF)
@require_safe
def attempt(request: HttpRequest, mine: Enrolment, attempt_id: int) -> HttpResponse:
    return page(request, mine, access.attempt_of(mine.klass, attempt_id))


@access.class_page(Role.LEARNER)
@require_safe
def my_work(request: HttpRequest, mine: Enrolment, attempt_id: int) -> HttpResponse:
    """What the staff see of my work: the same page, without what acts."""
    found = access.attempt_of(mine.klass, attempt_id)
    if found.person_id != mine.person_id:
        raise Http404
    return page(request, mine, found)


def page(request: HttpRequest, mine: Enrolment, found: Attempt) -> HttpResponse:
    ask = tables.asked(request, COLUMNS, 100)
    wanted, step = request.GET.get("show", ""), request.GET.get("step", "")
    wanted = wanted if wanted in timeline.FILTERS else ""
    steps = found.lab_version.data["steps"]
    step = step if any(each["id"] == step for each in steps) else ""
    items = timeline.items(found, wanted, step)
    cut = tables.arrange(reversed(items), ask, lambda item: f"{item.title} {item.by} {item.text} {item.step}", {})
    table = tables.table(
        request,
        id="timeline",
        title="Timeline",
        columns=COLUMNS,
        rows=[row(item, mine, found) for item in cut["items"]],
        total=cut["total"],
        found=cut["found"],
        ask=ask,
        filters=[
            {"name": "show", "label": "Show", "choices": list(timeline.FILTERS.items()), "value": wanted},
            {
                "name": "step",
                "label": "Step",
                "choices": [("", "All steps"), *((each["id"], each["title"]) for each in steps)],
                "value": step,
            },
        ],
    )
    return render(request, "classroom/attempt.html", frame(mine, "", table=table, **shown(mine, found)))


def shown(mine: Enrolment, found: Attempt) -> dict[str, Any]:
    """The attempt with its marks, and what may be done."""
    who = mine.klass.enrolments.get(person_id=found.person_id)
    whole = marks.of_learner(found.work.assignment, who)
    mark = next(one for one in whole.attempts if one.attempt.pk == found.pk)
    given = {one.step: one for one in found.overrides.select_related("by")}
    may_act = mine.role in access.HELPERS and mine.klass.archived is None
    return {
        "attempt": found,
        "who": who,
        "mark": mark,
        "mark_items": mark_items(mark, whole, found.work.assignment),
        "released": whole.released,
        "steps": step_rows(found, mark.score, given),
        "faults": faults.of_attempts([found])[found.pk],
        "hands": list(found.help_calls.filter(answered=None)),
        "may_act": may_act,
        "may_mark": may_act and access.may_override(mine),
        "whole_seen": acts.stamp(given.get("")),
        "whole_by_hand": mark.score.override,
        "whole": given.get(""),
        "sessions": open_sessions(found) if may_act else [],
        "rubric": [
            {"row": row, "mark": mark.rubric.get(row.pk), "seen": acts.stamp(mark.rubric.get(row.pk))}
            for row in found.work.assignment.rubric.all()
        ],
    }


def open_sessions(found: Attempt) -> list[Any]:
    """The learner's sessions in the attempt's world that have neither ended nor expired."""
    now = clock.now(controls.world(found.sandbox))
    accounts = [account.pk for account in controls.open_accounts(found.sandbox)]
    return [row for row in sessions.sessions_of(found.person, accounts) if row.expires > now]


def mark_items(mark: marks.AttemptMark, whole: marks.Mark, assignment: Assignment) -> list[tuple[str, str]]:
    counts = whole.counted is not None and whole.counted.attempt.pk == mark.attempt.pk
    rubric = [
        (row.title, f"{mark.rubric[row.pk].score:g} % of {row.points} points" if row.pk in mark.rubric else "To mark")
        for row in assignment.rubric.all()
    ]
    return [
        ("Automatic", f"{mark.automatic:g}"),
        ("By hand", f"{mark.score.override:g}" if mark.score.override is not None else "-"),
        ("Effective", f"{mark.effective:g}"),
        ("Late factor", f"{mark.factor:g}"),
        ("Final", f"{mark.final:g}" + ("" if counts else " (another attempt counts)")),
        ("Points", f"{whole.points:g} of {assignment.points + sum(row.points for row in assignment.rubric.all())}"),
        *rubric,
    ]


def row(item: timeline.Item, mine: Enrolment, found: Attempt) -> dict:
    what = markup.status(LOOKS[item.kind], item.title) if item.kind in LOOKS else item.title
    where = f"{item.step}: " if item.step else ""
    then = reverse("as-it-was", args=[mine.klass_id, found.pk, item.event])
    was = markup.link(then, "The account then") if mine.role in access.STAFF else ""
    return tables.row(
        "-".join(map(str, item.order)),
        [f"{item.at:%Y-%m-%d %H:%M:%S}", what, item.by, f"{where}{markup.unturned(item.text)}", was],
    )


def step_rows(found: Attempt, score: scoring.Score, given: dict[str, Override]) -> list[dict[str, Any]]:
    """Each step with its state, minutes and tries, by the heat map's own functions, and its marks."""
    lab, facts = found.lab_version.data, heat.of_attempts([found])[found.pk]
    hints = Counter(found.hints.values_list("step", flat=True))
    return [
        {
            "id": step["id"],
            "title": step["title"],
            "state": cell.state,
            "kind": panel.KINDS[cell.state],
            "word": panel.STATES[cell.state],
            "minutes": cell.minutes,
            "tries": cell.tries,
            "hints": hints[step["id"]],
            "auto": f"{round(score.steps[step['id']].auto * 100, 2):g}",
            "by_hand": f"{given[step['id']].score:g}" if step["id"] in given else None,
            "given": given.get(step["id"]),
            "seen": acts.stamp(given.get(step["id"])),
        }
        for step, cell in zip(lab["steps"], facts.cells, strict=True)
    ]


@access.class_page(*access.STAFF)
@require_safe
def as_it_was(request: HttpRequest, mine: Enrolment, attempt_id: int, event: int) -> HttpResponse:
    """The account at a row, read only; with `to` in the address, what changed from there to another row."""
    found = access.attempt_of(mine.klass, attempt_id)
    snapshot = past.at(found, event)
    if snapshot is None:
        raise Http404
    to = request.GET.get("to", "")
    later = past.at(found, int(to)) if to.isascii() and to.isdigit() and len(to) < 18 else None
    who = mine.klass.enrolments.filter(person_id=found.person_id).first()
    context = frame(
        mine,
        "",
        attempt=found,
        who=who,
        event=event,
        to=to if later else "",
        snapshot=snapshot,
        before=past.text(past.state(found, snapshot)),
        after=past.text(past.state(found, later)) if later else "",
        moments=[
            (item.event, f"{item.at:%H:%M:%S} {item.title} {item.text}"[:90])
            for item in timeline.items(found, "changes")[-300:]
        ],
    )
    return render(request, "classroom/as_it_was.html", context)
