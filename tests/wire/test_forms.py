"""Uploads from HTML forms, as boto3's generate_presigned_post prepares them."""

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from iamlab.sandbox import lab_accounts
from iamlab.services.accounts.models import Sandbox
from tests import boto
from tests.services.cloud import Cloud, allow

pytestmark = pytest.mark.django_db
BUCKET = "customer-bills"


@pytest.fixture
def cloud():
    return Cloud(lab_accounts.open_account("111122223333", reset=True))


@pytest.fixture
def s3(cloud):
    made = boto.client("s3", cloud.root, signature_version="s3v4")
    made.create_bucket(Bucket=BUCKET)
    return made


def sent(prepared, data=b"42 EUR", name="bill.txt", **more):
    """A browser sends a form: its fields in order, the file last."""
    fields = {**prepared["fields"], **more, "file": SimpleUploadedFile(name, data, "text/html")}
    return Client().post("/" + prepared["url"].split("/", 3)[3], fields)


def code(answer):
    return answer.content.decode().partition("<Code>")[2].partition("<")[0]


def message(answer):
    return answer.content.decode().partition("<Message>")[2].partition("<")[0].replace("&quot;", '"')


@pytest.mark.parametrize(
    ("config", "field"), [({}, "AWSAccessKeyId"), ({"signature_version": "s3v4"}, "x-amz-credential")]
)
def test_what_botocore_prepares_is_uploaded(cloud, config, field):
    s3 = boto.client("s3", cloud.root, **config)
    s3.create_bucket(Bucket=BUCKET)
    prepared = s3.generate_presigned_post(BUCKET, "2026/${filename}")
    assert field in prepared["fields"]
    answer = sent(prepared)
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers["Location"] == f"http://testserver/aws/{BUCKET}/2026/bill.txt"
    kept = s3.get_object(Bucket=BUCKET, Key="2026/bill.txt")
    assert kept["Body"].read() == b"42 EUR"
    assert kept["ContentType"] == "binary/octet-stream"
    assert answer.headers["ETag"] == kept["ETag"]


def test_fields_are_the_objects_headers(s3):
    fields = {"Content-Type": "text/plain", "x-amz-meta-who": "mario", "success_action_status": "201"}
    tags = "<Tagging><TagSet><Tag><Key>a</Key><Value>1</Value></Tag></TagSet></Tagging>"
    fields["tagging"] = tags
    answer = sent(s3.generate_presigned_post(BUCKET, "a", fields, [{name: value} for name, value in fields.items()]))
    assert answer.status_code == 201
    assert f"<Bucket>{BUCKET}</Bucket><Key>a</Key><ETag>" in answer.content.decode()
    told = s3.get_object(Bucket=BUCKET, Key="a")
    assert (told["ContentType"], told["Metadata"], told["TagCount"]) == ("text/plain", {"who": "mario"}, 1)


def test_the_browser_is_sent_on(s3):
    fields = {"success_action_redirect": "https://bills.example/done?a=1"}
    answer = sent(s3.generate_presigned_post(BUCKET, "a", fields, [fields]))
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith(f"https://bills.example/done?a=1&bucket={BUCKET}&key=a&etag=%22")


def test_what_may_be_uploaded_is_what_the_signer_may_upload(cloud, s3):
    key = cloud.user("mario", allow("s3:PutObject", f"arn:aws:s3:::{BUCKET}/mario/*"))
    mario = boto.client("s3", key, signature_version="s3v4")
    assert sent(mario.generate_presigned_post(BUCKET, "mario/a")).status_code == 204
    assert code(sent(mario.generate_presigned_post(BUCKET, "luigi/a"))) == "AccessDenied"


def test_an_upload_is_recorded_as_what_it_was(cloud, s3):
    """S3 User Guide, "Amazon S3 CloudTrail events": POST Object is the data event PostObject."""
    sent(s3.generate_presigned_post(BUCKET, "a"))
    by_name = [{"AttributeKey": "EventName", "AttributeValue": "PostObject"}]
    (event,) = cloud.client("cloudtrail").lookup_events(LookupAttributes=by_name)["Events"]
    record = json.loads(event["CloudTrailEvent"])
    assert (record["eventName"], record["eventCategory"]) == ("PostObject", "Data")
    assert record["requestParameters"]["key"] == "a"


def test_a_policy_may_ask_how_a_request_was_signed(cloud, s3):
    by_form = {"StringEquals": {"s3:authType": "POST"}}
    mario = boto.client("s3", cloud.user("mario", allow("s3:PutObject", Condition=by_form)), signature_version="s3v4")
    assert sent(mario.generate_presigned_post(BUCKET, "a")).status_code == 204


@pytest.mark.parametrize(
    ("conditions", "more", "failed"),
    [
        (
            [["starts-with", "$content-type", "image/"]],
            {"Content-Type": "text/html"},
            '["starts-with", "$content-type", "image/"]',
        ),
        ([["starts-with", "$acl", "read"]], {"acl": "public-read"}, '["starts-with", "$acl", "read"]'),
        ([{"acl": "private"}], {"acl": "public-read"}, '["eq", "$acl", "private"]'),
        ([["eq", "acl", "private"]], {"acl": "private"}, '["eq", "acl", "private"]'),
        ([["content-length-range", "test", 10]], {}, '["content-length-range", "test", "10"]'),
    ],
)
def test_a_condition_that_does_not_hold_is_named(s3, conditions, more, failed):
    answer = sent(s3.generate_presigned_post(BUCKET, "a", None, conditions), **more)
    assert (answer.status_code, code(answer)) == (403, "AccessDenied")
    assert message(answer) == f"Invalid according to Policy: Policy Condition failed: {failed}"


def test_fields_that_the_policy_does_not_name_are_refused(s3):
    answer = sent(s3.generate_presigned_post(BUCKET, "a"), **{"x-amz-meta-who": "mario"})
    assert message(answer) == "Invalid according to Policy: Extra input fields: x-amz-meta-who"
    assert sent(s3.generate_presigned_post(BUCKET, "a"), **{"x-ignore-who": "mario"}).status_code == 204


@pytest.mark.parametrize(("size", "wrong"), [(1, "EntityTooSmall"), (12, "EntityTooLarge"), (10, "")])
def test_a_policy_bounds_the_size(s3, size, wrong):
    prepared = s3.generate_presigned_post(BUCKET, "a", None, [["content-length-range", 5, 10]])
    assert code(sent(prepared, b"a" * size)) == wrong


def test_a_form_whose_time_is_over_is_refused(s3):
    prepared = s3.generate_presigned_post(BUCKET, "a", ExpiresIn=-1)
    assert message(sent(prepared)) == "Invalid according to Policy: Policy expired."


def test_a_policy_that_was_changed_is_refused(s3):
    prepared = s3.generate_presigned_post(BUCKET, "a")
    later = (datetime.now(UTC) + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    own = {**json.loads(base64.b64decode(prepared["fields"]["policy"])), "expiration": later}
    answer = sent(prepared, policy=base64.b64encode(json.dumps(own).encode()).decode())
    assert (answer.status_code, code(answer)) == (403, "SignatureDoesNotMatch")
    assert "KeyCount" in s3.list_objects_v2(Bucket=BUCKET)
    assert s3.list_objects_v2(Bucket=BUCKET)["KeyCount"] == 0


def test_what_is_no_form(s3):
    address = f"/aws/{BUCKET}"
    plain = Client().post(address, "key=a&file=b", "application/x-www-form-urlencoded")
    assert (plain.status_code, code(plain)) == (412, "PreconditionFailed")
    cut = Client().post(address, b"--x\r\n\r\n", "multipart/form-data; boundary=x")
    assert code(cut) == "MalformedPOSTRequest"
    assert code(Client().post(address, {"key": "a"})) == "InvalidArgument"
    assert code(Client().post(address, {"file": SimpleUploadedFile("a", b"1")})) == "InvalidArgument"
    assert code(Client().post(address, {"key": "a", "file": SimpleUploadedFile("a", b"1")})) == "AccessDenied"


def test_anybody_uploads_to_a_bucket_that_lets_them(s3):
    public = Sandbox.objects.get(accounts="111122223333").public_id
    form = {"key": "a", "file": SimpleUploadedFile("a", b"1")}
    assert code(Client().post(f"/public/{public}/{BUCKET}", form)) == "AccessDenied"
    s3.delete_public_access_block(Bucket=BUCKET)
    statement = {"Effect": "Allow", "Principal": "*", "Action": "s3:PutObject", "Resource": f"arn:aws:s3:::{BUCKET}/*"}
    s3.put_bucket_policy(Bucket=BUCKET, Policy=json.dumps({"Version": "2012-10-17", "Statement": statement}))
    form["file"].seek(0)
    assert Client().post(f"/public/{public}/{BUCKET}", form).status_code == 204
    assert s3.get_object(Bucket=BUCKET, Key="a")["Body"].read() == b"1"
