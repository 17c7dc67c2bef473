"""Responses printed as the real command prints them."""

import random
from datetime import UTC, datetime

import pytest

from iamlab.labs.commandline import Command, CommandError, render

USERS = {
    "Users": [
        {
            "UserName": "mario",
            "Arn": "arn:aws:iam::123456789012:user/mario",
            "CreateDate": "2026-01-02T03:04:05+00:00",
            "Tags": [{"Key": "department", "Value": "engineers"}],
        },
        {"UserName": "日本", "Arn": "arn:aws:iam::123456789012:user/x", "PasswordLastUsed": None},
    ],
    "IsTruncated": False,
}
RESPONSES = [
    USERS,
    {},
    {"User": {"UserName": "mario", "UserId": "AIDA", "Path": "/"}},
    {"UserId": "AIDA", "Account": "123456789012", "Arn": "arn:aws:iam::123456789012:user/mario"},
    {"AccountAliases": ["pizza"]},
    {"SummaryMap": {"Users": 3, "Groups": 2, "MFADevices": 0}},
    {"PolicyVersion": {"Document": {"Statement": [{"Action": ["s3:*"], "Effect": "Allow"}]}, "VersionId": "v1"}},
    {"Names": [], "Rows": [["a", 1], ["b", 2]], "Nested": [[["deep"]]]},
    {"Long": "x" * 100, "Other": "y" * 40, "Third": 1},
]
WORDS = ["mario", "", "ü and more", 7, 3.5, True, False, None, "日本", "x" * 40]


def random_value(source, depth):
    """A response of the kind that an API gives: rows of a list are alike."""
    kind = source.randrange(6 if depth < 3 else 3)
    if kind < 3:
        return source.choice(WORDS)
    if kind == 3:
        return {name: random_value(source, depth + 1) for name in source.sample(["Arn", "Id", "Tags", "Zone"], 2)}
    names = source.sample(["Key", "Value", "Status"], source.randrange(1, 4))
    count = source.randrange(4)
    if kind == 4:
        return [{name: random_value(source, depth + 2) for name in names} for _ in range(count)]
    return [source.choice(WORDS) for _ in range(count)]


def test_printed_as_the_real_command_prints(real_aws):
    source = random.Random(20260101)
    made = [{name: random_value(source, 0) for name in ("Users", "Marker", "Path")} for _ in range(150)]
    asked = [(output, response) for response in RESPONSES + made for output in ("json", "text", "table")]
    texts = real_aws(responses=asked)["responses"]
    for (output, response), expected in zip(asked, texts, strict=True):
        assert render(Command("iam", operation="ListUsers", output=output), response) == expected


def test_json_is_the_default_and_metadata_is_left_out():
    moment = datetime(2026, 1, 2, 3, 4, 5, 678, tzinfo=UTC)
    response = {"User": {"CreateDate": moment, "Blob": b"\x00\xff"}, "ResponseMetadata": {"RequestId": "1"}}
    assert render(Command("iam", operation="GetUser"), response) == (
        '{\n    "User": {\n        "CreateDate": "2026-01-02T03:04:05+00:00",\n        "Blob": "AP8="\n    }\n}\n'
    )


@pytest.mark.parametrize(
    ("query", "output", "text"),
    [
        ("Users[].UserName", "text", "mario\t日本\n"),
        ("Users[0].UserName", "json", '"mario"\n'),
        ("Users[0].Nothing", "json", "null\n"),
        ("Users[0].Nothing", "text", "None\n"),
        ("Users[?UserName=='mario'].[UserName,Arn]", "text", "mario\tarn:aws:iam::123456789012:user/mario\n"),
        ("Users[0].{n:UserName}", "yaml", "n: mario\n"),
        ("Users[0].UserName", "yaml", "mario\n"),
        ("length(Users)", "json", "2\n"),
        ("Users", "off", ""),
        ("`[]`", "table", ""),
    ],
)
def test_query(query, output, text):
    assert render(Command("iam", operation="ListUsers", query=query, output=output), USERS) == text


def test_yaml_is_sorted_and_quotes_what_would_not_be_text():
    response = {"UserId": "AIDA", "Account": "123456789012", "Names": ["a"]}
    assert render(Command("sts", output="yaml"), response) == "Account: '123456789012'\nNames:\n- a\nUserId: AIDA\n"


def test_a_query_that_fails_on_the_response_is_told():
    with pytest.raises(CommandError, match="length"):
        render(Command("iam", query="length(`5`)"), USERS)
