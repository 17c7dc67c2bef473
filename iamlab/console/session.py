"""Who acts on a console page: the session in the address becomes a Session, which makes the page's calls."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, wraps
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import get_script_prefix, reverse
from django_htmx.http import HttpResponseLocation

from iamlab.console import late, refusals, regions
from iamlab.console.forms import secret_names
from iamlab.console.menus import hyphenated
from iamlab.console.told import Call as Told
from iamlab.door import authenticate, calls, sessions
from iamlab.people.models import Person
from iamlab.services import callers, clock
from iamlab.services.callers import Caller, Source
from iamlab.services.operations import AwsError, View


@cache
def _around(name: str, prefix: str) -> tuple[str, str]:
    """What stands before and after the session in the address of a page: every menu's link is reversed once."""
    before, _, after = reverse(name, args=["SESSION"]).partition("SESSION")
    return before, after


@dataclass
class Session:
    """One signed-in identity. `id` is the address's; `account` is a row that is read for its id, name and alias."""

    id: str
    person: Person
    account: Any
    caller: Caller
    source: Source
    label: str
    colour: str = ""
    examined: bool = False  # an instructor looks: nothing may change
    asked: list[Told] = field(default_factory=list)  # the page's calls
    made: list[Told] = field(default_factory=list)  # those that succeeded
    others: list[Any] = field(default_factory=list)  # the person's other sessions in this world, rows
    switched_from: str = ""  # the session that took this role

    def call(
        self, operation: str, params: Mapping[str, Any] | None = None, view: View | None = None, *, region: str = ""
    ) -> dict[str, Any]:
        """Make one call as this identity, to the endpoint of `region` where that is not the page's. Raises AwsError."""
        source = replace(self.source, region=region) if region else self.source
        this = Told(operation, params or {}, source.region, view.find if view is not None else "")
        self.asked.append(this)
        answer = calls.call(self.caller, operation, params, source, view=view)
        self.made.append(this)
        return answer

    def call_many(self, operation: str, many: Sequence[Mapping[str, Any]]) -> list[dict[str, Any] | AwsError]:
        return calls.call_many(self.caller, operation, many, self.source)

    def url(self, name: str, /, *args: Any, **query: Any) -> str:
        """The address of a page of this session."""
        if args:
            address = reverse(name, args=[self.id, *args])
        else:
            before, after = _around(name, get_script_prefix())
            address = f"{before}{self.id}{after}"
        return f"{address}?{urlencode(query)}" if query else address

    @property
    def now(self) -> Any:
        return clock.now(self.caller.world)

    @property
    def open_others(self) -> list[Any]:
        """Those of the others that have not expired: identities side by side in one browser."""
        return [row for row in self.others if row.expires > self.now]

    @property
    def is_root(self) -> bool:
        return self.caller.kind == callers.ROOT

    @property
    def account_label(self) -> str:
        """What stands behind the @ in the top bar: the alias if there is one, else the id with hyphens."""
        return self.account.alias or hyphenated(self.account.pk)


def of_request(request: HttpRequest, session_id: str) -> Session:
    """The person's session of that id. Raises Http404 for anybody else's, AwsError once it has ended or expired."""
    assert isinstance(request.user, Person)
    try:
        row, others = sessions.with_others(request.user, session_id)
    except Http404:
        return examined(request, session_id)
    label = row.account.name if row.kind == callers.ROOT else row.label
    request.console_row = row  # type: ignore[attr-defined]  # what the way back to sign-in needs
    request.console_account = row.account  # type: ignore[attr-defined]  # and by which a lab's panel finds its world
    request.console_must_change = row.must_change  # type: ignore[attr-defined]
    caller = authenticate.console_session(row)
    caller.world.kept = {}
    source, taker = regions.source(request), row.switched_from_id or ""
    return Session(
        row.pk, request.user, row.account, caller, source, label, row.colour, others=others, switched_from=taker
    )


def examined(request: HttpRequest, session_id: str) -> Session:
    """Another's session, where a rule lets this person look: reading only. Raises Http404 for anything that sends."""
    if request.method not in ("GET", "HEAD"):
        raise Http404
    assert isinstance(request.user, Person)
    row, caller = sessions.looked_at(request.user, session_id)
    request.console_must_change = False  # type: ignore[attr-defined]
    label = row.account.name if row.kind == callers.ROOT else row.label
    return Session(row.pk, request.user, row.account, caller, regions.source(request), label, row.colour, examined=True)


def console_page(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Hands a view its Session, made from the address. Who is not signed in to iamlab goes there first; a session that
    ended or expired asks to sign in again and comes back; a call that the view did not catch is told on a page."""

    @wraps(view)
    def page(request: HttpRequest, session_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        if not isinstance(request.user, Person):
            return redirect_to_login(request.get_full_path())
        try:
            session = of_request(request, session_id)
        except AwsError:
            return sign_in_again(request, session_id)
        request.console_made = session.made  # type: ignore[attr-defined]
        if must_change(request) and view.__name__ not in ALWAYS_OPEN:
            return redirect(session.url("new-password"))
        with late.offering(request, identity(request)):
            try:
                return view(request, session, *args, **kwargs)
            except AwsError as error:
                return refusals.page(request, session, error)

    return page


# What a session whose password has to be changed may open.
ALWAYS_OPEN = ("new_password", "sign_out", "why")


def must_change(request: HttpRequest) -> bool:
    return request.console_must_change  # type: ignore[attr-defined]


def identity(request: HttpRequest) -> list[str]:
    """Who a session's pages belong to, in whatever session of theirs. Who only looks at another's is nobody."""
    row = getattr(request, "console_row", None)
    return [row.account_id, row.kind, row.principal] if row is not None else []


def sign_in_again(request: HttpRequest, session_id: str) -> HttpResponse:
    """The sign-in page of the session's account, or for a role the form that takes it, with the way back to this very
    page."""
    row = request.console_row  # type: ignore[attr-defined]
    in_dialog = request.htmx.target == "modal"  # type: ignore[attr-defined]  # a page of its own, too
    referer = "" if in_dialog or request.method == "GET" else request.META.get("HTTP_REFERER", "")
    back = referer or request.get_full_path()
    if request.method == "POST":
        late.keep(request, identity(request), secret_names())
    path, query = way_in(request, row)
    address = f"{path}?{urlencode({'ended': 1, 'next': back.partition(f'/console/{session_id}/')[2], **query})}"
    return HttpResponseLocation(address, target="body") if in_dialog else redirect(address)


def way_in(request: HttpRequest, row: Any) -> tuple[str, dict[str, str]]:
    """Where a session that has ended begins anew, and what is filled in there."""
    assert isinstance(request.user, Person)
    taken = sessions.taken_by(request.user, row)
    if taken is not None:
        taker, role = taken
        name = {} if row.label.startswith(f"{role.rpartition('/')[2]}/") else {"displayName": row.label}
        wanted = {"account": row.account_id, "roleName": role, "color": row.colour, **name}
        return reverse("switch-role", args=[taker]), wanted
    public_id = row.account.sandbox.public_id
    if row.kind == callers.ROOT:
        return reverse("root-sign-in", args=[public_id]), {"email": row.account.email}
    return reverse("sign-in-account", args=[public_id, row.account_id]), {}
