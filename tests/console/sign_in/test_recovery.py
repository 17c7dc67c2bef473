"""A forgotten root password: the mailed link, which the page shows, sets a new one once."""

import json

import pytest
from django.contrib.auth.hashers import make_password
from django.urls import reverse

from iamlab.services.accounts.models import Account
from iamlab.services.cloudtrail.models import Event

NEW = "Only-one-knows-7"


@pytest.fixture
def front(account):
    account.root_password = make_password("Umbrella-drinks-2-many")
    account.save()
    return account.sandbox.public_id


def link(browser, front, email):
    page = browser.post(reverse("root-forgot", args=[front]), {"Email": email})
    assert "Check your mail" in page.content.decode()
    return page.context["link"]


def reset(browser, address, password=NEW):
    ticket = browser.get(address).context["form"]["Ticket"].value()
    return browser.post(address.partition("?")[0], {"Ticket": ticket, "NewPassword": password, "again": password})


def signs_in(browser, front, password):
    answer = browser.post(reverse("root-sign-in", args=[front]), {"Email": "root@example.com", "Password": password})
    return answer.status_code == 302


def test_a_forgotten_password_is_reset_once_by_the_link(browser_of, front):
    sign_in = browser_of.post(reverse("root-sign-in", args=[front]), {"Email": "root@example.com"}).content.decode()
    assert f"{reverse('root-forgot', args=[front])}?email=root%40example.com" in sign_in
    address = link(browser_of, front, "Root@example.com")
    assert "root-sign-in" in reset(browser_of, address).url
    assert signs_in(browser_of, front, NEW) and not signs_in(browser_of, front, "Umbrella-drinks-2-many")
    again = reset(browser_of, address, "Another-one-8")
    assert again.status_code == 422 and "not valid any more" in again.content.decode()
    assert signs_in(browser_of, front, NEW)


def test_an_address_without_an_account_gets_the_same_page_and_opens_nothing(browser_of, front):
    answer = reset(browser_of, link(browser_of, front, "nobody@example.com"))
    assert answer.status_code == 422 and signs_in(browser_of, front, "Umbrella-drinks-2-many")


@pytest.mark.parametrize("ticket", ["", "nonsense"])
def test_a_link_that_was_made_up_opens_nothing(browser_of, front, ticket):
    form = {"Ticket": ticket, "NewPassword": NEW, "again": NEW}
    assert browser_of.post(reverse("root-reset", args=[front]), form).status_code == 422
    assert signs_in(browser_of, front, "Umbrella-drinks-2-many")


def test_a_weak_password_is_told_at_its_field_and_the_link_stays_good(browser_of, front):
    address = link(browser_of, front, "root@example.com")
    weak = reset(browser_of, address, "short")
    assert weak.status_code == 422 and weak.context["form"].errors["NewPassword"]
    assert reset(browser_of, address).status_code == 302


def test_the_events_are_of_the_sign_in_service_and_hold_neither_link_nor_password(browser_of, front):
    """CloudTrail User Guide: PasswordRecoveryRequested and PasswordRecoveryCompleted."""
    address = link(browser_of, front, "root@example.com")
    reset(browser_of, address)
    found = {row.name: json.loads(row.record) for row in Event.objects.filter(name__startswith="PasswordRecovery")}
    assert sorted(found) == ["PasswordRecoveryCompleted", "PasswordRecoveryRequested"]
    for name, record in found.items():
        assert (record["eventType"], record["responseElements"]) == ("AwsConsoleSignIn", {name: "Success"})
        assert (record["userIdentity"]["type"], record["recipientAccountId"]) == ("Root", "111122223333")
    assert NEW not in json.dumps(found) and address.partition("ticket=")[2][:20] not in json.dumps(found)


def test_strangers_find_nothing(client, stranger, front):
    client.force_login(stranger)
    assert client.get(reverse("root-forgot", args=[front])).status_code == 404
    assert client.get(reverse("root-reset", args=[front])).status_code == 404
    assert Account.objects.count() == 1
