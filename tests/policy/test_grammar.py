"""What is refused when a policy is saved: AWS's answer, and the place it speaks of."""

import json

import pytest

from iamlab.policy import catalog
from iamlab.policy.document import MalformedPolicy, parse, size

VENDOR = "Resource vendor must be fully qualified and cannot contain regexes."
PREFACED = "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."
ONLY_STS = "AssumeRole policy may only specify STS AssumeRole actions."
SYNTAX = "Syntax errors in policy."
LEGACY = "The policy failed legacy parsing"


def statement(**parts):
    """An Allow with parts put in, or left out where None."""
    whole = {"Effect": "Allow", "Action": "s3:*", "Resource": "*", **parts}
    return {name: value for name, value in whole.items() if value is not None}


def document(*statements, **parts):
    whole = {"Version": "2012-10-17", "Statement": list(statements), **parts}
    return {name: value for name, value in whole.items() if value is not None}


def refusal(source, kind="identity"):
    with pytest.raises(MalformedPolicy) as caught:
        parse(source if isinstance(source, str) else json.dumps(source), kind)
    return caught.value


TRUSTED = {"AWS": "arn:aws:iam::111122223333:user/mario"}
TRUST = statement(Action="sts:AssumeRole", Resource=None, Principal=TRUSTED)
BUCKET = statement(Principal="*", Resource="arn:aws:s3:::b/*")


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        (document(statement()), "identity"),
        ({"Version": "2012-10-17", "Statement": statement()}, "identity"),
        (document(statement(Sid=""), statement(Sid="")), "identity"),
        (document(statement(Action=["s3:Get*", "*:*"])), "identity"),
        (document(statement(Condition={"NumericLessThan": {"s3:max-keys": 10}, "Bool": {"k": True}})), "identity"),
        (document(statement(Condition={"ForAllValues:StringLikeIfExists": {"aws:TagKeys": ["a"]}})), "identity"),
        (document(statement(Condition={"Odd": {}})), "identity"),
        (document(statement(Resource=["arn:*:s3:::b", "arn:aws*:ec2:*:*:security-group/*"])), "identity"),
        (document(statement(Resource=["arn:aws:s3:*:*:job/j", "arn:aws:s3:*:*:access-grants/default"])), "identity"),
        (document(TRUST), "trust"),
        (document(BUCKET), "bucket"),
        (document({**BUCKET, "Sid": "With blanks"}, {**BUCKET, "Sid": "With blanks"}, Version=None), "bucket"),
        (document(statement()), "scp"),
        (document(statement(Effect="Deny", Principal="*")), "rcp"),
        (document(statement(), Version="2008-10-17"), "session"),
    ],
)
def test_what_may_be_saved(source, kind):
    assert parse(json.dumps(source), kind) == source


def test_who_copies_one_of_awss_policies_may_save_it():
    for arn in catalog.managed_policies():
        assert parse(catalog.managed_policy_document(arn), "identity")


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("{", SYNTAX),
        ([], SYNTAX),
        (document(statement(), Odd=1), SYNTAX),
        (document(statement(Odd=1)), SYNTAX),
        (document(statement(), Version="2012-10-18"), SYNTAX),
        (document(), SYNTAX),
        (document("x"), SYNTAX),
        (document(statement(Effect=None)), SYNTAX),
        (document(statement(Effect="Permit")), SYNTAX),
        (document(statement(NotAction="s3:*")), SYNTAX),
        (document(statement(NotResource="*")), SYNTAX),
        (document(statement(Action=5)), SYNTAX),
        (document(statement(Resource=[None])), SYNTAX),
        (document(statement(Condition=["x"])), SYNTAX),
        (document(statement(Condition={"StringEquals": "x"})), SYNTAX),
        (document(statement(Condition={"StringEquals": {"k": {"a": "b"}}})), SYNTAX),
        (document(statement(Condition={"Odd": {"k": "v"}})), SYNTAX),
        (document(statement(Condition={"stringequals": {"k": "v"}})), SYNTAX),
        (document(statement(Condition={"NullIfExists": {"k": "true"}})), SYNTAX),
        (document(statement(Sid=5)), SYNTAX),
        (document(statement(), Id=5), SYNTAX),
        ('{"Version": "2012-10-17", "Version": "2012-10-17", "Statement": []}', SYNTAX),
        (document(statement(), Version=None), "Policy document must be version 2012-10-17 or greater."),
        (document(statement(), Version="2008-10-17"), "Policy document must be version 2012-10-17 or greater."),
        (document(statement(Effect="allow")), LEGACY),
        (document(statement(Condition={"DateLessThan": {"aws:CurrentTime": "soon"}})), LEGACY),
        (document(statement(Resource="arn:aws:s3::b")), LEGACY),
        (document(statement(Sid="A"), statement(Sid="A")), "Statement IDs (SID) in a single policy must be unique."),
        (document(statement(Action=None)), "Policy statement must contain actions."),
        (document(statement(Action=[])), "Policy statement must contain actions."),
        (document(statement(Resource="bills")), 'Resource bills must be in ARN format or "*".'),
        (document(statement(Resource="arn:x:s3:::b")), 'Partition "x" is not valid for resource "arn:x:s3:::b".'),
        (document(statement(Resource="arn:aws:*:::b")), VENDOR),
        (
            document(statement(Resource="arn:aws:iam:eu-west-1:111122223333:user/m")),
            "IAM resource arn:aws:iam:eu-west-1:111122223333:user/m cannot contain region information.",
        ),
        (
            document(statement(Resource="arn:aws:s3:eu-west-1:111122223333:b")),
            "Resource arn:aws:s3:eu-west-1:111122223333:b can not contain region information.",
        ),
        (document(statement(Action="GetObject")), PREFACED),
        (document(statement(Action="s3:a:b")), "Actions/Condition can contain only one colon."),
        (document(statement(Action="s*:Get")), "Vendor s* is not valid"),
        (document(statement(Resource=None)), "Policy statement must contain resources."),
        (document(statement(Principal="*")), "Policy document should not specify a principal."),
    ],
)
def test_what_is_refused(source, message):
    assert refusal(source).message == message


@pytest.mark.parametrize(
    ("resource", "message"),
    [
        ("aws:s3:::b", 'Partition "s3" is not valid for resource "arn:s3:::b:*".'),
        ("arn:error:s3::b", 'Partition "error" is not valid for resource "arn:error:s3::b:*".'),
        ("arn:aws::b", LEGACY),
    ],
)
def test_a_partition_is_looked_at_before_what_follows_it(resource, message):
    assert refusal(document(statement(Resource=resource))).message == message


@pytest.mark.parametrize("date", ["01T", "2016-12-13t2:00:00.593194+23", "2026-11-30", "1764460800", "-292275054"])
def test_dates_that_aws_saves(date):
    assert parse(json.dumps(document(statement(Condition={"DateLessThan": {"aws:CurrentTime": date}}))), "identity")


@pytest.mark.parametrize("date", ["234-13", "2016-12-13t2:00:00.5+1", "9223372036854775808", "tomorrow"])
def test_dates_that_it_does_not(date):
    wrong = document(statement(Condition={"DateLessThan": {"aws:CurrentTime": date}}))
    assert refusal(wrong).message == LEGACY


def test_access_points_have_a_region():
    point = "arn:aws:s3:eu-west-1:111122223333:accesspoint/bills/object/*"
    assert parse(json.dumps(document(statement(Resource=point))), "identity")


def test_the_first_answer_of_the_order_is_given():
    both = document(statement(Effect="allow", Action="GetObject"), Version=None)
    assert refusal(both).message == "Policy document must be version 2012-10-17 or greater."


@pytest.mark.parametrize(
    ("source", "kind", "message"),
    [
        (document({**TRUST, "Resource": "*"}), "trust", "Has prohibited field Resource"),
        (
            document({**TRUST, "Action": "s3:GetObject"}),
            "trust",
            ONLY_STS,
        ),
        (document({**TRUST, "Action": "sts:GetCallerIdentity"}), "trust", ONLY_STS),
        (
            document({**statement(Action="sts:AssumeRole", Resource=None), "NotPrincipal": {"AWS": "111122223333"}}),
            "trust",
            "Allow with NotPrincipal is not allowed.",
        ),
        (
            document(
                TRUST,
                {"Effect": "Deny", "Action": "sts:AssumeRole", "NotPrincipal": {"AWS": "arn:aws:iam::1:root"}},
            ),
            "trust",
            "AssumeRole policy must not contain NotPrincipal field.",
        ),
        ("{", "trust", "This policy contains invalid Json"),
        (document(statement(Action="sts:AssumeRole", Resource=None)), "trust", "Missing required field Principal"),
        (document({**BUCKET, "Action": "sqs:SendMessage"}), "bucket", "Policy has invalid action"),
        (document({**BUCKET, "Principal": "mario"}), "bucket", "Invalid principal in policy"),
        (document(statement()), "bucket", "Missing required field Principal"),
    ],
)
def test_what_one_kind_forbids(source, kind, message):
    assert refusal(source, kind).message == message


def test_a_group_cannot_be_a_principal():
    group = "arn:aws:iam::111122223333:group/billing"
    found = refusal(document({**TRUST, "Principal": {"AWS": group}}), "trust")
    assert found.message == f'Invalid principal in policy: "AWS":"{group}"'


NOT_ACTION = statement(Effect="Deny", NotAction="x:*", Action=None, Principal="*")


ANY_SERVICE = statement(Effect="Deny", Action="*:Delete*", Principal="*")


@pytest.mark.parametrize("broken", [statement(Principal="*"), NOT_ACTION, ANY_SERVICE])
def test_organisations_give_one_answer(broken):
    assert "does not meet the requirements of the specified policy type" in refusal(document(broken), "rcp").message


def test_the_place_is_line_and_column():
    text = json.dumps(document(statement(), statement(Action="GetObject")), indent=2)
    found = refusal(text)
    line = text.splitlines()[found.line - 1]
    assert line[found.column - 1 :].startswith('"GetObject"')
    broken = refusal('{\n  "Version": "2012-10-17",,\n}')
    assert (broken.line, broken.column) == (2, 27)


def test_size_counts_no_white_space():
    assert size('{\n\t"a" : 1 }') == len('{"a":1}')
