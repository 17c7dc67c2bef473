"""AWS Organizations: the tree one level at a time, and what stands at each place of it."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from iamlab.components import markup, tables
from iamlab.console import cells, changes, pages, panels
from iamlab.console.changes import Change
from iamlab.console.organizations.forms import RCP, SCP, AttachForm
from iamlab.console.panels import Panel, panel
from iamlab.console.questions import ticked_off
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


def children(
    request: HttpRequest, session: Session, parent: str, root: dict[str, Any] | None = None, chief: str = ""
) -> dict[str, Any]:
    """Units and accounts under a root or unit: two calls, whatever their number. `root` stands above them where it is
    given; `chief` is the management account."""
    units = panel(session, "organizations:ListOrganizationalUnitsForParent", {"ParentId": parent})
    members = panel(session, "organizations:ListAccountsForParent", {"ParentId": parent})
    rows = [
        tables.row(one["Id"], [place_link(session, one), one["Id"], markup.NOTHING, markup.NOTHING])
        for one in [*([root] if root else []), *units.get("OrganizationalUnits", [])]
    ]
    rows += [account_row(session, one, chief) for one in members.get("Accounts", [])]
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


def account_row(session: Session, one: dict[str, Any], chief: str) -> dict[str, Any]:
    name: Any = place_link(session, one)
    if one["Id"] == chief:
        name = markup.lines([name, markup.badge("management account", "blue")])
    return tables.row(one["Id"], [name, one["Id"], one["Email"], joined(one)], label=f"{one['Name']} {one['Id']}")


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


@require_safe
@console_page
def place(request: HttpRequest, session: Session, target: str) -> HttpResponse:
    """A root, unit or account: what is under it, and the policies attached to it."""
    title, scope = "AWS accounts", scope_of(request)
    here = described(session, target)
    if here is None:
        return outside(request, session, title)
    missing = bool(here.failure) or (here.stands and not here.answer)
    name = here.get("Name", target)
    context = {
        "heading": name,
        "target": target,
        "here": here,
        "missing": missing,
        "summary": place_facts(here, target) if here.answer else [],
        "tags": tags_of(session, target) if here.answer else None,
        "table": children(request, session, target) if here.answer and not target.isdigit() else None,
        "policies": attached(request, session, target, scope) if here.answer else None,
        "attach_url": session.url("organization-attach", target, kind=scope),
        "scopes": [
            {"label": label, "url": session.url("organization-place", target, kind=one), "current": one == scope}
            for one, (_, label, _) in SCOPES.items()
        ],
        "kind": "account" if target.isdigit() else "unit" if target.startswith("ou-") else "root",
    }
    crumbs = [(title, session.url("organization-accounts")), (name, None)]
    response = shown(request, session, "console/organizations/place.html", context, name, crumbs)
    response.status_code = 404 if missing else 200
    return response


def place_facts(here: Panel, target: str) -> list[tuple[str, Any]]:
    """An account has more to tell than a root or a unit."""
    facts = [("Name", here["Name"]), ("ID", target), ("ARN", markup.copy(here["Arn"], "ARN"))]
    if target.isdigit():
        active = here["Status"] == "ACTIVE"
        state = markup.status("success" if active else "stopped", here["Status"].replace("_", " ").capitalize())
        facts += [("Email", here["Email"]), ("Status", state), ("Joined", joined(here.answer))]
    return facts


def tags_of(session: Session, target: str) -> Panel:
    """The tags of a root, unit, account or policy."""
    return panel(session, "organizations:ListTagsForResource", {"ResourceId": target})


def scope_of(request: HttpRequest) -> str:
    """Which kind of policies an address asks for."""
    return "resource" if request.GET.get("kind") == "resource" else "service"


def attached(request: HttpRequest, session: Session, target: str, scope: str) -> dict[str, Any]:
    """The policies of a kind at a place."""
    kind, title, reach = SCOPES[scope]
    params = {"TargetId": target, "Filter": kind}
    found = panel(session, "organizations:ListPoliciesForTarget", params)
    rows = [tables.row(one["Id"], policy_cells(session, one), label=one["Name"]) for one in found.get("Policies", [])]
    return tables.table(
        request,
        id="attached",
        title=title,
        columns=ATTACHED,
        rows=rows,
        select="many",
        denial=found.denial,
        failure=found.failure,
        tools=False,
        empty_title="None",
        empty_text="This type of policies is disabled.",  # AWS's own policy stands everywhere where it is not
        description=reach,
    )


def policy_cells(session: Session, one: dict[str, Any]) -> list[Any]:
    link = markup.link(session.url("organization-policy", one["Id"]), one["Name"])
    return [link, "AWS managed" if one["AwsManaged"] else "Customer managed", one["Description"] or markup.NOTHING]


@require_POST
@console_page
def create(request: HttpRequest, session: Session) -> HttpResponse:
    session.call("organizations:CreateOrganization", {"FeatureSet": "ALL"})
    return pages.done(request, session.url("organization-accounts"), "You created an organization.")


@require_http_methods(["GET", "POST"])
@console_page
def attach(request: HttpRequest, session: Session, target: str) -> HttpResponse:
    """Attach a policy that is not there yet."""
    back = session.url("organization-place", target)
    kind, kinds_title, _ = SCOPES[scope_of(request)]
    known = panel(session, "organizations:ListPolicies", {"Filter": kind})
    there = panel(session, "organizations:ListPoliciesForTarget", {"TargetId": target, "Filter": kind})
    attached_now = [one["Id"] for one in there.get("Policies", [])]
    free = [one for one in known.get("Policies", []) if one["Id"] not in attached_now]
    form = AttachForm(request.POST if request.method == "POST" else None, policies=free)
    if request.method == "POST" and form.is_valid():
        try:
            params = {"PolicyId": form.cleaned_data["PolicyId"], "TargetId": target}
            session.call("organizations:AttachPolicy", params)
        except AwsError as error:
            if error.refuses:
                raise
            form.refuse(error)
        else:
            return pages.done(request, back, "The policy is attached.")
    title = f"Attach {kinds_title.lower()}"
    confirm = {"title": title, "cancel_url": back, "submit": "Attach policy"}
    context = {"confirm": confirm, "form": form, "known": known, "none_left": known.stands and not free}
    crumbs = [("AWS accounts", session.url("organization-accounts")), (target, back), (title, None)]
    response = shown(request, session, "console/organizations/attach.html", context, title, crumbs)
    response.status_code = 422 if form.is_bound else 200
    return response


@require_http_methods(["GET", "POST"])
@console_page
def detach(request: HttpRequest, session: Session, target: str) -> HttpResponse:
    back, named = session.url("organization-place", target), names_at(session, target)
    wanted = [
        Change("organizations:DetachPolicy", {"PolicyId": one, "TargetId": target}, f"Detach {named.get(one, one)}")
        for one in changes.ticked(request)
    ]
    confirm = {"title": "Detach policies?", "cancel_url": back, "submit": "Detach policy"}
    here = described(session, target)
    name = here.get("Name", target) if here else target
    sentence = f"What only they allow is refused at {name} and below from now on."
    return ticked_off(request, session, wanted, confirm, sentence, "Policies detached.")


def names_at(session: Session, target: str) -> dict[str, str]:
    """The names of the policies at a place, of both kinds, by id."""
    found = [
        panel(session, "organizations:ListPoliciesForTarget", {"TargetId": target, "Filter": kind})
        for kind, *_ in SCOPES.values()
    ]
    return {policy["Id"]: policy["Name"] for one in found for policy in one.get("Policies", [])}
