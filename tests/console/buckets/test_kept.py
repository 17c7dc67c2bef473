"""Settings of a bucket that are kept: logging, web site, acceleration, who pays; its lifecycle rules."""

import json
import re
from html import unescape

import pytest

pytestmark = pytest.mark.django_db
BUCKET = "customer-bills"
WHERE = {"Bucket": BUCKET}


@pytest.fixture
def boss(root):
    root.call("s3:CreateBucket", WHERE)
    root.call("s3:CreateBucket", {"Bucket": "bill-logs"})
    return root


def text_of(response):
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", response.content.decode())))


def tab(browser, session, name):
    return text_of(browser.get(session.url("bucket", BUCKET, name)))


def test_logs_are_switched_on_and_off(browser_of, boss):
    url = boss.url("bucket-logging", BUCKET)
    assert "Server access logging Disabled" in tab(browser_of, boss, "properties")
    for wrong in ("", "Not A Bucket"):
        assert browser_of.post(url, {"status": "on", "target": wrong}).status_code == 422
    told = browser_of.post(url, {"status": "on", "target": "s3://no-such-logs/"})
    assert told.status_code == 422 and "target bucket for logging does not exist" in text_of(told)
    browser_of.post(url, {"status": "on", "target": "s3://bill-logs/access/"})
    found = boss.call("s3:GetBucketLogging", WHERE)["LoggingEnabled"]
    assert found == {"TargetBucket": "bill-logs", "TargetPrefix": "access/"}
    assert "Destination s3://bill-logs/access/" in tab(browser_of, boss, "properties")
    browser_of.post(url, {"status": "off", "target": ""})
    assert boss.call("s3:GetBucketLogging", WHERE) == {}


def test_a_web_site_is_hosted_sent_elsewhere_or_none(browser_of, boss):
    url = boss.url("bucket-website", BUCKET)
    assert browser_of.post(url, {"status": "on", "kind": "host"}).status_code == 422
    rules = [{"Redirect": {"ReplaceKeyWith": "error.html"}}]
    given = {"status": "on", "kind": "host", "index": "index.html", "error": "e.html", "rules": json.dumps(rules)}
    browser_of.post(url, given)
    assert boss.call("s3:GetBucketWebsite", WHERE) == {
        "IndexDocument": {"Suffix": "index.html"}, "ErrorDocument": {"Key": "e.html"}, "RoutingRules": rules,
    }  # fmt: skip
    assert "Index document index.html" in tab(browser_of, boss, "properties")
    told = browser_of.post(url, {**given, "index": "a/b"})
    assert told.status_code == 422 and "The IndexDocument Suffix is not well formed" in text_of(told)
    browser_of.post(url, {"status": "on", "kind": "redirect", "host": "bills.example", "protocol": "https"})
    to = {"HostName": "bills.example", "Protocol": "https"}
    assert boss.call("s3:GetBucketWebsite", WHERE) == {"RedirectAllRequestsTo": to}
    browser_of.post(url, {"status": "off", "kind": "host"})
    assert "Static website hosting Disabled" in tab(browser_of, boss, "properties")


@pytest.mark.parametrize("rules", ['{"a": 1}', "[1]", "no json", "[" * 5000])
def test_redirection_rules_that_are_none_are_told(browser_of, boss, rules):
    given = {"status": "on", "kind": "host", "index": "index.html", "rules": rules}
    assert browser_of.post(boss.url("bucket-website", BUCKET), given).status_code == 422


def test_acceleration_and_requester_pays_are_switched(browser_of, boss):
    browser_of.post(boss.url("bucket-acceleration", BUCKET), {"Status": "Enabled"})
    browser_of.post(boss.url("bucket-payment", BUCKET), {"Payer": "Requester"})
    assert boss.call("s3:GetBucketAccelerateConfiguration", WHERE)["Status"] == "Enabled"
    assert boss.call("s3:GetBucketRequestPayment", WHERE)["Payer"] == "Requester"
    shown = tab(browser_of, boss, "properties")
    assert "Transfer acceleration Enabled" in shown and "Requester pays Enabled" in shown


def test_each_panel_is_refused_by_itself_and_says_why(browser_of, boss, user):
    deny = {"Effect": "Deny", "Action": "s3:GetBucketWebsite", "Resource": "*"}
    allow = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}
    mario = user("mario", Own=json.dumps({"Version": "2012-10-17", "Statement": [allow, deny]}))
    shown = tab(browser_of, mario, "properties")
    assert shown.count("Access denied") == 1 and "Requester pays Disabled" in shown


RULE = {"name": "old", "starts": "2019/", "expire_after": "365"}


def rules(session):
    return session.call("s3:GetBucketLifecycleConfiguration", WHERE)["Rules"]


def test_a_lifecycle_rule_is_created_beside_those_that_are_there(browser_of, boss):
    assert "There are no lifecycle rules for this bucket." in tab(browser_of, boss, "management")
    url = boss.url("lifecycle-create", BUCKET)
    browser_of.post(url, RULE)
    more = {
        "name": "versions", "everything": "on", "move_to": "STANDARD_IA", "move_after": "30", "old_to": "GLACIER",
        "old_after": "60", "delete_after": "90", "newer": "2", "abort_after": "7",
    }  # fmt: skip
    browser_of.post(url, more)
    assert rules(boss) == [
        {"ID": "old", "Filter": {"Prefix": "2019/"}, "Status": "Enabled", "Expiration": {"Days": 365}},
        {
            "ID": "versions", "Filter": {"Prefix": ""}, "Status": "Enabled",
            "Transitions": [{"Days": 30, "StorageClass": "STANDARD_IA"}],
            "NoncurrentVersionTransitions": [{"NoncurrentDays": 60, "StorageClass": "GLACIER"}],
            "NoncurrentVersionExpiration": {"NoncurrentDays": 90, "NewerNoncurrentVersions": 2},
            "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
        },
    ]  # fmt: skip
    shown = tab(browser_of, boss, "management")
    assert "prefix 2019/ expire after 365 days" in shown
    assert "Entire bucket to Standard-IA after 30 days to Glacier Flexible Retrieval after 60 days" in shown


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"name": "all", "expire_after": "1"}, "Acknowledge it, or limit the rule."),
        ({"name": "n", "starts": "a"}, "At least one action needs to be specified in a rule"),
        ({**RULE, "move_to": "STANDARD_IA", "move_after": "29"}, "greater than or equal to 30"),
        ({**RULE, "move_to": "GLACIER"}, "Enter a number of days."),
        ({**RULE, "markers": "on"}, "S3 deletes such markers by itself"),
        ({**RULE, "tags": "nonsense"}, "write key = value"),
        ({**RULE, "tags": "a = b", "abort_after": "1"}, "AbortIncompleteMultipartUpload cannot be specified with Tags"),
    ],
)
def test_a_rule_that_is_none_is_told_and_changes_nothing(browser_of, boss, given, told):
    page = browser_of.post(boss.url("lifecycle-create", BUCKET), given)
    assert page.status_code == 422 and told in text_of(page)
    assert "There are no lifecycle rules" in tab(browser_of, boss, "management")


def test_a_filter_of_several_conditions_is_an_and(browser_of, boss):
    browser_of.post(boss.url("lifecycle-create", BUCKET), {**RULE, "tags": "a = b", "over": "10", "under": "20"})
    tags = [{"Key": "a", "Value": "b"}]
    both = {"Prefix": "2019/", "ObjectSizeGreaterThan": 10, "ObjectSizeLessThan": 20, "Tags": tags}
    assert rules(boss)[0]["Filter"] == {"And": both}
    assert "prefix 2019/, tag a = b, over 10 bytes, under 20 bytes" in tab(browser_of, boss, "management")


def test_rules_are_switched_and_deleted(browser_of, boss):
    for name in ("one", "two"):
        browser_of.post(boss.url("lifecycle-create", BUCKET), {**RULE, "name": name})
    browser_of.post(boss.url("lifecycle-switch", BUCKET), {"selected": "two"})
    assert [(one["ID"], one["Status"]) for one in rules(boss)] == [("one", "Enabled"), ("two", "Disabled")]
    browser_of.post(boss.url("lifecycle-delete", BUCKET), {"selected": ["one"]})
    assert [one["ID"] for one in rules(boss)] == ["two"]
    browser_of.post(boss.url("lifecycle-delete", BUCKET), {"selected": ["two"]})
    assert "There are no lifecycle rules" in tab(browser_of, boss, "management")


def test_rules_that_may_not_be_read_are_not_written_over(browser_of, boss, user):
    browser_of.post(boss.url("lifecycle-create", BUCKET), RULE)
    deny = {"Effect": "Deny", "Action": "s3:GetLifecycleConfiguration", "Resource": "*"}
    allow = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}
    mario = user("mario", Own=json.dumps({"Version": "2012-10-17", "Statement": [allow, deny]}))
    page = browser_of.post(mario.url("lifecycle-create", BUCKET), {**RULE, "name": "mine"})
    assert "Access denied" in text_of(page) and [one["ID"] for one in rules(boss)] == ["old"]
