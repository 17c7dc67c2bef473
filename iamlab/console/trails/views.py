"""CloudTrail's trails: the list, and one trail."""

import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from iamlab.components import markup, tables
from iamlab.console import cells, lists, pages, panels
from iamlab.console.panels import Panel, panel, refused_cell
from iamlab.console.session import Session, console_page
from iamlab.console.trails import selectors

COLUMNS = [
    tables.column("name", "Name"),
    tables.column("region", "Home Region"),
    tables.column("multi", "Multi-region trail"),
    tables.column("bucket", "S3 bucket"),
    tables.column("prefix", "Log file prefix"),
    tables.column("status", "Status"),
]


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
    """Four panels, each by its own call; what the events' form cannot hold is shown as JSON."""
    found = panel(session, "cloudtrail:GetTrail", {"Name": name})
    if found.failure:
        return shown(request, session, name, {"name": name, "found": found}, status=404)
    state = panel(session, "cloudtrail:GetTrailStatus", {"Name": name})
    chosen = panel(session, "cloudtrail:GetEventSelectors", {"TrailName": name})
    form = selectors.read(chosen.answer) if chosen.stands else None
    arn = found["Trail"]["TrailARN"] if found.stands else ""
    tags = panel(session, "cloudtrail:ListTags", {"ResourceIdList": [arn]}) if arn else None
    context = {
        "name": name,
        "found": found,
        "state": state,
        "chosen": chosen,
        "tags": tags,
        "tag_list": tags["ResourceTagList"][0]["TagsList"] if tags and tags.stands else [],
        "facts": facts(session, found["Trail"], state) if found.stands else [],
        "events": selectors.words(form) if form else [],
        "text": "" if form else json.dumps(selector_text(chosen), indent=2),
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
