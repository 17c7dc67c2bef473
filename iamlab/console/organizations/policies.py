"""The policies of the organization, of two kinds: the list, one policy's page, a new one."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods, require_safe

from iamlab.components import markup, tables
from iamlab.console import documents, pages, refusals
from iamlab.console.forms import typed
from iamlab.console.organizations.forms import RCP, SCP, NewPolicyForm
from iamlab.console.organizations.views import ATTACHED, asked, outside, policy_cells, shown, tags_of
from iamlab.console.panels import Panel, panel
from iamlab.console.session import Session, console_page
from iamlab.policy.document import ORGANIZATION_LIMIT
from iamlab.services.operations import AwsError

TITLES = {SCP: "Service control policies", RCP: "Resource control policies"}
LISTS = {SCP: "organization-policies", RCP: "organization-rcps"}
SCOPE_NAMES = {SCP: "service", RCP: "resource"}
DESCRIPTIONS = {
    SCP: "Service control policies set the most that the accounts of the organization may do. They allow nothing by "
    "themselves, and do not bear on the management account.",
    RCP: "Resource control policies set the most that anybody may do to the resources of the organization's accounts. "
    "They allow nothing by themselves, and do not bear on the management account's resources.",
}
TARGETS = [tables.column("name", "Name"), tables.column("id", "ID"), tables.column("kind", "Type")]
KINDS = {"ROOT": "Root", "ORGANIZATIONAL_UNIT": "Organizational unit", "ACCOUNT": "Account"}


@require_safe
@console_page
def policies(request: HttpRequest, session: Session, kind: str) -> HttpResponse:
    title = TITLES[kind]
    found = asked(session, "organizations:ListPolicies", {"Filter": kind})
    if found is None:
        return outside(request, session, title)
    ask = tables.asked(request, ATTACHED)
    cut = tables.arrange(found.get("Policies", []), ask, text=lambda one: one["Name"], order={})
    table = tables.table(
        request,
        id="policies",
        title=title,
        heading="h1",
        columns=ATTACHED,
        rows=[tables.row(one["Id"], policy_cells(session, one)) for one in cut["items"]],
        total=cut["total"],
        found=cut["found"],
        ask=ask,
        denial=found.denial,
        failure=found.failure,
        filter_label="Find policies",
        description=DESCRIPTIONS[kind],
    )
    context = {
        "table": table,
        "scope": SCOPE_NAMES[kind],
        "enabled": enabled(session, kind),
        "create_url": session.url(f"{LISTS[kind]}-create"),
    }
    return shown(request, session, "console/organizations/policies.html", context, title, [(title, None)])


def enabled(session: Session, kind: str) -> bool | None:
    """Whether a type is enabled; None for who may not know."""
    roots = panel(session, "organizations:ListRoots")
    return any(one["Type"] == kind for one in roots["Roots"][0]["PolicyTypes"]) if roots.stands else None


@require_safe
@console_page
def policy(request: HttpRequest, session: Session, policy_id: str) -> HttpResponse:
    found = asked(session, "organizations:DescribePolicy", {"PolicyId": policy_id})
    if found is None:
        return outside(request, session, TITLES[SCP])
    one = found["Policy"]["PolicySummary"] if found.stands else {"Name": policy_id, "Type": SCP}
    context = {
        "heading": one["Name"],
        "policy_id": policy_id,
        "own": found.stands and not one["AwsManaged"],
        "found": found,
        "summary": summary(found) if found.stands else [],
        "text": documents.pretty(found["Policy"]["Content"]) if found.stands else "",
        "table": targets(request, session, policy_id) if found.stands else None,
        "tags": tags_of(session, policy_id) if found.stands and not one["AwsManaged"] else None,
    }
    crumbs = [(TITLES[one["Type"]], session.url(LISTS[one["Type"]])), (one["Name"], None)]
    response = shown(request, session, "console/organizations/policy.html", context, one["Name"], crumbs)
    response.status_code = 404 if found.failure else 200
    return response


def summary(found: Panel) -> list[tuple[str, Any]]:
    one = found["Policy"]["PolicySummary"]
    return [
        ("Policy ID", one["Id"]),
        ("Type", "AWS managed" if one["AwsManaged"] else "Customer managed"),
        ("Description", one["Description"] or markup.NOTHING),
        ("ARN", markup.copy(one["Arn"], "ARN")),
    ]


def targets(request: HttpRequest, session: Session, policy_id: str) -> dict[str, Any]:
    found = panel(session, "organizations:ListTargetsForPolicy", {"PolicyId": policy_id})
    rows = []
    for one in found.get("Targets", []):
        link = markup.link(session.url("organization-place", one["TargetId"]), one["Name"])
        cells = [link, one["TargetId"], KINDS[one["Type"]]]
        rows.append(tables.row(one["TargetId"], cells, label=one["Name"]))
    return tables.table(
        request,
        id="targets",
        title="Targets",
        columns=TARGETS,
        rows=rows,
        denial=found.denial,
        failure=found.failure,
        select="many",
        tools=False,
        empty_text="The policy is attached nowhere: it has no effect.",
    )


@require_http_methods(["GET", "POST"])
@console_page
def create(request: HttpRequest, session: Session, kind: str) -> HttpResponse:
    back = session.url(LISTS[kind])
    look = request.method == "POST" and "look" in request.POST
    sent = request.method == "POST" and not look
    initial = typed(NewPolicyForm, request.POST) if look else None
    form = NewPolicyForm(request.POST, kind=kind) if sent else NewPolicyForm(initial=initial, kind=kind)
    denial = None
    if sent and form.is_valid():
        try:
            answer = session.call("organizations:CreatePolicy", {"Description": "", **form.params(), "Type": kind})
        except AwsError as error:
            denial = refusals.told(session, form, error)
        else:
            url = session.url("organization-policy", answer["Policy"]["PolicySummary"]["Id"])
            return pages.done(request, url, f"Policy {form.cleaned_data['Name']} created.")
    title = f"Create new {SCOPE_NAMES[kind]} control policy"
    context = {
        "heading": title,
        "form": form,
        "denial": denial,
        "limit": ORGANIZATION_LIMIT,
        "submit": "Create policy",
        "back": back,
    }
    crumbs = [(TITLES[kind], back), (title, None)]
    response = shown(request, session, "console/organizations/writing.html", context, title, crumbs)
    response.status_code = 422 if sent else 200
    return response
