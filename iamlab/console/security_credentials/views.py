"""One's own security credentials: password, MFA devices, access keys; of a user, or of the root user."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from iamlab.components import markup
from iamlab.console import mfa, pages
from iamlab.console.mfa import Owner
from iamlab.console.panels import panel
from iamlab.console.security_credentials.forms import OwnPasswordForm, RootPasswordForm
from iamlab.console.session import Session, console_page
from iamlab.services.callers import USER
from iamlab.services.operations import AwsError

CRUMB = "Security credentials"


@require_safe
@console_page
def credentials(request: HttpRequest, session: Session) -> HttpResponse:
    devices = panel(session, "iam:ListMFADevices")
    keys = panel(session, "iam:ListAccessKeys")
    context = {
        "devices": devices,
        "device_rows": [
            (one["SerialNumber"], f"{one['EnableDate']:%B %d, %Y}") for one in devices.get("MFADevices", [])
        ],
        "keys": keys,
        "key_rows": [
            (one["AccessKeyId"], one["Status"], f"{one['CreateDate']:%B %d, %Y}")
            for one in keys.get("AccessKeyMetadata", [])
        ],
        "own_url": own_url(session),
        "facts": [*whose(session), ("AWS account ID", markup.copy(session.account.pk, "account ID"))],
    }
    template = "console/security_credentials/credentials.html"
    return pages.render(request, session, template, context, title=CRUMB, crumbs=[(CRUMB, None)])


def own_url(session: Session) -> str:
    is_user = session.caller.kind == USER
    return session.url("user", session.caller.name, "security_credentials") if is_user else ""


def whose(session: Session) -> list[tuple[str, str]]:
    """The root user has no name but the account's, and signs in by its address."""
    if session.is_root:
        return [("Account name", session.account.name), ("Email address", session.account.email)]
    return [("User name", session.label), ("User ARN", markup.copy(session.caller.arn, "ARN"))]


def crumbs(session: Session, last: str) -> list[tuple[str, str | None]]:
    return [(CRUMB, session.url("security-credentials")), (last, None)]


@require_http_methods(["GET", "POST"])
@console_page
def password(request: HttpRequest, session: Session) -> HttpResponse:
    """A user's own by IAM; root's at the sign-in service, as AWS keeps it outside of IAM."""
    form = RootPasswordForm(request.POST or None) if session.is_root else OwnPasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            session.call(form.operation, form.params())
        except AwsError as error:
            form.refuse(error)
        else:
            return pages.done(request, session.url("security-credentials"), "Your password is updated.")
    return form_page(request, session, form, "Update password")


def form_page(request: HttpRequest, session: Session, form: Any, title: str, **more: Any) -> HttpResponse:
    context = {"form": form, "heading": title, "cancel_url": session.url("security-credentials"), **more}
    template = "console/security_credentials/form.html"
    status = 422 if form.is_bound else 200
    return pages.render(request, session, template, context, title=title, crumbs=crumbs(session, title), status=status)


def own(session: Session) -> Owner:
    back = session.url("security-credentials")
    return Owner(session.caller.name, session.label, back, session.url("enable-mfa"), [(CRUMB, back)])


@require_http_methods(["GET", "POST"])
@console_page
def assign_mfa(request: HttpRequest, session: Session) -> HttpResponse:
    return mfa.assign(request, session, own(session))


@require_POST
@console_page
def enable_mfa(request: HttpRequest, session: Session) -> HttpResponse:
    return mfa.enable(request, session, own(session))


@require_http_methods(["GET", "POST"])
@console_page
def remove_mfa(request: HttpRequest, session: Session) -> HttpResponse:
    return mfa.remove(request, session, own(session))


@require_http_methods(["GET", "POST"])
@console_page
def create_key(request: HttpRequest, session: Session) -> HttpResponse:
    """An own access key. For root the page says first why not, and asks to be sure."""
    if request.method == "POST" and (not session.is_root or request.POST.get("sure") == "on"):
        key = session.call("iam:CreateAccessKey")["AccessKey"]
        name = "rootkey.csv" if session.is_root else f"{session.label}_accessKeys.csv"
        context = {"key": key, "file": name, "done_url": session.url("security-credentials")}
        title = "Retrieve access key"
        template = "console/security_credentials/key.html"
        return pages.render(request, session, template, context, title=title, crumbs=crumbs(session, title))
    context = {"root": session.is_root, "cancel_url": session.url("security-credentials")}
    title = "Create access key"
    template = "console/security_credentials/create_key.html"
    return pages.render(request, session, template, context, title=title, crumbs=crumbs(session, title))


@require_POST
@console_page
def change_key(request: HttpRequest, session: Session) -> HttpResponse:
    """Deactivate, activate or delete an own key, by the button pressed. The console deletes inactive keys only."""
    key_id, wanted = request.POST.get("key", ""), request.POST.get("action", "")
    url = session.url("security-credentials")
    if wanted == "delete":
        session.call("iam:DeleteAccessKey", {"AccessKeyId": key_id})
        return pages.done(request, url, f"Access key {key_id} is deleted.")
    status = "Active" if wanted == "activate" else "Inactive"
    session.call("iam:UpdateAccessKey", {"AccessKeyId": key_id, "Status": status})
    return pages.done(request, url, f"Access key {key_id} is {status.lower()} now.")
