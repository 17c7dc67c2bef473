"""Who has it?: for every managed policy, AWS's own too, whom of the account it concerns and how."""

import re
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.insight.test_insight import BILL_WRITE, EC2, Story

pytestmark = pytest.mark.django_db
READ = "arn:aws:iam::aws:policy/ReadOnlyAccess"


@pytest.fixture
def story(client):
    return Story(client)


def rows(page):
    return [
        tuple(unescape(cell) for cell in row)
        for row in re.findall(r"<tr><td><a [^>]*>([^<]+)</a></td><td>(\w+)</td><td>([^<]+)</td></tr>", page)
    ]


def in_group(story, *names, group="Readers"):
    story.do("root", "iam:CreateGroup", GroupName=group)
    story.do("root", "iam:AttachGroupPolicy", GroupName=group, PolicyArn=READ)
    for name in names:
        story.do("root", "iam:AddUserToGroup", GroupName=group, UserName=name)


def test_aws_own_policy_tells_whom_it_concerns_and_how(client, story):
    for name in ("luigi", "peach"):
        story.do("root", "iam:CreateUser", UserName=name)
    story.do("root", "iam:CreateRole", RoleName="Reader", AssumeRolePolicyDocument=EC2)
    story.do("root", "iam:AttachRolePolicy", RoleName="Reader", PolicyArn=READ)
    story.do("root", "iam:CreateRole", RoleName="Bounded", AssumeRolePolicyDocument=EC2, PermissionsBoundary=READ)
    story.do("root", "iam:AttachUserPolicy", UserName="mario", PolicyArn=READ)
    in_group(story, "mario", "luigi")
    page = client.get(story.url("who-has"), {"policy": READ}).content.decode()
    assert rows(page) == [
        ("luigi", "user", "through group Readers"),
        ("mario", "user", "directly, through group Readers"),
        ("Bounded", "role", "as permissions boundary"),
        ("Reader", "role", "directly"),
    ]
    assert "nobody in this account may change it" in page and "Who can change it?" not in page
    address = re.search(r'<a href="([^"]+)">luigi</a>', page)[1]
    assert client.get(address).status_code == 200


def test_who_can_attach_it_is_asked_with_its_arn(client, story):
    """A condition on iam:PolicyARN limits what may be attached (IAM User Guide, "Actions, resources, and condition
    keys for AWS Identity and Access Management")."""
    document = (
        '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "iam:AttachUserPolicy", "Resource": "*", '
        '"Condition": {"ArnEquals": {"iam:PolicyARN": "POLICY"}}}}'
    )
    story.do("root", "iam:CreateUser", UserName="luigi")
    for name, arn in (("mario", READ), ("luigi", "arn:aws:iam::aws:policy/AdministratorAccess")):
        given = document.replace("POLICY", arn)
        story.do("root", "iam:PutUserPolicy", UserName=name, PolicyName="own", PolicyDocument=given)
    page = client.get(story.url("who-has"), {"policy": READ}).content.decode()
    address = unescape(re.search(r'href="([^"]+)">a user</a>', page)[1])
    answer = client.get(address).content.decode()
    may = dict(re.findall(r"<tr><td>(\w+) \(\w+\)</td><td>.*?(Yes|No)</span>", answer))
    assert (may["mario"], may["luigi"]) == ("Yes", "No")
    why = unescape(re.search(r'mario \(user\).*?<a href="([^"]+)">Why\?', answer)[1])
    assert "Yes. Statement" in client.get(why).content.decode()


def test_every_policy_leads_there(client, story):
    own = story.do("root", "iam:CreatePolicy", PolicyName="Bills", PolicyDocument=BILL_WRITE)["Policy"]["Arn"]
    for arn, may_change in ((READ, False), (own, True)):
        page = client.get(story.url("policy", arn, "permissions")).content.decode()
        address = unescape(re.search(r'href="([^"]+)">Who has it\?</a>', page)[1])
        answer = client.get(address).content.decode()
        assert "Nobody in this account" in answer
        assert ("Who can change it?" in answer) == may_change


def test_what_is_no_policy_of_theirs_is_told_in_its_field(client, story):
    for arn, said in (
        ("arn:aws:iam::aws:policy/NoSuchThing", "NoSuchThing"),
        ("arn:aws:iam::111122223333:policy/Other", "Other"),
        ("<script>", "That is not the ARN of a managed policy."),
        ("", "This field is required."),
    ):
        answer = client.get(story.url("who-has"), {"policy": arn})
        assert answer.status_code == 422
        assert said in " ".join(answer.context["form"].errors["policy"])


def test_it_takes_no_query_more_for_many(client, story):
    counts = []
    for numbers in (range(1), range(1, 20)):
        for number in numbers:
            story.do("root", "iam:CreateUser", UserName=f"user-{number}")
            story.do("root", "iam:AttachUserPolicy", UserName=f"user-{number}", PolicyArn=READ)
            in_group(story, f"user-{number}", "mario", group=f"group-{number}") if number < 9 else None
        with CaptureQueriesContext(connection) as captured:
            page = client.get(story.url("who-has"), {"policy": READ}).content.decode()
        counts.append(len(captured))
    assert counts[0] == counts[1] <= 12
    assert len(rows(page)) == 21


def test_of_very_many_the_first_are_shown_and_that_there_are_more(client, story, monkeypatch):
    monkeypatch.setattr("iamlab.insight.who_has.MOST", 2)
    for name in ("anna", "bob", "charles"):
        story.do("root", "iam:CreateUser", UserName=name)
        story.do("root", "iam:AttachUserPolicy", UserName=name, PolicyArn=READ)
    page = client.get(story.url("who-has"), {"policy": READ}).content.decode()
    assert [row[0] for row in rows(page)] == ["anna", "bob"]
    assert "These are the first 2 by name; there are more." in page
