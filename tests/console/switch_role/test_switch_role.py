"""Switching to a role and back: another identity in the same browser."""

import json

import pytest

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
    assert "Reader/mario" in text and "Switch back" in text
    session_id = home.request["PATH_INFO"].split("/")[2]
    back = browser_of.post(f"/console/{session_id}/switch-back/")
    assert mario.id in back.url
    assert browser_of.get(f"/console/{session_id}/iam/home/").status_code == 302


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
