"""The Region selector: regional services go where it says, the others are global."""

import json
import re

import pytest

from iamlab.door import calls
from iamlab.services.callers import Source

pytestmark = pytest.mark.django_db
IMAGE = "ami-0abcdef1234567890"
ONLY_IRELAND = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Allow",
            "Action": "ec2:*",
            "Resource": "*",
            "Condition": {"StringEquals": {"aws:RequestedRegion": "eu-west-1"}},
        },
    }
)


def text(response) -> str:
    return response.content.decode()


def selector(html: str) -> str:
    return html.partition('data-menu="region"')[2].partition("</details>")[0]


def regions_of(root, name: str, region: str) -> list[str]:
    asked = {"LookupAttributes": [{"AttributeKey": "EventName", "AttributeValue": name}]}
    events = calls.call(root.caller, "cloudtrail:LookupEvents", asked, Source(region=region))["Events"]
    return [json.loads(one["CloudTrailEvent"])["awsRegion"] for one in events]


def test_instances_are_those_of_the_chosen_region(browser_of, root):
    root.call("ec2:RunInstances", {"ImageId": IMAGE, "InstanceType": "t3.micro", "MinCount": 1, "MaxCount": 1})
    assert browser_of.get(root.url("instances")).context["table"]["total"] == 1
    ireland = browser_of.get(root.url("instances", region="eu-west-1"))
    assert ireland.context["table"]["total"] == 0
    assert "<title>Instances | EC2 | Europe (Ireland)</title>" in text(ireland)
    assert "Ireland" in selector(text(browser_of.get(root.url("instances"))))  # it is kept
    browser_of.get(root.url("instances", region="us-east-1"))
    assert browser_of.get(root.url("instances")).context["table"]["total"] == 1


def test_the_choice_is_this_sessions_alone_and_marks_the_present_one(browser_of, root):
    html = selector(text(browser_of.get(root.url("instances", region="sa-east-1"))))
    assert browser_of.cookies["region"]["path"] == f"/console/{root.id}/"
    assert html.count("<li>") == 17
    assert html.count('aria-current="true"') == 1


def test_a_policy_may_allow_one_region_only(browser_of, root, user):
    mario = user("mario", ireland=ONLY_IRELAND)
    assert "Access denied" in text(browser_of.get(mario.url("instances")))
    assert "Access denied" not in text(browser_of.get(mario.url("instances", region="eu-west-1")))


def test_a_global_service_stays_global(browser_of, root):
    browser_of.get(root.url("instances", region="eu-west-1"))
    html = text(browser_of.get(root.url("users", region="eu-west-1")))
    assert "Global" in html and not selector(html)
    browser_of.post(root.url("iam-alias"), {"AccountAlias": "umbrella"})
    assert regions_of(root, "CreateAccountAlias", "us-east-1") == ["us-east-1"]


def test_event_history_is_that_of_the_chosen_region_and_says_where_iams_events_are(browser_of, root):
    root.call("iam:CreateUser", {"UserName": "mario"})
    ireland = {"ImageId": IMAGE, "InstanceType": "t3.micro", "MinCount": 1, "MaxCount": 1}
    calls.call(root.caller, "ec2:RunInstances", ireland, Source(region="eu-west-1"))

    def names(region):
        page = browser_of.get(root.url("events", region=region))
        return {row["label"] for row in page.context["table"]["rows"]}, text(page)

    shown, html = names("eu-west-1")
    assert shown == {"RunInstances"}
    assert "their events are in" in html and root.url("events", region="us-east-1") in html
    event = re.search(r'href="([^"]+)">RunInstances</a>', html)[1].replace("&amp;", "&")
    shown, html = names("us-east-1")
    assert "CreateUser" in shown and "RunInstances" not in shown
    assert "their events are in" not in html
    assert "RunInstances" in text(browser_of.get(event))  # the other tab went on to Virginia meanwhile


def test_a_region_that_is_none_changes_nothing(browser_of, root):
    browser_of.cookies["region"] = "<b>"
    html = text(browser_of.get(root.url("instances", region="mars-1")))
    assert "US East (N. Virginia)" in selector(html).partition("</summary>")[0]
    assert "mars-1" not in selector(html)


def test_the_choice_holds_for_every_regional_service(browser_of, root):
    browser_of.get(root.url("instances", region="eu-west-1"))
    assert "Ireland" in selector(text(browser_of.get(root.url("trails")))).partition("</summary>")[0]
    assert regions_of(root, "DescribeTrails", "eu-west-1") == ["eu-west-1"]
