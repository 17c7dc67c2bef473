"""Signing up for a simulated account."""

import pytest
from django.contrib.messages import get_messages

from iamlab.sandbox import controls
from iamlab.services.accounts.models import Account

pytestmark = pytest.mark.django_db
GOOD = {"Email": "mario@example.com", "AccountName": "Bills", "Password": "Spring-2026", "again": "Spring-2026"}


@pytest.fixture
def address(person):
    return f"/sandbox/{controls.create(person).public_id}/sign-up/"


def test_it_registers_an_account_and_leads_to_the_root_users_sign_in(browser_of, address):
    response = browser_of.post(address, GOOD)
    assert response.status_code == 302
    assert response.url == address.replace("sign-up", "root-sign-in") + "?email=mario%40example.com"
    account = Account.objects.get()
    assert (account.name, account.email, len(account.pk)) == ("Bills", "mario@example.com", 12)
    assert (account.plan, account.details["card"]) == ("free", True)  # as the page says of itself
    assert account.pk[:4] in str(next(iter(get_messages(response.wsgi_request))))


@pytest.mark.parametrize(
    ("field", "value", "text"),
    [
        ("Email", "", "This field is required"),
        ("Email", f"a@{'.' * 30_000}@", "Use at most 64 characters"),  # told at once, too
        ("Email", "mario", "Enter an address such as name@example.com"),
        ("Email", "somebody@gmail.com", "A real address does not belong into a lab"),
        ("Email", "boss@notexample", "Enter an address such as name@example.com"),
        ("Email", "boss@bills.notexample", "Make one up that ends in .example"),
        ("Email", "m" * 60 + "@example.com", "Use at most 64 characters"),
        ("AccountName", "<b>", "no &lt; and &gt;"),
        ("AccountName", "a" * 51, "Use at most 50 characters"),
        ("Password", "short", "8 to 128 characters long"),
        ("again", "other", "not the same"),
    ],
)
def test_each_fault_is_told_at_its_field(browser_of, address, field, value, text):
    sent = {**GOOD, field: value, **({"again": value} if field == "Password" else {})}
    response = browser_of.post(address, sent)
    assert response.status_code == 422
    html = response.content.decode()
    field_html = html[html.index(f'id="id_{field}_error"') :]
    assert text in field_html[: field_html.index("</div>")]
    assert not Account.objects.exists()


def test_an_address_in_use_is_told_at_its_field(browser_of, address):
    browser_of.post(address, GOOD)
    response = browser_of.post(address, {**GOOD, "Email": "MARIO@example.com"})
    assert response.status_code == 422
    assert "exists already" in response.content.decode()
    assert Account.objects.count() == 1


def test_a_password_is_never_rendered_back(browser_of, address):
    assert "Spring-2026" not in browser_of.post(address, {**GOOD, "Email": ""}).content.decode()


def test_strangers_do_not_find_it(client, stranger, address):
    client.force_login(stranger)
    assert client.get(address).status_code == 404
    assert client.post(address, GOOD).status_code == 404


def test_who_is_not_signed_in_to_iamlab_goes_there_first(client, address):
    assert client.get(address).url == f"/sign-in/?next={address}"
