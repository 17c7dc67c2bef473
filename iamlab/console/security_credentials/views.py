"""One's own security credentials: password, MFA devices, access keys; of a user, or of the root user."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from iamlab.components import markup
from iamlab.console import keys, mfa, pages, passwords, refusals, wizard_pages
from iamlab.console.keys import Holder
from iamlab.console.mfa import Owner
from iamlab.console.panels import Panel, panel
from iamlab.console.security_credentials.forms import OwnPasswordForm, RootPasswordForm
from iamlab.console.session import Session, console_page
from iamlab.console.users import access_keys
from iamlab.console.users.create import sign_in_url
from iamlab.services.callers import USER
from iamlab.services.operations import AwsError
from iamlab.services.s3.owners import owner as canonical

CRUMB = "Security credentials"


@require_safe
@console_page
def credentials(request: HttpRequest, session: Session) -> HttpResponse:
    devices = panel(session, "iam:ListMFADevices")
    held = panel(session, "iam:ListAccessKeys")
    user = panel(session, "iam:GetUser") if session.caller.kind == USER else Panel()
    listed = keys.blocks(
        session, own_keys(session), held, keys.last_uses(session, [held]), user.get("User", {}).get("Tags", [])
    )
    context = {
        "device_table": mfa.table(request, session, devices),
        "keys": held,
        "key_blocks": listed,
        "may_add": len(listed) < keys.MOST,
        "own_url": own_url(session),
        "tabs": tabs(session, "security-credentials"),
        "facts": [*whose(session), *account_ids(session)],
        **sign_in(request, session, user),
    }
    template = "console/security_credentials/credentials.html"
    return pages.render(request, session, template, context, title=CRUMB, crumbs=[(CRUMB, None)])


def sign_in(request: HttpRequest, session: Session, user: Panel) -> dict[str, Any]:
    """What is known of a user's own password. Root's is kept outside of IAM, and nothing tells its age."""
    if session.caller.kind != USER:
        return {}
    profile = panel(session, "iam:GetLoginProfile", {"UserName": session.caller.name}, may_be_missing=True)
    url = sign_in_url(request, session)
    return {"profile": profile, "sign_in": passwords.facts(session, url, profile, user.get("User", {}))}


def account_ids(session: Session) -> list[tuple[str, Any]]:
    canonical_id = canonical(session.account.pk)["ID"]
    return [
        ("AWS account ID", markup.copy(session.account.pk, "account ID")),
        ("Canonical user ID", markup.copy(canonical_id, "canonical user ID")),
    ]


def own_url(session: Session) -> str:
    is_user = session.caller.kind == USER
    return session.url("user", session.caller.name, "security_credentials") if is_user else ""


def whose(session: Session) -> list[tuple[str, str]]:
    """The root user has no name but the account's, and signs in by its address."""
    if session.is_root:
        return [("Account name", session.account.name), ("Email address", session.account.email)]
    return [("User name", session.label), ("User ARN", markup.copy(session.caller.arn, "ARN"))]


def tabs(session: Session, current: str) -> list[dict[str, Any]]:
    """Of a user's page; whoever else has one tab only."""
    if session.caller.kind != USER:
        return []
    pages_of = (("security-credentials", "AWS IAM credentials"), ("own-codecommit", "AWS CodeCommit credentials"))
    return [{"label": text, "url": session.url(page), "current": page == current} for page, text in pages_of]


def crumbs(session: Session, last: str) -> list[tuple[str, str | None]]:
    return [(CRUMB, session.url("security-credentials")), (last, None)]


@require_http_methods(["GET", "POST"])
@console_page
def password(request: HttpRequest, session: Session) -> HttpResponse:
    """A user's own by IAM; root's at the sign-in service, as AWS keeps it outside of IAM."""
    form = RootPasswordForm(request.POST or None) if session.is_root else OwnPasswordForm(request.POST or None)
    denial = None
    if request.method == "POST" and form.is_valid():
        try:
            session.call(form.operation, form.params())
        except AwsError as error:
            denial = refusals.told(session, form, error)
        else:
            return pages.done(request, session.url("security-credentials"), "Your password is updated.")
    return form_page(request, session, form, "Update password", denial=denial)


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
def resync_mfa(request: HttpRequest, session: Session) -> HttpResponse:
    return mfa.resync(request, session, own(session))


def own_keys(session: Session) -> Holder:
    is_user = session.caller.kind == USER
    return Holder({}, session.caller.name if is_user else "", session.url("security-credentials"), "own-key")


@require_safe
@console_page
def create_key(request: HttpRequest, session: Session) -> HttpResponse:
    """The wizard of a user's key, for one's own; root's has one step, which says why not."""
    name = session.caller.name if session.caller.kind == USER else ""
    return wizard_pages.start(session, access_keys.WIZARD, user=name, own=True, root=session.is_root)


@require_http_methods(["GET", "POST"])
@console_page
def key_status(request: HttpRequest, session: Session, key_id: str) -> HttpResponse:
    return keys.status(request, session, own_keys(session), key_id)


@require_http_methods(["GET", "POST"])
@console_page
def delete_key(request: HttpRequest, session: Session, key_id: str) -> HttpResponse:
    return keys.delete(request, session, own_keys(session), key_id)


@require_http_methods(["GET", "POST"])
@console_page
def describe_key(request: HttpRequest, session: Session, key_id: str) -> HttpResponse:
    return keys.describe(request, session, own_keys(session), key_id)
