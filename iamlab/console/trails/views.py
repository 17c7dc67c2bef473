"""CloudTrail's trails: the list, one trail, its events, logging on and off, deleting."""

import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from iamlab.components import markup, tables
from iamlab.console import cells, changes, lists, pages, panels
from iamlab.console.changes import Change
from iamlab.console.panels import Panel, panel, refused_cell
from iamlab.console.questions import question
from iamlab.console.session import Session, console_page
from iamlab.console.trails import selectors
from iamlab.console.trails.forms import EventsForm
from iamlab.labs.commandline import line_for
from iamlab.services.operations import AwsError

COLUMNS = [
    tables.column("name", "Name"),
    tables.column("region", "Home Region"),
    tables.column("multi", "Multi-region trail"),
    tables.column("bucket", "S3 bucket"),
    tables.column("prefix", "Log file prefix"),
    tables.column("status", "Status"),
]
READS = {"GetTrail": "Name", "GetTrailStatus": "Name", "GetEventSelectors": "TrailName"}


@require_safe
@console_page
def trails(request: HttpRequest, session: Session) -> HttpResponse:
    found = panel(session, "cloudtrail:DescribeTrails")
    listed = found.get("trailList", [])
    states = panels.cells(session, "cloudtrail:GetTrailStatus", [{"Name": one["TrailARN"]} for one in listed])
    table = lists.whole(
        request,
        COLUMNS,
        [trail_row(session, one, state) for one, state in zip(listed, states, strict=True)],
        id="trails",
        title="Trails",
        heading="h1",
        info=True,
        description="A trail keeps the account's events in a bucket, longer than the 90 days of Event history.",
        denial=found.denial,
        failure=found.failure,
        empty_text="Create a trail to keep events, and to log what happens to objects.",
    )
    return pages.render(
        request, session, "console/trails/list.html", {"table": table}, title="Trails", crumbs=[("Trails", None)]
    )


def trail_row(session: Session, one: dict[str, Any], state: Panel) -> dict[str, Any]:
    return tables.row(
        one["TrailARN"],
        [
            markup.link(session.url("trail", one["Name"]), one["Name"]),
            one["HomeRegion"],
            "Yes" if one["IsMultiRegionTrail"] else "No",
            markup.link(session.url("bucket", one["S3BucketName"], "objects"), one["S3BucketName"]),
            one.get("S3KeyPrefix") or markup.NOTHING,
            status_of(state),
        ],
        label=one["Name"],
    )


def status_of(state: Panel) -> Any:
    if not state.stands:
        return refused_cell(state)
    return markup.status("success", "Logging") if state["IsLogging"] else markup.status("stopped", "Off")


@require_safe
@console_page
def trail(request: HttpRequest, session: Session, name: str) -> HttpResponse:
    """Three panels, each by its own call; what the events' form cannot hold is shown as JSON."""
    found = panel(session, "cloudtrail:GetTrail", {"Name": name})
    if found.failure:
        return shown(request, session, name, {"name": name, "found": found}, status=404)
    state = panel(session, "cloudtrail:GetTrailStatus", {"Name": name})
    chosen = panel(session, "cloudtrail:GetEventSelectors", {"TrailName": name})
    form = selectors.read(chosen.answer) if chosen.stands else None
    context = {
        "name": name,
        "found": found,
        "state": state,
        "chosen": chosen,
        "facts": facts(session, found["Trail"], state) if found.stands else [],
        "events": selectors.words(form) if form else [],
        "text": "" if form else json.dumps(selector_text(chosen), indent=2),
        "lines": [line_for(f"cloudtrail:{call}", {key: name}) for call, key in READS.items()],
        "logging": state.get("IsLogging", False),
    }
    return shown(request, session, name, context)


def selector_text(chosen: Panel) -> Any:
    return chosen.get("AdvancedEventSelectors") or chosen.get("EventSelectors", [])


def shown(
    request: HttpRequest, session: Session, name: str, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    crumbs = [("Trails", session.url("trails")), (name, None)]
    template = "console/trails/detail.html"
    return pages.render(request, session, template, context, title=name, crumbs=crumbs, status=status)


def facts(session: Session, one: dict[str, Any], state: Panel) -> list[tuple[str, Any]]:
    error = state.get("LatestDeliveryError")
    delivered = state.get("LatestDeliveryTime")
    return [
        ("Trail logging", status_of(state)),
        ("Trail name", one["Name"]),
        ("Multi-region trail", "Yes" if one["IsMultiRegionTrail"] else "No"),
        ("Home Region", one["HomeRegion"]),
        ("Trail log bucket", markup.link(session.url("bucket", one["S3BucketName"], "objects"), one["S3BucketName"])),
        ("Prefix", one.get("S3KeyPrefix") or markup.NOTHING),
        ("Log file validation", "Enabled" if one["LogFileValidationEnabled"] else "Disabled"),
        ("Last log file delivered", markup.status("error", error) if error else cells.moment(delivered)),
        ("Trail ARN", markup.copy(one["TrailARN"], "ARN")),
    ]


@require_POST
@console_page
def switch(request: HttpRequest, session: Session, name: str) -> HttpResponse:
    """Start or stop logging."""
    start = request.POST.get("do") == "start"
    session.call("cloudtrail:StartLogging" if start else "cloudtrail:StopLogging", {"Name": name})
    text = f"Logging of {name} {'started' if start else 'stopped'}."
    return pages.done(request, session.url("trail", name), text)


@require_http_methods(["GET", "POST"])
@console_page
def edit_events(request: HttpRequest, session: Session, name: str) -> HttpResponse:
    back = session.url("trail", name)
    chosen = session.call("cloudtrail:GetEventSelectors", {"TrailName": name})
    initial = selectors.read(chosen) or selectors.USUAL
    form = EventsForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_bound and form.is_valid():
        try:
            params = {"TrailName": name, "EventSelectors": selectors.written(form.cleaned_data)}
            session.call("cloudtrail:PutEventSelectors", params)
        except AwsError as error:
            if error.refuses:
                raise
            form.refuse(error)
        else:
            return pages.done(request, back, f"Events of {name} saved.")
    status = 422 if form.errors else 200
    title = "Edit events"
    context = {"form": form, "heading": title, "back": back}
    crumbs = [("Trails", session.url("trails")), (name, back), (title, None)]
    template = "console/trails/edit_events.html"
    return pages.render(request, session, template, context, title=title, crumbs=crumbs, status=status)


@require_http_methods(["GET", "POST"])
@console_page
def delete(request: HttpRequest, session: Session, name: str) -> HttpResponse:
    """The log files that are there stay."""
    error = changes.confirmed(request, name) if request.method == "POST" else ""
    if request.method == "POST" and not error:
        outcomes = changes.make(session, [Change("cloudtrail:DeleteTrail", {"Name": name}, f"Delete {name}")])
        return changes.answer(
            request, session, outcomes, session.url("trails"), f"Trail {name} deleted.", "Delete trail"
        )
    confirm = {
        "title": f"Delete {name}?",
        "cancel_url": session.url("trail", name),
        "submit": "Delete",
        "danger": "The trail logs nothing from now on. Log files that are in its bucket stay there.",
        "typed": name,
        "error": error,
    }
    return question(request, session, confirm, [f"Permanently delete the trail {name}?"], 422 if error else 200)
