"""The frame of every console page: identity, menus, breadcrumbs, title."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.shortcuts import render as django_render
from django_htmx.http import HttpResponseLocation

from iamlab.console import late, menus, regions, told, visits

if TYPE_CHECKING:
    from iamlab.console.session import Session

Crumbs = Sequence[tuple[str, str | None]]
SENT_LATE = (
    "Your session had ended before this was sent, so that nothing was changed. What you typed is here again, passwords "
    "and files excepted."
)


def render(
    request: HttpRequest,
    session: "Session",
    template: str,
    context: dict[str, Any] | None = None,
    *,
    title: str = "",
    crumbs: Crumbs = (),
    service: str = "",
    status: int = 200,
) -> HttpResponse:
    """A page in the console's frame. `title` becomes "Users | IAM | Global"; `crumbs` follow the service's own.

    The service is that of the address unless given.
    """
    service = service or menus.service_of(request)
    menu, region = menus.SERVICES[service], regions.shown(request, session, service)
    frame = {
        "session": session,
        "page_title": " | ".join(part for part in (title, menu.title, region["label"]) if part),
        "identity": menus.identity(request, session),
        "services": menus.services(session),
        "home_url": menus.home_url(session),
        "search": {"url": session.url("search"), "query": ""},
        "region": region,
        "side_title": {"label": menu.side_title, "url": session.url(menu.home)},
        "side_search": session.url("search") if service == "iam" else "",
        "side_nav": menus.side_nav(request, session, service),
        "breadcrumbs": [(menu.title, session.url(menu.home)), *crumbs],
        "page_commands": told.reads(session.asked) if shows_commands(request, context or {}) else [],
    }
    if late.was_taken():
        messages.info(request, SENT_LATE)
    response = django_render(request, template, {**frame, **(context or {})}, status=status)
    visits.note(request, response, session)
    regions.keep(request, response, session)
    return response


def shows_commands(request: HttpRequest, context: dict[str, Any]) -> bool:
    """A wizard and a question show what they are going to do instead."""
    return request.method == "GET" and not {"wizard", "confirm"} & context.keys()


def done(request: HttpRequest, url: str, text: str = "", kind: str = "success") -> HttpResponse:
    """After a change: a flash message, and on to `url`, from a dialog too."""
    if text:
        messages.add_message(request, getattr(messages, kind.upper()), told.with_commands(request, text))
    if getattr(request, "htmx", None) and request.htmx.target == "modal":  # type: ignore[attr-defined]
        return HttpResponseLocation(url, target="body")
    return redirect(url)
