"""The wire comes before sessions, CSRF and redirects: its clients have signatures instead."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from iamlab.wire import views


def wire(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    def middleware(request: HttpRequest) -> HttpResponse:
        path = request.path_info
        if path.startswith(views.ENDPOINT) and path[len(views.ENDPOINT) :][:1] in ("", "/"):
            return views.aws(request)
        if path.startswith(views.PUBLIC + "/"):
            return views.public(request)
        return get_response(request)

    return middleware
