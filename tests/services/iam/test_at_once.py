"""Two calls at once: another one is performed between the loading and the performing of a call."""

import pytest

from iamlab.door import calls
from iamlab.services.iam.models import Policy, PolicyVersion, User
from tests.services.iam.cast import ACCOUNT, EVERYTHING

OVERTAKEN = "The request was rejected because multiple requests to change this object were submitted simultaneously."


@pytest.fixture
def meanwhile(monkeypatch):
    """What happens once the next call has loaded its target."""

    def register(change):
        allow = calls.allow

        def once(this):
            allow(this)
            monkeypatch.setattr(calls, "allow", allow)
            change()

        monkeypatch.setattr(calls, "allow", once)

    return register


def test_a_change_of_what_is_gone_is_refused(iam, meanwhile):
    for operation, more in (("UpdateUser", {"NewPath": "/a/"}), ("TagUser", {"Tags": [{"Key": "a", "Value": "1"}]})):
        iam.CreateUser(UserName="mario")
        meanwhile(User.objects.all().delete)
        refused = iam.refused(operation, UserName="mario", **more)
        assert refused == ("ConcurrentModification", OVERTAKEN)


def test_tags_added_meanwhile_stay(iam, meanwhile):
    iam.CreateUser(UserName="mario")
    meanwhile(lambda: User.objects.update(tags={"a": "1"}))
    iam.TagUser(UserName="mario", Tags=[{"Key": "b", "Value": "2"}])
    assert [tag["Key"] for tag in iam.ListUserTags(UserName="mario")["Tags"]] == ["a", "b"]


def test_two_versions_never_have_one_number(iam, meanwhile):
    arn = iam.CreatePolicy(PolicyName="P", PolicyDocument=EVERYTHING)["Policy"]["Arn"]

    def another():
        policy = Policy.objects.get()
        PolicyVersion.objects.create(
            account_id=ACCOUNT, policy=policy, number=2, document=policy.document, created=policy.created
        )

    meanwhile(another)
    refused = iam.refused("CreatePolicyVersion", PolicyArn=arn, PolicyDocument=EVERYTHING)
    assert refused == ("ConcurrentModification", OVERTAKEN)
