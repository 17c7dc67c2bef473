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
        ({**RULE, "move_to": "GLACIER", "move_after": "365"}, "must be greater than 'Days' in the Transition action"),
        ({"name": "n", "tags": "a = b", "markers": "on"}, "ExpiredObjectDeleteMarker cannot be specified with Tags"),
        ({**RULE, "over": "20", "under": "10"}, "has to be a value greater than 'ObjectSizeGreaterThan'"),
        ({**RULE, "delete_after": "1", "newer": "101"}, "less than or equal to 100"),
        ({**RULE, "expire_after": "0"}, "greater than or equal to 1"),
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
    shown = browser_of.get(boss.url("bucket", BUCKET, "management")).content.decode()
    assert shown.count('<input type="checkbox" name="selected"') == 2
    for _ in range(2):  # what is disabled stays so
        browser_of.post(boss.url("lifecycle-disable", BUCKET), {"selected": "two"})
        assert [(one["ID"], one["Status"]) for one in rules(boss)] == [("one", "Enabled"), ("two", "Disabled")]
    browser_of.post(boss.url("lifecycle-enable", BUCKET), {"selected": ["one", "two"]})
    assert {one["Status"] for one in rules(boss)} == {"Enabled"}
    browser_of.post(boss.url("lifecycle-delete", BUCKET), {"selected": ["one"]})
    assert [one["ID"] for one in rules(boss)] == ["two"]
    browser_of.post(boss.url("lifecycle-delete", BUCKET), {"selected": ["two"]})
    assert "There are no lifecycle rules" in tab(browser_of, boss, "management")


def test_the_least_size_of_the_configuration_stays_as_it_is(browser_of, boss):
    """PutBucketLifecycleConfiguration sets it back to 128 KB where it is not sent along."""
    rule = {"ID": "a", "Status": "Enabled", "Filter": {"Prefix": "a"}, "Expiration": {"Days": 1}}
    where = {**WHERE, "TransitionDefaultMinimumObjectSize": "varies_by_storage_class"}
    boss.call("s3:PutBucketLifecycleConfiguration", {**where, "LifecycleConfiguration": {"Rules": [rule]}})
    browser_of.post(boss.url("lifecycle-create", BUCKET), RULE)
    browser_of.post(boss.url("lifecycle-disable", BUCKET), {"selected": "a"})
    found = boss.call("s3:GetBucketLifecycleConfiguration", WHERE)
    assert found["TransitionDefaultMinimumObjectSize"] == "varies_by_storage_class" and len(found["Rules"]) == 2


FULL = {
    "name": "full", "starts": "2019/", "tags": "a = b\nof = a = c", "over": "10", "under": "20", "move_to": "GLACIER",
    "move_after": "0", "old_to": "STANDARD_IA", "old_after": "30", "expire_after": "90", "delete_after": "60",
    "newer": "3",
}  # fmt: skip
WHOLE = {"name": "whole", "everything": "on", "markers": "on", "abort_after": "7"}


def edit_page(browser, session, name):
    return browser.get(session.url("lifecycle-edit", BUCKET, selected=name))


@pytest.mark.parametrize("given", [RULE, FULL, WHOLE, {**RULE, "tags": "a = b"}, {**RULE, "starts": "", "over": "0"}])
def test_a_rule_is_shown_as_it_is_and_saved_as_it_was(browser_of, boss, given):
    browser_of.post(boss.url("lifecycle-create", BUCKET), given)
    browser_of.post(boss.url("lifecycle-disable", BUCKET), {"selected": given["name"]})
    before = rules(boss)
    form = edit_page(browser_of, boss, given["name"]).context["form"]
    values = {field.name: "on" if field.value() is True else str(field.value() or "") for field in form}
    values |= {field.name: "0" for field in form if field.value() == 0 and field.value() is not False}
    shown = {name: value for name, value in values.items() if value}
    assert shown == {**{name: value for name, value in given.items() if value}, "seen": shown["seen"]}
    address = boss.url("lifecycle-edit", BUCKET, selected=given["name"])
    assert browser_of.post(address, {**given, "seen": shown["seen"]}).status_code == 302
    assert rules(boss) == before and before[0]["Status"] == "Disabled"


def test_an_edited_rule_keeps_its_place_among_others(browser_of, boss):
    for name in ("one", "two", "three"):
        browser_of.post(boss.url("lifecycle-create", BUCKET), {**RULE, "name": name})
    address = boss.url("lifecycle-edit", BUCKET, selected="two")
    browser_of.post(address, {**RULE, "name": "second", "expire_after": "30"})
    assert [(one["ID"], one["Expiration"]["Days"]) for one in rules(boss)] == [
        ("one", 365), ("second", 30), ("three", 365),
    ]  # fmt: skip
    taken = browser_of.post(boss.url("lifecycle-edit", BUCKET, selected="one"), {**RULE, "name": "three"})
    assert taken.status_code == 422 and "Rule ID must be unique" in text_of(taken)
    assert edit_page(browser_of, boss, "two").url == boss.url("bucket", BUCKET, "management")


def test_whoever_edits_what_was_changed_meanwhile_is_told(browser_of, boss):
    browser_of.post(boss.url("lifecycle-create", BUCKET), RULE)
    seen = edit_page(browser_of, boss, "old").context["form"]["seen"].value()
    address = boss.url("lifecycle-edit", BUCKET, selected="old")
    browser_of.post(address, {**RULE, "expire_after": "30", "seen": seen})
    late = browser_of.post(address, {**RULE, "expire_after": "60", "seen": seen})
    assert late.status_code == 422 and "changed since you opened the page" in text_of(late)
    assert rules(boss)[0]["Expiration"] == {"Days": 30}


@pytest.mark.parametrize(
    "more",
    [
        {"Expiration": {"Date": "2030-01-01T00:00:00+00:00"}},
        {"Transitions": [{"Days": 1, "StorageClass": "GLACIER"}, {"Days": 200, "StorageClass": "DEEP_ARCHIVE"}]},
        {"NoncurrentVersionTransitions": [
            {"NoncurrentDays": 1, "StorageClass": "GLACIER", "NewerNoncurrentVersions": 1}
        ]},
        {"Filter": {"Tag": {"Key": "a", "Value": " b\n"}}, "Expiration": {"Days": 1}},
    ],
)  # fmt: skip
def test_what_the_form_cannot_show_is_not_edited_by_it(browser_of, boss, more):
    rule = {"ID": "by <api>", "Status": "Enabled", "Filter": {"Prefix": ""}, **more}
    boss.call("s3:PutBucketLifecycleConfiguration", {**WHERE, "LifecycleConfiguration": {"Rules": [rule]}})
    page = edit_page(browser_of, boss, "by <api>")
    assert "more than the form shows" in text_of(page) and "by <api>" in text_of(page)
    before = rules(boss)
    browser_of.post(boss.url("lifecycle-edit", BUCKET, selected="by <api>"), RULE)
    assert rules(boss) == before


def test_a_rule_of_the_older_form_is_edited_into_the_newer(browser_of, boss):
    rule = {"ID": "v1", "Status": "Enabled", "Prefix": "old/", "Expiration": {"Days": 9}}
    boss.call("s3:PutBucketLifecycleConfiguration", {**WHERE, "LifecycleConfiguration": {"Rules": [rule]}})
    assert edit_page(browser_of, boss, "v1").context["form"]["starts"].value() == "old/"
    browser_of.post(
        boss.url("lifecycle-edit", BUCKET, selected="v1"), {"name": "v1", "starts": "new/", "expire_after": "9"}
    )
    assert rules(boss) == [{**{k: v for k, v in rule.items() if k != "Prefix"}, "Filter": {"Prefix": "new/"}}]


@pytest.mark.parametrize("page", ["lifecycle-edit", "lifecycle-enable", "lifecycle-disable", "lifecycle-delete"])
def test_who_may_not_change_rules_is_told_why(browser_of, boss, user, page):
    browser_of.post(boss.url("lifecycle-create", BUCKET), RULE)
    before = rules(boss)
    allow = {"Effect": "Allow", "Action": "s3:Get*", "Resource": "*"}
    mario = user("mario", Own=json.dumps({"Version": "2012-10-17", "Statement": allow}))
    sent = {**RULE, "expire_after": "1", "selected": "old"}
    refused = browser_of.post(mario.url(page, BUCKET, selected="old"), sent)
    assert "s3:PutLifecycleConfiguration" in text_of(refused) and "/why/" in refused.content.decode()
    assert rules(boss) == before


def test_rules_that_may_not_be_read_are_not_written_over(browser_of, boss, user):
    browser_of.post(boss.url("lifecycle-create", BUCKET), RULE)
    deny = {"Effect": "Deny", "Action": "s3:GetLifecycleConfiguration", "Resource": "*"}
    allow = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}
    mario = user("mario", Own=json.dumps({"Version": "2012-10-17", "Statement": [allow, deny]}))
    page = browser_of.post(mario.url("lifecycle-create", BUCKET), {**RULE, "name": "mine"})
    assert "Access denied" in text_of(page) and [one["ID"] for one in rules(boss)] == ["old"]
