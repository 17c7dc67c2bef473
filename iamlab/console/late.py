"""What was typed into a page's form and sent when its session had ended: kept, encrypted, until the same identity opens
the page again. Nothing is sent of itself by that, and nothing secret is kept."""

import json
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from cryptography.fernet import InvalidToken
from django.http import HttpRequest, QueryDict

from iamlab.console.box import KEPT, box

KEY = "sent-late"
MOST = 64 * 1024  # of one page
PAGES = 5  # the newest: several tabs may have been open
NEVER = ("csrfmiddlewaretoken", "look", "sealed")


@dataclass(slots=True)
class Offered:
    """What was sent to the page that is made now; `taken` once a form shows it."""

    sent: QueryDict
    taken: bool = False


_offered: ContextVar[Offered | None] = ContextVar("sent late to this page", default=None)


def page_of(request: HttpRequest) -> str:
    """The page's path behind its session: after signing in again it is another session's."""
    return request.path.removeprefix("/").partition("/")[2].partition("/")[2]


def keep(request: HttpRequest, who: list[str], secret: Collection[str]) -> None:
    """Keep what identity `who` has sent, without the fields that are `secret`."""
    sent = request.POST.copy()
    for name in (*NEVER, *secret):
        sent.pop(name, None)
    text = json.dumps([request.GET.urlencode(), sent.urlencode()])
    if len(text) <= MOST:
        here = [who, page_of(request)]
        others = [one for one in request.session.get(KEY, []) if one[:2] != here]
        request.session[KEY] = [*others, [*here, box().encrypt(text.encode()).decode()]][-PAGES:]


def take(request: HttpRequest, who: list[str]) -> QueryDict | None:
    """What this identity sent to this very page, once, for as long as a draft's secrets are kept."""
    kept = request.session.get(KEY)
    if not kept or request.method != "GET":
        return None
    here = [who, page_of(request)]
    found = next((one for one in kept if one[:2] == here), None)
    if found is None:
        return None
    texts = opened(found[2])
    if texts and not same(request.GET, *texts):
        return None
    request.session[KEY] = [one for one in kept if one is not found]
    return texts[1] if texts else None


def opened(token: str) -> list[QueryDict]:
    """What stood in the page's address, and what was sent; empty once it is too old."""
    try:
        return [QueryDict(text) for text in json.loads(box().decrypt(token.encode(), ttl=int(KEPT.total_seconds())))]
    except InvalidToken:
        return []


def same(now: QueryDict, *before: QueryDict) -> bool:
    """Whether the page is asked about the same thing as when it was sent: part of that may stand in its address."""
    return all(one.getlist(name) == values for name, values in now.lists() for one in before if name in one)


@contextmanager
def offering(request: HttpRequest, who: list[str]) -> Iterator[None]:
    """While a page is made: its form shows what was sent to it late."""
    sent = take(request, who)
    token = _offered.set(Offered(sent) if sent is not None else None)
    try:
        yield
    finally:
        _offered.reset(token)


def offered() -> QueryDict | None:
    """What a form that was not sent now shows, asked as it is made."""
    found = _offered.get()
    if found is None:
        return None
    found.taken = True
    return found.sent


def was_taken() -> bool:
    """Whether the page has a form that shows it."""
    found = _offered.get()
    return found is not None and found.taken
