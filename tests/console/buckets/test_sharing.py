"""A bucket's ACL and CORS rules in the console."""

import json

import pytest

pytestmark = pytest.mark.django_db
EVERYONE = "http://acs.amazonaws.com/groups/global/AllUsers"
LOGS = "http://acs.amazonaws.com/groups/s3/LogDelivery"
RULES = [{"AllowedMethods": ["GET"], "AllowedOrigins": ["https://umbrella.example"], "MaxAgeSeconds": 300}]


@pytest.fixture
def bucket(root):
    """One that has ACLs and whose account lets the public in."""
    root.call("s3:CreateBucket", {"Bucket": "open-bills", "ObjectOwnership": "ObjectWriter"})
    root.call("s3:DeletePublicAccessBlock", {"Bucket": "open-bills"})
    return "open-bills"


def grants(root, bucket) -> set[tuple[str, str]]:
    found = root.call("s3:GetBucketAcl", {"Bucket": bucket})["Grants"]
    return {(one["Grantee"].get("URI", "owner"), one["Permission"]) for one in found}


def test_groups_are_granted_permissions_and_lose_them(browser_of, root, bucket):
    address = root.url("bucket-acl", bucket)
    sent = {"everyone": ["READ"], "logs": ["WRITE", "READ_ACP"], "sure": "on"}
    assert browser_of.post(address, sent).status_code == 302
    granted = {("owner", "FULL_CONTROL"), (EVERYONE, "READ"), (LOGS, "WRITE"), (LOGS, "READ_ACP")}
    assert grants(root, bucket) == granted
    assert EVERYONE in browser_of.get(root.url("bucket", bucket, "permissions")).content.decode()
    form = browser_of.get(address).context["form"]
    assert (form["everyone"].value(), form["logs"].value()) == (["READ"], ["READ_ACP", "WRITE"])
    browser_of.post(address, {})
    assert grants(root, bucket) == {("owner", "FULL_CONTROL")}


def test_public_access_has_to_be_confirmed(browser_of, root, bucket):
    response = browser_of.post(root.url("bucket-acl", bucket), {"everyone": ["READ"]})
    assert response.status_code == 422 and response.context["form"].errors["sure"]
    assert grants(root, bucket) == {("owner", "FULL_CONTROL")}


def test_what_block_public_access_refuses_is_told_above_the_form(browser_of, root):
    root.call("s3:CreateBucket", {"Bucket": "shut-bills", "ObjectOwnership": "ObjectWriter"})
    sent = {"everyone": ["READ"], "sure": "on"}
    response = browser_of.post(root.url("bucket-acl", "shut-bills"), sent)
    assert response.status_code == 422 and "because public access control lists (ACLs)" in response.content.decode()
    assert response.context["denial"]["why_url"] and response.context["form"]["everyone"].value() == ["READ"]


def test_an_acl_that_grants_nothing_offers_no_edit(browser_of, root):
    root.call("s3:CreateBucket", {"Bucket": "own-bills"})
    page = browser_of.get(root.url("bucket", "own-bills", "permissions")).content.decode()
    assert "bucket owner enforced" in page and root.url("bucket-acl", "own-bills") not in page


@pytest.fixture
def bill(root, bucket):
    """The address of an object's ACL."""
    root.call("s3:PutObject", {"Bucket": bucket, "Key": "2026/a & b.txt", "Body": b"1"})
    return root.url("object-acl", bucket, key="2026/a & b.txt")


def test_an_object_is_opened_to_the_public_once_that_is_confirmed(browser_of, root, bucket, bill):
    def granted():
        found = root.call("s3:GetObjectAcl", {"Bucket": bucket, "Key": "2026/a & b.txt"})["Grants"]
        return {(one["Grantee"].get("URI", "owner"), one["Permission"]) for one in found}

    assert browser_of.post(bill, {"everyone": ["READ"]}).context["form"].errors["sure"]
    assert granted() == {("owner", "FULL_CONTROL")}
    back = browser_of.post(bill, {"everyone": ["READ"], "sure": "on"}).url
    assert back == root.url("object", bucket, key="2026/a & b.txt", tab="permissions")
    assert granted() == {("owner", "FULL_CONTROL"), (EVERYONE, "READ")}
    page = browser_of.get(back).content.decode()
    assert EVERYONE in page and bill.replace("&", "&amp;") in page
    assert "logs" not in browser_of.get(bill).context["form"].fields
    browser_of.post(bill, {})
    assert granted() == {("owner", "FULL_CONTROL")}


def test_the_acl_of_an_older_version_is_its_own(browser_of, root, bucket):
    root.call("s3:PutBucketVersioning", {"Bucket": bucket, "VersioningConfiguration": {"Status": "Enabled"}})
    thing = {"Bucket": bucket, "Key": "a"}
    old, new = (root.call("s3:PutObject", {**thing, "Body": body})["VersionId"] for body in (b"1", b"2"))
    address = root.url("object-acl", bucket, key="a", versionId=old)
    shown = browser_of.get(root.url("object", bucket, key="a", versionId=old, tab="permissions")).content.decode()
    assert address.replace("&", "&amp;") in shown
    browser_of.post(address, {"everyone": ["READ"], "sure": "on"})
    numbers = [len(root.call("s3:GetObjectAcl", {**thing, "VersionId": one})["Grants"]) for one in (old, new)]
    assert numbers == [2, 1]


def test_an_object_whose_acl_grants_nothing_offers_no_edit(browser_of, root):
    root.call("s3:CreateBucket", {"Bucket": "own-bills"})
    root.call("s3:PutObject", {"Bucket": "own-bills", "Key": "a", "Body": b"1"})
    page = browser_of.get(root.url("object", "own-bills", key="a", tab="permissions")).content.decode()
    assert "bucket owner enforced" in page and root.url("object-acl", "own-bills") not in page


def test_cors_rules_are_saved_shown_and_deleted(browser_of, root, bucket):
    address = root.url("bucket-cors", bucket)
    assert browser_of.post(address, {"rules": json.dumps(RULES)}).status_code == 302
    assert root.call("s3:GetBucketCors", {"Bucket": bucket})["CORSRules"] == RULES
    assert "umbrella.example" in browser_of.get(root.url("bucket", bucket, "permissions")).content.decode()
    shown = browser_of.get(address).context["form"]["rules"].value()
    assert json.loads(shown) == RULES and "\n" in shown
    browser_of.post(address, {"rules": "[]"})
    page = browser_of.get(root.url("bucket", bucket, "permissions")).content.decode()
    assert "No configurations to display" in page


@pytest.mark.parametrize(
    "rules", ["{", '{"a": 1}', "[1]", '[{"AllowedOrigins": ["*"]}]', '[{"AllowedMethods": 1, "AllowedOrigins": ["*"]}]']
)
def test_rules_that_are_none_are_told_and_kept(browser_of, root, bucket, rules):
    response = browser_of.post(root.url("bucket-cors", bucket), {"rules": rules})
    assert response.status_code == 422
    assert response.context["form"].errors
    kept = response.context["form"]["rules"].value()
    assert kept == rules or json.loads(kept) == json.loads(rules)


@pytest.mark.parametrize("name", ["bucket-acl", "bucket-cors"])
def test_who_may_not_changes_nothing(browser_of, root, bucket, user, name):
    sent = {"logs": ["WRITE"], "rules": json.dumps(RULES)}
    response = browser_of.post(user("nobody").url(name, bucket), sent)
    assert response.status_code in (403, 422)
    assert grants(root, bucket) == {("owner", "FULL_CONTROL")}
