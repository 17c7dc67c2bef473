"""A learner's timeline, as staff see it and as the learner sees what staff see."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from iamlab.classroom import access, past, timeline
from iamlab.classroom.models import Enrolment, Role
from iamlab.classroom.views.classes import frame
from iamlab.components import markup, tables
from iamlab.labs import panel, scoring
from iamlab.labs.models import Attempt

COLUMNS = [
    tables.column("at", "Time (UTC)"),
    tables.column("what", "What"),
    tables.column("by", "By"),
    tables.column("text", "More"),
    tables.column("was", ""),
]
LOOKS = {"change": "success", "refused": "error", "read": "info"}


@access.class_page(*access.STAFF)
@require_GET
def attempt(request: HttpRequest, mine: Enrolment, attempt_id: int) -> HttpResponse:
    return page(request, mine, access.attempt_of(mine.klass, attempt_id))


@access.class_page(Role.LEARNER)
@require_GET
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
        rows=[row(item, mine.klass_id, found) for item in cut["items"]],
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
    who = mine.klass.enrolments.filter(person_id=found.person_id).first()
    marks = scoring.score(found)
    context = frame(mine, "", attempt=found, who=who, table=table, marks=marks, steps=step_rows(found, marks))
    return render(request, "classroom/attempt.html", context)


def row(item: timeline.Item, class_id: int, found: Attempt) -> dict:
    what = markup.status(LOOKS[item.kind], item.title) if item.kind in LOOKS else item.title
    where = f"{item.step}: " if item.step else ""
    was = markup.link(reverse("as-it-was", args=[class_id, found.pk, item.event]), "The account then")
    return tables.row(
        "-".join(map(str, item.order)),
        [f"{item.at:%Y-%m-%d %H:%M:%S}", what, item.by, f"{where}{item.text}", was],
    )


def step_rows(found: Attempt, marks: scoring.Score) -> list[dict]:
    """Each step with its state, minutes and tries, by the heat map's own functions, and its marks."""
    from iamlab.classroom import heat

    lab = found.lab_version.data
    facts = heat.facts_of(
        lab,
        list(found.checks.all()),
        list(found.steps.all()),
        list(found.hints.filter(tier__gte=3)),
        list(found.overrides.all()),
        started=found.started,
        active=found.submitted or found.active,
        current=found.current,
    )
    return [
        {
            "id": step["id"],
            "title": step["title"],
            "kind": panel.KINDS[cell.state],
            "word": panel.STATES[cell.state],
            "minutes": cell.minutes,
            "tries": cell.tries,
            "mark": marks.steps[step["id"]],
        }
        for step, cell in zip(lab["steps"], facts.cells, strict=True)
    ]


@access.class_page(*access.STAFF)
@require_GET
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
