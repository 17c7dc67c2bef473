"""Account Management by the API: the one service here that speaks REST with JSON, an operation a path."""

import pytest
from botocore.exceptions import ClientError

from tests import boto
from tests.wire.conftest import request

CONTACT = {"Name": "Mario", "Title": "Clerk", "EmailAddress": "mario@bills.example", "PhoneNumber": "+39 555 0100"}
SECURITY = {"AlternateContactType": "SECURITY"}


@pytest.fixture
def account(root):
    return boto.client("account", root)


def refused(call, **params):
    with pytest.raises(ClientError) as error:
        call(**params)
    return error.value.response["Error"]["Code"]


def test_contacts_are_put_got_and_deleted(account):
    account.put_alternate_contact(**SECURITY, **CONTACT)
    assert account.get_alternate_contact(**SECURITY)["AlternateContact"] == {**CONTACT, **SECURITY}
    account.delete_alternate_contact(**SECURITY)
    assert refused(account.get_alternate_contact, **SECURITY) == "ResourceNotFoundException"


def test_who_is_responsible_is_put_and_got(account):
    given = {"FullName": "Mario Rossi", "AddressLine1": "Via Ombrello 1", "City": "Roma", "PostalCode": "00100",
             "CountryCode": "IT", "PhoneNumber": "+39 555 0100"}  # fmt: skip
    account.put_contact_information(ContactInformation=given)
    assert account.get_contact_information()["ContactInformation"] == given


def test_it_asks_for_permissions_and_leaves_events(root, iam, account):
    iam.create_user(UserName="mario")
    mario = boto.client("account", iam.create_access_key(UserName="mario")["AccessKey"])
    assert refused(mario.put_alternate_contact, **SECURITY, **CONTACT) == "AccessDeniedException"
    account.put_account_name(AccountName="Umbrellas")
    found = boto.client("cloudtrail", root).lookup_events(
        LookupAttributes=[{"AttributeKey": "EventSource", "AttributeValue": "account.amazonaws.com"}]
    )
    assert [event["EventName"] for event in found["Events"]] == ["PutAccountName", "PutAlternateContact"]


def test_another_account_is_not_managed(account):
    other = {"AccountId": "444455556666"}
    assert refused(account.get_alternate_contact, **SECURITY, **other) == "AccessDeniedException"
    assert refused(account.put_contact_information, **other, ContactInformation={
        "FullName": "M", "AddressLine1": "V", "City": "R", "PostalCode": "0", "CountryCode": "IT", "PhoneNumber": "+39",
    }) == "AccessDeniedException"  # fmt: skip


@pytest.mark.parametrize(("method", "path"), [("POST", "/aws/nothing"), ("GET", "/aws/getAlternateContact")])
def test_a_path_of_no_operation_is_refused(root, method, path):
    answer = request("account", root, method=method, path=path)
    assert answer.status_code == 404 and "UnknownOperationException" in answer.text


def test_what_is_not_simulated_says_so(account):
    assert refused(account.list_regions) == "UnknownOperationException"
