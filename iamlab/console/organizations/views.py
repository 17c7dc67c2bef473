"""AWS Organizations: what several of its pages share, and creating one."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from iamlab.components import markup, tables
from iamlab.console import cells, pages, panels
from iamlab.console.organizations.forms import RCP, SCP
from iamlab.console.panels import Panel, panel
from iamlab.console.session import Session, console_page
from iamlab.services.operations import AwsError

NOT_IN_USE = "AWSOrganizationsNotInUseException"
CHILDREN = [
    tables.column("name", "Organizational structure"),
    tables.column("id", "ID"),
    tables.column("email", "Email"),
    tables.column("joined", "Joined"),
]
# Kinds of policies by what an address calls them: type, title, what they bear on.
SCOPES = {
    "service": (
        SCP,
        "Service control policies",
        "The most that identities of the accounts here and below may do: an action has to be allowed at every level "
        "from the root down to the account.",
    ),
    "resource": (
        RCP,
        "Resource control policies",
        "The most that anybody may do to the resources of the accounts here and below.",
    ),
}
ATTACHED = [tables.column("name", "Policy name"), tables.column("kind", "Type"), tables.column("text", "Description")]


def asked(session: Session, operation: str, params: dict[str, Any] | None = None) -> Panel | None:
    """A panel's call; None where the session's account is in no organization."""
    try:
        return Panel(session.call(operation, params))
    except AwsError as error:
        return None if error.code == NOT_IN_USE else panels.of_error(session, error)


def outside(request: HttpRequest, session: Session, title: str) -> HttpResponse:
    """What every page of the service shows for an account that is in no organization."""
    template, context = "console/organizations/outside.html", {"heading": title}
    return shown(request, session, template, context, title, [(title, None)])


def shown(
    request: HttpRequest, session: Session, template: str, context: dict[str, Any], title: str, crumbs: pages.Crumbs
) -> HttpResponse:
    return pages.render(request, session, template, context, title=title, crumbs=crumbs, service="organizations")


def children(request: HttpRequest, session: Session, parent: str) -> dict[str, Any]:
    """Units and accounts right under a root or unit: two calls, whatever their number."""
    units = panel(session, "organizations:ListOrganizationalUnitsForParent", {"ParentId": parent})
    members = panel(session, "organizations:ListAccountsForParent", {"ParentId": parent})
    rows = [
        tables.row(one["Id"], [place_link(session, one), one["Id"], markup.NOTHING, markup.NOTHING])
        for one in units.get("OrganizationalUnits", [])
    ]
    rows += [tables.row(one["Id"], account_cells(session, one)) for one in members.get("Accounts", [])]
    return tables.table(
        request,
        id="children",
        title="Organizational units and accounts",
        columns=CHILDREN,
        rows=rows,
        denial=units.denial or members.denial,
        failure=units.failure or members.failure,
        tools=False,
        empty_title="Nothing here",
        empty_text="No organizational unit and no account is under this place.",
    )


def account_cells(session: Session, one: dict[str, Any]) -> list[Any]:
    name: Any = place_link(session, one)
    if leads(one):
        name = markup.lines([name, markup.badge("management account", "blue")])
    return [name, one["Id"], one["Email"], joined(one)]


def leads(account: Mapping[str, Any]) -> bool:
    """Whether it is the management account: the ARNs of everything in the organization name that one."""
    return bool(account["Arn"].split(":")[4] == account["Id"])


def joined(one: dict[str, Any]) -> str:
    return f"{one['JoinedMethod'].capitalize()}, {cells.moment(one['JoinedTimestamp'])}"


def place_link(session: Session, one: dict[str, Any]) -> Any:
    return markup.link(session.url("organization-place", one["Id"]), one["Name"])


def described(session: Session, place: str) -> Panel | None:
    """Name and ARN of a root, unit or account, by its id; nothing where it is not there."""
    if place.startswith("r-"):
        found = asked(session, "organizations:ListRoots")
        if found is None or not found.stands:
            return found
        return Panel(next((one for one in found["Roots"] if one["Id"] == place), {}))
    unit = place.startswith("ou-")
    kind, key = ("OrganizationalUnit", "OrganizationalUnitId") if unit else ("Account", "AccountId")
    found = asked(session, f"organizations:Describe{kind}", {key: place})
    return Panel(found[kind]) if found is not None and found.stands else found


def tags_of(session: Session, target: str) -> Panel:
    """The tags of a root, unit, account or policy."""
    return panel(session, "organizations:ListTagsForResource", {"ResourceId": target})


def policy_cells(session: Session, one: dict[str, Any]) -> list[Any]:
    link = markup.link(session.url("organization-policy", one["Id"]), one["Name"])
    return [link, "AWS managed" if one["AwsManaged"] else "Customer managed", one["Description"] or markup.NOTHING]


@require_POST
@console_page
def create(request: HttpRequest, session: Session) -> HttpResponse:
    session.call("organizations:CreateOrganization", {"FeatureSet": "ALL"})
    return pages.done(request, session.url("organization-accounts"), "You created an organization.")
