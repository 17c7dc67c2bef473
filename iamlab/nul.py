"""A NUL character in an address or a form is refused: no name has one, and PostgreSQL keeps no text with one."""

from collections.abc import Callable

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponseBase, QueryDict


def no_nul(get_response: Callable[[HttpRequest], HttpResponseBase]):
    """Middleware. Answers 400."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        sent = [request.path_info, *_texts(request.GET), *(_texts(request.POST) if request.method == "POST" else ())]
        if any("\0" in text for text in sent):
            raise BadRequest("A NUL character was sent.")
        return get_response(request)

    return middleware


def _texts(data: QueryDict) -> list[str]:
    return [text for name, values in data.lists() for text in (name, *values)]
