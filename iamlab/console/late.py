"""A page of a wizard that was sent when its session had ended: kept until the page is opened again, encrypted."""

import json

from cryptography.fernet import InvalidToken
from django.http import HttpRequest, QueryDict

from iamlab.console.box import KEPT, box

KEY = "sent-late"
MOST = 64 * 1024


def page_of(request: HttpRequest) -> str:
    """The page's address behind its session: after signing in again it is another session's."""
    return request.path.removeprefix("/").partition("/")[2].partition("/")[2]


def keep(request: HttpRequest) -> None:
    sent = request.POST.copy()
    sent.pop("csrfmiddlewaretoken", None)
    text = json.dumps([page_of(request), sent.urlencode()])
    if sent and len(text) <= MOST:
        request.session[KEY] = box().encrypt(text.encode()).decode()


def take(request: HttpRequest) -> QueryDict | None:
    """What was sent to this very page, once, for as long as a draft's secrets are kept."""
    kept = request.session.get(KEY)
    if kept is None or request.method != "GET":
        return None
    try:
        page, sent = json.loads(box().decrypt(kept.encode(), ttl=int(KEPT.total_seconds())))
    except InvalidToken:
        page, sent = "", ""
    if page and page != page_of(request):
        return None
    del request.session[KEY]
    return QueryDict(sent) if page else None
