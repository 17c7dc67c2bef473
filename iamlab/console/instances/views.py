"""EC2's instances: the list, one instance, its role, terminating."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_safe

from iamlab.components import markup, tables
from iamlab.console import cells, changes, lists, pages
from iamlab.console.changes import Change
from iamlab.console.instances.forms import RoleForm, decoded
from iamlab.console.panels import Panel, panel
from iamlab.console.questions import question
from iamlab.console.session import Session, console_page
from iamlab.services.operations import AwsError

COLUMNS = [
    tables.column("name", "Name"),
    tables.column("id", "Instance ID"),
    tables.column("state", "Instance state"),
    tables.column("type", "Instance type"),
    tables.column("profile", "IAM instance profile"),
    tables.column("address", "Private IPv4 address"),
    tables.column("launched", "Launch time"),
]
STATES = {"running": "success", "pending": "pending", "terminated": "stopped"}
ASSOCIATIONS = "IamInstanceProfileAssociations"


def name_of(one: dict[str, Any]) -> str:
    return next((tag["Value"] for tag in one.get("Tags", []) if tag["Key"] == "Name"), "")


def profile_of(one: dict[str, Any]) -> str:
    return one.get("IamInstanceProfile", {}).get("Arn", "").rpartition("/")[2]


@require_safe
@console_page
def instances(request: HttpRequest, session: Session) -> HttpResponse:
    found = panel(session, "ec2:DescribeInstances")
    listed = [one for launch in found.get("Reservations", []) for one in launch["Instances"]]
    table = lists.whole(
        request,
        COLUMNS,
        [row_of(session, one) for one in reversed(listed)],
        id="instances",
        title="Instances",
        heading="h1",
        info=True,
        select="many",
        description="Machines in the cloud. Here they do not run; they show how a role comes to one.",
        denial=found.denial,
        failure=found.failure,
        empty_text="You do not have any instances in this Region.",
    )
    crumbs = [("Instances", None)]
    return pages.render(
        request, session, "console/instances/list.html", {"table": table}, title="Instances", crumbs=crumbs
    )


def row_of(session: Session, one: dict[str, Any]) -> dict[str, Any]:
    state, name = one["State"]["Name"], name_of(one)
    return tables.row(
        one["InstanceId"],
        [
            name or markup.NOTHING,
            markup.link(session.url("instance", one["InstanceId"]), one["InstanceId"]),
            markup.status(STATES.get(state, "in-progress"), state.capitalize()),
            one["InstanceType"],
            profile_of(one) or markup.NOTHING,
            one.get("PrivateIpAddress") or markup.NOTHING,
            cells.moment(one["LaunchTime"]),
        ],
        label=f"{name} {one['InstanceId']}".strip(),
        disabled=state == "terminated",
    )


@require_safe
@console_page
def instance(request: HttpRequest, session: Session, instance_id: str) -> HttpResponse:
    """The instance, the role behind its profile, its user data: a call and a panel each."""
    found = panel(session, "ec2:DescribeInstances", {"InstanceIds": [instance_id]})
    crumbs = [("Instances", session.url("instances")), (instance_id, None)]
    context: dict[str, Any] = {"found": found, "instance_id": instance_id}
    if found.stands:
        one = found["Reservations"][0]["Instances"][0]
        asked = {"InstanceId": instance_id, "Attribute": "userData"}
        data = panel(session, "ec2:DescribeInstanceAttribute", asked)
        profile = profile_of(one)
        held = panel(session, "iam:GetInstanceProfile", {"InstanceProfileName": profile}) if profile else Panel()
        context |= {
            "facts": facts(session, one, held),
            "data": data,
            "text": decoded(data.get("UserData", {}).get("Value", "")),
            "held": held,
            "tags": [(tag["Key"], tag["Value"]) for tag in one["Tags"]],
            "ended": one["State"]["Name"] == "terminated",
        }
    return pages.render(
        request,
        session,
        "console/instances/detail.html",
        context,
        title=instance_id,
        crumbs=crumbs,
        status=404 if found.failure else 200,
    )


def facts(session: Session, one: dict[str, Any], held: Panel) -> list[tuple[str, Any]]:
    state = one["State"]["Name"]
    roles = [role["RoleName"] for role in held.get("InstanceProfile", {}).get("Roles", [])]
    links = [markup.link(session.url("role", role, "permissions"), role) for role in roles]
    return [
        ("Instance ID", markup.copy(one["InstanceId"], "instance ID")),
        ("Name", name_of(one) or markup.NOTHING),
        ("Instance state", markup.status(STATES.get(state, "in-progress"), state.capitalize())),
        ("Instance type", one["InstanceType"]),
        ("AMI ID", one["ImageId"]),
        ("Private IPv4 address", one.get("PrivateIpAddress") or markup.NOTHING),
        ("Launch time", cells.moment(one["LaunchTime"])),
        ("IAM instance profile", profile_of(one) or markup.NOTHING),
        ("IAM role", markup.lines(links) if links else markup.NOTHING),
    ]


@require_http_methods(["GET", "POST"])
@console_page
def role(request: HttpRequest, session: Session, instance_id: str) -> HttpResponse:
    """Modify IAM role: the call depends on whether there is a profile now, and whether one is chosen."""
    back = session.url("instance", instance_id)
    filters = [{"Name": "instance-id", "Values": [instance_id]}]
    now = session.call("ec2:DescribeIamInstanceProfileAssociations", {"Filters": filters})[ASSOCIATIONS]
    held = now[0] if now else {}
    initial = {"profile": held.get("IamInstanceProfile", {}).get("Arn", "")}
    form = RoleForm(request.POST if request.method == "POST" else None, session=session, initial=initial)
    if request.method == "POST" and form.is_valid():
        change = change_of(instance_id, held.get("AssociationId", ""), form.cleaned_data["profile"])
        try:
            if change is not None and form.cleaned_data["profile"] != initial["profile"]:
                session.call(*change)
        except AwsError as error:
            if error.refuses:
                raise
            form.refuse(error)
        else:
            return pages.done(request, back, f"IAM role of {instance_id} updated.")
    title = "Modify IAM role"
    context = {"form": form, "heading": title, "back": back, "instance_id": instance_id}
    crumbs = [("Instances", session.url("instances")), (instance_id, back), (title, None)]
    status, template = 422 if form.errors else 200, "console/instances/role.html"
    return pages.render(request, session, template, context, title=title, crumbs=crumbs, status=status)


def change_of(instance_id: str, association: str, wanted: str) -> tuple[str, dict[str, Any]] | None:
    profile = {"IamInstanceProfile": {"Arn": wanted}}
    if association and wanted:
        return "ec2:ReplaceIamInstanceProfileAssociation", {"AssociationId": association, **profile}
    if association:
        return "ec2:DisassociateIamInstanceProfile", {"AssociationId": association}
    return ("ec2:AssociateIamInstanceProfile", {"InstanceId": instance_id, **profile}) if wanted else None


@require_http_methods(["GET", "POST"])
@console_page
def terminate(request: HttpRequest, session: Session) -> HttpResponse:
    ids = changes.ticked(request)
    back = session.url("instances")
    if not ids:
        return redirect(back)
    if request.method == "POST":
        wanted = [Change("ec2:TerminateInstances", {"InstanceIds": ids}, f"Terminate {', '.join(ids)}")]
        outcomes = changes.make(session, wanted)
        return changes.answer(request, session, outcomes, back, f"Terminated {', '.join(ids)}.", "Terminate instances")
    confirm = {
        "title": "Terminate (delete) instance?" if len(ids) == 1 else "Terminate (delete) instances?",
        "cancel_url": back,
        "submit": "Terminate (delete)",
        "danger": "A terminated instance does not come back. Its role and instance profile stay.",
        "consequences": ids,
        "hidden": [("selected", one) for one in ids],
    }
    return question(request, session, confirm, [])
