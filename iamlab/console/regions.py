"""The Region of a session's regional services: chosen in the top bar, kept in a cookie of this session's pages."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponse

from iamlab.console import menus
from iamlab.door.middleware import source_of
from iamlab.services.callers import Source

if TYPE_CHECKING:
    from iamlab.console.session import Session

COOKIE = "region"
AGE = 12 * 3600  # a console session's
USUAL = "us-east-1"
# Those that are enabled in every account, in the order of AWS's list.
NAMES = {
    "us-east-1": "US East (N. Virginia)",
    "us-east-2": "US East (Ohio)",
    "us-west-1": "US West (N. California)",
    "us-west-2": "US West (Oregon)",
    "ap-south-1": "Asia Pacific (Mumbai)",
    "ap-northeast-3": "Asia Pacific (Osaka)",
    "ap-northeast-2": "Asia Pacific (Seoul)",
    "ap-southeast-1": "Asia Pacific (Singapore)",
    "ap-southeast-2": "Asia Pacific (Sydney)",
    "ap-northeast-1": "Asia Pacific (Tokyo)",
    "ca-central-1": "Canada (Central)",
    "eu-central-1": "Europe (Frankfurt)",
    "eu-west-1": "Europe (Ireland)",
    "eu-west-2": "Europe (London)",
    "eu-west-3": "Europe (Paris)",
    "eu-north-1": "Europe (Stockholm)",
    "sa-east-1": "South America (São Paulo)",
}


def shown_name(code: str) -> str:
    """As S3's pages write it: US East (N. Virginia) us-east-1."""
    return f"{NAMES[code]} {code}" if code in NAMES else code


def regional(request: HttpRequest) -> bool:
    return menus.SERVICES[menus.service_of(request)].regional


def of_request(request: HttpRequest) -> str:
    """The Region that a page's calls go to: as its address or the cookie says, of a global service the usual one."""
    if not regional(request):
        return USUAL
    asked = (request.GET.get("region", ""), request.COOKIES.get(COOKIE, ""))
    return next((one for one in asked if one in NAMES), USUAL)


def source(request: HttpRequest) -> Source:
    return replace(source_of(request), region=of_request(request))


def shown(request: HttpRequest, session: "Session", service: str) -> dict[str, Any]:
    """For the top bar: {label, code, choices}; a global service has nothing to choose."""
    menu = menus.SERVICES[service]
    if not menu.regional:
        return {"label": "Global"}
    now = of_request(request)
    # What is open may not be in the other Region: the choice leads to the service's first page.
    choices = [
        {"label": f"{name} {code}", "url": session.url(menu.home, region=code), "current": code == now}
        for code, name in NAMES.items()
    ]
    return {"label": NAMES[now], "code": now, "choices": choices}


def keep(request: HttpRequest, response: HttpResponse, session: "Session") -> None:
    """Go on in the Region that the address asked for."""
    if regional(request) and request.GET.get("region") in NAMES:
        path, secure = f"/console/{session.id}/", request.is_secure()
        response.set_cookie(COOKIE, request.GET["region"], AGE, path=path, httponly=True, samesite="Lax", secure=secure)
