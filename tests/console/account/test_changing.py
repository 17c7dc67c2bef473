"""The account's name, root's email address and the primary contact, changed on the account's page."""

import json

import pytest
from django.contrib.auth.hashers import make_password

from iamlab.services.accounts.models import Account
from iamlab.services.cloudtrail.models import Event
from iamlab.services.operations import AwsError

pytestmark = pytest.mark.django_db
PASSWORD = "Umbrella-drinks-2-many"
CONTACT = {
    "FullName": "Anna <Bianchi>",
    "PhoneNumber": "+39 555 0100",
    "CountryCode": "IT",
    "AddressLine1": "Via Ombrello 1",
    "City": "Roma",
    "PostalCode": "00100",
}


def text(response) -> str:
    return response.content.decode()


def test_the_primary_contact_is_set_shown_and_changed(browser_of, root):
    """Account Management API Reference: "PutContactInformation"."""
    with pytest.raises(AwsError, match="No contact information") as missing:
        root.call("account:GetContactInformation")
    assert missing.value.code == "ResourceNotFoundException"
    address = root.url("contact-information")
    assert browser_of.post(address, CONTACT).url == root.url("account")
    assert root.call("account:GetContactInformation")["ContactInformation"] == CONTACT
    page = text(browser_of.get(root.url("account")))
    assert "Anna &lt;Bianchi&gt;" in page and "Italy" in page
    assert browser_of.get(address).context["form"]["City"].value() == "Roma"
    browser_of.post(address, {**CONTACT, "City": "Milano", "CompanyName": "Umbrella"})
    assert root.call("account:GetContactInformation")["ContactInformation"]["CompanyName"] == "Umbrella"
    record = Event.objects.filter(name="PutContactInformation").latest("id").record
    assert "Bianchi" not in record and "Ombrello" not in record


@pytest.mark.parametrize(
    ("field", "value"), [("FullName", "x" * 51), ("PhoneNumber", "555"), ("CountryCode", "XX"), ("PostalCode", "")]
)
def test_what_the_api_would_refuse_is_told_at_its_field(browser_of, root, field, value):
    answer = browser_of.post(root.url("contact-information"), {**CONTACT, field: value})
    assert answer.status_code == 422 and answer.context["form"].errors[field]


def test_name_and_contact_ask_for_their_own_permissions(browser_of, root, user):
    action = ["account:PutAccountName", "account:GetContactInformation"]
    statement = {"Effect": "Allow", "Action": action, "Resource": f"arn:aws:account::{root.account.pk}:account"}
    clerk = user("clerk", names=json.dumps({"Version": "2012-10-17", "Statement": statement}))
    assert browser_of.post(clerk.url("account-name"), {"AccountName": "Umbrella"}).status_code == 302
    assert Account.objects.get().name == "Umbrella"
    assert browser_of.post(clerk.url("contact-information"), CONTACT).status_code == 403
    assert browser_of.post(user("luigi").url("account-name"), {"AccountName": "Mine"}).status_code == 403
    assert Account.objects.get().name == "Umbrella"


def test_a_name_with_angle_brackets_is_refused(browser_of, root):
    answer = browser_of.post(root.url("account-name"), {"AccountName": "a<b"})
    assert answer.status_code == 422 and answer.context["form"].errors["AccountName"]


@pytest.fixture
def account_with_password(account):
    account.root_password = make_password(PASSWORD)
    account.save()
    return account


def test_root_signs_in_by_another_address(browser_of, root, account_with_password):
    """CloudTrail User Guide: EmailUpdated is an event of the sign-in service."""
    address = root.url("account-email")
    wrong = browser_of.post(address, {"NewEmail": "new@bills.example", "Password": "guess"})
    assert wrong.status_code == 422 and wrong.context["form"].errors["Password"]
    assert Account.objects.get().email == "root@example.com"
    answer = browser_of.post(address, {"NewEmail": "New@bills.example", "Password": PASSWORD})
    assert answer.url == root.url("account")
    sign_in = f"/sandbox/{account_with_password.sandbox.public_id}/root-sign-in/"
    assert "/console/" in browser_of.post(sign_in, {"Email": "new@bills.example", "Password": PASSWORD}).url
    rows = Event.objects.filter(name="EmailUpdated").order_by("id").values_list("record", flat=True)
    records = [json.loads(one) for one in rows]
    assert [one["responseElements"]["EmailUpdated"] for one in records] == ["Failure", "Success"]
    assert PASSWORD not in json.dumps(records)


def test_an_address_of_another_account_and_another_than_root_are_refused(browser_of, root, account_with_password, user):
    other = {"name": "Tax", "email": "tax@bills.example", "email_lower": "tax@bills.example"}
    Account.objects.create(id="444455556666", sandbox=account_with_password.sandbox, created=root.now, **other)
    answer = browser_of.post(root.url("account-email"), {"NewEmail": "TAX@bills.example", "Password": PASSWORD})
    assert answer.status_code == 422 and answer.context["form"].errors["NewEmail"]
    mario = user("mario")
    form = {"NewEmail": "mine@bills.example", "Password": PASSWORD}
    assert browser_of.post(mario.url("account-email"), form).status_code == 403
    assert "Edit email address" not in text(browser_of.get(mario.url("account")))


@pytest.mark.parametrize("real", ["ada@gmail.com", "ada@example.com.evil.org", "ada@bills.example.it"])
def test_a_real_address_is_refused_before_it_is_kept(browser_of, root, account_with_password, real):
    form = {"NewEmail": real, "Password": PASSWORD}
    answer = browser_of.post(root.url("account-email"), form)
    assert answer.status_code == 422 and "Make one up" in answer.context["form"].errors["NewEmail"][0]
    assert Account.objects.get().email == "root@example.com"
    assert not Event.objects.filter(name="EmailUpdated").exists()
