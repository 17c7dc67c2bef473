"""The console's menus: services, each one's side navigation, and the account menu."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest
from django.urls import reverse

from iamlab.console.switch_role import history
from iamlab.services.callers import ROOT

if TYPE_CHECKING:
    from iamlab.console.session import Session

Items = list[tuple[str, str]]  # label, name of the page's URL


@dataclass(frozen=True)
class Service:
    """One service of the console. `side` is its left menu: groups of (label, URL name), a group without title first."""

    title: str
    side_title: str
    home: str
    side: list[tuple[str, Items]]
    description: str
    group: str = "Security, Identity, & Compliance"
    regional: bool = False


SERVICES = {
    "iam": Service(
        title="IAM",
        side_title="Identity and Access Management (IAM)",
        home="iam-home",
        description="Manage access to AWS resources",
        side=[
            ("", [("Dashboard", "iam-home")]),
            (
                "Access management",
                [
                    ("User groups", "groups"),
                    ("Users", "users"),
                    ("Roles", "roles"),
                    ("Policies", "policies"),
                    ("Identity providers", "providers"),
                    ("Account settings", "account-settings"),
                ],
            ),
            (
                "Access reports",
                [
                    ("Credential report", "credential-report"),
                    ("Service control policies", "organization-policies"),
                    ("Resource control policies", "organization-rcps"),
                ],
            ),
            (
                "Tools",
                [
                    ("Policy evaluator", "evaluator"),
                    ("Who can?", "who-can"),
                    ("Test identity provider", "identity-token"),
                ],
            ),
            ("Related consoles", [("AWS Organizations", "organization-accounts")]),
        ],
    ),
    "organizations": Service(
        title="AWS Organizations",
        side_title="AWS Organizations",
        home="organization-accounts",
        description="Central management of several AWS accounts",
        side=[
            ("", [("AWS accounts", "organization-accounts")]),
            (
                "Policies",
                [
                    ("Service control policies", "organization-policies"),
                    ("Resource control policies", "organization-rcps"),
                ],
            ),
            ("Organization", [("Settings", "organization-settings")]),
        ],
        group="Management & Governance",
    ),
    "ec2": Service(
        title="EC2",
        side_title="EC2",
        home="instances",
        description="Virtual servers in the cloud",
        side=[("Instances", [("Instances", "instances")])],
        group="Compute",
        regional=True,
    ),
    "s3": Service(
        title="S3",
        side_title="Amazon S3",
        home="buckets",
        description="Scalable storage in the cloud",
        side=[("", [("Buckets", "buckets")])],
        group="Storage",
    ),
    "billing": Service(
        title="Billing and Cost Management",
        side_title="Billing and Cost Management",
        home="billing",
        description="Bills, budgets, and who may see them",
        side=[
            ("", [("Home", "billing")]),
            ("Billing and Payments", [("Bills", "bills")]),
            ("Budgets and Planning", [("Budgets", "budgets")]),
        ],
        group="Cloud Financial Management",
    ),
    "cloudtrail": Service(
        title="CloudTrail",
        side_title="CloudTrail",
        home="events",
        description="Track user activity and API usage",
        side=[("", [("Event history", "events"), ("Trails", "trails")])],
        group="Management & Governance",
        regional=True,
    ),
}


def service_named(request: HttpRequest) -> str:
    """The service that an address names: /console/<session>/<service>/...; "" where it names none."""
    return next((part for part in request.path.split("/")[3:4] if part in SERVICES), "")


def service_of(request: HttpRequest) -> str:
    """The service that an address belongs to, IAM where it names none. AWS keeps the account's page with Billing."""
    if request.path.split("/")[3:4] == ["account"]:
        return "billing"
    return service_named(request) or "iam"


def hyphenated(account_id: str) -> str:
    """An account's id as the console shows it: 1111-2222-3333."""
    return f"{account_id[:4]}-{account_id[4:8]}-{account_id[8:]}"


def services(session: "Session") -> dict[str, list[dict[str, str]]]:
    """The Services menu: its groups, each with links."""
    found: dict[str, list[dict[str, str]]] = {}
    for service in SERVICES.values():
        item = {"label": service.title, "url": session.url(service.home), "description": service.description}
        found.setdefault(service.group, []).append(item)
    return found


def home_url(session: "Session") -> str:
    return session.url("console")


def side_nav(request: HttpRequest, session: "Session", service: str) -> list[dict[str, Any]]:
    """The left menu. An item is current on its page and on those under it that no other item is nearer to."""
    side = [(title, [(label, session.url(name)) for label, name in items]) for title, items in SERVICES[service].side]
    above = [url for _, items in side for _, url in items if request.path.startswith(url)]
    current = max(above, key=len, default="")
    return [
        {
            "title": title,
            "items": [
                {"label": label, "url": url, "current": url == current, "external": False} for label, url in items
            ],
        }
        for title, items in side
    ]


def name_of(row: Any) -> str:
    """A session in one line, as in the top bar."""
    name = f"{row.account.name} (root)" if row.kind == ROOT else row.label
    return f"{name} @ {row.account.alias or hyphenated(row.account_id)}"


def switching(request: HttpRequest, session: "Session") -> list[dict[str, Any]]:
    """The entries about roles: the root user has none, a switched role the way back to who took it."""
    if session.caller.kind == ROOT:
        return []
    url = session.url("switch-back")
    back = [
        {"label": f"Back to {row.label}", "url": url, "method": "post"}
        for row in session.others
        if row.pk == session.switched_from
    ]
    return [
        *back,
        {"label": "Switch role", "url": session.url("switch-role")},
        *history.entries(request, session),
    ]


def identity(request: HttpRequest, session: "Session") -> dict[str, Any]:
    """The chip in the top bar and the menu under it: the other identities in this browser, and the way out."""
    others = [
        {"label": f"Go on as {name_of(row)}", "url": reverse("console", args=[row.pk])} for row in session.open_others
    ]
    menu = [
        {"label": "Account", "url": session.url("account")},
        {"label": "Organization", "url": session.url("organization-accounts")},
        {"label": "Billing and Cost Management", "url": session.url("billing")},
        {"label": "Security credentials", "url": session.url("security-credentials")},
        *switching(request, session),
        *others,
        {"label": "Sign in as another user", "url": reverse("sign-in-user", args=[session.account.sandbox.public_id])},
        {"label": "Sign out", "url": session.url("sign-out-session"), "method": "post"},
    ]
    return {
        "kind": session.caller.kind,
        "label": session.label,
        "account_id": session.account.pk,
        "account_label": session.account_label,
        "session_id": session.id,
        "colour": session.colour,
        "menu": menu,
    }
