"""The panel beside a page: its attempt found, caught up with what happened, and its HTML kept while nothing changes."""

import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import quote

from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

from iamlab.door import record
from iamlab.labs import asking, attempts, content, panel, runner, seen, wheres, windows
from iamlab.labs.models import Attempt, Happening, Message
from iamlab.labs.seen import Seen
from iamlab.people.models import Person
from iamlab.sandbox import history
from iamlab.sandbox.history import Touch
from iamlab.services import clock
from iamlab.services.callers import World
from iamlab.services.prepared import Prepared

AT_WORK = timedelta(seconds=2)  # a form whose last change is older has failed
MOST = 300  # panels kept in a process, of some 30 KB each
# What differs from page to page stands in kept HTML as marks that nobody can guess and write into a panel.
MARK = secrets.token_hex(8)
OF_THE_PAGE = ("csrf_token", "back", "back_query", "where", "now", "used", "sign_ins_open", "behind", "at_once")
HOLES = {name: f"{MARK}-{name}-" for name in OF_THE_PAGE}
HOLE = re.compile(f"{MARK}-([a-z_]+)-")


Piece = tuple[dict[str, Any], SafeString]  # what a part of a panel is made of, and its HTML


@dataclass(slots=True)
class Kept:
    """A panel's HTML, cut at its holes, with all that it was made of."""

    made_of: tuple[Any, ...]
    parts: list[str]
    title: str
    lang: str
    score: int
    hung_on: set[str]  # the inputs that a check hangs on
    pieces: dict[str, Piece]


_kept: dict[int, Kept] = {}


def context(request: HttpRequest) -> dict[str, Any]:
    """Context processor: the panel of the attempt whose world a page belongs to. Other pages get none."""
    attempt = attempt_of(request)
    if attempt is None:
        return {}
    session = request.resolver_match.kwargs.get("session_id", "") if request.resolver_match is not None else ""
    found, behind = seen.of(attempt), False
    if request.method in ("GET", "HEAD") and not record.changed():
        behind = is_behind(attempt, found) or follow(attempt, found, wait=True, store=False)
    elif follow(attempt, found, wait=True):
        found = seen.anew(attempt)
    return {"lab_panel": shown(attempt, found, request.get_full_path(), session, behind=behind)}


def after_changes(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: where calls are answered by leading on to a page, the checks that they touched run here already."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        leads_on = response.has_header("Location") or response.has_header("HX-Location")
        if leads_on and record.happened() and (attempt := attempt_of(request)) is not None:
            follow(attempt, seen.of(attempt), wait=True)
        return response

    return middleware


def attempt_of(request: HttpRequest) -> Attempt | None:
    """The attempt whose world a page belongs to, with what its panel shows; all that the request did is on record."""
    world = world_of(request)
    if world is None or not isinstance(request.user, Person):
        return None
    record.flush()
    return (OF_SANDBOX if isinstance(world, int) else OF_PUBLIC_ID).first(request.user.pk, world)


def world_of(request: HttpRequest) -> int | str | None:
    """A page's sandbox, by its key or public id: of its console session's account, as the view or the address says."""
    account = getattr(request, "console_account", None)
    if account is not None:
        return account.sandbox_id
    if hasattr(request, "sandbox_id"):
        return request.sandbox_id
    match = request.resolver_match
    return match.kwargs.get("public_id") if match is not None else None


def _attempts(person_id: int, **filters: Any) -> QuerySet[Attempt]:
    rows = content.lightly(Attempt.objects.filter(person_id=person_id, **filters))
    return windows.told(rows)


def _own(person_id: int, key: int) -> QuerySet[Attempt]:
    """With what tells whether a panel has to be looked into: `behind` (there are new events), `told` and `unread`."""
    told = Happening.objects.filter(attempt=OuterRef("pk")).order_by("-pk").values("pk")[:1]
    unread = Message.objects.filter(attempt=OuterRef("pk"), read=None).order_by("-pk").values("pk")[:1]
    return _attempts(person_id, pk=key).annotate(
        behind=history.exist_behind(OuterRef("sandbox"), OuterRef("examined")),
        told=Subquery(told),
        unread=Subquery(unread),
    )


OF_SANDBOX = Prepared(lambda person, sandbox: seen.told(_attempts(person, sandbox_id=sandbox)), int, int)
OF_PUBLIC_ID = Prepared(lambda person, world: seen.told(_attempts(person, sandbox__public_id=world)), int, str)
OWN = Prepared(_own, int, int)


def unchanged(attempt: Attempt, at: str) -> bool:
    """Whether a panel that was shown with this cursor is still right, as the attempt's own row tells."""
    row: Any = attempt
    behind = row.behind and attempt.submitted is None
    return not behind and seen.cursor(row.told, row.unread) == at


def caught_up(attempt: Attempt) -> Seen:
    """An attempt's facts once the checks ran that events touched; as they are while a form of the console is at work.

    Of a form's several calls some are done then: its own answer looks at all of them.
    """
    found = seen.of(attempt)
    if attempt.submitted is not None:
        return found
    found.read_on(attempt)
    if form_at_work(attempt, found):
        return found
    return seen.anew(attempt) if follow(attempt, found, wait=False) else found


def form_at_work(attempt: Attempt, found: Seen) -> bool:
    """Whether the newest change is a form's that has not answered: what an answered one changed has been looked at."""
    newest = next((event for event in reversed(new_events(attempt, found)) if event.changed), None)
    return newest is not None and timezone.now() - newest.when < AT_WORK and history.is_of_console(newest.seq)


def is_behind(attempt: Attempt, found: Seen) -> bool:
    """Whether calls from elsewhere touched checks, or are more than a page reads: what these come to asks more than a
    page should, and is left to the poll, as is news from a page's own calls.
    """
    if attempt.submitted is not None:
        return False
    if found.much:
        return True
    own = record.stored()
    others = [event for event in new_events(attempt, found) if event.event_id not in own]
    if not others:
        return False
    return any(event.changed for event in others) or not runner.inputs_touched(others).isdisjoint(
        hung_on(attempt, found)
    )


def new_events(attempt: Attempt, found: Seen) -> list[Touch]:
    return [event for event in found.events if event.seq > attempt.examined]


def follow(attempt: Attempt, found: Seen, *, wait: bool, store: bool = True) -> bool:
    """Run the checks that events touched. True when what was found is, or without `store` will be, another thing now.

    See runner.catch_up.
    """
    if attempt.submitted is not None:
        return False
    found.read_on(attempt)
    new = new_events(attempt, found)
    if not new:
        return False
    hangs = None if any(event.changed for event in new) else hung_on(attempt, found)  # some check hangs on a change
    begun = [fact.step for fact in found.steps.values() if fact.begun]
    return attempts.follow(attempt, found.events, hangs, wait=wait, known=found.checks, begun=begun, store=store)


def hung_on(attempt: Attempt, found: Seen) -> set[str]:
    """The inputs that a check hangs on."""
    kept = _kept.get(attempt.pk)
    if kept is not None and kept.made_of[:2] == (attempt.lab_version.digest, found.rows):
        return kept.hung_on
    return runner.awaited(attempt, attempt.lab_version.data, found.checks)


def shown(attempt: Attempt, found: Seen, page: str, session: str, *, behind: bool = False) -> dict[str, Any]:
    """The panel beside a page of that address and session: title, lang, score, and what fills in a csrf_token.

    One that is `behind` says so to whom no script polls for, and is polled for at once.
    """
    kept = _panel(attempt, found)
    values = here(attempt, page, session, at_once=behind)

    def fill(token: str) -> SafeString:
        filled = {**values, "csrf_token": escape(token), "behind": SafeString()}
        if behind:
            back = {"lab_panel": {"back": values["back"]}, "attempt": attempt, "csrf_token": token}
            filled["behind"] = render_to_string("labs/behind.html", back)
        html = "".join(filled[part] if hole % 2 else part for hole, part in enumerate(kept.parts))
        return mark_safe(html)  # noqa: S308 - a template made the parts, and the values are escaped

    shown = {"title": kept.title, "lang": kept.lang, "score": kept.score, "fill": fill}
    return {**shown, "template": "labs/kept_panel.html", "open": True}


def here(attempt: Attempt, page: str, session: str, *, at_once: bool = False) -> dict[str, SafeString]:
    """What a panel says of the page that it stands beside, and of the time; and whether it is polled for `at_once`."""
    address = wheres.address(panel.open_step(attempt).get("where", ""), session)
    link = '<p><a class="show-where" href="{}" hx-boost="false">Show where</a></p>'
    now = clock.now(World(attempt.sandbox_id, "", attempt.sandbox.clock_offset))
    return {
        "back": escape(page),
        "back_query": escape(quote(page)),
        "where": format_html(link, address) if address else SafeString(),
        "now": escape(f"{now:%-d %b %Y, %H:%M}"),
        "used": escape(panel.duration(attempt.used)),
        "sign_ins_open": SafeString("" if session else " open"),
        "at_once": SafeString("load, " if at_once else ""),
    }


def _panel(attempt: Attempt, found: Seen) -> Kept:
    step = panel.open_step(attempt)
    made_of = (
        attempt.lab_version.digest,
        found.rows,
        step["id"],
        attempt.sandbox.public_id,
        attempt.bound,
        (attempt.language, attempt.graded, attempt.submitted, bool(attempt.past.get("trying"))),
        attempt.past.get("shut"),
        history.last(attempt.sandbox) if asking.reads_events(attempt.lab_version.data, step) else None,
    )
    kept = _kept.pop(attempt.pk, None)
    if kept is None or kept.made_of != made_of:
        kept = _made(attempt, found, made_of, kept)
        while len(_kept) >= MOST:
            _kept.pop(next(iter(_kept), 0), None)
    _kept[attempt.pk] = kept  # as the last one: those not asked for go first
    return kept


def _made(attempt: Attempt, found: Seen, made_of: tuple[Any, ...], before: Kept | None) -> Kept:
    """A panel made anew, but for its parts that are as they were before."""
    data = panel.data(attempt, found)
    was = before.pieces if before is not None else {}
    pieces = {
        "within": _piece("labs/panel_step.html", panel.within(data), was.get("within")),
        "more": _piece("labs/panel_more.html", panel.below(data), was.get("more")),
    }
    html = _html("labs/panel.html", {**data, **{name: made for name, (_, made) in pieces.items()}})
    awaited = hung_on(attempt, found)
    return Kept(made_of, HOLE.split(html), data["title"], data["lang"], data["score"], awaited, pieces)


def _piece(template: str, data: dict[str, Any], before: Piece | None) -> Piece:
    """A part of a panel: as before, where it is made of the same."""
    if before is not None and before[0] == data:
        return before
    return data, _html(template, data, attempt=data["attempt"], step=data["step"])


def _html(template: str, data: dict[str, Any], **also: Any) -> SafeString:
    """A panel's HTML, or a part's, with its holes."""
    holes = {name: mark_safe(mark) for name, mark in HOLES.items()}  # noqa: S308 - hexadecimal
    return render_to_string(template, {"lab_panel": {**data, **holes}, "csrf_token": holes["csrf_token"], **also})
