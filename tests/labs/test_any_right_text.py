"""What is right passes however it is written: the policy and the trust of Mario's lab in many texts."""

import json

import pytest

pytestmark = pytest.mark.django_db
BUCKET = "arn:aws:s3:::ACCOUNT-customer-bills"
PUT = {"Effect": "Allow", "Action": "s3:PutObject", "Resource": f"{BUCKET}/*"}
BROWSE = {"Effect": "Allow", "Action": ["s3:ListBucket"], "Resource": BUCKET}
ALL = {"Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "*"}
MARIO = "arn:aws:iam::ACCOUNT:user/Mario"
TAKE = {"Effect": "Allow", "Principal": {"AWS": MARIO}, "Action": "sts:AssumeRole"}


def document(*statements, **more):
    """One statement stands alone, as IAM takes it too."""
    return {"Version": "2012-10-17", "Statement": statements[0] if len(statements) == 1 else list(statements), **more}


RIGHT = {
    "one statement": document(PUT),
    "a list of one": {"Version": "2012-10-17", "Statement": [PUT]},
    "lists of one": document({**PUT, "Action": ["s3:PutObject"], "Resource": [f"{BUCKET}/*"]}),
    "other capitals": document({**PUT, "Action": "S3:putobject"}),
    "a name for each": document({**PUT, "Sid": "SaveBills"}, Id="bills"),
    "only the folder": document({**PUT, "Resource": f"{BUCKET}/bills/*"}),
    "only the bills": document({**PUT, "Resource": f"{BUCKET}/bills/bill-????.txt"}),
    "with what browsing needs": document(PUT, BROWSE, ALL),
    "over TLS only": document({**PUT, "Condition": {"Bool": {"aws:SecureTransport": "true"}}}),
    "the rest forbidden": document(PUT, {"Effect": "Deny", "NotAction": ["s3:PutObject", "s3:List*"], "Resource": "*"}),
}
WRONG = {
    "object-arn": ("allows", document({**PUT, "Resource": BUCKET})),
    "no-such-action": ("allows", document({**PUT, "Action": "s3:PutObjects"})),
    "read-not-write": ("allows", document({**PUT, "Action": "s3:GetObject"})),
    "other-resource": ("allows", document({**PUT, "Resource": "arn:aws:s3:::customer-bills/*"})),
    "too-broad": ("narrow", document({**PUT, "Action": "s3:*"})),
}
TRUSTS = {
    "the user": document(TAKE),
    "a list of one": document({**TAKE, "Principal": {"AWS": [MARIO]}, "Action": ["sts:AssumeRole"]}),
    "other capitals": document({**TAKE, "Action": "STS:assumerole"}),
}


def given(attempt, data):
    return json.dumps(data).replace("ACCOUNT", attempt.sandbox.accounts.get().pk)


def found(attempt, step):
    facts = attempt.checks.filter(step=step)
    return dict(facts.values_list("check_id", "status")), dict(facts.values_list("check_id", "code"))


def write(do, attempt, data):
    do(
        attempt,
        f"iam create-policy --policy-name BillWrite --policy-document '{given(attempt, data)}'",
        by="user/admin",
    )


@pytest.mark.parametrize("text", RIGHT)
def test_right_policy_passes(shipped, do, text):
    attempt = shipped("mario-saves-a-bill")
    write(do, attempt, RIGHT[text])
    assert found(attempt, "policy")[0] == {"allows": "pass", "narrow": "pass"}


@pytest.mark.parametrize("code", WRONG)
def test_wrong_policy_gets_its_message(shipped, do, code):
    attempt = shipped("mario-saves-a-bill")
    check, data = WRONG[code]
    write(do, attempt, data)
    assert found(attempt, "policy")[1][check] == code


@pytest.mark.parametrize("text", TRUSTS)
def test_right_trust_passes(shipped, do, text):
    attempt = shipped("mario-saves-a-bill")
    write(do, attempt, RIGHT["one statement"])
    trust, account = given(attempt, TRUSTS[text]), attempt.sandbox.accounts.get().pk
    do(
        attempt,
        f"iam create-role --role-name BillUploader --assume-role-policy-document '{trust}'",
        f"iam attach-role-policy --role-name BillUploader --policy-arn arn:aws:iam::{account}:policy/BillWrite",
        by="user/admin",
    )
    assert set(found(attempt, "role")[0].values()) == {"pass"}
