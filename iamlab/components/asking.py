"""A question about rows that were ticked: asked by POST, read as the GET that it is.

Many long names make a longer address than servers take. Where the address says that it asks, what was sent counts as a
part of that address; a POST without it changes something, as ever.
"""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict

ASKS = "asks"


class Asking:
    """Runs as a view's turn comes, when the token that every POST needs has been seen."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> None:
        if request.method != "POST" or ASKS not in request.GET:
            return
        query = request.GET.copy()
        del query[ASKS]
        request.META["QUERY_STRING"] = query.urlencode()  # what the page's own forms go to
        for name, values in request.POST.lists():
            if name != "csrfmiddlewaretoken":
                query.setlist(name, values)
        request.method, request.GET, request.POST = "GET", query, QueryDict()  # type: ignore[assignment]
