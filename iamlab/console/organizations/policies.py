"""Service control policies: the list, one policy's page, a new one."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods, require_safe

from iamlab.components import markup, tables
from iamlab.console import documents, pages, refusals
from iamlab.console.forms import typed
from iamlab.console.organizations.forms import SCP, PolicyForm
from iamlab.console.organizations.views import ATTACHED, asked, outside, policy_cells, shown
from iamlab.console.panels import Panel, panel
from iamlab.console.session import Session, console_page
from iamlab.policy.document import ORGANIZATION_LIMIT
from iamlab.services.operations import AwsError

TITLE = "Service control policies"
TARGETS = [tables.column("name", "Name"), tables.column("id", "ID"), tables.column("kind", "Type")]
KINDS = {"ROOT": "Root", "ORGANIZATIONAL_UNIT": "Organizational unit", "ACCOUNT": "Account"}


@require_safe
@console_page
def policies(request: HttpRequest, session: Session) -> HttpResponse:
    found = asked(session, "organizations:ListPolicies", {"Filter": SCP})
    if found is None:
        return outside(request, session, TITLE)
    ask = tables.asked(request, ATTACHED)
    cut = tables.arrange(found.get("Policies", []), ask, text=lambda one: one["Name"], order={})
    table = tables.table(
        request,
        id="policies",
        title=TITLE,
        heading="h1",
        columns=ATTACHED,
        rows=[tables.row(one["Id"], policy_cells(session, one)) for one in cut["items"]],
        total=cut["total"],
        found=cut["found"],
        ask=ask,
        denial=found.denial,
        failure=found.failure,
        filter_label="Find policies",
        description="Service control policies set the most that the accounts of the organization may do. They allow "
        "nothing by themselves, and do not bear on the management account.",
    )
    template = "console/organizations/policies.html"
    return shown(request, session, template, {"table": table}, TITLE, [(TITLE, None)])


@require_safe
@console_page
def policy(request: HttpRequest, session: Session, policy_id: str) -> HttpResponse:
    found = asked(session, "organizations:DescribePolicy", {"PolicyId": policy_id})
    if found is None:
        return outside(request, session, TITLE)
    name = found["Policy"]["PolicySummary"]["Name"] if found.stands else policy_id
    context = {
        "heading": name,
        "found": found,
        "summary": summary(found) if found.stands else [],
        "text": documents.pretty(found["Policy"]["Content"]) if found.stands else "",
        "table": targets(request, session, policy_id) if found.stands else None,
    }
    crumbs = [(TITLE, session.url("organization-policies")), (name, None)]
    response = shown(request, session, "console/organizations/policy.html", context, name, crumbs)
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
        rows.append(tables.row(one["TargetId"], [link, one["TargetId"], KINDS[one["Type"]]]))
    return tables.table(
        request,
        id="targets",
        title="Targets",
        columns=TARGETS,
        rows=rows,
        denial=found.denial,
        failure=found.failure,
        tools=False,
        empty_text="The policy is attached nowhere: it has no effect.",
    )


@require_http_methods(["GET", "POST"])
@console_page
def create(request: HttpRequest, session: Session) -> HttpResponse:
    back = session.url("organization-policies")
    look = request.method == "POST" and "look" in request.POST
    sent = request.method == "POST" and not look
    form = PolicyForm(request.POST) if sent else PolicyForm(initial=typed(PolicyForm, request.POST) if look else None)
    denial = None
    if sent and form.is_valid():
        try:
            answer = session.call("organizations:CreatePolicy", {"Description": "", **form.params(), "Type": SCP})
        except AwsError as error:
            if refusals.is_refusal(error):
                denial = refusals.denial(session, error)
            else:
                form.refuse(error)
        else:
            url = session.url("organization-policy", answer["Policy"]["PolicySummary"]["Id"])
            return pages.done(request, url, f"Policy {form.cleaned_data['Name']} created.")
    title = "Create new service control policy"
    context = {
        "heading": title,
        "form": form,
        "denial": denial,
        "limit": ORGANIZATION_LIMIT,
        "back": back,
    }
    crumbs = [(TITLE, back), (title, None)]
    response = shown(request, session, "console/organizations/create.html", context, title, crumbs)
    response.status_code = 422 if sent else 200
    return response
