"""Managing a user's console access: enable, change or disable the password; a new one is shown once."""

from typing import Any, cast

from django import forms
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from iamlab.console import downloads, pages, wizard_pages
from iamlab.console.models import Draft
from iamlab.console.panels import panel
from iamlab.console.session import Session, console_page
from iamlab.console.users.create import generated, sign_in_url
from iamlab.console.users.forms import AUTO, CUSTOM, PASSWORD_KINDS, PasswordFields
from iamlab.console.users.plan import CHANGE_PASSWORD
from iamlab.console.wizard import Incomplete, Planned, Step, Wizard

KEEP = "keep"


class AccessForm(PasswordFields):
    key = "access"
    operation = "iam:UpdateLoginProfile"

    console = forms.ChoiceField(
        label="Console access", choices=[("enable", "Enable"), ("disable", "Disable")], widget=forms.RadioSelect
    )
    field_order = ("console", "password_kind", "Password", "reset")

    def prepare(self) -> None:
        super().prepare()
        who = {"UserName": self.draft.data["user"]}
        self.profile = panel(self.session, "iam:GetLoginProfile", who, may_be_missing=True)
        self.fields["console"].initial = "enable"
        if not self.profile.missing:
            kinds = cast(forms.ChoiceField, self.fields["password_kind"])
            kinds.choices = [(KEEP, "Keep existing password"), *PASSWORD_KINDS]
            kinds.initial = KEEP
        if self.profile.stands:
            self.fields["reset"].initial = self.profile["LoginProfile"]["PasswordResetRequired"]
        self.fields["reset"].label = "User must create new password at next sign-in"

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("console") == "enable":
            self.check_password(data)
        if data.get("console") == "disable" and self.profile.missing:
            self.add_error("console", "The user has no console access.")
        return data

    def stored(self) -> dict[str, Any]:
        policy = self.policy.get("PasswordPolicy", {})
        more = {"may_change": policy.get("AllowUsersToChangePassword", False)}
        return {
            **super().stored(),
            **more,
            "has": not self.profile.missing,
            "least": policy.get("MinimumPasswordLength", 0),
        }


def planned(data: dict[str, Any]) -> list[Planned]:
    name, access = data["user"], data["access"]
    who = {"UserName": name}
    if access["console"] == "disable":
        return [Planned("iam:DeleteLoginProfile", who, f"Delete the console password of {name}")]

    def shown(answer: dict[str, Any], sent: dict[str, Any]) -> dict[str, str]:
        return {"password": sent["Password"]}

    params = {**who, "PasswordResetRequired": access["reset"]}
    secret = {AUTO: {"Password": "generated"}, CUSTOM: {"Password": "Password"}}.get(access["password_kind"], {})
    verb = "Update" if access["has"] else "Create"
    label = f"{verb} the console password of {name}"
    calls = [Planned(f"iam:{verb}LoginProfile", params, label, secret, shown if secret else None)]
    if access["reset"] and not access["may_change"]:
        attach = {**who, "PolicyArn": CHANGE_PASSWORD}
        calls.append(Planned("iam:AttachUserPolicy", attach, "Attach policy IAMUserChangePassword"))
    return calls


def with_password(session: Session, draft: Draft, kept: dict[str, str]) -> dict[str, str]:
    access = draft.data["access"]
    if access["console"] == "enable" and access["password_kind"] == CUSTOM and "Password" not in kept:
        raise Incomplete("access", "A typed password is kept for 30 minutes, then erased. Enter it again.")
    if access["password_kind"] == AUTO and "generated" not in kept:
        return {**kept, "generated": generated(access["least"])}
    return kept


def finish(request: HttpRequest, session: Session, draft: Draft) -> HttpResponse | None:
    access, name = draft.data["access"], draft.data["user"]
    if access["console"] == "enable" and access["password_kind"] != KEEP:
        return None  # there is a password to show
    text = f"Console access of {name} is {'disabled' if access['console'] == 'disable' else 'updated'}."
    return pages.done(request, session.url("user", name, "security_credentials"), text)


def shown_once(request: HttpRequest, session: Session, draft: Draft, shown: dict[str, str]) -> dict[str, Any]:
    name, url, password = draft.data["user"], sign_in_url(request, session), shown.get("password", "")
    header = ["User name", "Password", "Console sign-in URL"]
    link = downloads.csv_link(f"{name}_credentials.csv", header, [[name, password, url]])
    return {"name": name, "password": password, "sign_in_url": url, "csv": link}


WIZARD = Wizard(
    name="console-access",
    title="Manage console access",
    submit="Apply",
    cancel=lambda session, draft: session.url("user", draft.data["user"], "security_credentials"),
    steps=lambda data: [Step("access", "Manage console access", AccessForm, "console/users/console_access.html")],
    calls=planned,
    result_template="console/users/console_password.html",
    crumbs=lambda session, draft: [
        ("Users", session.url("users")),
        (draft.data["user"], session.url("user", draft.data["user"], "security_credentials")),
        ("Manage console access", None),
    ],
    secrets=with_password,
    finish=finish,
    once=shown_once,
)


@require_safe
@console_page
def start(request: HttpRequest, session: Session, name: str) -> HttpResponse:
    return wizard_pages.start(session, WIZARD, user=name)
