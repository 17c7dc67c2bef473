"""One's own credentials for AWS CodeCommit, and whose page has them."""

import json

import pytest

from tests.console.users.test_service_credentials import public_key

pytestmark = pytest.mark.django_db


@pytest.fixture
def mario(user):
    statement = {"Effect": "Allow", "Action": "iam:*", "Resource": "arn:aws:iam::*:user/${aws:username}"}
    return user("mario", Own=json.dumps({"Version": "2012-10-17", "Statement": statement}))


def text(response) -> str:
    return response.content.decode()


def ssh_keys(session):
    return session.call("iam:ListSSHPublicKeys", {"UserName": "mario"})["SSHPublicKeys"]


def held(session):
    return session.call("iam:ListServiceSpecificCredentials", {"UserName": "mario"})["ServiceSpecificCredentials"]


def test_a_users_page_has_two_tabs_and_roots_one(browser_of, root, mario):
    own, codecommit = mario.url("security-credentials"), mario.url("own-codecommit")
    assert f'href="{codecommit}"' in text(browser_of.get(own)) and f'href="{own}"' in text(browser_of.get(codecommit))
    shown = text(browser_of.get(codecommit))
    assert "SSH public keys for AWS CodeCommit" in shown and "HTTPS Git credentials for AWS CodeCommit" in shown
    assert "AWS CodeCommit credentials" not in text(browser_of.get(root.url("security-credentials")))
    assert browser_of.get(root.url("own-codecommit")).url == root.url("security-credentials")


def test_own_keys_are_uploaded_once_and_deleted(browser_of, mario):
    address, key = mario.url("own-upload", "ssh"), {"SSHPublicKeyBody": public_key()}
    assert browser_of.post(address, key).url == mario.url("own-codecommit")
    assert browser_of.post(address, key).status_code == 422 and len(ssh_keys(mario)) == 1
    key_id = ssh_keys(mario)[0]["SSHPublicKeyId"]
    assert key_id in text(browser_of.get(mario.url("own-codecommit")))
    browser_of.post(mario.url("own-credential-change", "ssh", "delete"), {"selected": key_id})
    assert ssh_keys(mario) == []
    assert browser_of.get(mario.url("own-upload", "x509")).status_code == 404


def test_a_password_is_shown_once_and_made_once(browser_of, mario):
    address = mario.url("own-credential-generate", "git")
    draft = {"draft": str(dict(browser_of.get(address).context["confirm"]["hidden"])["draft"])}
    shown = browser_of.post(address, draft)
    (one,) = held(mario)
    assert one["ServiceUserName"] in text(shown) and shown["Cache-Control"] == "no-store"
    assert shown.context["back"] == mario.url("own-codecommit")
    assert "already" in text(browser_of.post(address, draft, follow=True)) and len(held(mario)) == 1
    who = {"selected": one["ServiceSpecificCredentialId"]}
    browser_of.post(mario.url("own-credential-change", "service", "deactivate"), who)
    assert held(mario)[0]["Status"] == "Inactive"
    assert browser_of.get(mario.url("own-credential-generate", "keyspaces")).status_code == 404


def test_who_may_not_is_told_why_in_each_list(browser_of, user):
    ada = user("ada")
    shown = text(browser_of.get(ada.url("own-codecommit")))
    assert shown.count("iam:ListSSHPublicKeys") >= 1 and shown.count("iam:ListServiceSpecificCredentials") >= 1
