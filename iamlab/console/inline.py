"""Inline policies of users and groups: one page that shows, makes and changes them."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse

from iamlab.console import documents, pages, refusals
from iamlab.console.documents import DocumentField
from iamlab.console.forms import OperationForm
from iamlab.console.session import Session
from iamlab.policy.document import INLINE_LIMITS
from iamlab.services.operations import AwsError


class InlineForm(OperationForm):
    operation = "iam:PutUserPolicy"
    fields_of_codes = {"MalformedPolicyDocument": "PolicyDocument", "LimitExceeded": "PolicyDocument"}

    PolicyName = forms.CharField(
        label="Policy name",
        help_text="Up to 128 characters: A-Z, a-z, 0-9 and + = , . @ _ - (hyphen).",
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "off", "spellcheck": "false"}),
    )
    PolicyDocument = DocumentField()


def edit(
    request: HttpRequest, session: Session, kind: str, name: str, back: str, listing: tuple[str, str], policy: str = ""
) -> HttpResponse:
    """The editor. `kind` is User or Group, `policy` the one to change, none for a new one."""
    who = {f"{kind}Name": name}
    initial = {"PolicyDocument": documents.START}
    if policy:
        text = session.call(f"iam:Get{kind}Policy", {**who, "PolicyName": policy})["PolicyDocument"]
        initial = {"PolicyName": policy, "PolicyDocument": documents.pretty(text)}
    look = request.method == "POST" and "look" in request.POST
    form = InlineForm(initial={**initial, **(request.POST.dict() if look else {})})
    denial, status = None, 200
    if request.method == "POST" and not look:
        sent = request.POST.copy()
        if policy:
            sent["PolicyName"] = policy  # an inline policy keeps its name
        form = InlineForm(sent)
        status = 422
        if form.is_valid():
            try:
                session.call(f"iam:Put{kind}Policy", {**who, **form.params()})
            except AwsError as error:
                if refusals.is_refusal(error):
                    denial = refusals.denial(session, error)
                else:
                    form.refuse(error)
            else:
                return pages.done(request, back, f"Policy {form.cleaned_data['PolicyName']} saved.")
    title = policy or "Create inline policy"
    shown = form["PolicyDocument"].value() or ""
    context: dict[str, Any] = {
        "form": form,
        "policy": policy,
        "heading": title,
        "denial": denial,
        "findings": documents.findings(shown),
        "limit": INLINE_LIMITS[kind.lower()],
        "text": shown,
        "back": back,
    }
    crumbs = [listing, (name, back), (title, None)]
    return pages.render(request, session, "console/inline.html", context, title=title, crumbs=crumbs, status=status)
