"""An encoded authorization message decodes to the evidence of its refusal, for whoever may decode it."""

import json
import uuid

import pytest

from iamlab.sandbox import lab_accounts
from iamlab.services.sts.messages import encoded
from tests import boto
from tests.services.cloud import ACCOUNT, allow, refusal

BILL = "arn:aws:s3:::customer-bills/0042.txt"
HEADER = "x-iamlab-encoded-message"
DECODE = allow("sts:DecodeAuthorizationMessage")


def message_of(cloud, *statements):
    """The message of mario's refused upload, under these statements."""
    cloud.client("s3").create_bucket(Bucket="customer-bills")
    mario = cloud.client("s3", cloud.user("mario", *statements))
    answer = refusal(mario.put_object, Bucket="customer-bills", Key="0042.txt", Body=b"1")
    assert answer["Error"]["Code"] == "AccessDenied"
    return answer["ResponseMetadata"]["HTTPHeaders"][HEADER]


def decoded(cloud, message):
    answer = cloud.client("sts").decode_authorization_message(EncodedMessage=message)
    return json.loads(answer["DecodedMessage"])


def test_an_implicit_deny_decodes_to_its_question(cloud):
    found = decoded(cloud, message_of(cloud, DECODE))
    assert (found["allowed"], found["explicitDeny"]) == (False, False)
    assert found["matchedStatements"] == {"items": []} == found["failures"]
    assert found["context"]["action"] == "s3:PutObject"
    assert found["context"]["resource"] == BILL
    principal = found["context"]["principal"]
    assert (principal["name"], principal["arn"]) == ("mario", f"arn:aws:iam::{ACCOUNT}:user/mario")
    assert principal["id"].startswith("AIDA")
    conditions = {item["key"]: item["values"]["items"] for item in found["context"]["conditions"]["items"]}
    assert conditions["aws:SourceIp"] == [{"value": "203.0.113.10"}]
    assert found["iamlab"]["layer"] == "identity"


def test_an_explicit_deny_names_its_statement(cloud):
    deny = {
        "Sid": "NoBills",
        "Effect": "Deny",
        "Action": "s3:Put*",
        "Resource": BILL,
        "Condition": {"StringEquals": {"aws:RequestedRegion": ["us-east-1", "eu-west-1"]}},
    }
    found = decoded(cloud, message_of(cloud, allow("*"), deny))
    assert found["explicitDeny"] is True
    (statement,) = found["matchedStatements"]["items"]
    assert (statement["statementId"], statement["effect"]) == ("NoBills", "DENY")
    assert statement["actions"] == {"items": [{"value": "s3:Put*"}]}
    assert statement["resources"] == {"items": [{"value": BILL}]}
    (condition,) = statement["conditions"]["items"]
    assert condition["key"] == "aws:RequestedRegion"
    assert condition["values"]["items"] == [{"value": "us-east-1"}, {"value": "eu-west-1"}]


def test_it_stays_as_it_was_when_the_policies_change(cloud):
    message = message_of(cloud, {**allow("s3:*"), "Effect": "Deny"})
    cloud.client("iam").delete_user_policy(UserName="mario", PolicyName="own")
    assert decoded(cloud, message)["explicitDeny"] is True


def test_the_events_record_holds_the_message_of_a_refusal_only(cloud):
    message = message_of(cloud, DECODE)
    events = cloud.client("cloudtrail").lookup_events()["Events"]
    records = {event["EventName"]: json.loads(event["CloudTrailEvent"]) for event in events}
    assert records["PutObject"]["additionalEventData"]["iamlabEncodedMessage"] == message
    assert "additionalEventData" not in records["CreateBucket"]


def test_decoding_needs_its_own_permission(cloud):
    message = message_of(cloud, DECODE)
    anna = cloud.client("sts", cloud.user("anna"))
    error = refusal(anna.decode_authorization_message, EncodedMessage=message)["Error"]
    assert error["Code"] == "AccessDenied"
    assert "sts:DecodeAuthorizationMessage" in error["Message"]
    giulia = cloud.client("sts", cloud.user("giulia", DECODE))
    assert giulia.decode_authorization_message(EncodedMessage=message)["DecodedMessage"]


@pytest.mark.parametrize(
    "change",
    [
        lambda m: m[:-1],
        lambda m: ("B" if m[0] == "A" else "A") + m[1:],
        lambda m: "é",
        lambda m: "nothing",
        str.swapcase,
    ],
)
def test_what_was_not_made_here_is_refused(cloud, change):
    changed = change(message_of(cloud, DECODE))
    error = refusal(cloud.client("sts").decode_authorization_message, EncodedMessage=changed)["Error"]
    assert error["Code"] == "InvalidAuthorizationMessageException"


def test_another_accounts_message_is_refused(cloud):
    message = message_of(cloud, DECODE)
    other = boto.client("sts", lab_accounts.open_account("444455556666", reset=True))
    error = refusal(other.decode_authorization_message, EncodedMessage=message)["Error"]
    assert error["Code"] == "InvalidAuthorizationMessageException"


def test_a_message_is_never_taken_for_an_option_of_the_command():
    ids = [str(uuid.UUID(int=number << 120)) for number in range(256)]  # every first byte that an event's id can have
    assert not any(encoded(event_id).startswith("-") for event_id in ids)
