"""A form that makes something, sent twice as by a double click, makes one thing. Wizards make their calls once."""

import json
import re

import pytest

from iamlab.console import urls
from tests.console.providers.test_providers import oidc
from tests.console.users.test_service_credentials import certificate, public_key

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
BUCKET = "bills-of-boss"
DOCUMENT = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]})
NONE = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "s3:*", "Resource": "*"}]})
RCP = NONE.replace('"Effect"', '"Principal": "*", "Effect"')
INLINE = {"PolicyName": "inline", "PolicyDocument": DOCUMENT}
ACCOUNT = {"Email": "x@example.com", "AccountName": "X", "RoleName": "OrganizationAccountAccessRole"}
LIFECYCLE = "PutBucketLifecycle"
POLICY = {"Name": "Limit", "Content": NONE}
# Page -> its arguments, what is sent, and the event that stands in the history once.
MAKING = {
    "user-inline-create": (["mario"], INLINE, "PutUserPolicy"),
    "group-inline-create": (["crew"], INLINE, "PutGroupPolicy"),
    "role-inline-create": (["worker"], INLINE, "PutRolePolicy"),
    "user-upload ssh": (["mario", "ssh"], {"SSHPublicKeyBody": public_key}, "UploadSSHPublicKey"),
    "user-upload x509": (["mario", "x509"], {"CertificateBody": certificate}, "UploadSigningCertificate"),
    "user-credential-generate": (["mario", "git"], {}, "CreateServiceSpecificCredential"),
    "user-mfa": (["mario"], {"VirtualMFADeviceName": "phone"}, "CreateVirtualMFADevice"),
    "assign-mfa": ([], {"VirtualMFADeviceName": "own"}, "CreateVirtualMFADevice"),
    "group-create": ([], {"GroupName": "Readers", "users": "mario"}, "CreateGroup"),
    "policy-edit": (["arn:aws:iam::111122223333:policy/own"], {"PolicyDocument": NONE}, "CreatePolicyVersion"),
    "provider-add": ([], oidc, "CreateOpenIDConnectProvider"),
    "lifecycle-create": (["own-bills"], {"name": "old", "starts": "a", "expire_after": "1"}, LIFECYCLE),
    "iam-alias": ([], {"AccountAlias": "bills-of-boss"}, "CreateAccountAlias"),
    "organization-unit-create": (["ROOT"], {"Name": "Team"}, "CreateOrganizationalUnit"),
    "organization-account-create": ([], ACCOUNT, "CreateAccount"),
    "organization-policies-create": ([], POLICY, "CreatePolicy"),
    "organization-rcps-create": ([], {**POLICY, "Content": RCP}, "CreatePolicy"),
    "organization-create": ([], {}, "CreateOrganization"),
}
# Made from a draft, which one request claims: tests/console/users/test_create.py and others send a review twice.
WIZARDS = {
    "user-create", "policy-create", "role-create", "bucket-create", "trail-create", "instance-launch", "budget-create",
    "access-key", "own-key-create", "console-access", "user-permissions", "budget-edit",
    "own-upload", "own-credential-generate",
}  # fmt: skip
# Sent again they put what is there already in its own place.
SAME_AGAIN = {
    "user-inline", "group-inline", "role-inline", "upload", "folder-create", "provider-audience-add", "enable-mfa",
    "remove-mfa", "resync-mfa", "user-mfa-enable", "user-mfa-remove", "user-mfa-resync", "user-create-era",
    "user-create-group", "group-add-users",
    "own-key-status", "own-key-description",
}  # fmt: skip


@pytest.fixture
def furnished(root):
    call = root.call
    trust = DOCUMENT.replace('"s3:*", "Resource": "*"', '"sts:AssumeRole", "Principal": {"AWS": "111122223333"}')
    call("iam:CreateUser", {"UserName": "mario"})
    call("iam:CreateGroup", {"GroupName": "crew"})
    call("s3:CreateBucket", {"Bucket": "own-bills"})
    call("iam:CreateRole", {"RoleName": "worker", "AssumeRolePolicyDocument": trust})
    call("iam:CreatePolicy", {"PolicyName": "own", "PolicyDocument": DOCUMENT})
    return root


@pytest.mark.parametrize("page", MAKING)
def test_what_is_sent_twice_is_made_once(browser_of, furnished, page):
    args, sent, event = MAKING[page]
    call = furnished.call
    if page.startswith("organization-") and page != "organization-create":
        call("organizations:CreateOrganization")
        top = call("organizations:ListRoots")["Roots"][0]["Id"]
        call("organizations:EnablePolicyType", {"RootId": top, "PolicyType": "RESOURCE_CONTROL_POLICY"})
        args = [top if one == "ROOT" else one for one in args]
    address = furnished.url(page.partition(" ")[0], *args)
    before = made(call, event)
    sent = sent() if callable(sent) else {name: value() if callable(value) else value for name, value in sent.items()}
    shown = browser_of.get(address)
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', shown.content.decode()))
    first, second = (browser_of.post(address, {**hidden, **sent}) for _ in range(2))
    assert first.status_code in (200, 302)
    assert second.status_code != 500
    assert made(call, event) - before == 1


def made(call, event):
    found = call(
        "cloudtrail:LookupEvents", {"LookupAttributes": [{"AttributeKey": "EventName", "AttributeValue": event}]}
    )
    records = [json.loads(one["CloudTrailEvent"]) for one in found["Events"]]
    return sum("errorCode" not in one and "FAILED" not in str(one["responseElements"]) for one in records)


def test_a_refused_generation_may_be_sent_again(browser_of, furnished):
    address = furnished.url("user-credential-generate", "mario", "git")
    page = {"draft": str(dict(browser_of.get(address).context["confirm"]["hidden"])["draft"])}
    for service in ("git", "git"):
        own = furnished.url("user-credential-generate", "mario", service)
        browser_of.post(own, {"draft": str(dict(browser_of.get(own).context["confirm"]["hidden"])["draft"])})
    assert browser_of.post(address, page).status_code == 400  # two are the most
    held = furnished.call("iam:ListServiceSpecificCredentials", {"UserName": "mario"})["ServiceSpecificCredentials"]
    who = {"UserName": "mario", "ServiceSpecificCredentialId": held[0]["ServiceSpecificCredentialId"]}
    furnished.call("iam:DeleteServiceSpecificCredential", who)
    assert browser_of.post(address, page).status_code == 200
    assert "already" in browser_of.post(address, page, follow=True).content.decode()


def test_every_address_that_makes_something_is_looked_at():
    def names(patterns):
        for one in patterns:
            yield from names(one.url_patterns) if hasattr(one, "url_patterns") else [one.name]

    making = re.compile(r"create|-add|upload|generate|mfa|folder|alias$|inline|launch|access-key$|own-key|budget-edit")
    steps = re.compile(r"-(start|result|delete)$|^sign-in")
    found = {name for name in names(urls.urlpatterns) if making.search(name) and not steps.search(name)}
    looked_at = {page.partition(" ")[0] for page in MAKING} | WIZARDS | SAME_AGAIN
    assert found - looked_at == set()
