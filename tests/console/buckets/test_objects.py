"""An object's page: properties, permissions, versions; deleting versions, markers and what is locked."""

import json
import re
from datetime import timedelta
from html import unescape

import pytest

from iamlab.services.operations import AwsError

BUCKET, KEY = "customer-bills", "2026/a & b.txt"
WHERE = {"Bucket": BUCKET}
BILL = {**WHERE, "Key": KEY}


@pytest.fixture
def bucket(root):
    root.call("s3:CreateBucket", WHERE)
    return BUCKET


@pytest.fixture
def versioned(root, bucket):
    """The ids of two versions of the bill, the older first."""
    root.call("s3:PutBucketVersioning", {**WHERE, "VersioningConfiguration": {"Status": "Enabled"}})
    return [root.call("s3:PutObject", {**BILL, "Body": body})["VersionId"] for body in (b"1", b"22")]


@pytest.fixture
def locked(root):
    """The version of a bill in a bucket with Object Lock."""
    root.call("s3:CreateBucket", {**WHERE, "ObjectLockEnabledForBucket": True})
    return root.call("s3:PutObject", {**BILL, "Body": b"1"})["VersionId"]


def text_of(response):
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", response.content.decode())))


def page(browser, session, **query):
    return text_of(browser.get(session.url("object", BUCKET, key=KEY, **query)))


def test_the_page_tells_what_the_object_is(browser_of, root, bucket):
    more = {"ContentType": "text/plain", "Metadata": {"clerk": "mario"}, "StorageClass": "STANDARD_IA"}
    root.call("s3:PutObject", {**BILL, "Body": b"42 EUR", "Tagging": "department=billing", **more})
    shown = page(browser_of, root)
    owner = root.call("s3:GetObjectAcl", BILL)["Owner"]["ID"]
    for told in (
        f"Owner {owner}", "Size 6.0 B", "Type txt", f"s3://{BUCKET}/{KEY}", f"arn:aws:s3:::{BUCKET}/{KEY}",
        "Edit storage class Standard-IA", "(SSE-S3)", "department billing", "System defined Content-Type text/plain",
        "User defined x-amz-meta-clerk mario",
    ):  # fmt: skip
        assert told in shown
    assert "Object Lock legal hold" not in shown


def test_the_object_url_is_one_that_anybody_may_try(browser_of, client, root, bucket):
    root.call("s3:PutObject", {**BILL, "Body": b"42 EUR"})
    html = browser_of.get(root.url("object", BUCKET, key=KEY)).content.decode()
    url = unescape(re.search(r'href="([^"]+/public/[^"]+)"', html)[1])
    client.logout()
    assert client.get(url).status_code == 403 and b"AccessDenied" in client.get(url).content
    root.call("s3:DeletePublicAccessBlock", WHERE)
    statement = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{BUCKET}/*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    root.call("s3:PutBucketPolicy", {**WHERE, "Policy": policy})
    assert client.get(url).content == b"42 EUR"


def test_tags_are_edited_ten_at_most(browser_of, root, bucket):
    root.call("s3:PutObject", {**BILL, "Body": b"1"})
    url = root.url("object-tags", BUCKET, key=KEY)
    keys = [str(number) for number in range(11)]
    many = browser_of.post(url, {"tags-key": keys, "tags-value": keys})
    assert many.status_code == 422 and "up to 10 tags" in text_of(many)
    browser_of.post(url, {"tags-key": ["department"], "tags-value": ["billing"]})
    assert root.call("s3:GetObjectTagging", BILL)["TagSet"] == [{"Key": "department", "Value": "billing"}]
    browser_of.post(url, {})
    assert root.call("s3:GetObjectTagging", BILL)["TagSet"] == []


def test_versions_are_listed_downloaded_and_deleted_for_good(browser_of, root, versioned):
    old, new = versioned
    root.call("s3:PutObject", {**BILL, "Key": f"{KEY}.bak", "Body": b"another"})
    response = browser_of.get(root.url("object", BUCKET, key=KEY, tab="versions"))
    assert [row["key"] for row in response.context["table"]["rows"]] == [f"{new}:{KEY}", f"{old}:{KEY}"]
    assert f"Version ID {old}" in page(browser_of, root, versionId=old)
    assert browser_of.get(root.url("object-download", BUCKET, key=KEY, versionId=old)).content == b"1"
    url = root.url("objects-delete", BUCKET)
    assert browser_of.post(url, {"version": f"{old}:{KEY}", "typed": "delete"}).status_code == 422
    assert browser_of.post(url, {"version": f"{old}:{KEY}", "typed": "permanently delete"}).status_code == 302
    left = root.call("s3:ListObjectVersions", {**WHERE, "Prefix": KEY})["Versions"]
    assert [one["VersionId"] for one in left if one["Key"] == KEY] == [new]


def test_with_versions_deleting_lays_a_marker_and_asks_for_another_word(browser_of, root, versioned):
    """S3 User Guide: "Deleting object versions": a simple DELETE cannot permanently delete."""
    url = root.url("objects-delete", BUCKET)
    asked = browser_of.get(url, {"key": KEY}).context["confirm"]
    assert (asked["title"], asked["typed"]) == ("Delete objects?", "delete")
    browser_of.post(url, {"key": KEY, "typed": "delete"})
    with pytest.raises(AwsError):
        root.call("s3:HeadObject", BILL)
    shown = browser_of.get(root.url("bucket", BUCKET, "objects", prefix="2026/", versions="on"))
    rows = shown.context["table"]["rows"]
    assert [row["cells"][1] for row in rows] == ["Delete marker", "txt", "txt"]
    assert "Delete marker" in page(browser_of, root, tab="versions")
    browser_of.post(url, {"version": rows[0]["key"], "typed": "permanently delete"})
    assert root.call("s3:HeadObject", BILL)["VersionId"] == versioned[1]


def test_shown_versions_are_cut_into_pages(browser_of, root, versioned, django_assert_max_num_queries):
    for number in range(60):
        for body in (b"1", b"2"):
            root.call("s3:PutObject", {**WHERE, "Key": f"bill-{number:02}", "Body": body})
    with django_assert_max_num_queries(15):
        first = browser_of.get(root.url("bucket", BUCKET, "objects", versions="on"))
    second = browser_of.get(first.context["next_url"])
    keys = [row["key"] for one in (first, second) for row in one.context["table"]["rows"]]
    assert len(keys) == len(set(keys)) == 121  # 120 versions and the folder
    assert not second.context["next_url"]


def test_a_legal_hold_keeps_a_version(browser_of, root, locked):
    url = root.url("object-hold", BUCKET, key=KEY)
    browser_of.post(url, {"status": "on"})
    assert re.search(r"Object Lock legal hold .*? is taken away\. Edit legal hold Enabled", page(browser_of, root))
    assert root.call("s3:GetObjectLegalHold", BILL)["LegalHold"] == {"Status": "ON"}
    sent = {"version": f"{locked}:{KEY}", "typed": "permanently delete"}
    refused = browser_of.post(root.url("objects-delete", BUCKET), sent)
    assert refused.status_code == 422 and "object protected by object lock" in text_of(refused)
    browser_of.post(url, {"status": "off"})
    assert browser_of.post(root.url("objects-delete", BUCKET), sent).status_code == 302


def retain(browser, session, mode, days):
    until = (session.now + timedelta(days=days)).strftime("%Y-%m-%d")
    return browser.post(
        session.url("object-retention", BUCKET, key=KEY), {"retention": "on", "mode": mode, "until": until}
    )


def test_governance_gives_way_to_who_may_bypass_it(browser_of, root, user, locked):
    """S3 User Guide, "Governance mode": the console sends the header by default."""
    assert retain(browser_of, root, "GOVERNANCE", 30).status_code == 302
    assert root.call("s3:GetObjectRetention", BILL)["Retention"]["Mode"] == "GOVERNANCE"
    statement = {"Effect": "Allow", "Action": ["s3:Delete*", "s3:Get*", "s3:PutObjectRetention"], "Resource": "*"}
    mario = user("mario", own=json.dumps({"Version": "2012-10-17", "Statement": statement}))
    sent = {"version": f"{locked}:{KEY}", "typed": "permanently delete"}
    refused = browser_of.post(mario.url("objects-delete", BUCKET), sent)
    assert refused.status_code == 422 and "s3:BypassGovernanceRetention" in text_of(refused)
    assert retain(browser_of, mario, "GOVERNANCE", 10).status_code == 422
    assert retain(browser_of, mario, "GOVERNANCE", 40).status_code == 302
    assert retain(browser_of, root, "GOVERNANCE", 10).status_code == 302
    assert browser_of.post(root.url("objects-delete", BUCKET), sent).status_code == 302


def test_compliance_gives_way_to_nobody(browser_of, root, locked):
    retain(browser_of, root, "COMPLIANCE", 30)
    assert "Retention mode Compliance" in page(browser_of, root)
    assert retain(browser_of, root, "COMPLIANCE", 10).status_code == 422
    off = browser_of.post(root.url("object-retention", BUCKET, key=KEY), {"retention": "off", "mode": "COMPLIANCE"})
    assert off.status_code == 422
    sent = {"version": f"{locked}:{KEY}", "typed": "permanently delete"}
    assert browser_of.post(root.url("objects-delete", BUCKET), sent).status_code == 422


def test_a_retention_needs_a_day_to_come(browser_of, root, locked):
    assert retain(browser_of, root, "GOVERNANCE", -1).status_code == 422
    url = root.url("object-retention", BUCKET, key=KEY)
    assert browser_of.post(url, {"retention": "on", "mode": "GOVERNANCE"}).context["form"].errors.keys() == {"until"}


def test_who_may_not_read_an_object_is_told_in_each_tab(browser_of, root, versioned, user):
    mario = user("mario")
    actions = {"properties": "s3:GetObject", "permissions": "s3:GetObject", "versions": "s3:ListBucketVersions"}
    for tab, action in actions.items():
        assert f"permission to {action} ." in page(browser_of, mario, tab=tab)


def test_an_objects_page_takes_few_queries(browser_of, root, locked, django_assert_max_num_queries):
    for tab in ("properties", "permissions", "versions"):
        with django_assert_max_num_queries(15):
            page(browser_of, root, tab=tab)
