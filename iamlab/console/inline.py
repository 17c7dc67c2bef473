"""Inline policies of users, groups and roles: one page that shows, makes and changes them."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse

from iamlab.console import documents, pages, refusals
from iamlab.console.documents import DocumentField, SeenForm
from iamlab.console.editor.importing import ImportMixin
from iamlab.console.panels import panel
from iamlab.console.pickers import PickingForm
from iamlab.console.session import Session
from iamlab.policy.document import INLINE_LIMITS
from iamlab.services.operations import AwsError


class InlineForm(ImportMixin, PickingForm, SeenForm):
    operation = "iam:PutUserPolicy"
    fields_of_codes = {
        "MalformedPolicyDocument": "PolicyDocument",
        "LimitExceeded": "PolicyDocument",
        "EntityAlreadyExists": "PolicyName",
    }

    PolicyName = forms.CharField(
        label="Policy name",
        help_text="Up to 128 characters: A-Z, a-z, 0-9 and + = , . @ _ - (hyphen).",
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "off", "spellcheck": "false"}),
    )
    PolicyDocument = DocumentField(remembers=True)


def check_name(session: Session, kind: str, who: dict[str, str], name: str) -> None:
    """Put... replaces a policy of the same name without a word; making a new one must not. Raises AwsError."""
    taken = panel(session, f"iam:List{kind}Policies", {**who, "MaxItems": 1000})  # who may not look takes the risk
    if name in taken.get("PolicyNames", []):
        raise AwsError(
            "EntityAlreadyExists", f"A policy called {name} already exists. Duplicate names are not allowed."
        )


def present(request: HttpRequest, session: Session, kind: str, which: dict[str, str]) -> str:
    """The policy's text; of one that somebody deleted while it was edited there is none, and what was typed stays."""
    try:
        return session.call(f"iam:Get{kind}Policy", which)["PolicyDocument"]
    except AwsError as error:
        if error.code == "NoSuchEntity" and request.method == "POST":
            return ""
        raise


def edit(
    request: HttpRequest, session: Session, kind: str, name: str, back: str, listing: tuple[str, str], policy: str = ""
) -> HttpResponse:
    """The editor. `kind` is User, Group or Role, `policy` the one to change, none for a new one."""
    who = {f"{kind}Name": name}
    text, seen, initial = "", "", {"PolicyDocument": documents.START}
    if policy:
        text = present(request, session, kind, {**who, "PolicyName": policy})
        seen = documents.mark(text)
        initial = {"PolicyName": policy, "PolicyDocument": documents.pretty(text), "seen": seen}
    look = request.method == "POST" and "look" in request.POST
    known: dict[str, Any] = {"session": session, "action": request.path, "look": request.POST if look else None}
    form = InlineForm(initial=initial, **known)
    denial, status, overtaken = None, 200, False
    if request.method == "POST" and not look:
        sent, overtaken = documents.sent_upon(request, seen)
        if policy:
            sent["PolicyName"] = policy  # an inline policy keeps its name
        form = InlineForm(sent, **known)
        status = 422
        if form.is_valid() and not overtaken:
            try:
                if not policy:
                    check_name(session, kind, who, form.cleaned_data["PolicyName"])
                session.call(f"iam:Put{kind}Policy", {**who, **form.params()})
            except AwsError as error:
                denial = refusals.told(session, form, error)
            else:
                return pages.done(request, back, f"Policy {form.cleaned_data['PolicyName']} saved.")
    title = policy or "Create inline policy"
    context: dict[str, Any] = {
        "form": form,
        "policy": policy,
        "heading": title,
        "denial": denial,
        "limit": INLINE_LIMITS[kind.lower()],
        "text": documents.pretty(text),
        "overtaken": overtaken,
        "back": back,
    }
    crumbs = [listing, (name, back), (title, None)]
    return pages.render(request, session, "console/inline.html", context, title=title, crumbs=crumbs, status=status)
