"""Signing in to the simulated console, side by side, and out of it."""

import json
import time

import pytest

from iamlab.sandbox import controls
from iamlab.services.cloudtrail.models import Event
from iamlab.services.signin.models import ConsoleSession
from tests.console.conftest import signed_in

pytestmark = pytest.mark.django_db
FAILED = "Your authentication information is incorrect. Please try again."


@pytest.fixture
def front(account):
    return f"/sandbox/{account.sandbox.public_id}"


@pytest.fixture
def mario(root, account):
    root.call("iam:CreateUser", {"UserName": "mario"})
    root.call("iam:CreateLoginProfile", {"UserName": "mario", "Password": "Spring-2026"})
    return {"Account": account.pk, "UserName": "mario", "Password": "Spring-2026"}


@pytest.fixture
def root_password(account):
    from django.contrib.auth.hashers import make_password

    account.root_password = make_password("Root-2026!")
    account.save()
    return {"Email": "root@example.com", "Password": "Root-2026!"}


def test_an_iam_user_signs_in_and_has_a_session_of_their_own(browser_of, front, mario):
    response = browser_of.post(f"{front}/sign-in/", mario)
    session = ConsoleSession.objects.get(label="mario")
    assert response.url == f"/console/{session.pk}/"
    assert browser_of.get(response.url, follow=True).status_code == 200
    record = json.loads(Event.objects.get(name="ConsoleLogin").record)
    assert record["responseElements"] == {"ConsoleLogin": "Success"}
    assert "Spring" not in json.dumps(record)


@pytest.mark.parametrize(("age", "told"), [(15, "in 14 days"), (2, "in 1 day"), (1, "within a day"), (17, "")])
def test_signing_in_warns_from_15_days_before_the_password_expires(browser_of, front, mario, root, age, told):
    root.call("iam:UpdateAccountPasswordPolicy", {"MaxPasswordAge": age})
    controls.move_clock(root.account.sandbox, 60)
    html = browser_of.post(f"{front}/sign-in/", mario, follow=True).content.decode()
    assert ("Your password expires" in html) == bool(told)
    assert f"Your password expires {told}" in html or not told


def test_the_root_user_signs_in_by_address_then_password(browser_of, front, root_password):
    first = browser_of.post(f"{front}/root-sign-in/", {"Email": "root@example.com"})
    assert "Root user sign in" in first.content.decode()
    second = browser_of.post(f"{front}/root-sign-in/", root_password)
    assert second.url == f"/console/{ConsoleSession.objects.get().pk}/"


@pytest.mark.parametrize(
    "wrong", [{"Password": "no"}, {"UserName": "nobody"}, {"Account": "999999999999"}, {"Account": "no-such-alias"}]
)
def test_wrong_credentials_are_told_alike_whatever_was_wrong(browser_of, front, mario, wrong):
    response = browser_of.post(f"{front}/sign-in/", {**mario, **wrong})
    assert response.status_code == 422
    assert FAILED in response.content.decode()
    assert not ConsoleSession.objects.filter(label="mario").exists()


def test_the_password_step_comes_for_unknown_addresses_too_and_fails_alike(browser_of, front, root_password):
    sent = {"Email": "nobody@example.com"}
    assert browser_of.post(f"{front}/root-sign-in/", sent).status_code == 200
    for wrong in ({**sent, "Password": "x"}, {**root_password, "Password": "x"}):
        assert FAILED in browser_of.post(f"{front}/root-sign-in/", wrong).content.decode()


def test_the_accounts_own_address_fills_the_account_in(browser_of, front, root, mario):
    root.call("iam:CreateAccountAlias", {"AccountAlias": "marios-bills"})
    assert 'value="marios-bills"' in browser_of.get(f"{front}/sign-in/marios-bills/").content.decode()
    response = browser_of.post(f"{front}/sign-in/marios-bills/", {**mario, "Account": "Marios-Bills"})
    assert response.status_code == 302


def test_the_id_may_be_written_with_hyphens(browser_of, front, mario):
    assert browser_of.post(f"{front}/sign-in/", {**mario, "Account": "1111-2222-3333"}).status_code == 302


def test_the_account_is_remembered_only_when_asked(browser_of, front, mario, account):
    browser_of.post(f"{front}/sign-in/", mario)
    assert f'value="{account.pk}"' not in browser_of.get(f"{front}/sign-in/").content.decode()
    browser_of.post(f"{front}/sign-in/", {**mario, "remember": "on"})
    assert f'value="{account.pk}"' in browser_of.get(f"{front}/sign-in/").content.decode()


def test_two_identities_live_side_by_side(browser_of, root, user):
    anna = user("anna", "IAMFullAccess")
    page = browser_of.get(f"/console/{anna.id}/iam/home/").content.decode()
    assert "anna @ 1111-2222-3333" in page
    assert f'href="/console/{root.id}/"' in page
    assert "lab @ 1111-2222-3333" in browser_of.get(f"/console/{root.id}/iam/home/").content.decode()


def test_signing_out_ends_one_session_and_leaves_the_other(browser_of, root, user):
    anna = user("anna", "IAMFullAccess")
    response = browser_of.post(f"/console/{anna.id}/sign-out/")
    assert response.url.endswith("/sign-in/111122223333/")
    assert browser_of.get(f"/console/{anna.id}/iam/home/").status_code == 302
    left = browser_of.get(f"/console/{root.id}/iam/home/")
    assert left.status_code == 200
    assert f"/console/{anna.id}/" not in left.content.decode()


def test_an_expired_session_asks_to_sign_in_and_comes_back(browser_of, account, front, user, root):
    anna = user("anna", "IAMFullAccess")
    root.call("iam:CreateLoginProfile", {"UserName": "anna", "Password": "Spring-2026"})
    account.sandbox.clock_offset = 13 * 3600
    account.sandbox.save()
    response = browser_of.get(f"/console/{anna.id}/iam/home/?q=1")
    assert response.url == f"{front}/sign-in/111122223333/?ended=1&next=iam%2Fhome%2F%3Fq%3D1"
    assert "Your session has ended" in browser_of.get(response.url).content.decode()
    sent = {"Account": "111122223333", "UserName": "anna", "Password": "Spring-2026", "next": "iam/home/?q=1"}
    back = browser_of.post(response.url, sent)
    new = ConsoleSession.objects.get(created__gt=anna.now, label="anna")
    assert back.url == f"/console/{new.pk}/iam/home/?q=1"


def test_the_root_users_expired_session_asks_the_root_user(browser_of, account, front, root):
    account.sandbox.clock_offset = 13 * 3600
    account.sandbox.save()
    assert browser_of.get(f"/console/{root.id}/iam/home/").url.startswith(f"{front}/root-sign-in/?")


def test_strangers_find_neither_sign_in_nor_session(client, stranger, front, root):
    client.force_login(stranger)
    for address in ("/sign-in/", "/sign-in/111122223333/", "/root-sign-in/"):
        assert client.get(front + address).status_code == 404
    assert client.get(f"/console/{root.id}/iam/home/").status_code == 404
    assert client.post(f"/console/{root.id}/sign-out/").status_code == 404


def test_who_is_not_signed_in_to_iamlab_goes_there_first(client, root):
    address = f"/console/{root.id}/iam/home/"
    assert client.get(address).url == f"/sign-in/?next={address}"


def test_a_name_is_escaped_wherever_it_stands(browser_of, front, mario):
    response = browser_of.post(f"{front}/sign-in/", {**mario, "UserName": "<script>x</script>"})
    assert "<script>x" not in response.content.decode()


@pytest.fixture
def sent_late(browser_of, account, root):
    """A page of the Create user wizard, sent when root's session had ended; its address behind the session."""
    page = browser_of.get(root.url("user-create-start")).url
    browser_of.post(f"/console/{root.id}/sign-out/")
    sent = {"UserName": "mario", "console": "on", "password_kind": "custom", "Password": "Winter-2026"}
    response = browser_of.post(page, sent, HTTP_REFERER=f"http://testserver{page}")
    assert "/root-sign-in/?ended=1&next=iam%2Fusers%2Fcreate%2F" in response.url
    return page.partition(root.id)[2]


def test_what_was_sent_when_the_session_had_ended_comes_back_once(browser_of, person, account, sent_late):
    again = signed_in(person, account, "root", account.pk, "root")
    form = browser_of.get(f"/console/{again.id}{sent_late}").context["form"]
    assert (form["UserName"].value(), form["console"].value()) == ("mario", True)
    assert not form.errors
    assert browser_of.get(f"/console/{again.id}{sent_late}").context["form"]["UserName"].value() is None


def test_a_password_that_was_sent_late_is_nowhere(browser_of, person, account, sent_late):
    assert "Winter-2026" not in str(dict(browser_of.session))
    again = signed_in(person, account, "root", account.pk, "root")
    assert "Winter-2026" not in browser_of.get(f"/console/{again.id}{sent_late}").content.decode()


def test_what_was_sent_late_waits_for_its_own_page_and_not_for_long(
    browser_of, person, account, sent_late, monkeypatch
):
    again = signed_in(person, account, "root", account.pk, "root")
    other = browser_of.get(again.url("user-create-start")).url
    assert browser_of.get(other).context["form"]["UserName"].value() is None
    later = time.time() + 31 * 60
    monkeypatch.setattr("cryptography.fernet.time.time", lambda: later)
    assert browser_of.get(f"/console/{again.id}{sent_late}").context["form"]["UserName"].value() is None
