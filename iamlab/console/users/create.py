"""The Create user wizard: today's steps, and the five of 2021 as a second list over the same forms."""

import secrets as random
import string
from typing import Any
from urllib.parse import quote, urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.views.decorators.http import require_POST, require_safe

from iamlab.console import downloads, drafts, pages, wizard_pages
from iamlab.console.models import Draft
from iamlab.console.session import Session, console_page
from iamlab.console.users import plan
from iamlab.console.users.forms import (
    AUTO,
    CUSTOM,
    Details2021Form,
    DetailsForm,
    Permissions2021Form,
    PermissionsForm,
    ReviewForm,
    UserTagsForm,
)
from iamlab.console.wizard import Incomplete, Step, Wizard
from iamlab.services.accounts.register import SYMBOLS

ERAS = {
    "now": [
        Step("details", "Specify user details", DetailsForm, "console/users/create_details.html"),
        Step("permissions", "Set permissions", PermissionsForm, "console/users/create_permissions.html"),
        Step("review", "Review and create", UserTagsForm, "console/users/create_review.html"),
    ],
    "2021": [
        Step("details", "Set user details", Details2021Form, "console/users/create_details.html"),
        Step(
            "permissions",
            "Set permissions",
            Permissions2021Form,
            "console/users/create_permissions.html",
            short="Permissions",
        ),
        Step("tags", "Add tags (optional)", UserTagsForm, "console/users/create_tags.html", short="Tags"),
        Step("review", "Review", ReviewForm, "console/users/create_review.html", short="Review"),
    ],
}


def era_of(data: dict[str, Any]) -> str:
    return data.get("era", "now")


def generated(least: int) -> str:
    """A password with all four kinds of characters."""
    kinds = (string.ascii_uppercase, string.ascii_lowercase, string.digits, SYMBOLS)
    letters = [random.choice(kind) for kind in kinds]
    letters += [random.choice("".join(kinds)) for _ in range(max(16, least) - len(kinds))]
    random.SystemRandom().shuffle(letters)
    return "".join(letters)


def with_passwords(session: Session, draft: Draft, kept: dict[str, str]) -> dict[str, str]:
    """The typed password, or generated ones. Raises Incomplete when the typed one has been erased meanwhile."""
    details = draft.data["details"]
    if not details["console"]:
        return kept
    if details["password_kind"] == CUSTOM and "Password" not in kept:
        text = "A typed password is kept for 30 minutes, then erased. Enter it again."
        raise Incomplete("details", text)
    if details["password_kind"] == AUTO:
        made = {f"password:{name}": generated(details.get("least", 0)) for name in plan.names(draft.data)}
        return {**made, **kept}
    return kept


def finish(request: HttpRequest, session: Session, draft: Draft) -> HttpResponse | None:
    """Without a password to retrieve the wizard ends on the list."""
    if era_of(draft.data) == "2021" or draft.data["details"]["console"]:
        return None
    name = draft.data["details"]["UserName"]
    text = format_html(
        'User created successfully. <a class="btn" href="{}">View user</a>', session.url("user", name, "permissions")
    )
    return pages.done(request, session.url("users"), text)


def context(request: HttpRequest, session: Session, draft: Draft) -> dict[str, Any]:
    """What the steps show besides their forms."""
    era = era_of(draft.data)
    more: dict[str, Any] = {
        "group_url": session.url("user-create-group", draft.pk),
        "era": era,
        "switch_url": session.url("user-create-era", draft.pk),
        "other_era": "2021" if era == "now" else "now",
        "sign_in_url": sign_in_url(request, session),
    }
    if "details" in draft.data:
        more |= {"details": plan.details(draft.data), "summary": plan.summary(draft.data)}
        more["user_url"] = session.url("user", draft.data["details"]["UserName"], "permissions")
    return more


def sign_in_url(request: HttpRequest, session: Session) -> str:
    account = session.account
    address = reverse("sign-in-account", args=[account.sandbox.public_id, account.alias or account.pk])
    return request.build_absolute_uri(address)


def shown_once(request: HttpRequest, session: Session, draft: Draft, shown: dict[str, str]) -> dict[str, Any]:
    """The page where credentials are retrieved, this once."""
    url, data = sign_in_url(request, session), draft.data
    users = [
        {
            "name": name,
            "password": shown.get(f"{name}:password", ""),
            "key_id": shown.get(f"{name}:id", ""),
            "secret": shown.get(f"{name}:secret", ""),
            "mail": mail(name, url),
        }
        for name in plan.made(data, draft.results)
    ]
    credentials = data["details"]["console"] or data["details"].get("programmatic")
    csv = csv_link(users, url, era_of(data)) if users else None
    found = {"users": users, "csv": csv, "gone": not shown, "credentials": credentials}
    return found | {"user_url": session.url("user", users[0]["name"], "permissions")} if users else found


def last_step(data: dict[str, Any]) -> str:
    """The result page's place in the list of steps."""
    if era_of(data) == "2021":
        return "Complete"
    return "Retrieve password" if data.get("details", {}).get("console") else ""


WIZARD = Wizard(
    name="user-create",
    title="Create user",
    titles={"2021": "Add user"},
    submit="Create user",
    cancel=lambda session, draft: session.url("users"),
    steps=lambda data: ERAS[era_of(data)],
    calls=plan.calls,
    result_template="console/users/create_result.html",
    crumbs=lambda session, draft: [("Users", session.url("users")), ("Create user", None)],
    secrets=with_passwords,
    finish=finish,
    context=context,
    result_step=last_step,
    once=shown_once,
)


@require_safe
@console_page
def start(request: HttpRequest, session: Session) -> HttpResponse:
    era = "2021" if request.GET.get("era") == "2021" else "now"
    return wizard_pages.start(session, WIZARD, era=era)


@require_POST
@console_page
def switch_era(request: HttpRequest, session: Session, draft_id: UUID) -> HttpResponse:
    """The other list of steps over what was typed so far."""
    draft = drafts.find(session, WIZARD.name, draft_id)
    draft.data["era"] = "2021" if request.POST.get("era") == "2021" else "now"
    draft.save(update_fields=["data"])
    return redirect(session.url(WIZARD.name, draft.pk, ERAS[era_of(draft.data)][0].key))


def csv_link(users: list[dict[str, str]], url: str, era: str) -> dict[str, str]:
    if era == "2021":
        header = ["User name", "Password", "Access key ID", "Secret access key", "Console login link"]
        rows = [
            [user["name"], user["password"], user["key_id"], user["secret"], url if user["password"] else ""]
            for user in users
        ]
        return downloads.csv_link("new_user_credentials.csv", header, rows)
    rows = [[user["name"], user["password"], url] for user in users]
    return downloads.csv_link(
        f"{users[0]['name']}_credentials.csv", ["User name", "Password", "Console sign-in URL"], rows
    )


def mail(name: str, url: str) -> str:
    """A mail to write: how to sign in, without the password."""
    text = f"You can sign in to the AWS Management Console.\n\nSign-in URL: {url}\nUser name: {name}\n"
    return "mailto:?" + urlencode({"subject": "Your AWS sign-in", "body": text}, quote_via=quote)
