"""The Last Accessed tab of users, groups, roles and policies: which allowed services were used, and when."""

from typing import Any

from django.http import HttpRequest

from iamlab.components import tables
from iamlab.console import cells
from iamlab.console.panels import Panel, panel, refused_cell
from iamlab.console.session import Session

COLUMNS = [
    tables.column("service", "Service", sortable=True),
    tables.column("policies", "Policies granting permissions"),
    tables.column("used", "Last accessed", sortable=True),
]
NEVER = "Not accessed in the tracking period"


def table(request: HttpRequest, session: Session, arn: str) -> dict[str, Any]:
    """The job is made and read in one look; of the policies, only those of the services on the page are asked for."""
    found = panel(session, "iam:GenerateServiceLastAccessedDetails", {"Arn": arn})
    if found.stands:
        found = panel(session, "iam:GetServiceLastAccessedDetails", {"JobId": found["JobId"], "MaxItems": 1000})
    ask = tables.asked(request, COLUMNS, 20)
    cut = tables.arrange(
        found.get("ServicesLastAccessed", []),
        ask,
        text=lambda one: one["ServiceName"],
        order={"service": lambda one: one["ServiceName"].casefold(), "used": when},
    )
    granting = policies(session, arn, [one["ServiceNamespace"] for one in cut["items"]])
    rows = [row(session, one, granting) for one in cut["items"]]
    return tables.table(
        request,
        id="services",
        title="Allowed services",
        columns=COLUMNS,
        rows=rows,
        total=cut["total"],
        found=cut["found"],
        ask=ask,
        denial=found.denial,
        failure=found.failure,
        filter_label="Find services",
        description="The services that the policies allow, and when each was last called in the last 400 days.",
        empty_title="No services",
        empty_text="The policies allow no service.",
    )


def when(one: dict[str, Any]) -> float:
    used = one.get("LastAuthenticated")
    return used.timestamp() if used else 0.0


def policies(session: Session, arn: str, services: list[str]) -> Panel:
    if not services:
        return Panel()
    return panel(session, "iam:ListPoliciesGrantingServiceAccess", {"Arn": arn, "ServiceNamespaces": services})


def row(session: Session, one: dict[str, Any], granting: Panel) -> dict[str, Any]:
    namespace = one["ServiceNamespace"]
    by_service = {
        entry["ServiceNamespace"]: entry["Policies"] for entry in granting.get("PoliciesGrantingServiceAccess", [])
    }
    names = ", ".join(policy["PolicyName"] for policy in by_service.get(namespace, []))
    used = one.get("LastAuthenticated")
    told = [
        one["ServiceName"],
        names if granting.stands else refused_cell(granting),
        cells.ago(used, session.now) if used else NEVER,
    ]
    return tables.row(namespace, told)
