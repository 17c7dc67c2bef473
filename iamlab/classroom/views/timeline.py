"""A learner's timeline, as staff see it and as the learner sees what staff see."""

from collections import Counter
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from iamlab.classroom import access, acts, cells, faults, marks, past, timeline
from iamlab.classroom.models import Assignment, Enrolment, Role
from iamlab.classroom.views.classes import frame
from iamlab.components import markup, tables
from iamlab.components.templatetags.components import spans
from iamlab.door import sessions
from iamlab.door.past import past_call
from iamlab.door.reasons import reasons
from iamlab.insight.applying import told
from iamlab.insight.evidence import page_data
from iamlab.insight.paging import paged
from iamlab.insight.views import name_of
from iamlab.labs import panel
from iamlab.labs.models import Attempt, Happening, Override
from iamlab.sandbox import controls, history
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
    happened = timeline.happenings(found)
    items = timeline.items(found, happened, wanted, step)
    cut = tables.arrange(reversed(items), ask, lambda item: item.searched, {})
    failed = reasons({item.event for item in cut["items"] if item.kind == "refused"})
    table = tables.table(
        request,
        id="timeline",
        title="Timeline",
        columns=COLUMNS,
        rows=[row(item, mine, found, failed) for item in cut["items"]],
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
    return render(request, "classroom/attempt.html", frame(mine, "", table=table, **shown(mine, found, happened)))


def shown(mine: Enrolment, found: Attempt, happened: list[Happening]) -> dict[str, Any]:
    """The attempt with its marks, and what may be done."""
    whole = marks.of_person(found.work.assignment, found.person_id)
    mark = next(one for one in whole.attempts if one.attempt.pk == found.pk)
    given = {one.step: one for one in found.overrides.select_related("by")}
    may_act = mine.role in access.HELPERS and mine.klass.archived is None
    return {
        "attempt": found,
        "who": whole.enrolment,
        "mark": mark,
        "mark_items": mark_items(mark, whole, found.work.assignment),
        "released": whole.released,
        "steps": step_rows(mark, given),
        "faults": faults.among(happened),
        "hands": mark.kept.hands,
        "may_act": may_act,
        "may_mark": may_act and access.may_override(mine),
        "whole_seen": acts.stamp(given.get("")),
        "whole_by_hand": mark.score.override,
        "whole": given.get(""),
        "sessions": open_sessions(found) if may_act and mine.klass.anonymised is None else [],
        "rubric": [
            {"row": row, "mark": mark.rubric.get(row.pk), "seen": acts.stamp(mark.rubric.get(row.pk))}
            for row in whole.rubric
        ],
    }


def open_sessions(found: Attempt) -> list[Any]:
    """The learner's sessions in the attempt's world that have neither ended nor expired."""
    now = clock.now(controls.world_of(found.sandbox))
    return [row for row in sessions.sessions_in(found.person, found.sandbox) if row.expires > now]


def mark_items(mark: marks.AttemptMark, whole: marks.Mark, assignment: Assignment) -> list[tuple[str, str]]:
    counts = whole.counted is not None and whole.counted.attempt.pk == mark.attempt.pk
    rubric = [
        (row.title, f"{mark.rubric[row.pk].score:g} % of {row.points} points" if row.pk in mark.rubric else "To mark")
        for row in whole.rubric
    ]
    return [
        ("Automatic", f"{mark.automatic:g}"),
        ("By hand", f"{mark.score.override:g}" if mark.score.override is not None else "-"),
        ("Effective", f"{mark.effective:g}"),
        ("Late factor", f"{mark.factor:g}"),
        ("Final", f"{mark.final:g}" + ("" if counts else " (another attempt counts)")),
        ("Points", f"{whole.points:g} of {assignment.points + sum(row.points for row in whole.rubric)}"),
        *rubric,
    ]


def row(item: timeline.Item, mine: Enrolment, found: Attempt, failed: dict[int, tuple[str, bool]]) -> dict:
    what = markup.status(LOOKS[item.kind], item.title) if item.kind in LOOKS else item.title
    then = reverse("as-it-was", args=[mine.klass_id, found.pk, item.event])
    # It went with what its learner deleted, or with the names of the class.
    kept = mine.role in access.STAFF and found.start_id is not None and mine.klass.anonymised is None
    was = markup.link(then, "The account then") if kept else ""
    more: Any = item.text if isinstance(item.text, SafeString) else markup.unturned(item.text)
    if item.step:
        more = format_html("<strong>{}</strong>: {}", item.step, more)
    if item.kind == "refused":
        more = refusal(item, more, failed.get(item.event, ("", False)), mine.klass_id, found.pk)
    return tables.row(
        "-".join(map(str, item.order)),
        [markup.lines([f"{item.at:%Y-%m-%d %H:%M:%S}"], whole=True), what, item.by, more, was],
        label=item.title,
    )


def refusal(item: timeline.Item, text: str, told: tuple[str, bool], class_id: int, attempt_id: int) -> SafeString:
    """A failed call: what it was about, the reason in a sentence, and the way to the decision that refused it."""
    reason, judged = told
    link = reverse("timeline-why", args=[class_id, attempt_id, item.event_id])
    more = format_html(' <a href="{}">Why?<span class="visually-hidden"> {}</span></a>', link, item.title)
    return format_html("{}<br>{}{}", text, spans(markup.unturned(reason)), more if judged else "")


@access.class_page()
@require_safe
def why(request: HttpRequest, mine: Enrolment, attempt_id: int, event_id: str) -> HttpResponse:
    """Why a call of this work was allowed or refused: for the class's staff, and for the learner whose work it is."""
    found = access.attempt_of(mine.klass, attempt_id)
    if mine.role not in access.STAFF and found.person_id != mine.person_id:
        raise Http404
    event = history.events(found.sandbox).filter(event_id=event_id).select_related("account__sandbox").first()
    if event is None:
        raise Http404
    call = past_call(controls.examiner_of(event.account), event_id)
    if call is None or call.judgement is None:
        raise Http404
    decision = paged(request, page_data(call.judgement, name_of(call.record)))
    if "json" in request.GET:
        return HttpResponse(decision["json"], content_type="application/json")
    context = frame(
        mine,
        "",
        attempt=found,
        who=mine.klass.enrolments.get(person_id=found.person_id),
        record=call.record,
        at=event.real_time,
        decision={**decision, "changes": told(decision["possible"])},
    )
    return render(request, "classroom/why.html", context)


def step_rows(mark: marks.AttemptMark, given: dict[str, Override]) -> list[dict[str, Any]]:
    """Each step with its state, minutes and tries, by the heat map's own functions, and its marks."""
    facts, hints = cells.of_attempt(mark.attempt, mark.kept), Counter(hint.step for hint in mark.kept.hints)
    at_steps = ((step, facts.cells[step["id"]]) for step in mark.attempt.lab_version.data["steps"])
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
            "auto": f"{round(mark.score.steps[step['id']].auto * 100, 2):g}",
            "by_hand": f"{given[step['id']].score:g}" if step["id"] in given else None,
            "given": given.get(step["id"]),
            "seen": acts.stamp(given.get(step["id"])),
        }
        for step, cell in at_steps
    ]


@access.class_page(*access.STAFF)
@require_safe
def as_it_was(request: HttpRequest, mine: Enrolment, attempt_id: int, event: int) -> HttpResponse:
    """The account at a row, read only; with `to` in the address, what changed from there to another row."""
    found = access.attempt_of(mine.klass, attempt_id)
    snapshot = past.at(found, event) if mine.klass.anonymised is None else None
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
        before=past.text_at(found, snapshot),
        after=past.text_at(found, later) if later else "",
        moments=[
            (item.event, f"{item.at:%H:%M:%S} {item.title} {item.text}"[:90])
            for item in timeline.items(found, [], "changes")[-300:]
        ],
    )
    return render(request, "classroom/as_it_was.html", context)
