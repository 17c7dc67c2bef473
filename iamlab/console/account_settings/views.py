"""Account settings: the password policy."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_safe

from iamlab.console import pages
from iamlab.console.account_settings.forms import PasswordPolicyForm, initial_of
from iamlab.console.panels import panel
from iamlab.console.questions import question
from iamlab.console.session import Session, console_page
from iamlab.services.operations import AwsError

DEFAULT = (
    "Password minimum length is 8 characters",
    "Include a minimum of three of the following mix of character types: uppercase, lowercase, numbers and symbols",
    "Must not be identical to your AWS account name or email address",
    "Never expire password",
)
RULES = (
    ("RequireUppercaseCharacters", "Require at least one uppercase letter from the Latin alphabet (A-Z)"),
    ("RequireLowercaseCharacters", "Require at least one lowercase letter from the Latin alphabet (a-z)"),
    ("RequireNumbers", "Require at least one number"),
    ("RequireSymbols", "Require at least one non-alphanumeric character"),
    ("AllowUsersToChangePassword", "Allow users to change their own password"),
    ("HardExpiry", "Password expiration requires administrator reset"),
)
CRUMBS = [("Account settings", None)]


def lines(policy: dict[str, Any]) -> list[str]:
    """A custom policy in words."""
    found = [f"Password minimum length is {policy['MinimumPasswordLength']} characters"]
    found += [text for name, text in RULES if policy.get(name)]
    found.append(
        f"Password expires in {policy['MaxPasswordAge']} day(s)"
        if policy.get("MaxPasswordAge")
        else "Never expire password"
    )
    if policy.get("PasswordReusePrevention"):
        found.append(f"Remember last {policy['PasswordReusePrevention']} password(s) and prevent reuse")
    return found


@require_safe
@console_page
def settings(request: HttpRequest, session: Session) -> HttpResponse:
    found = panel(session, "iam:GetAccountPasswordPolicy", may_be_missing=True)
    policy = found.get("PasswordPolicy")
    context = {"found": found, "custom": policy is not None, "lines": lines(policy) if policy else DEFAULT}
    template = "console/account_settings/settings.html"
    return pages.render(request, session, template, context, title="Account settings", crumbs=CRUMBS)


@require_http_methods(["GET", "POST"])
@console_page
def edit(request: HttpRequest, session: Session) -> HttpResponse:
    found = panel(session, "iam:GetAccountPasswordPolicy", may_be_missing=True)
    form = PasswordPolicyForm(request.POST or None, initial=initial_of(found.get("PasswordPolicy")))
    if request.method == "POST" and form.is_valid():
        if form.chooses_default:  # asked about first, where a custom one would go
            return redirect(session.url("account-settings" if found.missing else "password-policy-default"))
        if "sure" not in request.POST:
            return ask_custom(request, session, form)
        try:
            session.call(form.operation, form.params())
        except AwsError as error:
            if error.refuses:
                raise
            form.refuse(error)
        else:
            return pages.done(
                request, session.url("account-settings"), "Password requirements for IAM users are updated."
            )
    context = {"form": form, "cancel_url": session.url("account-settings")}
    return pages.render(
        request,
        session,
        "console/account_settings/edit.html",
        context,
        title="Edit password policy",
        crumbs=[("Account settings", session.url("account-settings")), ("Edit password policy", None)],
        status=422 if form.is_bound else 200,
    )


def ask_custom(request: HttpRequest, session: Session, form: PasswordPolicyForm) -> HttpResponse:
    """The rules in words before they are set, with all that was sent."""
    sent = [(name, value) for name, value in request.POST.items() if name in form.fields]
    confirm = {
        "title": "Set custom password policy?",
        "cancel_url": session.url("account-settings"),
        "submit": "Set custom",
        "consequences": lines(form.params()),
        "hidden": [*sent, ("sure", "1")],
    }
    return question(request, session, confirm, ["These rules hold for all IAM users of this account from now on:"])


@require_http_methods(["GET", "POST"])
@console_page
def set_default(request: HttpRequest, session: Session) -> HttpResponse:
    """Back to the default policy: the custom one is deleted."""
    url = session.url("account-settings")
    if request.method == "POST":
        session.call("iam:DeleteAccountPasswordPolicy")
        return pages.done(request, url, "The IAM default password policy applies again.")
    confirm = {
        "title": "Set default password policy?",
        "cancel_url": url,
        "submit": "Set default",
        "consequences": list(DEFAULT),
    }
    return pages.render(
        request,
        session,
        "console/account_settings/default.html",
        {"confirm": confirm},
        title="Set default",
        crumbs=[("Account settings", url), ("Set default", None)],
    )
