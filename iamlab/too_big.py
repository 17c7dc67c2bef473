"""A body larger than all that a page takes is refused unread: no visitor fills the disk with files."""

from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponseBase


def too_big(get_response: Callable[[HttpRequest], HttpResponseBase]):
    """Middleware. Answers 413. Without a length in its head a request has no body for Django."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        length = request.headers.get("Content-Length", "")
        if length.isdecimal() and int(length[:20]) > settings.UPLOAD_BYTES:
            raise RequestDataTooBig("The body is larger than all that a page takes.")
        return get_response(request)

    return middleware
