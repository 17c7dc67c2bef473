"""What a page says of a console password, another user's or one's own: how old it is, when it was used."""

from typing import Any

from iamlab.components import markup
from iamlab.console import cells
from iamlab.console.panels import Panel
from iamlab.console.session import Session


def last_sign_in(session: Session, user: dict[str, Any]) -> str:
    return cells.ago(user["PasswordLastUsed"], session.now) if "PasswordLastUsed" in user else "Never"


def facts(session: Session, url: str, profile: Panel, user: dict[str, Any]) -> list[tuple[str, Any]]:
    """`user` as GetUser tells it."""
    return [
        ("Console sign-in link", markup.copy(url, "sign-in link")),
        ("Console password", state(session, profile)),
        ("Last console sign-in", last_sign_in(session, user)),
    ]


def state(session: Session, profile: Panel) -> Any:
    if not profile.stands:
        return "Not enabled"
    made = profile["LoginProfile"]
    when = made["CreateDate"]
    text = f"Updated {cells.ago(when, session.now).lower()} ({when:%B %d, %Y, %H:%M} UTC)"
    if not made.get("PasswordResetRequired"):
        return text
    return markup.lines([text, markup.status("info", "Must be changed at the next sign-in")])
