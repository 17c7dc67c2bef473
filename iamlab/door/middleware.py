"""The events of one HTTP request are stored together, before the response's first byte."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from iamlab.door import record
from iamlab.services.callers import Source


def recording(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    def middleware(request: HttpRequest) -> HttpResponse:
        with record.recording():
            return get_response(request)

    return middleware


def source_of(request: HttpRequest, entrance: str = "console") -> Source:
    """The facts of an HTTP request that a call carries."""
    agent = request.headers.get("User-Agent", "")
    return Source(
        ip=request.META.get("REMOTE_ADDR") or "127.0.0.1",
        user_agent=agent[:512],
        entrance=entrance,
        host=request.get_host(),
        secure=request.is_secure(),
    )
