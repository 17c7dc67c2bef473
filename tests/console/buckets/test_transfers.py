"""Copying, moving, renaming and sharing objects, and counting them; what an upload brings along."""

import json
import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from iamlab.services.operations import AwsError
from iamlab.services.s3.models import Object

pytestmark = pytest.mark.django_db
BUCKET, OTHER = "customer-bills", "old-bills"
WHERE = {"Bucket": BUCKET}
FIRST, SECOND = "2026/a & b.txt", "2026/deep/c+d.txt"
GIVEN = {"ContentType": "text/plain", "Metadata": {"clerk": "mario"}, "StorageClass": "STANDARD_IA"}
SOURCE = {"which": "source", "StorageClass": "STANDARD"}


@pytest.fixture
def bills(root):
    for bucket in (BUCKET, OTHER):
        root.call("s3:CreateBucket", {"Bucket": bucket})
    for key in (FIRST, SECOND):
        root.call("s3:PutObject", {**WHERE, "Key": key, "Body": b"42 EUR", "Tagging": "department=billing", **GIVEN})
    return root


@pytest.fixture
def clerk(user):
    """A user who may do all but what statements deny."""

    def made(*denied):
        statements = [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]
        statements += [{"Effect": "Deny", "Action": action, "Resource": resource} for action, resource in denied]
        return user("mario", Own=json.dumps({"Version": "2012-10-17", "Statement": statements}))

    return made


def keys_in(session, bucket=BUCKET):
    return [one["Key"] for one in session.call("s3:ListObjectsV2", {"Bucket": bucket})["Contents"]]


def head(session, bucket, key):
    return session.call("s3:HeadObject", {"Bucket": bucket, "Key": key})


def text_of(response):
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", response.content.decode())))


def sent(browser, session, page, keys, data):
    return browser.post(session.url(page, BUCKET, key=keys[0]) + "".join(f"&key={key}" for key in keys[1:]), data)


def test_a_folder_is_copied_whole_with_the_settings_of_its_objects(browser_of, bills):
    """User Guide: "Copy source settings" is the default; the folder keeps its place below the destination."""
    sent(browser_of, bills, "objects-copy", ["2026/"], {**SOURCE, "destination": f"s3://{OTHER}/kept"})
    assert keys_in(bills, OTHER) == [f"kept/{FIRST}", f"kept/{SECOND}"] and keys_in(bills) == [FIRST, SECOND]
    found = head(bills, OTHER, f"kept/{FIRST}")
    assert {name: found[name] for name in GIVEN} == GIVEN
    tags = bills.call("s3:GetObjectTagging", {"Bucket": OTHER, "Key": f"kept/{FIRST}"})["TagSet"]
    assert tags == [{"Key": "department", "Value": "billing"}]


def test_the_message_shows_the_commands(browser_of, bills):
    page = browser_of.post(
        bills.url("objects-copy", BUCKET, key=FIRST), {**SOURCE, "destination": f"s3://{OTHER}/"}, follow=True
    )
    assert "Successfully copied 1 object." in text_of(page)
    source = f"{BUCKET}/2026/a%20%26%20b.txt"
    assert f"aws s3api copy-object --bucket {OTHER} --copy-source {source} --key 'a & b.txt'" in text_of(page)


def test_settings_are_left_out_or_given_anew(browser_of, bills):
    browser_of.post(
        bills.url("objects-copy", BUCKET, key=FIRST), {**SOURCE, "which": "none", "destination": f"s3://{OTHER}/"}
    )
    plain = head(bills, OTHER, "a & b.txt")
    assert "StorageClass" not in plain and plain["Metadata"] == {} and plain["ContentType"] == "binary/octet-stream"
    assert bills.call("s3:GetObjectTagging", {"Bucket": OTHER, "Key": "a & b.txt"})["TagSet"] == []
    given = {
        "which": "given", "StorageClass": "GLACIER_IR", "encryption": "aws:kms", "bucket_key": "on", "tags": "a = b",
        "metadata": "clerk = luigi\nContent-Type = text/csv", "ChecksumAlgorithm": "SHA256",
        "destination": f"s3://{OTHER}/new/",
    }  # fmt: skip
    browser_of.post(bills.url("objects-copy", BUCKET, key=FIRST), given)
    found = bills.call("s3:HeadObject", {"Bucket": OTHER, "Key": "new/a & b.txt", "ChecksumMode": "ENABLED"})
    assert (found["StorageClass"], found["ServerSideEncryption"], found["BucketKeyEnabled"]) == (
        "GLACIER_IR", "aws:kms", True,
    )  # fmt: skip
    assert found["Metadata"] == {"clerk": "luigi"} and found["ContentType"] == "text/csv" and "ChecksumSHA256" in found


def test_moved_objects_are_gone_from_where_they_were(browser_of, bills):
    sent(browser_of, bills, "objects-move", [FIRST, "2026/deep/"], {**SOURCE, "destination": f"s3://{OTHER}/"})
    assert keys_in(bills, OTHER) == ["a & b.txt", "deep/c+d.txt"] and keys_in(bills) == []


def test_what_may_not_be_copied_is_not_deleted_and_told_by_itself(browser_of, bills, clerk):
    mario = clerk(("s3:PutObject", f"arn:aws:s3:::{OTHER}/deep/*"))
    page = sent(browser_of, mario, "objects-move", [FIRST, "2026/deep/"], {**SOURCE, "destination": f"s3://{OTHER}/"})
    assert keys_in(bills) == [SECOND] and keys_in(bills, OTHER) == ["a & b.txt"]
    assert "Not everything was done" in text_of(page) and "/why/" in page.content.decode()


def test_a_copy_stands_though_the_old_one_may_not_be_deleted(browser_of, bills, clerk):
    mario = clerk(("s3:DeleteObject", "*"))
    page = browser_of.post(mario.url("object-rename", BUCKET, key=FIRST), {"name": "new.txt"})
    assert keys_in(bills) == [FIRST, SECOND, "2026/new.txt"] and "s3:DeleteObject" in text_of(page)


@pytest.mark.parametrize("destination", ["", "s3://", "not a bucket", "s3://Upper/", f"s3://{BUCKET}/2026/"])
def test_a_destination_that_is_none_or_the_same_moves_nothing(browser_of, bills, destination):
    page = browser_of.post(bills.url("objects-move", BUCKET, key=FIRST), {**SOURCE, "destination": destination})
    assert page.status_code == 422 and keys_in(bills) == [FIRST, SECOND]


def test_a_bucket_that_does_not_exist_is_told(browser_of, bills):
    page = browser_of.post(bills.url("objects-move", BUCKET, key=FIRST), {**SOURCE, "destination": "s3://nowhere-at/"})
    assert "NoSuchBucket" in text_of(page) and keys_in(bills) == [FIRST, SECOND]


def test_an_object_is_renamed_within_its_folder(browser_of, bills):
    url = bills.url("object-rename", BUCKET, key=FIRST)
    assert browser_of.get(url).context["form"]["name"].value() == "a & b.txt"
    for wrong in ("a & b.txt", "up/there", ""):
        assert browser_of.post(url, {"name": wrong}).status_code == 422
    browser_of.post(url, {"name": "<b>.txt"})
    assert keys_in(bills) == ["2026/<b>.txt", SECOND]
    assert head(bills, BUCKET, "2026/<b>.txt")["Metadata"] == {"clerk": "mario"}


def shared(browser, session, number="5", unit="minutes", key=FIRST):
    return browser.post(session.url("object-share", BUCKET, key=key), {"unit": unit, "number": number})


def test_a_presigned_url_opens_the_object_for_whoever_has_it(browser_of, client, bills):
    page = shared(browser_of, bills, "2", "hours")
    url = page.context["shared_url"]
    assert parse_qs(urlsplit(url).query)["X-Amz-Expires"] == ["7200"] and page["Cache-Control"] == "no-store"
    assert page.context["command"] == f"aws s3 presign 's3://{BUCKET}/{FIRST}' --expires-in 7200"
    client.logout()
    assert asked(client, url).content == b"42 EUR"


def test_a_presigned_url_of_who_may_not_read_opens_nothing(browser_of, client, bills, clerk):
    mario = clerk(("s3:GetObject", "*"))
    answer = asked(client, shared(browser_of, mario).context["shared_url"])
    assert answer.status_code == 403 and b"AccessDenied" in answer.content


def asked(client, address):
    """As a browser asks: the host in a header, the path to the letter."""
    return client.get(address, headers={"host": "testserver"}, RAW_URI="/" + address.split("/", 3)[3])


@pytest.mark.parametrize(
    ("number", "unit", "right"),
    [("720", "minutes", True), ("721", "minutes", False), ("12", "hours", True), ("13", "hours", False),
     ("0", "minutes", False), ("-1", "hours", False), ("x", "minutes", False), ("1", "days", False)],
)  # fmt: skip
def test_the_console_shares_for_twelve_hours_at_most(browser_of, bills, number, unit, right):
    """User Guide: from 1 minute to 12 hours in the S3 console."""
    assert ("shared_url" in shared(browser_of, bills, number, unit).context) is right


def test_folders_and_objects_are_counted_together(browser_of, bills, django_assert_max_num_queries):
    for number in range(30):
        bills.call("s3:PutObject", {**WHERE, "Key": f"2026/deep/{number}", "Body": b"x" * 100})
    url = bills.url("objects-size", BUCKET, key="2026/deep/") + f"&key={FIRST.replace('&', '%26')}&key=2026/none"
    with django_assert_max_num_queries(15):
        shown = text_of(browser_of.get(url))
    assert "Total number of objects 32" in shown and "Total size 2.9 KB" in shown  # 30 * 100 + 2 * 6 bytes
    assert "deep/ Folder 31 2.9 KB" in shown and "a & b.txt txt 1 6.0 B" in shown


def test_of_a_large_bucket_the_first_objects_are_counted_and_the_page_says_so(
    browser_of, bills, django_assert_max_num_queries
):
    """5,000, as lists count elsewhere: each 1,000 are a call of their own."""
    model = Object.objects.filter(bucket__name=BUCKET).first()
    many = [Object(account_id=model.account_id, bucket_id=model.bucket_id, key=f"log/{number:05}", size=2,
                   modified=model.modified) for number in range(5500)]  # fmt: skip
    Object.objects.bulk_create(many, batch_size=500)
    with django_assert_max_num_queries(15):
        shown = text_of(browser_of.get(bills.url("objects-size", BUCKET, key="log/")))
    assert "Total number of objects over 5,000" in shown and "Total size over 9.8 KB" in shown
    assert "aws s3 ls s3://customer-bills/ --recursive --summarize" in shown


def test_who_may_not_list_is_told_why_nothing_is_counted(browser_of, bills, clerk):
    page = browser_of.get(clerk(("s3:ListBucket", "*")).url("objects-size", BUCKET, key="2026/"))
    assert "Access denied" in text_of(page) and "/why/" in page.content.decode()


def test_an_upload_brings_encryption_checksum_metadata_and_an_acl_along(browser_of, bills):
    rules = {"Rules": [{"ObjectOwnership": "BucketOwnerPreferred"}]}
    bills.call("s3:PutBucketOwnershipControls", {**WHERE, "OwnershipControls": rules})
    data = {
        "StorageClass": "STANDARD", "encryption": "aws:kms", "ChecksumAlgorithm": "CRC32C", "metadata": "Clerk = mario",
        "ACL": "bucket-owner-full-control",
    }  # fmt: skip
    page = browser_of.post(bills.url("upload", BUCKET), {"chosen": SimpleUploadedFile("n.txt", b"1"), **data})
    assert "Upload succeeded" in text_of(page) and "aws s3api put-object" in text_of(page)
    assert "--body n.txt" in text_of(page)
    found = bills.call("s3:HeadObject", {**WHERE, "Key": "n.txt", "ChecksumMode": "ENABLED"})
    assert found["ServerSideEncryption"] == "aws:kms" and "ChecksumCRC32C" in found
    assert found["Metadata"] == {"clerk": "mario"}


def test_an_acl_where_acls_are_disabled_is_refused_by_s3_and_told(browser_of, bills):
    """User Guide, "Disabling ACLs": requests with other ACLs than bucket-owner-full-control fail with 400."""
    data = {"chosen": SimpleUploadedFile("n.txt", b"1"), "StorageClass": "STANDARD", "ACL": "public-read"}
    assert "The bucket does not allow ACLs" in text_of(browser_of.post(bills.url("upload", BUCKET), data))
    with pytest.raises(AwsError):
        head(bills, BUCKET, "n.txt")
