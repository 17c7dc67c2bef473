"""Findings on policy documents; the cases are the JSON files beside this module.

A case gives a whole document (`text`: lines; `policy`: JSON) or, briefer, its `statement` or `statements`. A statement
is filled up with the plainest elements of its policy type (PLAIN); null takes one away. `finds` lists every finding:
its code, and its JSON path or paths, where a leading dot means the first statement; `at` adds some lines and columns.
"""

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from iamlab.policy import catalog
from iamlab.policy.findings.codes import CODES
from iamlab.policy.validate import LONGEST, validate

CASES = [case for path in sorted(Path(__file__).parent.glob("*.json")) for case in json.loads(path.read_text())]
OBJECTS = "arn:aws:s3:::amzn-s3-demo-bucket/*"
PLAIN = {
    "identity": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": OBJECTS},
    "session": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": OBJECTS},
    "resource": {
        "Effect": "Allow",
        "Principal": {"AWS": "111122223333"},
        "Action": "s3:GetObject",
        "Resource": OBJECTS,
    },
    "trust": {"Effect": "Allow", "Principal": {"AWS": "111122223333"}, "Action": "sts:AssumeRole"},
    "scp": {"Effect": "Deny", "Action": "s3:*", "Resource": "*"},
    "rcp": {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*"},
}


def text_of(case):
    if "text" in case:
        return "\n".join(case["text"])
    if "policy" in case:
        return json.dumps(case["policy"], indent=2)
    given = case.get("statements") or [case["statement"]]
    plain = PLAIN[case.get("type", "identity")]
    statements = [{k: v for k, v in (plain | statement).items() if v is not None} for statement in given]
    return json.dumps({"Version": case.get("version", "2012-10-17"), "Statement": statements}, indent=2)


def expected(case):
    for code, paths in case["finds"].items():
        for path in [paths] if isinstance(paths, str) else paths:
            yield code, f"Statement[0]{path}" if path.startswith(".") else path


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_the_findings_of_a_document(case):
    found = validate(text_of(case), case.get("type", "identity"), case.get("resource_type"))
    assert sorted((f.code, f.json_path) for f in found) == sorted(expected(case))
    places = {f.code: f"{f.line}:{f.column}" for f in found}
    assert {code: places[code] for code in case.get("at", {})} == case.get("at", {})
    for finding in found:
        assert finding.message.endswith((".", "?"))
        assert finding.mend.endswith((".", "?"))
        assert finding.kind == CODES[finding.code]


def long_list(count):
    """`count` resources of 150 characters each, quotation marks and comma included."""
    return [f"arn:aws:s3:::b/{number:04}".ljust(147, "x") for number in range(count)]


def long_principals(count):
    return {"AWS": [f"arn:aws:iam::111122223333:user/{number:04}".ljust(92, "x") for number in range(count)]}


# "IAM and AWS STS quotas" and the services' own pages: 6,144, 2,048 and 5,120 characters; 20 KB for a bucket's policy.
SIZES = [
    ("identity", None, {"Resource": long_list(66)}, {"Resource": long_list(70)}, "IDENTITY_POLICY"),
    ("session", None, {"Resource": long_list(12)}, {"Resource": long_list(14)}, "IDENTITY_POLICY"),
    ("trust", None, {"Principal": long_principals(19)}, {"Principal": long_principals(22)}, "ROLE_TRUST_POLICY"),
    ("resource", "AWS::S3::Bucket", {"Resource": long_list(125)}, {"Resource": long_list(138)}, "RESOURCE_POLICY"),
    ("scp", None, {"Resource": long_list(29)}, {"Resource": long_list(35)}, "SCP"),
    ("rcp", None, {"Resource": long_list(29)}, {"Resource": long_list(35)}, "RCP"),
]


@pytest.mark.parametrize(("policy_type", "resource_type", "small", "large", "name"), SIZES)
def test_a_document_beyond_its_quota(policy_type, resource_type, small, large, name):
    def found(statement):
        return validate(text_of({"type": policy_type, "statement": statement}), policy_type, resource_type)

    assert found(small) == []
    assert [f.code for f in found(large)] == [f"POLICY_SIZE_EXCEEDS_{name}_QUOTA"]


def test_white_space_counts_in_control_policies_only():
    text = text_of({"type": "scp", "statement": {}}) + " " * 5_100
    assert [f.code for f in validate(text, "scp")] == ["POLICY_SIZE_EXCEEDS_SCP_QUOTA"]
    assert validate(text_of({"statement": {}}) + " " * 7_000) == []


def test_every_code_has_a_case():
    sizes = {f"POLICY_SIZE_EXCEEDS_{case[-1]}_QUOTA" for case in SIZES}
    assert {code for case in CASES for code in case["finds"]} | sizes == CODES.keys()


def one(text, policy_type="identity"):
    (finding,) = validate(text, policy_type)
    return finding


def statement(**elements):
    return json.dumps({"Version": "2012-10-17", "Statement": [PLAIN["identity"] | elements]}, indent=2)


@pytest.mark.parametrize(
    ("elements", "words"),
    [
        ({"Action": "s3:PutObjekt"}, "`s3:PutObject`"),
        ({"Action": "s3:ListBuckets"}, "`s3:ListAllMyBuckets`"),
        ({"Action": "s3.GetObject"}, "`s3:GetObject`"),
        ({"Action": "s3:PutObject", "Resource": "arn:aws:s3:::customer-bills"}, "`arn:aws:s3:::customer-bills/*`"),
        ({"Action": "s3:ListBucket", "Resource": "arn:aws:s3:::customer-bills/*"}, "`arn:aws:s3:::customer-bills`"),
        ({"Action": "iam:GetGroup", "Resource": "arn:aws:iam::111122223333:user/Mario"}, "`arn:aws:iam::*:group/*`"),
        ({"Action": "iam:GetUser", "Resource": "arn:aws:iam::111122223333:Mario"}, "`user/${UserNameWithPath}`"),
        ({"Action": "dynamo:PutItem", "Resource": "*"}, "`dynamodb:PutItem`"),
        ({"Effect": "allow"}, '"Allow"'),
        ({"Efect": "Allow"}, "`Effect`"),
        ({"Condition": {"stringequals": {"aws:username": "mario"}}}, "`StringEquals`"),
        ({"Condition": {"StringEquals": {"aws:usernam": "mario"}}}, "`aws:username`"),
        ({"Condition": {"IpAddress": {"aws:SourceIp": "203.0.113.77/24"}}}, "203.0.113.0/24"),
        ({"Resource": "arn:aws:s3:::b/${aws:userame}"}, "`aws:username`"),
    ],
)
def test_the_mend_names_what_was_meant(elements, words):
    assert words in one(statement(**elements)).mend


def test_the_place_is_the_text_in_question():
    text = statement(Action=["s3:GetObject", "s3:Frobnicate"])
    finding = one(text)
    line = text.splitlines()[finding.line - 1]
    assert line[finding.column - 1 : finding.end_column - 1] == '"s3:Frobnicate"'
    assert finding.end_line == finding.line


def test_errors_come_first_and_places_in_order():
    found = validate(statement(Action=["iam:PassRole", "x:y", "s3:Nothing"], Resource="*"))
    assert [f.code for f in found] == ["INVALID_SERVICE_IN_ACTION", "INVALID_ACTION", "PASS_ROLE_WITH_STAR_IN_RESOURCE"]


def test_a_finding_links_to_its_explanation():
    link = one(statement(Effect="allow")).link
    assert link.startswith("https://docs.aws.amazon.com/IAM/latest/UserGuide/")
    assert link.endswith("-error-invalid-effect")
    assert one(statement(Action="s3:ListBucket")).link == ""


def test_messages_show_hostile_text_harmlessly():
    finding = one(statement(Action="s3:\ud800\u202e\n" + "x" * 5_000))
    finding.message.encode()
    assert "\n" not in finding.message
    assert "\u202e" not in finding.message
    assert len(finding.message) < 300


def test_an_unknown_policy_type_is_refused():
    with pytest.raises(ValueError, match="bucket"):
        validate("{}", "bucket")


def test_a_document_beyond_all_limits_is_not_read():
    assert "characters" in one("[" + " " * LONGEST).message


STARS = "*a" * 1_500
HOSTILE = {
    "stars in actions": statement(Action=["s3:" + STARS] * 20),
    "many patterns": statement(Action=[f"ec2:*{i}*a*b?" for i in range(3_000)]),
    "every prefix": statement(Action=[f"*:*{i}*a*b?" for i in range(100)]),
    "stars in resources": statement(Resource=["arn:aws:s3:::" + STARS] * 30),
    "many resources": statement(Resource=[f"arn:aws:ec2:*:*:*{i}/*a?" for i in range(3_000)], Action="ec2:*"),
    "many values": statement(Condition={"StringLike": {"aws:PrincipalOrgID": ["*" * 50] * 3_000}}),
    "unknown names": statement(Action=[f"ec2:Describe{i}Things" for i in range(3_000)]),
    "many statements": json.dumps({"Version": "2012-10-17", "Statement": [PLAIN["identity"]] * 1_500}),
    "deep": "[" * 150_000,
    "variables": statement(Resource="arn:aws:s3:::" + "${" * 50_000),
    "surrogates": statement(Sid="\ud800", Condition={"\udfff": {"\ud800": ["\udfff"]}}),
    "wrong leaves": json.dumps(
        {"Version": 1, "Statement": [{"Action": {"a": []}, "Principal": [[]], "Condition": [1]}]}
    ),
}


@pytest.mark.parametrize("policy_type", ["identity", "resource", "trust", "scp", "rcp"])
@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.slow
def test_hostile_documents_are_answered(name, policy_type):
    assert len(validate(HOSTILE[name], policy_type)) <= 500


texts = st.sampled_from(
    [
        "",
        "*",
        "s3:*",
        "s3:Get*",
        "iam:PassRole",
        "arn:aws:s3:::b/*",
        "arn:aws:iam::1:u*",
        "${aws:username}",
        "${",
        "::::::",
    ]
) | st.text(max_size=12)
leaves = st.none() | st.booleans() | st.integers() | texts
values = (
    leaves | st.lists(leaves, max_size=3) | st.dictionaries(texts, leaves | st.lists(leaves, max_size=3), max_size=3)
)
operators = st.sampled_from(
    [
        "StringEquals",
        "ForAllValues:StringLike",
        "IpAddress",
        "Bool",
        "Null",
        "ArnLike",
        "DateLessThan",
        "NumericEqualsIfExists",
    ]
)
names = (
    st.sampled_from(["aws:SourceIp", "aws:TagKeys", "aws:RequestTag/", "s3:prefix", "aws:userid", "a.b:aud"]) | texts
)
conditions = st.dictionaries(operators | texts, st.dictionaries(names, values, max_size=3) | leaves, max_size=3)
elements = st.sampled_from(
    ["Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource"]
)
statements = st.builds(
    lambda parts, condition, effect: parts | {"Condition": condition, "Effect": effect},
    st.dictionaries(elements | texts, values, max_size=6),
    conditions | leaves,
    st.sampled_from(["Allow", "Deny"]) | leaves,
)
policies = st.fixed_dictionaries(
    {"Version": st.just("2012-10-17") | leaves, "Statement": st.lists(statements | leaves)}
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # a busy machine is no finding
@given(policies, st.sampled_from(sorted(PLAIN)), st.sampled_from([None, "AWS::S3::Bucket", "AWS::Nothing"]))
@pytest.mark.slow
def test_any_document_is_answered(policy, policy_type, resource_type):
    text = json.dumps(policy)
    for finding in validate(text, policy_type, resource_type):
        assert finding.code in CODES
        assert 1 <= finding.column <= finding.end_column <= len(text) + 1
        assert finding.message.isprintable()


def test_what_aws_itself_publishes_has_hardly_an_error():
    """Services that are no more aside, not one statement in fifty has an error."""
    arns = list(catalog.managed_policies())[::20]
    texts = [catalog.managed_policy_document(arn) for arn in arns]
    statements = sum(len(json.loads(text)["Statement"]) for text in texts)
    errors = [
        f for text in texts for f in validate(text) if f.kind == "ERROR" and f.code != "INVALID_SERVICE_IN_ACTION"
    ]
    assert len(errors) < statements / 50
