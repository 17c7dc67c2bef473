"""The Launch an instance wizard. EC2 User Guide: "Launch an EC2 instance using the launch instance wizard"."""

from typing import Any
from uuid import uuid4

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from iamlab.console import pages, wizard_pages
from iamlab.console.instances.forms import LaunchForm, ReviewForm, encoded
from iamlab.console.models import Draft
from iamlab.console.session import Session, console_page
from iamlab.console.wizard import Planned, Step, Wizard


def planned(data: dict[str, Any]) -> list[Planned]:
    """One call; its token launches once however often it is sent."""
    if "launch" not in data:
        return []
    launch = data["launch"]
    params: dict[str, Any] = {
        "ImageId": launch["image"],
        "InstanceType": launch["kind"],
        "MinCount": launch["count"],
        "MaxCount": launch["count"],
        "ClientToken": data["token"],
    }
    if launch["profile"]:
        params["IamInstanceProfile"] = {"Arn": launch["profile"]}
    if launch["user_data"]:
        params["UserData"] = launch["user_data"]
    if launch["name"]:
        tags = [{"Key": "Name", "Value": launch["name"]}]
        params["TagSpecifications"] = [{"ResourceType": "instance", "Tags": tags}]
    number = launch["count"]
    label = "Launch an instance" if number == 1 else f"Launch {number} instances"
    return [Planned("ec2:RunInstances", params, label, fill=as_sent)]


def as_sent(params: dict[str, Any], secrets: dict[str, str]) -> dict[str, Any]:
    """What the CLI takes as text the API takes encoded."""
    return {**params, "UserData": encoded(params["UserData"])} if "UserData" in params else params


def finish(request: HttpRequest, session: Session, draft: Draft) -> HttpResponse:
    number = draft.data["launch"]["count"]
    text = "Successfully initiated launch of " + ("an instance." if number == 1 else f"{number} instances.")
    return pages.done(request, session.url("instances"), text)


def context(request: HttpRequest, session: Session, draft: Draft) -> dict[str, Any]:
    launch = draft.data.get("launch")
    if not launch:
        return {}
    facts = [
        ("Name", launch["name"] or "-"),
        ("AMI", launch["image"]),
        ("Instance type", launch["kind"]),
        ("Number of instances", str(launch["count"])),
        ("IAM instance profile", launch["profile"].rpartition("/")[2] or "None"),
        ("User data", "Yes" if launch["user_data"] else "None"),
    ]
    return {"facts": facts}


WIZARD = Wizard(
    name="instance-launch",
    title="Launch an instance",
    submit="Launch instance",
    cancel=lambda session, draft: session.url("instances"),
    steps=lambda data: [
        Step("launch", "Launch an instance", LaunchForm, "console/instances/launch.html"),
        Step("review", "Review", ReviewForm, "console/instances/review.html"),
    ],
    calls=planned,
    result_template="console/wizard_result.html",
    crumbs=lambda session, draft: [("Instances", session.url("instances")), ("Launch an instance", None)],
    finish=finish,
    context=context,
)


@require_safe
@console_page
def start(request: HttpRequest, session: Session) -> HttpResponse:
    return wizard_pages.start(session, WIZARD, token=str(uuid4()))
