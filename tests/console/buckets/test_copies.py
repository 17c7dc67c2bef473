"""What a copy of an object onto itself changes: its storage class, encryption and metadata; opening and finding it."""

import json
import re
from html import unescape

import pytest

pytestmark = pytest.mark.django_db
BUCKET, FIRST, SECOND = "customer-bills", "2026/a & b.txt", "2026/c+d.txt"
WHERE = {"Bucket": BUCKET}
KEY_ARN = "arn:aws:kms:us-east-1:111122223333:key/1234abcd"


@pytest.fixture
def bills(root):
    root.call("s3:CreateBucket", WHERE)
    more = {"ContentType": "text/plain", "CacheControl": "no-store", "Metadata": {"clerk": "mario"}}
    for key in (FIRST, SECOND):
        root.call("s3:PutObject", {**WHERE, "Key": key, "Body": b"42", "Tagging": "department=billing", **more})
    return root


def head(session, key=FIRST):
    return session.call("s3:HeadObject", {**WHERE, "Key": key})


def address(session, page, *keys):
    return session.url(page, BUCKET) + "?" + "&".join(f"key={key}" for key in map(quoted, keys))


def quoted(key):
    return key.replace("&", "%26").replace("+", "%2B").replace(" ", "%20")


def asked(client, address):
    """As a browser asks: the host in a header, the path to the letter."""
    return client.get(address, headers={"host": "testserver"}, RAW_URI="/" + address.split("/", 3)[3])


def text_of(response):
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", response.content.decode())))


def test_several_objects_get_another_storage_class_and_keep_the_rest(browser_of, bills):
    root = bills
    encrypted = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": KEY_ARN}
    root.call("s3:CopyObject", {**WHERE, "Key": FIRST, "CopySource": f"{BUCKET}/{FIRST}", **encrypted})
    url = address(root, "objects-storage", FIRST, SECOND, "2026/")
    shown = text_of(browser_of.get(url))
    assert "Specified objects (2)" in shown and FIRST in shown and SECOND in shown
    browser_of.post(url, {"StorageClass": "STANDARD_IA"})
    for key in (FIRST, SECOND):
        found = head(root, key)
        assert (found["StorageClass"], found["ContentType"], found["CacheControl"]) == (
            "STANDARD_IA",
            "text/plain",
            "no-store",
        )
        assert found["Metadata"] == {"clerk": "mario"}
        tags = root.call("s3:GetObjectTagging", {**WHERE, "Key": key})["TagSet"]
        assert tags == [{"Key": "department", "Value": "billing"}]
    assert head(root)["SSEKMSKeyId"] == KEY_ARN and head(root, SECOND)["ServerSideEncryption"] == "AES256"


def test_one_that_is_refused_leaves_the_other_and_says_why(browser_of, bills, user):
    allow = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}
    deny = {"Effect": "Deny", "Action": "s3:PutObject", "Resource": f"arn:aws:s3:::{BUCKET}/{SECOND}"}
    mario = user("mario", Own=json.dumps({"Version": "2012-10-17", "Statement": [allow, deny]}))
    page = browser_of.post(address(mario, "objects-storage", FIRST, SECOND), {"StorageClass": "GLACIER_IR"})
    assert head(bills)["StorageClass"] == "GLACIER_IR" and "StorageClass" not in head(bills, SECOND)
    assert "Access denied" in page.content.decode() and "/why/" in page.content.decode()


def test_the_encryption_of_an_object_is_changed(browser_of, bills):
    url = address(bills, "objects-encryption", FIRST)
    elsewhere = {"encryption": "aws:kms", "kms_key": KEY_ARN.replace("us-east-1", "eu-west-1"), "bucket_key": "on"}
    told = browser_of.post(url, elsewhere)
    assert told.status_code == 422 and "in the bucket's Region, us-east-1" in text_of(told)
    browser_of.post(url, {"encryption": "aws:kms", "kms_key": KEY_ARN, "bucket_key": "on"})
    found = head(bills)
    assert (found["ServerSideEncryption"], found["SSEKMSKeyId"], found["BucketKeyEnabled"]) == (
        "aws:kms",
        KEY_ARN,
        True,
    )
    browser_of.post(url, {"encryption": "AES256", "bucket_key": "off"})
    assert head(bills)["ServerSideEncryption"] == "AES256" and "SSEKMSKeyId" not in head(bills)


def test_metadata_is_given_anew(browser_of, bills):
    url = address(bills, "object-metadata", FIRST)
    form = browser_of.get(url).context["form"]
    assert form["ContentType"].value() == "text/plain" and form["metadata"].value() == [
        {"Key": "clerk", "Value": "mario"}
    ]
    sent = {"ContentType": "text/csv", "ContentLanguage": "en"}
    rows = {"metadata-key": ["X-Amz-Meta-Month", "year"], "metadata-value": ["may", "2026"]}
    browser_of.post(url, {**sent, **rows})
    found = head(bills)
    assert (found["ContentType"], found["ContentLanguage"]) == ("text/csv", "en") and "CacheControl" not in found
    assert found["Metadata"] == {"month": "may", "year": "2026"}


@pytest.mark.parametrize(
    ("keys", "values", "told"),
    [
        (["two words"], ["x"], "is no name"),
        (["month", "MONTH"], ["a", "b"], "stands here twice"),
        (["month"], ["x" * 2048], "2,048 bytes together"),
        ([""], ["x"], "is no name"),
    ],
)
def test_what_is_no_metadata_is_told_and_kept(browser_of, bills, keys, values, told):
    page = browser_of.post(address(bills, "object-metadata", FIRST), {"metadata-key": keys, "metadata-value": values})
    assert page.status_code == 422 and told in text_of(page) and values[0] in page.content.decode()
    assert head(bills)["Metadata"] == {"clerk": "mario"}


def test_an_older_version_is_not_edited(browser_of, bills):
    bills.call("s3:PutBucketVersioning", {**WHERE, "VersioningConfiguration": {"Status": "Enabled"}})
    new = bills.call("s3:PutObject", {**WHERE, "Key": FIRST, "Body": b"43"})["VersionId"]
    assert "Edit storage class" in text_of(browser_of.get(bills.url("object", BUCKET, key=FIRST)))
    assert "Edit storage class" not in text_of(browser_of.get(bills.url("object", BUCKET, key=FIRST, versionId=new)))


def test_without_an_object_it_leads_back(browser_of, bills):
    assert browser_of.get(address(bills, "objects-storage", "2026/")).url == bills.url("bucket", BUCKET, "objects")


def test_an_object_is_opened_by_a_presigned_address_as_who_is_signed_in(browser_of, client, bills, user):
    mario = user("mario")
    opened = {who.label: browser_of.get(who.url("object-open", BUCKET, key=FIRST)).url for who in (bills, mario)}
    client.logout()
    answer = asked(client, opened["root"])
    assert "X-Amz-Expires=300" in opened["root"] and b"".join(answer) == b"42"
    assert "sandbox" in answer["Content-Security-Policy"]
    refused = asked(client, opened["mario"])
    assert (
        refused.status_code == 403
        and "user/mario is not authorized to perform: s3:GetObject" in refused.content.decode()
    )


def test_a_folder_is_neither_opened_nor_downloaded(browser_of, bills):
    folder = bills.url("bucket", BUCKET, "objects", prefix="2026/")
    for page in ("object-open", "object-download"):
        assert browser_of.get(bills.url(page, BUCKET, key="2026/")).url == folder


def test_a_download_has_the_objects_name(browser_of, bills):
    answer = browser_of.get(bills.url("object-download", BUCKET, key=FIRST))
    assert answer["Content-Disposition"] == 'attachment; filename="a & b.txt"'


def test_objects_are_found_by_the_beginning_of_their_key(browser_of, bills):
    def names(**query):
        page = browser_of.get(bills.url("bucket", BUCKET, "objects", **query))
        return [row["label"] for row in page.context["table"]["rows"]]

    assert names(prefix="2026/", find="c") == ["c+d.txt"] and names(find="20") == ["2026/"] and names(find="x") == []
    assert [label.split()[0] for label in names(prefix="2026/", find="c", versions="on")] == ["c+d.txt"]
