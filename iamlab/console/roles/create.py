"""The Create role wizard: trusted entity, permissions, name and review."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.views.decorators.http import require_safe

from iamlab.console import pages, wizard_pages
from iamlab.console.models import Draft
from iamlab.console.pickers import policy_type
from iamlab.console.roles import trust
from iamlab.console.roles.forms import EntityForm, PermissionsForm, ReviewForm
from iamlab.console.session import Session, console_page
from iamlab.console.wizard import Planned, Step, Wizard
from iamlab.policy.document import TRUST_LIMIT

UNNAMED = {"RoleName": "ROLE-NAME", "Description": "", "tags": []}  # what the review shows before it was sent


def planned(data: dict[str, Any]) -> list[Planned]:
    """CreateRole with boundary and tags inside it, the policies, and for EC2 the instance profile of the same name."""
    review = data.get("review", UNNAMED)
    name, entity, permissions = review["RoleName"], data["entity"], data["permissions"]
    params: dict[str, Any] = {"RoleName": name, "AssumeRolePolicyDocument": entity["document"]}
    if review["Description"]:
        params["Description"] = review["Description"]
    if permissions["use_boundary"]:
        params["PermissionsBoundary"] = permissions["boundary"][0]
    if review["tags"]:
        params["Tags"] = review["tags"]
    role = f"Create role {name}"
    calls = [Planned("iam:CreateRole", params, role)]
    for arn in permissions["policies"]:
        attach = {"RoleName": name, "PolicyArn": arn}
        calls.append(Planned("iam:AttachRolePolicy", attach, f"Attach policy {arn.rpartition('/')[2]}", of=role))
    return calls + (instance_profile(name, role) if entity.get("service") == trust.EC2 else [])


def instance_profile(name: str, role: str) -> list[Planned]:
    """IAM User Guide, "Use instance profiles": the console makes one for EC2, named as the role."""
    profile = {"InstanceProfileName": name}
    label = f"Create instance profile {name}"
    return [
        Planned("iam:CreateInstanceProfile", profile, label, of=role),
        Planned("iam:AddRoleToInstanceProfile", {**profile, "RoleName": name}, "Put the role into it", of=label),
    ]


def finish(request: HttpRequest, session: Session, draft: Draft) -> HttpResponse:
    name = draft.data["review"]["RoleName"]
    url = session.url("role", name, "permissions")
    text = format_html('Role {} created. <a class="btn" href="{}">View role</a>', name, url)
    return pages.done(request, session.url("roles"), text)


def context(request: HttpRequest, session: Session, draft: Draft) -> dict[str, Any]:
    permissions = draft.data.get("permissions", {"policies": [], "use_boundary": False})
    summary = [(arn.rpartition("/")[2], policy_type(arn), "Permissions policy") for arn in permissions["policies"]]
    if permissions["use_boundary"]:
        boundary = permissions["boundary"][0]
        summary.append((boundary.rpartition("/")[2], policy_type(boundary), "Permissions boundary"))
    return {
        "limit": TRUST_LIMIT,
        "document": draft.data.get("entity", {}).get("document", ""),
        "summary": summary,
        "first": session.url(WIZARD.name, draft.pk, "entity"),
        "second": session.url(WIZARD.name, draft.pk, "permissions"),
    }


WIZARD = Wizard(
    name="role-create",
    title="Create role",
    submit="Create role",
    cancel=lambda session, draft: session.url("roles"),
    steps=lambda data: [
        Step("entity", "Select trusted entity", EntityForm, "console/roles/create_entity.html"),
        Step("permissions", "Add permissions", PermissionsForm, "console/roles/create_permissions.html"),
        Step("review", "Name, review, and create", ReviewForm, "console/roles/create_review.html"),
    ],
    calls=planned,
    result_template="console/wizard_result.html",
    crumbs=lambda session, draft: [("Roles", session.url("roles")), ("Create role", None)],
    finish=finish,
    context=context,
)


@require_safe
@console_page
def start(request: HttpRequest, session: Session) -> HttpResponse:
    return wizard_pages.start(session, WIZARD)
