"""The roles that a browser switched to last, kept with its sign-in to iamlab: five of a world, as AWS keeps them."""

from typing import TYPE_CHECKING, Any

from django.http import HttpRequest

if TYPE_CHECKING:
    from iamlab.console.session import Session

MOST = 5
FIELDS = ("account", "roleName", "displayName", "color")


def _key(session: "Session") -> str:
    return f"roles {session.account.sandbox.public_id}"


def recent(request: HttpRequest, session: "Session") -> list[dict[str, str]]:
    """What was typed into the form, newest first."""
    found: list[dict[str, str]] = request.session.get(_key(session), [])
    return found


def note(request: HttpRequest, session: "Session", wanted: dict[str, Any]) -> None:
    """Put a role that was taken first."""
    this = {name: wanted[name] for name in FIELDS}
    others = [one for one in recent(request, session) if any(one[name] != this[name] for name in FIELDS[:2])]
    request.session[_key(session)] = [this, *others][:MOST]


def entries(request: HttpRequest, session: "Session") -> list[dict[str, Any]]:
    """For the account menu: each switches at once."""
    return [
        {
            "label": one["displayName"] or f"{one['roleName']} @ {one['account']}",
            "url": session.url("switch-role", **one),
            "method": "post",
            "colour": one["color"],
        }
        for one in recent(request, session)
    ]
