"""Signing up in all of AWS's steps: nothing half-made, no real card, resumed where one was."""

import json
import re

import pytest
from django.urls import reverse

from iamlab.sandbox import controls
from iamlab.services.accounts.models import Account
from iamlab.services.cloudtrail.models import Event

pytestmark = pytest.mark.slow

PASSWORD = "Long-and-good-1"
FAKE = "4000 0000 0000 0000"
IDS = re.compile(r"\b[0-9a-f-]{12,}\b")  # of events, sessions and accounts: random, so that they hold any four digits
ANSWERS = {
    "email": {"Email": "boss@bills.example", "AccountName": "Bills"},
    "password": {"Password": PASSWORD, "again": PASSWORD},
    "plan": {"Plan": "free"},
    "contact": {
        "kind": "personal",
        "FullName": "Mario Rossi",
        "PhoneNumber": "+39 555 0100",
        "CountryCode": "IT",
        "AddressLine1": "Via Ombrello 1",
        "City": "Roma",
        "PostalCode": "00100",
        "agreed": "on",
    },
    "card": {"card": FAKE, "expires": "12/34", "holder": "Mario Rossi", "address": "contact"},
    "identity": {"how": "sms", "mobile": "+39 555 0100"},
    "support": {"SupportPlan": "basic"},
}
ORDER = ["email", "code", "password", "plan", "contact", "card", "identity", "phone", "support"]


@pytest.fixture
def world(person):
    return controls.create(person, "tests", throttled=False)


def address(world, name):
    return reverse("sign-up-step", args=[world.public_id, name])


def fill(browser, world, name):
    page = browser.get(address(world, name))
    answer = {**ANSWERS.get(name, {}), "code": page.context["wanted"]}
    return browser.post(address(world, name), answer)


def test_all_steps_make_one_account(browser_of, world):
    for name in ORDER:
        response = fill(browser_of, world, name)
        assert Account.objects.filter(sandbox=world).exists() == (name == "support")
    done = browser_of.get(response.url).content.decode()
    assert "Go to the AWS Management Console" in done and "root-sign-in/?email=boss%40bills.example" in done
    account = Account.objects.get(sandbox=world)
    contact = account.details["contact"]
    assert (account.plan, account.details["card"], contact["FullName"]) == ("free", True, "Mario Rossi")
    kept = json.dumps(account.details) + Event.objects.get().record + json.dumps(dict(browser_of.session.items()))
    assert not re.search("4000[ -]?0000", kept) and "12/34" not in kept
    assert "4000" not in IDS.sub("", kept)  # not of its digits alone either
    assert "Ombrello" not in Event.objects.get().record  # who it is stays out of the event


@pytest.mark.parametrize("at_once", [False, True])
def test_the_last_step_sent_twice_ends_on_the_last_page(browser_of, world, at_once):
    for name in ORDER[:-1]:
        fill(browser_of, world, name)
    before = browser_of.session[f"sign-up {world.public_id}"]
    first = browser_of.post(address(world, "support"), ANSWERS["support"])
    if at_once:  # the other request had read what was typed before this one was through
        session = browser_of.session
        session[f"sign-up {world.public_id}"] = before
        session.save()
    second = browser_of.post(address(world, "support"), ANSWERS["support"])
    assert first.url == second.url == reverse("sign-up-done", args=[world.public_id])
    assert "is registered" in browser_of.get(second.url).content.decode()
    assert Account.objects.filter(sandbox=world).count() == 1


@pytest.mark.parametrize(
    ("name", "other", "behind"),
    [
        ("email", {"Email": "other@bills.example", "AccountName": "Bills"}, "code"),
        ("identity", {"how": "sms", "mobile": "+39 555 0199"}, "phone"),
    ],
)
def test_what_is_changed_afterwards_is_verified_anew(browser_of, world, name, other, behind):
    for one in ORDER[:-1]:
        fill(browser_of, world, one)
    check = {"code": browser_of.get(address(world, name)).context["wanted"]}
    browser_of.post(address(world, name), {**ANSWERS[name], **check})
    assert browser_of.get(address(world, "support")).status_code == 200  # nothing was changed
    browser_of.post(address(world, name), {**other, **check})
    assert browser_of.get(address(world, "support")).url == address(world, behind)
    fill(browser_of, world, behind)
    assert browser_of.get(address(world, "support")).status_code == 200


def test_the_last_page_is_there_for_who_signed_up(browser_of, world):
    assert "root-sign-in" in browser_of.get(reverse("sign-up-done", args=[world.public_id])).url


def test_a_business_is_asked_for_its_name(browser_of, world):
    for name in ORDER[:4]:
        fill(browser_of, world, name)
    answer = browser_of.post(address(world, "contact"), {**ANSWERS["contact"], "kind": "business"})
    assert answer.status_code == 422 and answer.context["form"].errors["CompanyName"]


def test_a_wrong_security_check_keeps_a_program_out(browser_of, world):
    for name in ORDER[:6]:
        fill(browser_of, world, name)
    answer = browser_of.post(address(world, "identity"), {**ANSWERS["identity"], "code": "robot1"})
    assert answer.status_code == 422 and browser_of.get(address(world, "phone")).status_code == 302


def test_a_step_too_far_ahead_leads_to_the_first_missing(browser_of, world):
    fill(browser_of, world, "email")
    assert browser_of.get(address(world, "support")).url == address(world, "code")


def test_one_comes_back_to_what_was_typed(browser_of, world):
    fill(browser_of, world, "email")
    page = browser_of.get(address(world, "email")).content.decode()
    assert "boss@bills.example" in page


@pytest.mark.parametrize("card", ["4242 4242 4242 4242", "5555555555554444"])
def test_any_other_card_is_refused_and_forgotten(browser_of, world, card):
    for name in ORDER[:5]:
        fill(browser_of, world, name)
    response = browser_of.post(address(world, "card"), {**ANSWERS["card"], "card": card})
    assert response.status_code == 422
    assert card not in response.content.decode()
    assert card not in json.dumps(dict(browser_of.session.items()))


NEW = {
    "address": "new",
    "billing_AddressLine1": "Largo Conti 7",
    "billing_City": "Milano",
    "billing_PostalCode": "20100",
    "billing_CountryCode": "IT",
}


def test_the_billing_address_is_the_contacts_or_another(browser_of, world):
    """RP: "billing address (contact address or new)"."""
    for name in ORDER[:5]:
        fill(browser_of, world, name)
    here = address(world, "card")
    assert "Via Ombrello 1, Roma, 00100, IT" in browser_of.get(here).content.decode()
    without = {**ANSWERS["card"], **NEW, "billing_City": "", "billing_PostalCode": "9" * 21}
    refused = browser_of.post(here, without)
    assert refused.status_code == 422
    assert set(refused.context["form"].errors) == {"billing_City", "billing_PostalCode"}
    wrong_card = browser_of.post(here, {**ANSWERS["card"], **NEW, "card": "4242 4242 4242 4242"})
    assert wrong_card.context["form"]["billing_AddressLine1"].value() == "Largo Conti 7"  # what was typed stays
    assert browser_of.post(here, {**ANSWERS["card"], **NEW}).url == address(world, "identity")
    again = browser_of.get(here).context["form"]  # back, or resumed another day
    assert [again[name].value() for name in ("address", "billing_City")] == ["new", "Milano"]


def test_a_new_billing_address_is_asked_of_who_chooses_one_only(browser_of, world):
    for name in ORDER[:5]:
        fill(browser_of, world, name)
    sent = {**ANSWERS["card"], **NEW, "address": "contact", "billing_City": ""}
    assert browser_of.post(address(world, "card"), sent).url == address(world, "identity")


def test_nothing_of_the_card_page_outlives_the_sign_up(browser_of, world):
    for name in ORDER:
        page = browser_of.get(address(world, name))
        answer = {**ANSWERS.get(name, {}), **(NEW if name == "card" else {}), "code": page.context["wanted"]}
        browser_of.post(address(world, name), answer)
    account = Account.objects.get(sandbox=world)
    assert "Milano" not in json.dumps([dict(browser_of.session.items()), account.details], default=str)


@pytest.mark.parametrize(
    ("name", "field", "typed"), [("card", "expires", "4712/34"), ("identity", "mobile", "call <me> +1 555 0100")]
)
def test_no_more_than_what_is_asked_for_is_taken(browser_of, world, name, field, typed):
    for one in ORDER[: ORDER.index(name)]:
        fill(browser_of, world, one)
    wanted = browser_of.get(address(world, name)).context["wanted"]
    response = browser_of.post(address(world, name), {**ANSWERS[name], "code": wanted, field: typed})
    assert response.status_code == 422 and list(response.context["form"].errors) == [field]


def test_a_wrong_code_is_refused(browser_of, world):
    fill(browser_of, world, "email")
    wanted = browser_of.get(address(world, "code")).context["wanted"]
    wrong = "000000" if wanted != "000000" else "111111"
    assert browser_of.post(address(world, "code"), {"code": wrong}).status_code == 422


def test_the_password_never_comes_back(browser_of, world):
    for name in ORDER[:3]:
        fill(browser_of, world, name)
    assert PASSWORD not in browser_of.get(address(world, "password")).content.decode()
    assert PASSWORD not in json.dumps(dict(browser_of.session.items()))


def test_an_address_in_use_is_told_at_once(browser_of, world):
    for name in ORDER:
        fill(browser_of, world, name)
    again = {**ANSWERS["email"], "Email": "BOSS@bills.example"}
    response = browser_of.post(address(world, "email"), again)
    assert response.status_code == 422 and "exists already" in response.content.decode()


def test_an_address_taken_meanwhile_leads_back_to_its_step(browser_of, world):
    for name in ORDER[:-1]:
        fill(browser_of, world, name)
    browser_of.post(reverse("sign-up", args=[world.public_id]), {**ANSWERS["email"], **ANSWERS["password"]})
    response = fill(browser_of, world, "support")
    assert response.url == address(world, "email")
    assert Account.objects.filter(sandbox=world).count() == 1


def test_strangers_find_nothing(client, stranger, world):
    client.force_login(stranger)
    assert client.get(address(world, "email")).status_code == 404


@pytest.mark.parametrize(
    ("password", "said"),
    [
        ("short", "8 to 128 characters long"),
        ("all-small-letters", "Mix at least three of"),
        ("Boss@Bills.Example", "name or e-mail address"),
    ],
)
def test_a_weak_password_is_told_at_its_own_step(browser_of, world, password, said):
    fill(browser_of, world, "email")
    fill(browser_of, world, "code")
    response = browser_of.post(address(world, "password"), {"Password": password, "again": password})
    assert response.status_code == 422
    assert said in response.content.decode()
    assert browser_of.get(address(world, "plan")).url == address(world, "password")
