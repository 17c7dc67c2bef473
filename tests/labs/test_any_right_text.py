"""What is right passes however it is written: the policy and the trust of Mario's lab in many texts."""

import json

import pytest

pytestmark = [pytest.mark.django_db, pytest.mark.slow]  # each begins and works on a shipped lab
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
ACCOUNT = {**TAKE, "Principal": {"AWS": "arn:aws:iam::ACCOUNT:root"}}
ANYBODY = {**TAKE, "Principal": {"AWS": "*"}}


def when(operator, key, value, statement=ACCOUNT):
    """A statement that counts only where a condition holds."""
    return document({**statement, "Condition": {operator: {key: value}}})


TRUSTS = {
    "the user": document(TAKE),
    "a list of one": document({**TAKE, "Principal": {"AWS": [MARIO]}, "Action": ["sts:AssumeRole"]}),
    "other capitals": document({**TAKE, "Action": "STS:assumerole"}),
    "nobody but him, by a Deny": document(
        TAKE, {**ANYBODY, "Effect": "Deny", "Condition": {"ArnNotEquals": {"aws:PrincipalArn": MARIO}}}
    ),
    "anybody with his ARN": when("ArnEquals", "aws:PrincipalArn", MARIO, ANYBODY),
}
# Whom the account is trusted with needs a policy of his own: AWS, "AWS JSON policy elements: Principal".
WITH_OWN_POLICY = {
    "the account, by his name": when("StringEquals", "aws:username", "Mario"),
    "the account, by his ARN": when("ArnEquals", "aws:PrincipalArn", MARIO),
    "the account, by his ARN as text": when("StringEquals", "aws:PrincipalArn", MARIO),
    "the account, all others denied": document(
        ACCOUNT, {**ANYBODY, "Effect": "Deny", "Condition": {"StringNotEquals": {"aws:username": "Mario"}}}
    ),
}
WRONG_TRUSTS = {
    "the account": ("half-trust", False, document(ACCOUNT)),
    "the account by his name, which alone grants nothing": (
        "half-trust", False, when("StringEquals", "aws:username", "Mario")
    ),
    "the account, whoever has a policy": ("trusts-more", True, document(ACCOUNT)),
    "the account, by the other's name": ("half-trust", True, when("StringEquals", "aws:username", "Luigi")),
    "names that begin as his": ("trusts-more", True, when("StringLike", "aws:username", "Mar*")),
    "names that end as his": ("trusts-more", True, when("StringLike", "aws:username", "*ario")),
    "him and the account": ("trusts-more", False, document(TAKE, ACCOUNT)),
    "him and Luigi": (
        "trusts-more", False, document({**TAKE, "Principal": {"AWS": [MARIO, MARIO.replace("Mario", "Luigi")]}})
    ),
    "him and another account": (
        "trusts-more", False, document({**TAKE, "Principal": {"AWS": [MARIO, "arn:aws:iam::444455556666:root"]}})
    ),
    "him and a service": (
        "trusts-more", False, document({**TAKE, "Principal": {"AWS": MARIO, "Service": "ec2.amazonaws.com"}})
    ),
    "a service": ("service-trust", False, document({**TAKE, "Principal": {"Service": "s3.amazonaws.com"}})),
    "everybody": ("open-trust", False, document(ANYBODY)),
    "any account's Mario": ("open-trust", False, when("StringEquals", "aws:username", "Mario", ANYBODY)),
    "everybody of the account": ("open-trust", False, when("StringEquals", "aws:PrincipalAccount", "ACCOUNT", ANYBODY)),
}  # fmt: skip


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


def trust(do, attempt, data, *, own_policy):
    """The role with the policy and a trust policy; Mario may be given permission to take it as well."""
    write(do, attempt, RIGHT["one statement"])
    account = attempt.sandbox.accounts.get().pk
    take = document(
        {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": f"arn:aws:iam::{account}:role/BillUploader"}
    )
    if own_policy:
        do(
            attempt,
            f"iam put-user-policy --user-name Mario --policy-name Take --policy-document '{json.dumps(take)}'",
            by="user/admin",
        )
    do(
        attempt,
        f"iam create-role --role-name BillUploader --assume-role-policy-document '{given(attempt, data)}'",
        f"iam attach-role-policy --role-name BillUploader --policy-arn arn:aws:iam::{account}:policy/BillWrite",
        by="user/admin",
    )
    return found(attempt, "role")


@pytest.mark.parametrize("own_policy", [False, True])
@pytest.mark.parametrize("text", TRUSTS)
def test_right_trust_passes(shipped, do, text, own_policy):
    statuses, _ = trust(do, shipped("mario-saves-a-bill"), TRUSTS[text], own_policy=own_policy)
    assert statuses == {"holds": "pass", "trust": "pass"}


@pytest.mark.parametrize("text", WITH_OWN_POLICY)
def test_trust_in_the_account_for_mario_alone_passes_once_he_may_take_it(shipped, do, text):
    statuses, _ = trust(do, shipped("mario-saves-a-bill"), WITH_OWN_POLICY[text], own_policy=True)
    assert statuses == {"holds": "pass", "trust": "pass"}


@pytest.mark.parametrize("text", WRONG_TRUSTS)
def test_wrong_trust_gets_its_message(shipped, do, text):
    code, own_policy, data = WRONG_TRUSTS[text]
    statuses, codes = trust(do, shipped("mario-saves-a-bill"), data, own_policy=own_policy)
    assert (statuses["trust"], codes["trust"]) == ("fail", code)


SHARED = {"StringEquals": {"sts:ExternalId": "shop-4711"}}
PARTNERS = {
    "the account with the id": ("pass", [("arn:aws:iam::PARTNER:root", SHARED)]),
    "the account's number with the id": ("pass", [("PARTNER", SHARED)]),
    "the robot with the id": ("pass", [("arn:aws:iam::PARTNER:user/robot", SHARED)]),
    "the robot without it, too": ("fail", [("PARTNER", SHARED), ("arn:aws:iam::PARTNER:user/robot", {})]),
    "another account with the id, too": ("fail", [("PARTNER", SHARED), ("444455556666", SHARED)]),
    "everybody who has the id": ("fail", [("PARTNER", SHARED), ("*", SHARED)]),
}


@pytest.mark.parametrize("text", PARTNERS)
def test_a_partner_is_let_in_with_the_external_id_and_nobody_else(shipped, do, text):
    """IAM User Guide, "Access to AWS accounts owned by third parties"."""
    attempt = shipped("cross-account", variant="1")
    status, doors = PARTNERS[text]
    allow = {"Effect": "Allow", "Action": "sts:AssumeRole"}
    statements = [
        {**allow, "Principal": {"AWS": who}, **({"Condition": asked} if asked else {})} for who, asked in doors
    ]
    trusted = json.dumps(document(*statements)).replace("PARTNER", attempt.bound["partner"])
    do(
        attempt,
        f"iam create-role --role-name PartnerReader --assume-role-policy-document '{trusted}'",
        by="user/admin",
    )
    assert found(attempt, "trust")[0]["who"] == status
