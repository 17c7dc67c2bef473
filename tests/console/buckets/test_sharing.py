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


@pytest.fixture
def bills(root, bucket):
    """Three objects, two of them in a folder."""
    for key in ("a & b.txt", "2026/may.txt", "2026/june.txt"):
        root.call("s3:PutObject", {"Bucket": bucket, "Key": key, "Body": b"1"})
    return ["a & b.txt", "2026/june.txt", "2026/may.txt"]


def public_ones(root, bucket, keys):
    """Those that everyone may read by their ACL."""
    found = {key: root.call("s3:GetObjectAcl", {"Bucket": bucket, "Key": key})["Grants"] for key in keys}
    return [key for key in keys if any(one["Grantee"].get("URI") == EVERYONE for one in found[key])]


def test_objects_and_those_of_a_folder_are_made_public(browser_of, client, root, bucket, bills):
    url = root.url("objects-public", bucket)
    asked = browser_of.get(url, {"key": ["a & b.txt", "2026/"]})
    assert "Anyone in the world can read" in asked.content.decode() and not asked.context["shut"]
    assert public_ones(root, bucket, bills) == []
    page = browser_of.post(url, {"key": ["a & b.txt", "2026/"]}, follow=True).content.decode()
    assert "Successfully edited public access of 3 objects." in page and "--acl public-read" in page
    assert public_ones(root, bucket, bills) == bills
    client.logout()
    assert client.get(f"/public/{root.account.sandbox.public_id}/{bucket}/2026/may.txt").content == b"1"


@pytest.mark.parametrize(
    ("settings", "why", "shut"),
    [
        ({"ownership": "BucketOwnerEnforced"}, "ACLs are disabled", True),
        ({"block": {"BlockPublicAcls": True}}, "BlockPublicAcls is on", True),
        ({"block": {"IgnorePublicAcls": True}}, "IgnorePublicAcls is on", False),
        ({"block": {"BlockPublicPolicy": True, "RestrictPublicBuckets": True}}, "s3:PutObjectAcl", False),
    ],
)
def test_where_acls_may_not_be_public_the_page_says_why_and_has_no_button(
    browser_of, root, bucket, bills, settings, why, shut
):
    if "ownership" in settings:
        rules = {"Rules": [{"ObjectOwnership": settings["ownership"]}]}
        root.call("s3:PutBucketOwnershipControls", {"Bucket": bucket, "OwnershipControls": rules})
    if "block" in settings:
        block = {"Bucket": bucket, "PublicAccessBlockConfiguration": settings["block"]}
        root.call("s3:PutPublicAccessBlock", block)
    url = root.url("objects-public", bucket, key="a & b.txt")
    page = browser_of.get(url).content.decode()
    assert why in page and ('<button class="btn btn-primary" disabled>' in page) is shut
    sent = browser_of.post(url, {"key": "a & b.txt"})
    assert public_ones(root, bucket, bills) == ([] if shut else ["a & b.txt"])
    assert not shut or "Not everything was done" in sent.content.decode()


def test_who_may_not_change_an_acl_is_told_why(browser_of, root, bucket, bills, user):
    allow = {"Effect": "Allow", "Action": ["s3:Get*", "s3:List*"], "Resource": "*"}
    mario = user("mario", Own=json.dumps({"Version": "2012-10-17", "Statement": allow}))
    page = browser_of.post(mario.url("objects-public", bucket), {"key": ["a & b.txt", "2026/"]}).content.decode()
    assert page.count("/why/") >= 3 and "s3:PutObjectAcl" in page and public_ones(root, bucket, bills) == []
    blind = user("luigi")
    assert not browser_of.get(blind.url("objects-public", bucket, key="a & b.txt")).context["shut"]


def test_a_copy_is_private_whatever_its_source_was(browser_of, root, bucket, bills):
    """API Reference, CopyObject: the ACL metadata is not preserved and is set to private by default."""
    browser_of.post(root.url("objects-public", bucket), {"key": bills})
    sent = {"which": "source", "StorageClass": "STANDARD", "destination": f"s3://{bucket}/copies/"}
    told = browser_of.get(root.url("objects-copy", bucket, key="a & b.txt")).content.decode()
    assert "private" in told
    browser_of.post(root.url("objects-copy", bucket), {**sent, "key": "a & b.txt"})
    browser_of.post(root.url("objects-storage", bucket), {"StorageClass": "GLACIER_IR", "key": "2026/may.txt"})
    browser_of.post(root.url("object-rename", bucket, key="2026/june.txt"), {"name": "july.txt"})
    keys = ["a & b.txt", "copies/a & b.txt", "2026/may.txt", "2026/july.txt"]
    assert public_ones(root, bucket, keys) == ["a & b.txt"]
    given = {**sent, "which": "given", "ACL": "public-read", "destination": f"s3://{bucket}/open/", "key": "a & b.txt"}
    browser_of.post(root.url("objects-copy", bucket), given)
    assert public_ones(root, bucket, ["open/a & b.txt"]) == ["open/a & b.txt"]
