"""Which services a session was at last, newest first: kept in a cookie that is sent to this session's pages only."""

from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse

from iamlab.console import menus

if TYPE_CHECKING:
    from iamlab.console.session import Session

COOKIE = "recent"
AGE = 12 * 3600  # a console session's


def visited(request: HttpRequest) -> list[str]:
    """Keys of menus.SERVICES. The cookie is the browser's: what it names otherwise does not count."""
    named = dict.fromkeys(request.COOKIES.get(COOKIE, "").split("."))
    return [key for key in named if key in menus.SERVICES]


def note(request: HttpRequest, response: HttpResponse, session: "Session") -> None:
    """Put the service of this address first."""
    service = menus.service_named(request)
    before = visited(request)
    if not service or response.status_code != 200 or before[:1] == [service]:
        return
    after = ".".join([service, *(key for key in before if key != service)])
    secure = request.is_secure()
    path = f"/console/{session.id}/"
    response.set_cookie(COOKIE, after, AGE, path=path, httponly=True, samesite="Lax", secure=secure)
