"""Whatever a learner may type comes back as text: every page of the console over a world full of markup."""

import json
from urllib.parse import quote

import pytest
from django.db import transaction
from django.test import Client

from tests import addresses as known
from tools import scratch
from tools.screenshots import furnish

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
TEXT = "</textarea>\"'><script>hostile()</script>"
CONDITION = {"StringEquals": {"aws:PrincipalTag/a": TEXT}}
ALLOW = {
    "Effect": "Allow",
    "Action": "s3:GetObject",
    "Resource": "arn:aws:s3:::customer-bills/*",
    "Condition": CONDITION,
}
DOCUMENT = json.dumps({"Version": "2012-10-17", "Statement": ALLOW})
ON_BUCKET = json.dumps({"Version": "2012-10-17", "Statement": {**ALLOW, "Principal": "*", "Effect": "Deny"}})


def typed(world, names):
    """What can be named or described, described so."""
    call, bucket = world.call, {"Bucket": "customer-bills"}
    policy = call("iam:CreatePolicy", PolicyName="Hostile", PolicyDocument=DOCUMENT, Description=TEXT)["Policy"]["Arn"]
    call("iam:AttachUserPolicy", UserName="mario", PolicyArn=policy)
    call("iam:PutUserPolicy", UserName="mario", PolicyName="Own", PolicyDocument=DOCUMENT)
    call("iam:PutGroupPolicy", GroupName="billing", PolicyName="Own", PolicyDocument=DOCUMENT)
    call("iam:PutRolePolicy", RoleName="Clerk", PolicyName="Own", PolicyDocument=DOCUMENT)
    call("iam:UpdateRole", RoleName="Clerk", Description=TEXT)
    call("s3:PutBucketPolicy", **bucket, Policy=ON_BUCKET)
    call("s3:PutObject", **bucket, Key=TEXT, Body=b"", Metadata={"clerk": TEXT}, ContentType=TEXT)
    rule = {"ID": TEXT, "AllowedMethods": ["GET"], "AllowedOrigins": ["*"]}
    call("s3:PutBucketCors", **bucket, CORSConfiguration={"CORSRules": [rule]})
    call("ec2:CreateTags", Resources=[names["instance"]], Tags=[{"Key": "Name", "Value": TEXT}])
    call("organizations:UpdateOrganizationalUnit", OrganizationalUnitId=names["unit"], Name=TEXT)
    call("organizations:UpdatePolicy", PolicyId=names["scp"], Description=TEXT)
    contact = {"Title": TEXT, "Name": TEXT, "EmailAddress": "a@bills.example", "PhoneNumber": "+1 555 0100"}
    call("account:PutAlternateContact", AlternateContactType="SECURITY", **contact)
    return policy


@pytest.fixture
def world(db):
    made = scratch.world()
    names = furnish(made)
    return made, names, typed(made, names)


def test_no_page_of_the_console_takes_text_for_markup(world):
    made, names, policy = world
    browser = Client()
    browser.force_login(made.person)
    begun = known.drafts(browser, names["session"])
    every = {
        name: known.filled(name, template, names | {"key": "none"}, begun)
        for name, template in known.templates().items()
        if template.startswith("/console/")
    }
    start, key = f"/console/{names['session']}/", quote(TEXT)
    more = [f"{start}iam/policies/details/{policy}/{tab}/" for tab in ("permissions", "entities", "versions", "edit")]
    more += [f"{start}iam/policies/details/{policy}/permissions/?view=json", f"{start}search/?q={key}"]
    more += [f"{start}iam/roles/details/Clerk/{tab}/" for tab in ("permissions", "trust_relationships", "tags")]
    more += [f"{start}s3/object/customer-bills/{page}?key={key}" for page in ("", "tags/", "metadata/", "acl/")]
    more += [
        f"{start}s3/objects/customer-bills/{page}/?key={key}" for page in ("delete", "storage-class", "encryption")
    ]
    more += [f"{start}s3/buckets/customer-bills/{tab}/" for tab in ("objects", "permissions", "properties")]
    more += [f"{start}s3/buckets/customer-bills/objects/?prefix={key}&find={key}", f"{start}s3/upload/b/?prefix={key}"]
    shown, taken = set(), []
    for address in [*every.values(), *more]:
        with transaction.atomic():
            page = browser.get(address, follow=not address.startswith(f"{start}s3/object/customer-bills/open"))
            transaction.set_rollback(True)
        if not page.headers["Content-Type"].startswith("text/html"):
            continue
        html = page.content.decode()
        if "<script>hostile" in html:
            taken.append(address)
        if "&lt;script&gt;hostile" in html:
            shown.add(address)
    assert taken == []
    assert len(shown) > 25  # or the test looks where nothing of it stands
