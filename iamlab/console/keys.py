"""Access keys on a page, another user's or one's own: what each shows, and what may be done to it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from iamlab.components import markup
from iamlab.console import cells, changes, pages, panels
from iamlab.console.forms import OperationForm, member, pattern_check
from iamlab.console.panels import Panel, refused_cell
from iamlab.console.questions import asking, made, question
from iamlab.console.session import Session

MOST = 2
KEY_ID = re.compile("AKIA[A-Z0-9]{16}")


@dataclass(frozen=True)
class Holder:
    """Whose keys they are. `who` names the user in calls: nothing where one's own are meant, as AWS leaves it out.

    `place` is the beginning of the URL names, `args` come before the key's id in them. `user` bears the descriptions,
    as tags: "" for the root user, who has none.
    """

    who: Mapping[str, str]
    user: str
    back: str
    place: str
    args: tuple[str, ...] = ()

    def url(self, session: Session, act: str, key_id: str) -> str:
        return session.url(f"{self.place}-{act}", *self.args, key_id)


class DescriptionForm(OperationForm):
    """A description is a tag of the user's, called after the key."""

    operation = "iam:TagUser"

    description = forms.CharField(
        label="Description tag value",
        help_text="What the key is for and where it is used, so that you can replace it with confidence later. "
        "Up to 256 characters: letters, digits, spaces and _ . : / = + - @",
        required=False,
        max_length=256,
    )

    def clean_description(self) -> str:
        value = self.cleaned_data["description"]
        shape = member("iam:TagUser", "Tags").member.members["Value"]  # type: ignore[union-attr]
        if value:
            pattern_check(shape.metadata["pattern"])(value)
        return value


def owner(session: Session, text: str) -> str:
    """The user whose access key has this id; "" where the text is none, or whose it is may not be known."""
    if not KEY_ID.fullmatch(text.upper()):
        return ""
    found = panels.panel(session, "iam:GetAccessKeyLastUsed", {"AccessKeyId": text.upper()})
    return str(found.get("UserName", ""))


def last_uses(session: Session, keys: list[Panel]) -> dict[str, Panel]:
    """GetAccessKeyLastUsed of all keys on the page, by the key's id."""
    ids = [key["AccessKeyId"] for cell in keys for key in cell.get("AccessKeyMetadata", [])]
    answers = panels.cells(session, "iam:GetAccessKeyLastUsed", [{"AccessKeyId": key_id} for key_id in ids])
    return dict(zip(ids, answers, strict=True))


def blocks(
    session: Session, holder: Holder, keys: Panel, uses: Mapping[str, Panel], tags: list[dict[str, str]]
) -> list[dict[str, Any]]:
    """Each key for console/users/key_blocks.html: {id, active, facts, and an address for each thing to do}."""
    descriptions = {tag["Key"]: tag["Value"] for tag in tags}
    found = []
    for key in keys.get("AccessKeyMetadata", []):
        key_id = key["AccessKeyId"]
        found.append(
            {
                "id": key_id,
                "active": key["Status"] == "Active",
                "facts": facts(session, key, uses.get(key_id, Panel()), descriptions.get(key_id, markup.NOTHING)),
                "status_url": holder.url(session, "status", key_id),
                "delete_url": holder.url(session, "delete", key_id),
                "describe_url": holder.url(session, "description", key_id) if holder.user else "",
            }
        )
    return found


def facts(session: Session, key: dict[str, Any], use: Panel, description: str) -> list[tuple[str, Any]]:
    """In three columns, read across."""
    last, active = use.get("AccessKeyLastUsed", {}), key["Status"] == "Active"
    when = last.get("LastUsedDate")
    used: Any = cells.ago(when, session.now) if when else "Never"
    return [
        ("Description", description),
        ("Last used", used if use.stands else refused_cell(use)),
        ("Last used region", last.get("Region", markup.NOTHING)),
        ("Status", markup.status("success" if active else "stopped", key["Status"])),
        ("Created", cells.ago(key["CreateDate"], session.now)),
        ("Last used service", last.get("ServiceName", markup.NOTHING)),
    ]


def status(request: HttpRequest, session: Session, holder: Holder, key_id: str) -> HttpResponse:
    """Deactivate a key after a question, or activate it."""
    if request.method == "POST":
        wanted = "Inactive" if "deactivate" in request.POST else "Active"
        session.call("iam:UpdateAccessKey", {**holder.who, "AccessKeyId": key_id, "Status": wanted})
        return pages.done(request, holder.back, f"Access key {key_id} is {wanted.lower()}.")
    confirm = {
        "title": f"Deactivate {key_id}?",
        "cancel_url": holder.back,
        "submit": "Deactivate",
        "danger": "Whoever uses this access key is refused from now on. You can activate it again.",
        "hidden": [("deactivate", "1")],
    }
    return question(request, session, confirm, [])


def is_active(session: Session, holder: Holder, key_id: str) -> bool:
    keys = session.call("iam:ListAccessKeys", holder.who)["AccessKeyMetadata"]
    return any(key["AccessKeyId"] == key_id and key["Status"] == "Active" for key in keys)


def delete(request: HttpRequest, session: Session, holder: Holder, key_id: str) -> HttpResponse:
    """The console deletes inactive keys only, after their id was typed; the API would delete an active one too."""
    if is_active(session, holder, key_id):
        if request.method == "POST" and "deactivate" in request.POST:
            session.call("iam:UpdateAccessKey", {**holder.who, "AccessKeyId": key_id, "Status": "Inactive"})
        else:
            confirm = {
                "title": f"Delete {key_id}?",
                "cancel_url": holder.back,
                "submit": "Deactivate",
                "danger": "This access key is active. Deactivate it first, and see that nothing breaks.",
                "hidden": [("deactivate", "1")],
            }
            return question(request, session, confirm, [])
    confirm = {
        "title": f"Delete {key_id}?",
        "cancel_url": holder.back,
        "submit": "Delete",
        "typed": key_id,
        "danger": "A deleted access key cannot be recovered.",
    }
    if request.method == "POST" and "deactivate" not in request.POST:
        error = changes.confirmed(request, key_id)
        if not error:
            session.call("iam:DeleteAccessKey", {**holder.who, "AccessKeyId": key_id})
            return pages.done(request, holder.back, f"Access key {key_id} is deleted.")
        return question(request, session, {**confirm, "error": error}, [], 422)
    return question(request, session, confirm, [])


def describe(request: HttpRequest, session: Session, holder: Holder, key_id: str) -> HttpResponse:
    """The tag that says what a key is for; an empty description takes it away. The root user has no tags."""
    if not holder.user:
        return redirect(holder.back)
    who = {"UserName": holder.user}
    tags = session.call("iam:ListUserTags", who)["Tags"]
    now = next((tag["Value"] for tag in tags if tag["Key"] == key_id), "")
    form = DescriptionForm(request.POST if request.method == "POST" else None, initial={"description": now})
    if request.method == "POST" and form.is_valid():
        text = form.cleaned_data["description"]
        if text:
            answer = made(session, form, {**who, "Tags": [{"Key": key_id, "Value": text}]})
        else:
            answer = made(session, form, {**who, "TagKeys": [key_id]}, "iam:UntagUser")
        if answer is not None:
            return pages.done(request, holder.back, f"Description of {key_id} saved.")
    confirm = {"title": "Edit description", "cancel_url": holder.back, "submit": "Save changes"}
    text = f"It is kept as a tag of {holder.user}, called {key_id}."
    return asking(request, session, form, confirm, text=text)
