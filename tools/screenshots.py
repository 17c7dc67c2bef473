"""Takes pictures of this version from a scratch site: `make pictures`; ARGS="landing" takes that one only.

Every page of tools/pages.py is kept in docs/pictures/ and listed in docs/gallery.md, which is written anew too.
"""

from __future__ import annotations

import io
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tools import chromium, scratch
from tools.pages import PAGES

KEPT = scratch.ROOT / "docs" / "pictures"  # shown by the documents, in the repository
LOOKED_AT = scratch.ROOT / "test-results" / "pictures"  # for whoever works on the look


@dataclass(frozen=True)
class Picture:
    """A page as Ada sees it; `path` may name {session}, her console session as root, and {refused}, Mario's event."""

    name: str
    path: str
    signed_in: bool = True
    dark: bool = False
    width: int = 1280
    height: int = 800
    kept: bool = True
    title: str = ""  # in the gallery

    @property
    def file(self) -> Path:
        return (KEPT if self.kept else LOOKED_AT) / f"{self.name}.png"


ANONYMOUS = ("landing", "site-sign-in")
PICTURES = [
    *(Picture(name, path, title=title, signed_in=name not in ANONYMOUS) for name, title, path in PAGES),
    Picture("heat-map", "/classroom/{klass}/assignments/{assignment}/heat/"),
    Picture("heat-map-step", "/classroom/{klass}/assignments/{assignment}/heat/policy/"),
    Picture("gradebook", "/classroom/{klass}/assignments/{assignment}/grades/"),
    Picture("timeline", "/classroom/{klass}/attempts/{work}/"),
    Picture("projector", "/classroom/{klass}/assignments/{assignment}/heat/?projector=1", kept=False),
    Picture("disputes", "/classroom/{klass}/disputes/", kept=False),
    Picture("own-labs", "/classroom/{klass}/labs/", kept=False),
    Picture("act-on-many", "/classroom/{klass}/assignments/{assignment}/many/", kept=False),
    Picture("components", "/components/", signed_in=False, kept=False),
    Picture("components-dark", "/components/", signed_in=False, kept=False, dark=True),
    Picture("components-narrow", "/components/", signed_in=False, kept=False, width=380),
    Picture("why-dark", "/console/{session}/why/{refused}/", kept=False, dark=True),
    Picture("why-narrow", "/console/{session}/why/{refused}/", kept=False, width=380),
]


def save(png: bytes, file: Path) -> None:
    """In 256 colours: a third of the bytes, and no eye tells the difference on a page."""
    from PIL import Image

    file.parent.mkdir(parents=True, exist_ok=True)
    with Image.open(io.BytesIO(png)) as image:
        image.convert("RGB").quantize(256, dither=Image.Dither.NONE).save(file, optimize=True)


def gallery() -> str:
    """docs/gallery.md: each page of PAGES with its picture."""
    lines = [
        "# Every page",
        "",
        "Pictures of this version, taken by `make pictures`; [console.md](console.md) says what each page does.",
    ]
    for picture in PICTURES:
        if picture.title:
            lines += ["", f"## {picture.title}", "", f"![{picture.title}](pictures/{picture.name}.png)"]
    return "\n".join(lines) + "\n"


def take(browser: Any, base: str, cookie: str, names: dict[str, str], picture: Picture) -> None:
    """One picture. Raises RuntimeError where the page is not there: a picture of an error helps nobody."""
    context = browser.new_context(
        viewport={"width": picture.width, "height": picture.height},
        color_scheme="dark" if picture.dark else "light",
        reduced_motion="reduce",
        base_url=base,
    )
    if picture.signed_in:
        context.add_cookies([{"name": "sessionid", "value": cookie, "url": base}])
    page = context.new_page()
    answer = page.goto(picture.path.format(**names), wait_until="networkidle")
    if answer.status != 200:
        raise RuntimeError(f"{picture.name}: {page.url} answered {answer.status}")
    save(page.screenshot(full_page=not picture.kept), picture.file)
    context.close()
    print(f"  {picture.file.relative_to(scratch.ROOT)}", flush=True)


READ = {
    "Version": "2012-10-17",
    "Statement": [
        {"Sid": "ReadBills", "Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::customer-bills/*"}
    ],
}

LOGS = {
    "Version": "2012-10-17",
    "Statement": {
        "Effect": "Allow",
        "Principal": {"Service": "cloudtrail.amazonaws.com"},
        "Action": ["s3:GetBucketAcl", "s3:PutObject"],
        "Resource": ["arn:aws:s3:::umbrella-logs", "arn:aws:s3:::umbrella-logs/*"],
    },
}
BUDGET = {
    "Budget": {
        "BudgetName": "monthly",
        "BudgetType": "COST",
        "TimeUnit": "MONTHLY",
        "BudgetLimit": {"Amount": "10", "Unit": "USD"},
    },
    "NotificationsWithSubscribers": [
        {
            "Notification": {"NotificationType": kind, "ComparisonOperator": "GREATER_THAN", "Threshold": threshold},
            "Subscribers": [{"SubscriptionType": "EMAIL", "Address": "ada@bills.example"}],
        }
        for kind, threshold in (("ACTUAL", 85), ("FORECASTED", 100))
    ],
}
NO_SERVERS = {
    "Name": "NoServers",
    "Description": "Learners start no servers.",
    "Type": "SERVICE_CONTROL_POLICY",
    "Content": json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [{"Sid": "NoServers", "Effect": "Deny", "Action": "ec2:RunInstances", "Resource": "*"}],
        }
    ),
}

ASSUME = {"Effect": "Allow", "Action": "sts:AssumeRole"}


def furnish(world: scratch.World) -> dict[str, str]:
    """What the pictures show: Mario may read bills, and is refused when he writes one. What addresses may name."""
    from iamlab.door import authenticate
    from iamlab.door.calls import call
    from iamlab.labs import attempts, content
    from iamlab.services.operations import AwsError

    attempt = attempts.begin(world.person, content.catalogue()["first-bill"])
    for name in ("charles", "david", "mario"):
        world.call("iam:CreateUser", UserName=name, Tags=[{"Key": "department", "Value": "billing"}])
    world.call("iam:CreateServiceSpecificCredential", UserName="mario", ServiceName="codecommit.amazonaws.com")
    world.call("iam:CreateGroup", GroupName="billing")
    world.call("iam:AddUserToGroup", GroupName="billing", UserName="mario")
    policy = world.call("iam:CreatePolicy", PolicyName="BillRead", PolicyDocument=json.dumps(READ))["Policy"]
    world.call("iam:AttachGroupPolicy", GroupName="billing", PolicyArn=policy["Arn"])
    world.call("s3:CreateBucket", Bucket="customer-bills")
    world.call("s3:PutObject", Bucket="customer-bills", Key="2026/february.txt", Body=b"12 umbrellas")
    world.call("s3:CreateBucket", Bucket="umbrella-logs")
    world.call("s3:PutBucketPolicy", Bucket="umbrella-logs", Policy=json.dumps(LOGS))
    world.call("cloudtrail:CreateTrail", Name="audit", S3BucketName="umbrella-logs", IsMultiRegionTrail=True)
    world.call("cloudtrail:StartLogging", Name="audit")
    tags = [{"ResourceType": "instance", "Tags": [{"Key": "Name", "Value": "web"}]}]
    image = world.call("ec2:DescribeImages")["Images"][0]["ImageId"]
    launch = {"ImageId": image, "InstanceType": "t3.micro", "MinCount": 1, "MaxCount": 1, "TagSpecifications": tags}
    instance = world.call("ec2:RunInstances", **launch)["Instances"][0]["InstanceId"]
    world.call("budgets:CreateBudget", AccountId=world.account_id, **BUDGET)
    world.call("iam:CreateOpenIDConnectProvider", Url="https://token.example.com", ClientIDList=["sts.amazonaws.com"])
    world.call("organizations:CreateOrganization")
    top = world.call("organizations:ListRoots")["Roots"][0]["Id"]
    unit = world.call("organizations:CreateOrganizationalUnit", ParentId=top, Name="Sandbox")["OrganizationalUnit"]
    member = world.call("organizations:CreateAccount", Email="tax@bills.example", AccountName="Tax")
    member_id = member["CreateAccountStatus"]["AccountId"]
    scp = world.call("organizations:CreatePolicy", **NO_SERVERS)["Policy"]["PolicySummary"]["Id"]
    world.call("organizations:AttachPolicy", PolicyId=scp, TargetId=unit["Id"])
    trust = {"Version": "2012-10-17", "Statement": [ASSUME | {"Principal": {"AWS": world.account_id}}]}
    world.call("iam:CreateRole", RoleName="Clerk", AssumeRolePolicyDocument=json.dumps(trust))
    key = world.call("iam:CreateAccessKey", UserName="mario")["AccessKey"]
    mario = authenticate.credentials(key["AccessKeyId"]).caller
    try:
        call(mario, "s3:PutObject", {"Bucket": "customer-bills", "Key": "2026/march.txt", "Body": b"7 umbrellas"})
    except AwsError as error:
        return {
            "session": world.session,
            "sandbox": world.sandbox,
            "account": world.account_id,
            "instance": instance,
            "refused": error.event_id,
            "made": world.call("cloudtrail:LookupEvents", MaxResults=2)["Events"][1]["EventId"],
            "attempt": str(attempt.pk),
            "unit": unit["Id"],
            "member": member_id,
            "scp": scp,
        }
    raise RuntimeError("Mario was not refused.")


def teach(world: scratch.World) -> dict[str, str]:
    """Ada teaches the demo class too. What addresses may name: the class, its assignment, a learner's attempt."""
    from iamlab.classroom.models import Class, Enrolment, Role, Work

    klass = Class.objects.get()
    Enrolment.objects.create(klass=klass, person=world.person, role=Role.INSTRUCTOR, name="Ada")
    work = Work.objects.filter(attempt__person__display_name="Chiara Rossi").get()
    return {"klass": str(klass.pk), "assignment": str(work.assignment_id), "work": str(work.attempt_id)}


def main(wanted: list[str]) -> None:
    from playwright.sync_api import sync_playwright

    known = [picture.name for picture in PICTURES]
    if set(wanted) - set(known):
        raise SystemExit(f"No picture {', '.join(sorted(set(wanted) - set(known)))}. There are: {', '.join(known)}.")
    with scratch.site(DEMO="1"):
        from django.core.management import call_command

        world = scratch.world()
        names = furnish(world)
        if any("{klass}" in picture.path for picture in PICTURES if not wanted or picture.name in wanted):
            call_command("demo", verbosity=0)
            names |= teach(world)
        with scratch.server() as base, sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=chromium.find(),
                args=["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-sync"],
            )
            for picture in PICTURES:
                if not wanted or picture.name in wanted:
                    take(browser, base, world.cookie, names, picture)
            browser.close()
    if not wanted:
        (scratch.ROOT / "docs" / "gallery.md").write_text(gallery())


if __name__ == "__main__":
    main(sys.argv[1:])
