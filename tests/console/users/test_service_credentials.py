"""SSH keys, Git credentials and credentials of Keyspaces on a user's page."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID

pytestmark = pytest.mark.django_db


@pytest.fixture
def here(root):
    root.call("iam:CreateUser", {"UserName": "mario"})
    return root.url("user", "mario", "security_credentials").replace("security_credentials/", "")


def public_key(bits=2048) -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=bits).public_key()
    return key.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()


def ssh_keys(root):
    return root.call("iam:ListSSHPublicKeys", {"UserName": "mario"})["SSHPublicKeys"]


def held(root):
    return root.call("iam:ListServiceSpecificCredentials", {"UserName": "mario"})["ServiceSpecificCredentials"]


def text(response) -> str:
    return response.content.decode()


def test_an_ssh_key_is_uploaded_deactivated_and_deleted(browser_of, root, here):
    back = f"{here}security_credentials/"
    assert browser_of.post(f"{here}ssh-keys/upload/", {"SSHPublicKeyBody": public_key()}).url == back
    key_id = ssh_keys(root)[0]["SSHPublicKeyId"]
    assert key_id in text(browser_of.get(back))
    assert key_id in text(browser_of.get(f"{here}credentials/ssh/deactivate/?selected={key_id}"))
    browser_of.post(f"{here}credentials/ssh/deactivate/", {"selected": key_id})
    assert ssh_keys(root)[0]["Status"] == "Inactive"
    browser_of.post(f"{here}credentials/ssh/activate/", {"selected": key_id})
    assert ssh_keys(root)[0]["Status"] == "Active"
    browser_of.post(f"{here}credentials/ssh/delete/", {"selected": key_id})
    assert ssh_keys(root) == []


def certificate() -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mario")])
    began = datetime(2026, 1, 1, tzinfo=UTC)
    made = x509.CertificateBuilder(name, name, key.public_key(), 1, began, began + timedelta(days=3650))
    return made.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM).decode()


def certificates(root):
    return root.call("iam:ListSigningCertificates", {"UserName": "mario"})["Certificates"]


def test_a_certificate_is_uploaded_deactivated_and_deleted(browser_of, root, here):
    back, body = f"{here}security_credentials/", certificate()
    assert browser_of.post(f"{here}x509-keys/upload/", {"CertificateBody": body}).url == back
    [one] = certificates(root)
    assert one["CertificateBody"].strip() == body.strip()
    assert one["CertificateId"] in text(browser_of.get(back))
    twice = browser_of.post(f"{here}x509-keys/upload/", {"CertificateBody": body})
    assert "associated with this user already" in twice.context["form"].errors["CertificateBody"][0]
    chosen = {"selected": one["CertificateId"]}
    browser_of.post(f"{here}credentials/x509/deactivate/", chosen)
    assert certificates(root)[0]["Status"] == "Inactive"
    browser_of.post(f"{here}credentials/x509/delete/", chosen)
    assert certificates(root) == []
    assert browser_of.post(f"{here}credentials/x509/reset/", chosen).status_code == 404


@pytest.mark.parametrize("body", ["nonsense", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----", ""])
def test_what_is_no_certificate_is_told_at_the_field(browser_of, root, here, body):
    response = browser_of.post(f"{here}x509-keys/upload/", {"CertificateBody": body})
    assert response.status_code == 422 and response.context["form"].errors["CertificateBody"]
    assert certificates(root) == []


@pytest.mark.parametrize(
    ("body", "told"), [("ssh-rsa nonsense", "unsupported or unrecognized"), ("", "required"), (None, "at least 2048")]
)
def test_what_is_wrong_with_a_key_is_told_at_the_field(browser_of, root, here, body, told):
    body = public_key(1024) if body is None else body
    response = browser_of.post(f"{here}ssh-keys/upload/", {"SSHPublicKeyBody": body})
    assert response.status_code == 422
    assert told in response.context["form"].errors["SSHPublicKeyBody"][0]
    assert ssh_keys(root) == []


def test_git_credentials_are_generated_shown_once_reset_and_deleted(browser_of, root, here):
    assert "Generate" in text(browser_of.get(f"{here}generate/git/"))
    assert held(root) == []
    page = browser_of.post(f"{here}generate/git/")
    one = held(root)[0]
    assert one["ServiceUserName"] == "mario-at-111122223333"
    secret = page.context["one"]["ServicePassword"]
    assert secret in text(page) and page.headers["Cache-Control"] == "no-store"
    listed = text(browser_of.get(f"{here}security_credentials/"))
    assert "mario-at-111122223333" in listed and secret not in listed
    chosen = {"selected": one["ServiceSpecificCredentialId"]}
    again = browser_of.post(f"{here}credentials/service/reset/", chosen)
    assert again.context["one"]["ServicePassword"] != secret
    browser_of.post(f"{here}credentials/service/deactivate/", chosen)
    assert held(root)[0]["Status"] == "Inactive"
    browser_of.post(f"{here}credentials/service/delete/", chosen)
    assert held(root) == []


def test_each_services_credentials_stand_in_their_own_list(browser_of, root, here):
    browser_of.post(f"{here}generate/keyspaces/")
    listed = text(browser_of.get(f"{here}security_credentials/"))
    places = [match.start() for match in re.finditer("mario-at-111122223333", listed)]
    assert places and min(places) > listed.index('id="keyspaces-credentials"')


@pytest.mark.parametrize(
    "place", ["generate/nonsense/", "credentials/ssh/reset/", "credentials/nonsense/delete/", "credentials/ssh/x/"]
)
def test_what_is_none_is_not_found(browser_of, here, place):
    assert browser_of.post(here + place, {"selected": "x"}).status_code == 404


def test_who_may_not_is_refused_and_the_tab_stands(browser_of, root, here, user):
    nobody = here.replace(root.id, user("nobody").id)
    assert browser_of.post(f"{nobody}generate/git/").status_code == 403
    assert browser_of.post(f"{nobody}ssh-keys/upload/", {"SSHPublicKeyBody": public_key()}).status_code == 403
    assert "iam:ListSSHPublicKeys" in text(browser_of.get(f"{nobody}security_credentials/"))
    assert held(root) == [] and ssh_keys(root) == []


def test_a_user_with_all_of_them_is_deleted_in_one_go(browser_of, root, here):
    browser_of.post(f"{here}ssh-keys/upload/", {"SSHPublicKeyBody": public_key()})
    browser_of.post(f"{here}generate/git/")
    response = browser_of.post(root.url("users-delete"), {"selected": "mario", "typed": "mario"})
    assert response.status_code == 302
    assert root.call("iam:ListUsers")["Users"] == []
