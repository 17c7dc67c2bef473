"""The door: every call is checked, authorised, performed and recorded, whoever makes it."""

import json

import pytest

from iamlab.door import authenticate, record
from iamlab.door.calls import call
from iamlab.sandbox import lab_accounts
from iamlab.services.cloudtrail.models import Event
from iamlab.services.operations import AwsError

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


def test_a_warm_read_takes_three_statements(root, django_assert_num_queries):
    call(root, "iam:CreateUser", {"UserName": "mario"})
    key_id = root.access_key_id

    def signed_read():
        with record.recording():
            call(authenticate.credentials(key_id).caller, "iam:GetUser", {"UserName": "mario"})

    signed_read()
    with django_assert_num_queries(3):
        signed_read()
