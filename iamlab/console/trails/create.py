"""The Create trail wizard. CloudTrail User Guide: "Creating a trail with the console"."""

import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.views.decorators.http import require_safe

from iamlab.console import pages, wizard_pages
from iamlab.console.models import Draft
from iamlab.console.session import Session, console_page
from iamlab.console.trails import selectors
from iamlab.console.trails.forms import NEW, AttributesForm, EventsStep, ReviewForm
from iamlab.console.wizard import Planned, Step, Wizard

REGION = "us-east-1"


def bucket_policy(account: str, arn: str, bucket: str, prefix: str) -> str:
    """User Guide, "Amazon S3 bucket policy for CloudTrail": what the console writes for a new bucket of the trail."""
    prefix = f"{prefix}/" if prefix else ""
    from_trail = {"aws:SourceArn": arn}
    service = {"Service": "cloudtrail.amazonaws.com"}
    statements = [
        {
            "Sid": "AWSCloudTrailAclCheck20150319",
            "Effect": "Allow",
            "Principal": service,
            "Action": "s3:GetBucketAcl",
            "Resource": f"arn:aws:s3:::{bucket}",
            "Condition": {"StringEquals": from_trail},
        },
        {
            "Sid": "AWSCloudTrailWrite20150319",
            "Effect": "Allow",
            "Principal": service,
            "Action": "s3:PutObject",
            "Resource": f"arn:aws:s3:::{bucket}/{prefix}AWSLogs/{account}/*",
            "Condition": {"StringEquals": {"s3:x-amz-acl": "bucket-owner-full-control", **from_trail}},
        },
    ]
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def planned(data: dict[str, Any]) -> list[Planned]:
    """A bucket where one is to be made, the trail, what it logs; and it starts at once, as trails of the console do."""
    if "events" not in data:
        return []
    trail = data["attributes"]
    name, bucket = trail["Name"], trail["S3BucketName"]
    calls = []
    if trail["storage"] == NEW:
        arn = f"arn:aws:cloudtrail:{REGION}:{data['account']}:trail/{name}"
        policy = {"Bucket": bucket, "Policy": bucket_policy(data["account"], arn, bucket, trail["S3KeyPrefix"])}
        made = f"Create bucket {bucket}"
        calls += [
            Planned("s3:CreateBucket", {"Bucket": bucket}, made),
            Planned("s3:PutBucketPolicy", policy, "Let CloudTrail write to the bucket", of=made),
        ]
    params: dict[str, Any] = {"Name": name, "S3BucketName": bucket, "IsMultiRegionTrail": True}
    if trail["S3KeyPrefix"]:
        params["S3KeyPrefix"] = trail["S3KeyPrefix"]
    if trail["EnableLogFileValidation"]:
        params["EnableLogFileValidation"] = True
    if trail["tags"]:
        params["TagsList"] = trail["tags"]
    created = f"Create trail {name}"
    chosen = {"TrailName": name, "EventSelectors": selectors.written(data["events"])}
    return [
        *calls,
        Planned("cloudtrail:CreateTrail", params, created),
        Planned("cloudtrail:PutEventSelectors", chosen, "Choose log events", of=created),
        Planned("cloudtrail:StartLogging", {"Name": name}, "Start logging", of=created),
    ]


def finish(request: HttpRequest, session: Session, draft: Draft) -> HttpResponse:
    name = draft.data["attributes"]["Name"]
    text = format_html('Trail {} created. <a class="btn" href="{}">View trail</a>', name, session.url("trail", name))
    return pages.done(request, session.url("trails"), text)


def context(request: HttpRequest, session: Session, draft: Draft) -> dict[str, Any]:
    trail, events = draft.data.get("attributes"), draft.data.get("events")
    if not trail:
        return {}
    facts = [
        ("Trail name", trail["Name"]),
        ("Multi-region trail", "Yes"),
        ("Trail log bucket", trail["S3BucketName"]),
        ("Prefix", trail["S3KeyPrefix"] or "-"),
        ("Log file validation", "Enabled" if trail["EnableLogFileValidation"] else "Disabled"),
    ]
    return {"facts": facts, "events": selectors.words(events) if events else []}


WIZARD = Wizard(
    name="trail-create",
    title="Create trail",
    submit="Create trail",
    cancel=lambda session, draft: session.url("trails"),
    steps=lambda data: [
        Step("attributes", "Choose trail attributes", AttributesForm, "console/trails/attributes.html"),
        Step("events", "Choose log events", EventsStep, "console/trails/choose_events.html"),
        Step("review", "Review and create", ReviewForm, "console/trails/review.html"),
    ],
    calls=planned,
    result_template="console/wizard_result.html",
    crumbs=lambda session, draft: [("Trails", session.url("trails")), ("Create trail", None)],
    finish=finish,
    context=context,
)


@require_safe
@console_page
def start(request: HttpRequest, session: Session) -> HttpResponse:
    return wizard_pages.start(session, WIZARD, account=session.account.pk)
