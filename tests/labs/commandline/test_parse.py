"""Lines read as the real `aws` command reads them, and refused where it refuses."""

import time
from datetime import datetime

import pytest
from botocore.utils import parse_timestamp

from iamlab.labs.commandline import CommandError, parse
from tests.labs.commandline.aws_lines import ARN, FILES, LINES, REFUSED


@pytest.fixture(scope="module")
def real(real_aws):
    """Line -> what the real command made of it."""
    lines = LINES + REFUSED
    return dict(zip(lines, real_aws(lines=lines)["lines"], strict=True))


def comparable(value):
    """Parameters with times as instants and bytes as text, however either side holds them."""
    if isinstance(value, dict):
        return {
            key: instant(item) if key in ("StartTime", "EndTime") else comparable(item) for key, item in value.items()
        }
    if isinstance(value, list):
        return [comparable(item) for item in value]
    return value.decode() if isinstance(value, bytes) else value


def instant(value):
    return (value if isinstance(value, datetime) else parse_timestamp(value)).timestamp()


@pytest.mark.slow
@pytest.mark.parametrize("line", LINES)
def test_reads_as_the_real_command(real, line):
    service, operation, expected, _ = real[line]
    paging = expected.get("PaginationConfig", {})
    found = parse(line, FILES)
    assert (found.botocore_service, found.operation) == (service, operation)
    assert comparable({**found.params, **({"PaginationConfig": paging} if paging else {})}) == comparable(expected)
    assert dict(found.paging) == paging


@pytest.mark.slow
@pytest.mark.parametrize("line", REFUSED)
def test_refuses_as_the_real_command(real, line):
    code, text = real[line]
    assert code in (2, 255)
    with pytest.raises(CommandError) as refused:
        parse(line, FILES)
    if "nonsense list" in line or "--output" in line:
        return  # the valid choices differ: ours are those of version 2 of the CLI
    theirs = [part.rstrip() for part in text.splitlines() if part.strip()]
    ours = [part.rstrip() for part in refused.value.message.splitlines() if part.strip()]
    reason = ours[-1].partition("aws: error: ")[2] or ours[-1]
    assert any(reason in part for part in theirs)


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("aws iam create-user", 252),
        ("aws iam creat-user", 252),
        ("aws iam tag-user --user-name mario --tags Key", 252),
        ("aws iam create-user --user-name ''", 252),
        ("aws iam list-users | grep mario", 252),
        ("aws iam list-users > users.json", 252),
        ("aws iam get-user --user-name $USER", 252),
        ("aws iam get-user --user-name 'mario", 252),
        ("ls -l", 127),
    ],
)
def test_exit_codes(line, code):
    with pytest.raises(CommandError) as refused:
        parse(line)
    assert refused.value.exit_code == code


def test_says_what_is_missing_and_what_was_meant():
    with pytest.raises(CommandError, match="the following arguments are required: --user-name"):
        parse("aws iam create-user")
    with pytest.raises(CommandError, match=r"Invalid choice: 'creat-user', maybe you meant:\n\n  \* create-user"):
        parse("aws iam creat-user")
    with pytest.raises(CommandError, match="Unknown options: --colour, red"):
        parse("aws iam get-user --colour red")
    with pytest.raises(CommandError, match="Invalid length for parameter UserName, value: 0, valid min length: 1"):
        parse("aws iam create-user --user-name ''")


def test_files_are_the_given_ones_only(tmp_path):
    (tmp_path / "secret.json").write_text("{}")
    for path in (f"file://{tmp_path}/secret.json", "file:///etc/passwd", "file://../../etc/passwd", "fileb://x"):
        with pytest.raises(CommandError, match="No such file or directory"):
            parse(f"aws iam create-policy --policy-name p --policy-document {path}")


@pytest.mark.parametrize("path", ["policy.json", "./policy.json", "~/policy.json", "a/../policy.json"])
def test_names_of_a_file(path):
    line = f"aws iam create-policy --policy-name p --policy-document file://{path}"
    assert parse(line, {"policy.json": b"{}"}).params["PolicyDocument"] == "{}"


def test_blobs_on_the_line_are_base64_and_files_are_bytes():
    line = "aws lambda invoke --function-name f --payload {} out.json"
    assert parse(line.replace("{}", "eyJhIjogMX0=")).params["Payload"] == b'{"a": 1}'
    assert parse(line.replace("{}", "fileb://p"), {"p": b"\xff\x00"}).params["Payload"] == b"\xff\x00"
    with pytest.raises(CommandError, match="Invalid base64"):
        parse(line.replace("{}", "'{'"))


def test_one_instance_is_run_unless_more_are_asked_for():
    assert parse("aws ec2 run-instances --image-id ami-1").params == {"ImageId": "ami-1", "MinCount": 1, "MaxCount": 1}


def test_global_options_stand_anywhere():
    first = parse("aws --profile mario --output table iam list-users --query Users")
    last = parse("aws iam list-users --output table --query Users --profile mario")
    assert first == last
    assert (first.profile, first.output, first.query) == ("mario", "table", "Users")


def test_policy_document_survives_every_quoting():
    document = '{"Statement": "it\'s"}'
    for quoted in (
        """ '{"Statement": "it'"'"'s"}'""",
        ''' "{\\"Statement\\": \\"it's\\"}"''',
        r" \{\"Statement\":\ \"it\'s\"\}",
    ):
        line = f"aws iam create-policy-version --policy-arn {ARN} --policy-document{quoted}"
        assert parse(line).params["PolicyDocument"] == document


@pytest.mark.parametrize("depth", [50, 5000])
def test_deep_values_are_refused_not_fatal(depth):
    for value in ("TagSet=" + "[" * depth, "[" * depth + "]" * depth):
        with pytest.raises(CommandError):
            parse(f"aws s3api put-bucket-tagging --bucket bucket --tagging '{value}'")


@pytest.mark.parametrize(
    "rest",
    [
        "create-user " + "--x " * 20_000,
        "create-user " + "9" * 40_000,
        "9" * 40_000,
        "tag-user --user-name x --tags " + "a=1," * 10_000,
        "tag-user --user-name x --tags a=" + "1," * 20_000 + "b=",
        "tag-user --user-name x --tags 'a=" + '\\\\"' * 20_000 + "'",
        "untag-user --user-name x --tag-keys " + "a " * 20_000,
    ],
    ids=lambda rest: rest[:30],
)
def test_a_hostile_line_is_refused_quickly(rest):
    started = time.process_time()
    with pytest.raises(CommandError):
        parse(f"aws iam {rest}")
    assert time.process_time() - started < 1
