"""Mario's bill, told by the real aws command."""

import json
import urllib.request

import pytest

pytestmark = [pytest.mark.cli, pytest.mark.slow]
WRITE = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": ["s3:PutObject", "s3:GetObject"], "Resource": "arn:aws:s3:::bills/*"}],
}


def user(root, name):
    root("iam", "create-user", "--user-name", name)
    return root.with_key(root("iam", "create-access-key", "--user-name", name)["AccessKey"])


def test_who_am_i(root):
    assert root("sts", "get-caller-identity")["Arn"] == "arn:aws:iam::111122223333:root"


def test_mario_writes_the_bill_once_a_policy_lets_him(root):
    mario = user(root, "mario")
    root("s3", "mb", "s3://bills")
    (root.home / "bill.txt").write_text("12 EUR, città\n")
    message = mario.refused("s3", "cp", "bill.txt", "s3://bills/bill.txt")
    assert "(AccessDenied) when calling the PutObject operation" in message
    assert "user/mario is not authorized to perform: s3:PutObject" in message
    document = json.dumps(WRITE)
    root("iam", "put-user-policy", "--user-name", "mario", "--policy-name", "bills", "--policy-document", document)
    mario("s3", "cp", "bill.txt", "s3://bills/2024/bill 1.txt")
    mario("s3", "cp", "s3://bills/2024/bill 1.txt", "back.txt")
    assert (root.home / "back.txt").read_text() == "12 EUR, città\n"
    assert root("s3", "ls", "s3://bills/2024/").endswith("bill 1.txt\n")
    events = root("cloudtrail", "lookup-events", "--lookup-attributes", "AttributeKey=Username,AttributeValue=mario")
    assert {event["EventName"] for event in events["Events"]} >= {"PutObject", "GetObject"}
    assert root("iam", "get-user-policy", "--user-name", "mario", "--policy-name", "bills")["PolicyDocument"] == WRITE


def test_a_large_file_goes_up_in_parts_and_comes_down_in_ranges(root):
    root("s3", "mb", "s3://big-bills")
    data = bytes(range(256)) * 4096 * 9
    (root.home / "big").write_bytes(data)
    root("s3", "cp", "big", "s3://big-bills/big")
    root("s3", "cp", "s3://big-bills/big", "back")
    assert (root.home / "back").read_bytes() == data
    head = root("s3api", "head-object", "--bucket", "big-bills", "--key", "big")
    assert (head["ContentLength"], head["ETag"][-3:]) == (len(data), '-2"')
    root("s3", "rm", "s3://big-bills", "--recursive")
    root("s3", "rb", "s3://big-bills")


def test_a_presigned_url_is_opened_by_a_browser(root):
    root("s3", "mb", "s3://shared-bills")
    (root.home / "bill.txt").write_text("12 EUR")
    root("s3", "cp", "bill.txt", "s3://shared-bills/a+b é.txt")
    url = root("s3", "presign", "s3://shared-bills/a+b é.txt").strip()
    with urllib.request.urlopen(url) as answer:
        assert answer.read() == b"12 EUR"
        assert answer.headers["Content-Security-Policy"] == "sandbox"


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (("iam", "get-user", "--user-name", "nobody"), "(NoSuchEntity) when calling the GetUser operation"),
        (("s3", "ls", "s3://nobodys-bills"), "(NoSuchBucket) when calling the ListObjectsV2 operation"),
        (("iam", "enable-organizations-root-sessions"), "is not simulated by iamlab"),
        (("s3api", "get-bucket-metadata-configuration", "--bucket", "b-b"), "(NotImplemented) when calling"),
        (("cloudtrail", "list-channels"), "(UnknownOperationException) when calling the ListChannels operation"),
        (("dynamodb", "list-tables"), "The service dynamodb is not simulated by iamlab."),
    ],
)
def test_what_cannot_be_done_is_said_in_awss_way(root, args, says):
    assert says in root.refused(*args)


def test_a_key_that_is_wrong_or_gone_opens_nothing(root):
    wrong = root.with_key({**root.key, "SecretAccessKey": "wrong"})
    assert "(SignatureDoesNotMatch)" in wrong.refused("sts", "get-caller-identity")
    luigi = user(root, "luigi")
    luigi("sts", "get-caller-identity")
    root("iam", "delete-access-key", "--user-name", "luigi", "--access-key-id", luigi.key["AccessKeyId"])
    assert "(InvalidClientTokenId)" in luigi.refused("sts", "get-caller-identity")
    assert "(InvalidAccessKeyId)" in luigi.refused("s3", "ls")


def test_temporary_credentials_are_used_like_any(root):
    session = root.with_key(root("sts", "get-session-token")["Credentials"])
    assert session("sts", "get-caller-identity")["Account"] == "111122223333"
