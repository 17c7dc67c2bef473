"""Switching to a role and back: another identity in the same browser."""

import json
from datetime import timedelta

import pytest
from django.urls import reverse

from iamlab.services.signin.models import ConsoleSession

TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Allow",
            "Principal": {"AWS": "arn:aws:iam::111122223333:user/mario"},
            "Action": "sts:AssumeRole",
        },
    }
)
READ_ONLY = "arn:aws:iam::aws:policy/IAMReadOnlyAccess"


@pytest.fixture
def mario(root, user):
    mario = user("mario")
    root.call("iam:CreateRole", {"RoleName": "Reader", "AssumeRolePolicyDocument": TRUST})
    root.call("iam:AttachRolePolicy", {"RoleName": "Reader", "PolicyArn": READ_ONLY})
    return mario


def switch(browser, session, **changes):
    form = {"account": session.account.pk, "roleName": "Reader", "displayName": "", "color": "green", **changes}
    return browser.post(session.url("switch-role"), form)


def test_a_role_brings_its_own_permissions_and_the_way_back(browser_of, mario):
    assert "Access denied" in browser_of.get(mario.url("iam-home")).content.decode()
    home = browser_of.get(switch(browser_of, mario).url, follow=True)
    text = home.content.decode()
    assert "Reader/mario" in text and "Back to mario" in text
    session_id = home.request["PATH_INFO"].split("/")[2]
    back = browser_of.post(f"/console/{session_id}/switch-back/")
    assert mario.id in back.url
    assert browser_of.get(f"/console/{session_id}/iam/home/").status_code == 302


def test_a_role_that_has_ended_is_taken_again_where_one_was(browser_of, root, mario):
    root.call("iam:CreateRole", {"RoleName": "Long", "Path": "/clerks/", "AssumeRolePolicyDocument": TRUST})
    taken = switch(browser_of, mario, roleName="clerks/Long", displayName="Billing", color="red").url
    sandbox = mario.account.sandbox
    sandbox.clock_offset += 3601  # an hour is what a role's session lasts
    sandbox.save()
    again = browser_of.get(f"{taken}iam/users/?q=ma", follow=True)
    assert "Your session with this role has ended" in again.content.decode()
    form = {name: again.context["form"][name].value() for name in ("account", "roleName", "displayName", "color")}
    assert form == {"account": "111122223333", "roleName": "clerks/Long", "displayName": "Billing", "color": "red"}
    back = browser_of.post(again.request["PATH_INFO"] + "?" + again.request["QUERY_STRING"], form).url
    assert back.endswith("/iam/users/?q=ma") and back.startswith("/console/") and taken not in back
    assert "Billing" in browser_of.get(back).content.decode()


def test_a_role_that_has_ended_with_its_user_leads_to_sign_in(browser_of, mario):
    taken = switch(browser_of, mario).url
    browser_of.post(mario.url("sign-out-session"))
    sandbox = mario.account.sandbox
    sandbox.clock_offset += 3601
    sandbox.save()
    assert "/sign-in/" in browser_of.get(taken).url


def test_where_the_user_signed_out_meanwhile_there_is_nobody_to_go_back_to(browser_of, mario):
    taken = switch(browser_of, mario).url
    browser_of.post(mario.url("sign-out-session"))
    text = browser_of.get(taken).content.decode()
    assert "Reader/mario" in text and "Back to" not in text


@pytest.mark.parametrize("changes", [{"roleName": "Nobody"}, {"account": "999999999999"}])
def test_every_wrong_part_gets_the_same_answer(browser_of, mario, changes):
    response = switch(browser_of, mario, **changes)
    assert response.status_code == 422
    assert "Invalid information in one or more fields" in response.content.decode()


def test_a_role_that_does_not_trust_is_refused_alike(browser_of, mario, user):
    luigi = user("luigi")
    assert "Invalid information in one or more fields" in switch(browser_of, luigi).content.decode()


def test_the_root_user_cannot_switch(browser_of, root, mario):
    assert "The root user cannot switch roles" in switch(browser_of, root).content.decode()


def test_a_link_fills_in_the_form(browser_of, mario):
    text = browser_of.get(mario.url("switch-role", account="111122223333", roleName="Reader")).content.decode()
    assert 'value="Reader"' in text


def menu(page):
    """The entries of the account menu that switch to a role."""
    return {item["label"]: item for item in page.context["identity"]["menu"] if "switch-role" in item["url"]}


def test_the_roles_taken_last_stay_in_the_menu_and_switch_at_once(browser_of, root, mario):
    for number in range(6):
        root.call("iam:CreateRole", {"RoleName": f"R{number}", "AssumeRolePolicyDocument": TRUST})
        switch(browser_of, mario, roleName=f"R{number}", displayName=f"Role {number}", color="red")
    found = menu(browser_of.get(mario.url("switch-role")))
    assert list(found) == ["Switch role", "Role 5", "Role 4", "Role 3", "Role 2", "Role 1"]  # five a browser
    home = browser_of.get(browser_of.post(found["Role 3"]["url"]).url)
    assert "Role 3" in home.content.decode() and home.context["identity"]["colour"] == "red"
    assert list(menu(browser_of.get(mario.url("switch-role"))))[1] == "Role 3"


def test_a_role_that_was_refused_is_not_kept(browser_of, mario):
    switch(browser_of, mario, roleName="Nobody")
    assert list(menu(browser_of.get(mario.url("switch-role")))) == ["Switch role"]


def test_from_one_role_to_the_next_it_is_the_user_who_takes_it(browser_of, root, mario):
    trust = TRUST.replace("user/mario", "role/Reader")
    root.call("iam:CreateRole", {"RoleName": "OfTheReader", "AssumeRolePolicyDocument": trust})
    root.call("iam:CreateRole", {"RoleName": "Writer", "AssumeRolePolicyDocument": TRUST})
    form = {"account": "111122223333", "displayName": "", "color": "green"}
    reader = switch(browser_of, mario).url
    assert browser_of.post(f"{reader}switch-role/", {**form, "roleName": "OfTheReader"}).status_code == 422
    writer = browser_of.post(f"{reader}switch-role/", {**form, "roleName": "Writer"}).url
    assert "Writer/mario" in browser_of.get(writer).content.decode()
    assert browser_of.get(reader).status_code == 302  # one role at a time
    assert mario.id in browser_of.post(f"{writer}switch-back/").url


def test_the_session_lasts_as_the_role_allows_and_no_longer_than_the_user_is_signed_in(browser_of, root, mario):
    more = {"AssumeRolePolicyDocument": TRUST, "MaxSessionDuration": 4 * 3600}
    root.call("iam:CreateRole", {"RoleName": "Long", **more})
    switch(browser_of, mario, roleName="Long")
    taken = ConsoleSession.objects.get(label="Long/mario")
    assert abs(taken.expires - taken.created - timedelta(hours=4)) < timedelta(seconds=2)
    sandbox = mario.account.sandbox
    sandbox.clock_offset += 10 * 3600
    sandbox.save()
    switch(browser_of, mario, roleName="Long", displayName="late")
    late = ConsoleSession.objects.get(label="late")
    user = ConsoleSession.objects.get(pk=mario.id)
    assert abs(late.expires - user.expires) < timedelta(seconds=2)


def test_a_switch_link_leads_whoever_is_signed_in_to_the_form(browser_of, mario, user):
    address = reverse("switch-role-link", args=[mario.account.sandbox.public_id])
    query = "account=111122223333&roleName=Reader"
    assert browser_of.get(f"{address}?{query}").url == f"{mario.url('switch-role')}?{query}"
    user("luigi")
    text = browser_of.get(f"{address}?{query}").content.decode()
    assert "mario @" in text and "luigi @" in text


def test_a_switch_link_asks_for_a_sign_in_where_nobody_is(browser_of, root):
    address = reverse("switch-role-link", args=[root.account.sandbox.public_id])
    answer = browser_of.get(f"{address}?account=111122223333&roleName=Reader")
    assert "/sign-in/?next=switch-role" in answer.url
