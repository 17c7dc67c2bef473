"""The door: every call is checked, authorised, performed and recorded, whoever makes it."""

import json
from dataclasses import replace

import pytest

from iamlab.door import authenticate, record
from iamlab.door.calls import call, call_many
from iamlab.sandbox import lab_accounts
from iamlab.services.cloudtrail.models import Event
from iamlab.services.operations import REGISTRY, AwsError

pytestmark = pytest.mark.django_db


@pytest.fixture
def root():
    key = lab_accounts.open_account("111122223333", reset=True)
    return authenticate.credentials(key["AccessKeyId"]).caller


def events():
    return list(Event.objects.order_by("id").values_list("name", "error"))


def test_a_change_is_performed_and_recorded(root):
    answer = call(root, "iam:CreateUser", {"UserName": "mario"})
    assert answer["User"]["Arn"] == "arn:aws:iam::111122223333:user/mario"
    record_ = json.loads(Event.objects.get().record)
    assert record_["eventName"] == "CreateUser"
    assert record_["requestParameters"] == {"userName": "mario"}
    assert record_["userIdentity"]["type"] == "Root"
    assert record_["responseElements"]["user"]["userName"] == "mario"


def test_a_failure_is_recorded_with_cloudtrails_code(root):
    with pytest.raises(AwsError) as error:
        call(root, "iam:GetUser", {"UserName": "nobody"})
    assert error.value.code == "NoSuchEntity"
    assert events() == [("GetUser", "NoSuchEntityException")]


def test_names_differing_in_case_are_one_name(root):
    call(root, "iam:CreateUser", {"UserName": "mario"})
    with pytest.raises(AwsError, match="User with name MARIO already exists"):
        call(root, "iam:CreateUser", {"UserName": "MARIO"})


def test_parameters_are_checked_in_awss_words(root):
    with pytest.raises(AwsError) as error:
        call(root, "iam:CreateUser", {"UserName": "a b"})
    assert error.value.message == (
        "1 validation error detected: Value at 'userName' failed to satisfy constraint: "
        r"Member must satisfy regular expression pattern: [\w+=,.@-]+"
    )


def test_an_operation_that_is_not_simulated_says_so(root):
    with pytest.raises(AwsError) as refusal:
        call(root, "iam:FlyToTheMoon")
    assert refusal.value.code == "InvalidAction"
    assert "iam:FlyToTheMoon is not simulated" in refusal.value.message
    assert events() == []


def test_held_reads_are_stored_ahead_of_the_change_that_follows(root):
    with record.recording():
        call(root, "iam:ListUsers")
        assert events() == []
        call(root, "iam:CreateUser", {"UserName": "mario"})
        call(root, "iam:ListUsers")
        assert events() == [("ListUsers", ""), ("CreateUser", "")]
    assert [name for name, _ in events()] == ["ListUsers", "CreateUser", "ListUsers"]


def test_held_reads_are_stored_though_the_change_that_follows_fails(root):
    call(root, "iam:CreateUser", {"UserName": "mario"})
    with record.recording():
        call(root, "iam:ListUsers")
        with pytest.raises(AwsError):
            call(root, "iam:CreateUser", {"UserName": "mario"})
    assert events()[1:] == [("ListUsers", ""), ("CreateUser", "EntityAlreadyExistsException")]


def test_a_page_reads_what_it_has_changed_itself(root):
    """What is loaded for a page is kept while it lasts, until the page changes something."""
    root.world.kept = {}
    with pytest.raises(AwsError, match="cannot be found"):
        call(root, "iam:GetUser", {"UserName": "mario"})
    call(root, "iam:CreateUser", {"UserName": "mario"})
    assert call(root, "iam:GetUser", {"UserName": "mario"})["User"]["UserName"] == "mario"


def test_of_many_cells_the_record_shows_the_one_that_failed(root):
    call(root, "iam:CreateUser", {"UserName": "mario"})
    many = [{"UserName": "mario"}, {"UserName": "luigi"}]
    answers = call_many(root, "iam:GetUser", many)
    assert answers[0]["User"]["UserName"] == "mario"
    told = json.loads(Event.objects.latest("id").record)
    assert (told["requestParameters"], told["errorCode"]) == ({"userName": "luigi"}, "NoSuchEntityException")


@pytest.mark.parametrize("value", [True, "7", 7.5])
def test_a_number_is_a_number(root, value):
    with pytest.raises(AwsError) as refusal:
        call(root, "iam:ListUsers", {"MaxItems": value})
    assert refusal.value.code == "ValidationError"
    assert "at 'maxItems'" in refusal.value.message


def test_a_list_may_be_as_long_as_its_model_says_and_no_longer(root):
    """IAM API Reference, "CreateUser": Tags, at most 50 items."""
    tags = [{"Key": f"key-{number}", "Value": ""} for number in range(51)]
    assert len(call(root, "iam:CreateUser", {"UserName": "mario", "Tags": tags[:50]})["User"]["Tags"]) == 50
    with pytest.raises(AwsError, match="less than or equal to 50"):
        call(root, "iam:CreateUser", {"UserName": "luigi", "Tags": tags})


def test_a_warm_read_takes_three_statements(root, django_assert_num_queries):
    call(root, "iam:CreateUser", {"UserName": "mario"})
    key_id = root.access_key_id

    def signed_read():
        with record.recording():
            call(authenticate.credentials(key_id).caller, "iam:GetUser", {"UserName": "mario"})

    signed_read()
    with django_assert_num_queries(3):
        signed_read()


def test_a_change_that_nobodys_account_has_leaves_no_event(root, monkeypatch):
    """Anonymous, with no account in what it acts on: there is no event history to keep it in."""
    made = replace(
        REGISTRY["iam:CreateUser"], unauthorised=True, target=None, context=None, perform=lambda call, **_: None
    )
    monkeypatch.setitem(REGISTRY, "iam:CreateUser", made)
    call(authenticate.anonymous(root.world), "iam:CreateUser", {"UserName": "mario"})
    assert events() == []
