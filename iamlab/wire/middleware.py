"""The two ways to the wire, before sessions, CSRF and redirects: its clients have signatures instead.

Under a server AWS's requests go past Django's handler, which costs as much as a call; elsewhere they come through its
first middleware.
"""

from collections.abc import Callable, Iterable
from http.client import responses
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.http import HttpRequest, HttpResponse

from iamlab.wire import views
from iamlab.wire.answers import Answer

Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def answer_to(environ: dict[str, Any]) -> Answer | None:
    """The wire's answer; None for an address that is not its own."""
    path = environ.get("PATH_INFO", "")
    if path.startswith(views.ENDPOINT) and path[len(views.ENDPOINT) :][:1] in ("", "/"):
        return views.aws(environ)
    if path.startswith(views.PUBLIC + "/"):
        return views.public(environ)
    return None


def wire(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Django's middleware."""

    def middleware(request: HttpRequest) -> HttpResponse:
        answer = answer_to(request.META)
        if answer is None:
            return get_response(request)
        response = HttpResponse(answer.body, status=answer.status, headers=answer.headers)
        if "Content-Type" not in answer.headers:
            del response.headers["Content-Type"]
        response._has_been_logged = True  # type: ignore[attr-defined]  # to Django a 501 is an error of the site
        return response

    return middleware


def entrance(django: Wsgi) -> Wsgi:
    """A WSGI application that asks `django` for what is not the wire's."""

    def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        try:
            answer = answer_to(environ)
        finally:
            connections[DEFAULT_DB_ALIAS].close_if_unusable_or_obsolete()  # as Django does behind a request
        if answer is None:
            return django(environ, start_response)
        reason = responses.get(answer.status, "Unknown Status Code")
        start_response(f"{answer.status} {reason}", list(answer.headers.items()))
        return [answer.body]

    return application
