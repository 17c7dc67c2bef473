"""The command line of a call: read again, by ours and by the real command, it is the same call."""

from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from iamlab.labs.commandline import line_for, parse
from iamlab.labs.commandline.arguments import operation_model, service_model
from iamlab.labs.commandline.lines import body_name

SERVICES = ["iam", "sts", "s3", "cloudtrail", "organizations"]
CALLS = [
    (
        "iam:CreateUser",
        {"UserName": "mario", "Tags": [{"Key": "department", "Value": "engineers"}]},
        "aws iam create-user --user-name mario --tags Key=department,Value=engineers",
    ),
    (
        "iam:CreateUser",
        {"UserName": "mario", "Path": "/", "Tags": [{"Key": "a", "Value": 'say "hi", all'}]},
        """aws iam create-user --user-name mario --path / --tags '[{"Key": "a", "Value": "say \\"hi\\", all"}]'""",
    ),
    ("iam:ListUsers", {"MaxItems": 5}, "aws iam list-users --max-items 5 --no-paginate"),
    ("iam:ListUsers", {}, "aws iam list-users"),
    (
        "iam:PutUserPolicy",
        {"UserName": "mario", "PolicyName": "p", "PolicyDocument": '{"Version": "2012-10-17"}'},
        """aws iam put-user-policy --user-name mario --policy-name p --policy-document '{"Version": "2012-10-17"}'""",
    ),
    (
        "iam:CreateLoginProfile",
        {"UserName": "mario", "Password": "-it's $5", "PasswordResetRequired": False},
        """aws iam create-login-profile --user-name mario '--password=-it'"'"'s $5' --no-password-reset-required""",
    ),
    ("iam:UntagUser", {"UserName": "m", "TagKeys": ["a", "b"]}, "aws iam untag-user --user-name m --tag-keys a b"),
    (
        "iam:CreateVirtualMFADevice",
        {"VirtualMFADeviceName": "phone"},
        "aws iam create-virtual-mfa-device --virtual-mfa-device-name phone "
        "--outfile QRCode.png --bootstrap-method QRCodePNG",
    ),
    (
        "s3:PutPublicAccessBlock",
        {"Bucket": "b", "PublicAccessBlockConfiguration": {"BlockPublicAcls": True, "BlockPublicPolicy": False}},
        "aws s3api put-public-access-block --bucket b "
        "--public-access-block-configuration BlockPublicAcls=true,BlockPublicPolicy=false",
    ),
    ("s3:GetObject", {"Bucket": "b", "Key": "a/bill.txt"}, "aws s3api get-object --bucket b --key a/bill.txt bill.txt"),
    (
        "ec2:RunInstances",
        {"ImageId": "ami-1", "MinCount": 2, "MaxCount": 3},
        "aws ec2 run-instances --image-id ami-1 --count 2:3",
    ),
    (
        "cloudtrail:LookupEvents",
        {"LookupAttributes": [{"AttributeKey": "Username", "AttributeValue": "mario"}]},
        "aws cloudtrail lookup-events --lookup-attributes AttributeKey=Username,AttributeValue=mario",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("call", "params", "line"), CALLS)
def test_line(call, params, line):
    assert line_for(call, params) == line
    assert parse(line).params == params


@pytest.mark.slow
def test_the_real_command_reads_our_lines(real_aws):
    answers = real_aws(lines=[line_for(call, params) for call, params, _ in CALLS])["lines"]
    found = [(f"{answer[0]}:{answer[1]}", answer[2]) for answer in answers]
    assert found == [(call, params) for call, params, _ in CALLS]


def test_secrets_and_unknown_parameters_are_not_invented():
    assert line_for("iam:GetUser", {"UserName": None, "Nonsense": 1}) == "aws iam get-user"
    with pytest.raises(KeyError):
        line_for("iam:Nonsense", {})


def values(shape, depth=0):
    """Values of a shape, no deeper than four."""
    kind = shape.type_name
    low = int(shape.metadata.get("min") or bool(shape.serialization.get("hostLabel")))
    if kind == "structure":
        required = {n: values(shape.members[n], depth + 1) for n in shape.required_members}
        if shape.is_tagged_union:  # exactly one of its members
            return st.one_of([st.fixed_dictionaries({n: values(s, depth + 1)}) for n, s in shape.members.items()])
        others = {n: values(s, depth + 1) for n, s in shape.members.items() if n not in required and depth < 4}
        return st.fixed_dictionaries(required, optional=others)
    if kind == "list":
        return st.lists(values(shape.member, depth + 1), min_size=low, max_size=max(low, 3))
    if kind == "map":
        return st.dictionaries(
            values(shape.key, depth + 1), values(shape.value, depth + 1), min_size=low, max_size=low + 2
        )
    if kind in ("integer", "long"):
        return st.integers(min_value=max(low, -5), max_value=low + 10)
    if kind in ("float", "double"):
        return st.floats(min_value=low, max_value=low + 10, allow_nan=False)
    if kind == "boolean":
        return st.booleans()
    if kind == "blob":
        return st.binary(max_size=10)
    if kind == "timestamp":
        return st.datetimes(datetime(2000, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))
    if shape.enum:
        return st.sampled_from(shape.enum)
    plain = st.from_regex(r"[a-zA-Z0-9/:_.@ -]+", fullmatch=True)
    return (st.text(max_size=12) | plain).map(lambda text: text + "x" * max(low - len(text), 0))


@pytest.mark.slow
@pytest.mark.parametrize("service", SERVICES)
@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_parse_undoes_line_for(service, data):
    operation = data.draw(st.sampled_from(service_model(service).operation_names))
    model = operation_model(service, operation)
    params = data.draw(values(model.input_shape)) if model.input_shape is not None else {}
    streamed = {
        n
        for n, s in (model.input_shape.members if model.input_shape else {}).items()
        if s.serialization.get("streaming")
    }
    files = {body_name(params): params[name] for name in streamed & set(params)}
    assert parse(line_for(f"{service}:{operation}", params), files).params == params
