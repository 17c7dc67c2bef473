"""What a call over the wire costs in statements, and that what is kept to save some is never stale."""

import json

import pytest

from iamlab.services.accounts.models import Sandbox
from tests import boto
from tests.boto import statements
from tests.wire.conftest import ALL


@pytest.fixture
def mario(iam):
    """A client with Mario's key, who may do everything."""
    iam.create_user(UserName="mario")
    iam.put_user_policy(UserName="mario", PolicyName="all", PolicyDocument=ALL)
    return boto.client("iam", iam.create_access_key(UserName="mario")["AccessKey"])


def test_a_warm_get_user_runs_three_statements_its_record_included(mario):
    mario.get_user(UserName="mario")
    found = statements(mario.get_user, UserName="mario")
    assert len(found) <= 3, found
    assert "cloudtrail_event" in found[-1]


def test_a_list_of_users_runs_as_many(mario):
    mario.list_users()
    assert len(statements(mario.list_users, MaxItems=100)) <= 3


def test_a_new_user_costs_no_gathering_of_policies(mario):
    mario.create_user(UserName="luigi")
    # Who signs, how many users there are, the user, the event.
    assert len(statements(mario.create_user, UserName="peach")) <= 4


def test_what_a_new_user_may_do_is_known_at_once(iam, mario):
    revision = Sandbox.objects.values_list("revision", flat=True).get()
    mario.create_user(UserName="luigi")
    assert Sandbox.objects.values_list("revision", flat=True).get() == revision
    luigi = boto.client("iam", mario.create_access_key(UserName="luigi")["AccessKey"])
    with pytest.raises(luigi.exceptions.ClientError, match="not authorized to perform: iam:GetUser"):
        luigi.get_user(UserName="mario")
    mario.put_user_policy(UserName="luigi", PolicyName="all", PolicyDocument=ALL)
    assert luigi.get_user(UserName="mario")["User"]["UserName"] == "mario"


def test_a_list_shows_each_user_with_what_it_has(iam):
    for name in ("luigi", "mario", "peach"):
        iam.create_user(UserName=name, Path="/team/" if name == "mario" else "/")
    first = iam.list_users(MaxItems=2)
    assert [user["UserName"] for user in first["Users"]] == ["luigi", "mario"]
    assert first["IsTruncated"]
    second = iam.list_users(MaxItems=2, Marker=first["Marker"])
    assert [user["UserName"] for user in second["Users"]] == ["peach"]
    assert not second["IsTruncated"]
    assert iam.list_users(PathPrefix="/team/")["Users"] == [iam.get_user(UserName="mario")["User"]]


def test_a_long_list_keeps_what_xml_has_a_meaning_for(iam):
    """Members of a list are written together, whatever one of them holds or lacks."""
    trust = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    texts = {"a": "plain", "b": "R & D", "c": "<b>bold</b>", "d": 'a "quote"', "e": "tab\tline\nend"}

    def listed():
        return {role["RoleName"]: role.get("Description") for role in iam.list_roles()["Roles"]}

    for name, text in texts.items():
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=document, Description=text)
    assert listed() == texts
    iam.create_role(RoleName="f", AssumeRolePolicyDocument=document)
    assert listed() == {**texts, "f": None}
