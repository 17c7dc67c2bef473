"""Comparing events of the history: up to five, side by side."""

import json
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from iamlab.components import markup
from iamlab.console import pages
from iamlab.console.events.views import SIZE, address, asked, facts, words_of
from iamlab.console.panels import Panel, panel
from iamlab.console.session import Session, console_page

LABELS = (
    "In plain words",
    "Event time",
    "User name",
    "Event source",
    "AWS access key",
    "Source IP address",
    "Error code",
    "Read-only",
    "AWS region",
    "Event ID",
    "Request ID",
    "Resources referenced",
)
MOST = 5  # CloudTrail User Guide: "Viewing recent management events with the console"


@require_safe
@console_page
def compare(request: HttpRequest, session: Session) -> HttpResponse:
    """Each property a row, each event a column; what differs is marked."""
    wanted = list(dict.fromkeys(request.GET.getlist("selected")))
    if not 2 <= len(wanted) <= MOST:
        messages.warning(request, "Select two to five events to compare.")
        return redirect(session.url("events"))
    found, events = chosen(request, session, wanted)
    columns = [(markup.link(address(session, one), one["EventName"]), values(one)) for one in events]
    context = {
        "found": found,
        "heads": [head for head, _ in columns],
        "rows": [
            {"label": label, "cells": cells, "differs": len(set(cells)) > 1}
            for label, cells in zip(LABELS, zip(*(cells for _, cells in columns), strict=True), strict=False)
        ],
        "missing": len(wanted) - len(events) if found.stands else 0,
        "back": session.url("events"),
    }
    title = "Compare event details"
    crumbs = [("Event history", session.url("events")), (title, None)]
    template = "console/events/compare.html"
    return pages.render(request, session, template, context, title=title, crumbs=crumbs)


def chosen(request: HttpRequest, session: Session, wanted: list[str]) -> tuple[Panel, list[dict[str, Any]]]:
    """The events, newest first. They are on the page of the list that they were ticked on, which is one call; what has
    left it since is looked up by its id."""
    _, params = asked(request, session)
    after = request.GET.get("after", "")
    more = {"NextToken": after} if after else {}
    found = panel(session, "cloudtrail:LookupEvents", {**params, "MaxResults": SIZE, **more})
    by_id = {one["EventId"]: one for one in found.get("Events", [])}
    for event_id in wanted if found.denial is None else []:
        if event_id not in by_id:
            attribute = {"AttributeKey": "EventId", "AttributeValue": event_id}
            alone = panel(session, "cloudtrail:LookupEvents", {"LookupAttributes": [attribute]})
            by_id |= {one["EventId"]: one for one in alone.get("Events", [])}
    events = [by_id[event_id] for event_id in wanted if event_id in by_id]
    return found, sorted(events, key=lambda one: one["EventTime"], reverse=True)


def values(event: dict[str, Any]) -> list[str]:
    """An event's cells, in the order of LABELS."""
    record = json.loads(event["CloudTrailEvent"])
    told = dict(facts(event, record))
    resources = ", ".join(one["ResourceName"] for one in event.get("Resources", [])) or markup.NOTHING
    return [words_of(event, record), *(str(told[label]) for label in LABELS[1:-1]), resources]
