"""The IAM dashboard: recommendations, counters, the account and its alias."""

import csv
import io
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from iamlab.components import markup
from iamlab.console import pages
from iamlab.console.dashboard.forms import AliasForm
from iamlab.console.panels import Panel, panel, refused_cell
from iamlab.console.session import Session, console_page
from iamlab.services.operations import AwsError, View

# Label, page, the summary's key, and the list calls that answer when the summary is refused.
COUNTERS: tuple[tuple[str, str, str, tuple[str, ...], dict[str, str]], ...] = (
    ("User groups", "groups", "Groups", ("iam:ListGroups",), {}),
    ("Users", "users", "Users", ("iam:ListUsers",), {}),
    ("Roles", "roles", "Roles", ("iam:ListRoles",), {}),
    ("Policies", "policies", "Policies", ("iam:ListPolicies",), {"Scope": "Local"}),
    ("Identity providers", "providers", "Providers", ("iam:ListSAMLProviders", "iam:ListOpenIDConnectProviders"), {}),
)


@require_safe
@console_page
def home(request: HttpRequest, session: Session) -> HttpResponse:
    summary = panel(session, "iam:GetAccountSummary")
    aliases = panel(session, "iam:ListAccountAliases")
    alias = next(iter(aliases.get("AccountAliases", [])), "")
    context = {
        "summary": summary,
        "counters": counters(session, summary),
        "recommendations": recommendations(session, summary),
        "aliases": aliases,
        "alias": alias,
        "sign_in_url": sign_in_url(request, session, alias),
    }
    template, crumbs = "console/dashboard/home.html", [("Dashboard", None)]
    return pages.render(request, session, template, context, title="Dashboard", crumbs=crumbs)


def sign_in_url(request: HttpRequest, session: Session, account: str) -> str:
    """The address at which this account's IAM users sign in, by alias or id."""
    public_id = session.account.sandbox.public_id
    return request.build_absolute_uri(reverse("sign-in-account", args=[public_id, account or session.account.pk]))


def counters(session: Session, summary: Panel) -> list[tuple[Any, Any]]:
    """Counts by name. Refused the summary, each is asked for by its own list, and may be refused alone."""
    found = []
    for label, page, key, operations, params in COUNTERS:
        if summary.stands:
            found.append((label, counter(session, page, summary["SummaryMap"][key])))
            continue
        lists = [panel(session, operation, params, view=View(size=0)) for operation in operations]
        refused = next((one for one in lists if not one.stands), None)
        total = sum(counted(one) for one in lists)
        found.append((label, refused_cell(refused) if refused else counter(session, page, total)))
    return found


def counted(found: Panel) -> int:
    """How many a list has, whether it counts them itself or is answered whole."""
    return found.get("Total", sum(len(value) for value in found.answer.values() if isinstance(value, list)))


def counter(session: Session, page: str, number: int) -> Any:
    return markup.link(session.url(page), str(number)) if page else number


def recommendations(session: Session, summary: Panel) -> list[dict[str, Any]]:
    """What AWS's dashboard checks: {kind, title, text} for each, success or warning."""
    devices, keys = panel(session, "iam:ListMFADevices"), panel(session, "iam:ListAccessKeys")
    rows = of_root(session, summary)
    active = sum(key["Status"] == "Active" for key in keys.get("AccessKeyMetadata", []))
    if session.is_root:
        return rows[:1] + ([root_keys(active)] if keys.stands else [])
    if devices.stands:
        rows.append(own_mfa(len(devices["MFADevices"])) | {"url": session.url("assign-mfa")})
    if keys.stands:
        rows.append(own_keys(active))
    return rows + untold({"Whether you have MFA": devices, "Whether your access keys are active": keys})


def untold(asked: dict[str, Panel]) -> list[dict[str, Any]]:
    """What cannot be recommended, because what it hangs on may not be read."""
    return [
        {"kind": "error", "title": f"{what}: access denied", "text": "", "why_url": one.denial["why_url"]}
        for what, one in asked.items()
        if one.denial
    ]


def of_root(session: Session, summary: Panel) -> list[dict[str, Any]]:
    """The root user's part of it, which the account's summary tells alone."""
    if not summary.stands:
        return []
    devices = root_mfa(summary["SummaryMap"]["AccountMFAEnabled"])
    own = {"url": session.url("assign-mfa")} if session.is_root else {}
    present = summary["SummaryMap"]["AccountAccessKeysPresent"]
    return [devices | own, root_keys(present if session.is_root or not present else roots_active(session))]


def roots_active(session: Session) -> int:
    """How many of root's keys are active, where another looks: the summary counts inactive ones too, the credential
    report tells them apart. Without a report each counts."""
    report = panel(session, "iam:GetCredentialReport")
    if not report.stands:
        return 1
    root = next(csv.DictReader(io.StringIO(report["Content"].decode())))
    return sum(root[f"access_key_{number}_active"] == "true" for number in (1, 2))


def row(good: object, yes: str, no: str, text: str) -> dict[str, Any]:
    return {"kind": "success" if good else "warning", "title": yes if good else no, "text": text}


def root_mfa(enabled: int) -> dict[str, Any]:
    text = "A second factor keeps the root user safe when its password leaks."
    return row(enabled, "Root user has MFA", "Add MFA for root user", text)


def root_keys(active: int) -> dict[str, Any]:
    text = "Access keys of the root user open everything in the account: work with those of an IAM user or role."
    return row(
        not active, "Root user has no active access keys", "Deactivate or delete access keys for root user", text
    )


def own_mfa(number: int) -> dict[str, Any]:
    text = "A second factor keeps you safe when your password leaks."
    return row(number, "You have MFA", "Add MFA for yourself", text)


def own_keys(active: int) -> dict[str, Any]:
    return row(
        not active,
        "Your user does not have active access keys",
        "Your user has active access keys",
        "Keep long-term keys only where nothing better will do, and replace them regularly.",
    )


@require_http_methods(["GET", "POST"])
@console_page
def alias(request: HttpRequest, session: Session) -> HttpResponse:
    """The dialog that makes or changes the alias."""
    now = session.account.alias
    form = AliasForm(request.POST or None, initial={"AccountAlias": now})
    if request.method == "POST" and form.is_valid():
        try:
            session.call(form.operation, form.params())
        except AwsError as error:
            if error.refuses:
                raise
            form.refuse(error)
        else:
            text = f"The account's alias is {form.cleaned_data['AccountAlias']}."
            return pages.done(request, session.url("iam-home"), text)
    context = {
        "form": form,
        "confirm": {
            "title": "Edit alias" if now else "Create alias for AWS account",
            "cancel_url": session.url("iam-home"),
            "submit": "Save changes",
        },
        "preview": sign_in_url(request, session, "ALIAS"),
        "by_id": sign_in_url(request, session, ""),
    }
    status = 422 if form.is_bound else 200
    template, crumbs = "console/dashboard/alias.html", [("Alias", None)]
    return pages.render(request, session, template, context, title="Alias", crumbs=crumbs, status=status)


@require_http_methods(["GET", "POST"])
@console_page
def delete_alias(request: HttpRequest, session: Session) -> HttpResponse:
    now = session.account.alias
    if request.method == "POST":
        session.call("iam:DeleteAccountAlias", {"AccountAlias": now})
        return pages.done(request, session.url("iam-home"), f"The alias {now} is deleted.")
    confirm = {"title": "Delete alias", "cancel_url": session.url("iam-home"), "submit": "Delete alias"}
    context = {"confirm": confirm, "alias": now, "by_id": sign_in_url(request, session, "")}
    template, crumbs = "console/dashboard/delete_alias.html", [("Delete alias", None)]
    return pages.render(request, session, template, context, title="Delete alias", crumbs=crumbs)
