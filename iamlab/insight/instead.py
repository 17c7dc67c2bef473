"""Wrong identity: a user is refused who would be allowed as a role that they may take."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from iamlab.console.session import Session
from iamlab.door.instead import EXTERNAL_ID, MFA, MOST, Roles, Taking
from iamlab.services.callers import Caller

LACKING = {
    (MFA,): "once {who} has signed in with a second factor, which taking it asks for",
    (EXTERNAL_ID,): "once {who} gives the external ID that taking it asks for, as only API and command line can",
    (MFA, EXTERNAL_ID): "once {who} has signed in with a second factor and gives the external ID, as taking it asks",
}


def told(session: Session, roles: Roles, takings: Sequence[Taking], who: str) -> dict[str, Any] | None:
    """{sentence, roles: [{arn, needs, text}], switches: [(label, address)], note} of who was refused; None where no
    role would do, and none was left out."""
    note = f"Only {MOST} of the account's roles were looked at, those first that name {who}." if roles.more else ""
    if not takings:
        return {"sentence": "", "roles": [], "switches": [], "note": note} if note else None
    rows = [{"arn": one.arn, "needs": list(one.needs), "text": _told(one, who)} for one in takings]
    ready = [one for one in takings if not one.needs]
    switches = [] if session.examined else [_switch(session, roles.user, one) for one in ready]
    return {"sentence": _sentence(takings, who), "roles": rows, "switches": switches, "note": note}


def _sentence(takings: Sequence[Taking], who: str) -> str:
    """The first line of the answer: the first role by name, and how many others are as good."""
    first = takings[0]
    role = _told(first, who) if first.needs else f"{first.name}, which {who} may take, yes"
    others = sum(bool(one.needs) == bool(first.needs) for one in takings[1:])
    more = f"; as {others} other role{'s' * (others > 1)} too" if others else ""
    return f"No, not as user {who}. As role {role}{more}."


def _told(one: Taking, who: str) -> str:
    return f"{one.name}, yes, {LACKING[one.needs].format(who=who)}" if one.needs else one.name


def _switch(session: Session, user: Caller, one: Taking) -> tuple[str, str]:
    """Where the user takes the role: in their own session if it is open in this browser, else after their sign-in."""
    asked = {"account": user.account_id, "roleName": f"{one.path}{one.name}".lstrip("/")}
    if session.caller.unique_id == user.unique_id:
        return f"Switch to {one.name}", session.url("switch-role", **asked)
    row = next((row for row in session.open_others if row.principal == user.unique_id), None)
    if row is not None:
        return f"Switch to {one.name} as {user.name}", f"{reverse('switch-role', args=[row.pk])}?{urlencode(asked)}"
    sign_in = reverse("sign-in-user", args=[session.account.sandbox.public_id])
    place = {"next": f"switch-role/?{urlencode(asked)}"}
    return f"Sign in as {user.name} and switch to {one.name}", f"{sign_in}?{urlencode(place)}"
