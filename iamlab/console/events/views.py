"""CloudTrail's Event history: list, one record, downloads."""

import csv
import json
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.html import format_html
from django.views.decorators.http import require_safe

from iamlab.components import markup, tables
from iamlab.components.spreadsheets import cell
from iamlab.console import pages, regions
from iamlab.console.events.forms import USUAL as HISTORY
from iamlab.console.events.forms import HistoryForm
from iamlab.console.events.words import sentence
from iamlab.console.panels import Panel, panel
from iamlab.console.session import Session, console_page
from iamlab.services.callers import HOME

COLUMNS = [
    tables.column("name", "Event name"),
    tables.column("words", "In plain words"),
    tables.column("time", "Event time"),
    tables.column("user", "User name"),
    tables.column("source", "Event source"),
    tables.column("type", "Resource type"),
    tables.column("resource", "Resource name"),
    tables.column("key", "AWS access key"),
    tables.column("error", "Error code"),
    tables.column("region", "AWS region"),
    tables.column("address", "Source IP address"),
    tables.column("read", "Read-only"),
    tables.column("id", "Event ID"),
    tables.column("request", "Request ID"),
]
USUAL = ("words", "time", "user", "source", "type", "resource")
ASKED = set(HistoryForm.base_fields)
SIZE = 50
MOST = 1000  # rows of a download
CSV_HEAD = [
    "Event name",
    "Event time",
    "User name",
    "Event source",
    "Resource type",
    "Resource name",
    "AWS access key",
    "Error code",
    "AWS region",
    "Source IP address",
    "Read-only",
    "Event ID",
    "Request ID",
]


def asked(request: HttpRequest, session: Session) -> tuple[HistoryForm, dict[str, Any]]:
    """The filter form of the address, and the call's parameters."""
    form = HistoryForm(request.GET if ASKED & request.GET.keys() else None, initial=HISTORY)
    return form, form.params(session.now)


@require_safe
@console_page
def history(request: HttpRequest, session: Session) -> HttpResponse:
    form, params = asked(request, session)
    after = request.GET.get("after", "")
    more = {"NextToken": after} if after else {}
    region = session.source.region
    found = panel(session, "cloudtrail:LookupEvents", {**params, "MaxResults": SIZE, **more})
    wanted = {"name", *(request.GET.getlist("columns") or USUAL)}
    columns = [column for column in COLUMNS if column["key"] in wanted]
    rows = [event_row(session, event, columns) for event in found.get("Events", [])]
    table = tables.table(
        request,
        id="events",
        title="Event history",
        heading="h1",
        info=True,
        description=f"What happened in {regions.NAMES[region]} in the last 90 days. By default reads are not shown.",
        columns=columns,
        preferences=[(one["key"], one["label"], one in columns) for one in COLUMNS if one["key"] != "name"],
        tools=False,
        select="many",
        rows=rows,
        denial=found.denial,
        failure=found.failure,
        empty_text="Nothing that fits happened yet.",
    )
    query = request.GET.copy()
    query.pop("after", None)
    token = found.get("NextToken", "")
    context = {
        "table": table,
        "form": form,
        "next_url": f"{request.path}?{query.urlencode()}&after={token}" if token else "",
        "elsewhere": session.url("events", region=HOME) if region != HOME else "",
        "home": regions.NAMES[HOME],
        "query": query.urlencode(),
        "asked": [(key, request.GET[key]) for key in (*HistoryForm.base_fields, "after") if key in request.GET],
        "custom": (form.is_bound and form["range"].value() == "custom") or bool(form.errors),
        "chosen": request.GET.getlist("columns"),
    }
    return pages.render(
        request,
        session,
        "console/events/history.html",
        context,
        title="Event history",
        crumbs=[("Event history", None)],
        service="cloudtrail",
    )


def address(session: Session, event: dict[str, Any]) -> str:
    """The address of an event's page. It holds wherever another tab goes on meanwhile."""
    return session.url("event", event["EventId"], region=session.source.region)


def words_of(event: dict[str, Any], record: dict[str, Any]) -> str:
    return sentence(record, [one["ResourceName"] for one in event.get("Resources", [])[-1:]])


def event_row(session: Session, event: dict[str, Any], columns: list[dict[str, Any]]) -> dict[str, Any]:
    record = json.loads(event["CloudTrailEvent"])
    resources = event.get("Resources", [])
    name: Any = markup.link(address(session, event), event["EventName"])
    if record.get("eventCategory") == "Data":
        name = markup.lines([name, markup.badge("data event")])
    cells = {
        "name": name,
        "words": format_html('<span class="words">{}</span>', words_of(event, record)),
        "time": f"{event['EventTime']:%B %d, %Y, %H:%M:%S} (UTC)",
        "user": event.get("Username", "-"),
        "source": event["EventSource"],
        "type": ", ".join(one["ResourceType"] for one in resources) or "-",
        "resource": ", ".join(one["ResourceName"] for one in resources) or "-",
        "key": event.get("AccessKeyId") or "-",
        "error": record.get("errorCode", "-"),
        "region": record.get("awsRegion", "-"),
        "address": record.get("sourceIPAddress", "-"),
        "read": event["ReadOnly"],
        "id": event["EventId"],
        "request": record.get("requestID", "-"),
    }
    return tables.row(event["EventId"], [cells[column["key"]] for column in columns], label=event["EventName"])


@require_safe
@console_page
def event(request: HttpRequest, session: Session, event_id: str) -> HttpResponse:
    """One event with its record; a data event says what AWS would show."""
    attributes = [{"AttributeKey": "EventId", "AttributeValue": event_id}]
    found: Panel = panel(session, "cloudtrail:LookupEvents", {"LookupAttributes": attributes})
    events = found.get("Events", [])
    if found.stands and not events:
        raise Http404
    context: dict[str, Any] = {"found": found}
    if events:
        record = json.loads(events[0]["CloudTrailEvent"])
        resources = events[0].get("Resources", [])
        context |= {
            "record": record,
            "text": json.dumps(record, indent=2),
            "words": words_of(events[0], record),
            "data": record.get("eventCategory") == "Data",
            "facts": facts(events[0], record),
            "resources": [(one["ResourceType"], one["ResourceName"]) for one in resources],
            "why_url": session.url("why", event_id),
        }
    return pages.render(
        request,
        session,
        "console/events/event.html",
        context,
        title=events[0]["EventName"] if events else "Event",
        crumbs=[("Event history", session.url("events")), ("Event", None)],
        service="cloudtrail",
    )


def facts(event: dict[str, Any], record: dict[str, Any]) -> list[tuple[str, Any]]:
    return [
        ("Event time", f"{event['EventTime']:%B %d, %Y, %H:%M:%S} (UTC)"),
        ("User name", event.get("Username", "-")),
        ("Event source", event["EventSource"]),
        ("AWS access key", event.get("AccessKeyId", "-")),
        ("Source IP address", record.get("sourceIPAddress", "-")),
        ("Error code", record.get("errorCode", "-")),
        ("Read-only", event["ReadOnly"]),
        ("AWS region", record.get("awsRegion", "-")),
        ("Event ID", event["EventId"]),
        ("Request ID", record.get("requestID", "-")),
    ]


@require_safe
@console_page
def download(request: HttpRequest, session: Session, kind: str) -> HttpResponse:
    """What the filter shows, up to a thousand events, as CSV or JSON."""
    _, params = asked(request, session)
    events: list[dict[str, Any]] = []
    while len(events) < MOST:
        answer = session.call("cloudtrail:LookupEvents", params)
        events += answer["Events"]
        if "NextToken" not in answer:
            break
        params["NextToken"] = answer["NextToken"]
    if kind == "json":
        records = {"Records": [json.loads(one["CloudTrailEvent"]) for one in events]}
        response = HttpResponse(json.dumps(records, indent=2), content_type="application/json")
    else:
        response = HttpResponse(content_type="text/csv; charset=utf-8")
        writer = csv.writer(response)
        writer.writerow(CSV_HEAD)
        writer.writerows([cell(value) for value in csv_row(one)] for one in events)
    response["Content-Disposition"] = f'attachment; filename="event_history.{kind}"'
    return response


def csv_row(event: dict[str, Any]) -> list[Any]:
    record = json.loads(event["CloudTrailEvent"])
    resources = event.get("Resources", [])
    return [
        event["EventName"],
        record["eventTime"],
        event.get("Username", ""),
        event["EventSource"],
        ";".join(one["ResourceType"] for one in resources),
        ";".join(one["ResourceName"] for one in resources),
        event.get("AccessKeyId", ""),
        record.get("errorCode", ""),
        record.get("awsRegion", ""),
        record.get("sourceIPAddress", ""),
        event["ReadOnly"],
        event["EventId"],
        record.get("requestID", ""),
    ]
