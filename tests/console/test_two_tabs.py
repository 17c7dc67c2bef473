"""Two tabs edit one thing: the second is told of the first's change, and what was typed in it stays and can be sent."""

import json
import re

import pytest

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
BUCKET = "bills-of-boss"
OTHER = "arn:aws:iam::aws:policy/AdministratorAccess"
OWN = "arn:aws:iam::111122223333:policy/own"
SIDS = ("First", "Second")
RULE = [{"AllowedMethods": ["GET"], "AllowedOrigins": ["https://a.example"]}]


def document(sid):
    return policy(sid, Action="s3:*", Resource="*")


def trust(sid):
    return policy(sid, Action="sts:AssumeRole", Principal={"Service": "ec2.amazonaws.com"})


def on_bucket(sid):
    return policy(sid, Action="s3:GetObject", Principal={"AWS": "111122223333"}, Resource=f"arn:aws:s3:::{BUCKET}/*")


def policy(sid, **more):
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Sid": sid, "Effect": "Allow", **more}]})


def tags(*pairs):
    return {"tags-key": [key for key, _ in pairs], "tags-value": [value for _, value in pairs]}


CONTACT = {"Title": "T", "EmailAddress": "a@example.com", "PhoneNumber": "+100"}
RULES = {"MinimumPasswordLength": "10", "kind": "custom", "sure": "1"}
SUSPENDED = {"Status": "Suspended", "acknowledged": "on"}
ROLE = {"MaxSessionDuration": "3600"}
# Page, its arguments, what the first tab and the second send, and the words of the first's that the second reads.
EDITED = {
    "policy": ("policy-edit", [OWN], *({"PolicyDocument": document(one)} for one in SIDS), "First"),
    "trust policy": ("role-trust", ["worker"], *({"PolicyDocument": trust(one)} for one in SIDS), "First"),
    "inline policy": ("user-inline", ["mario", "in"], *({"PolicyDocument": document(one)} for one in SIDS), "First"),
    "bucket policy": ("bucket-policy", [BUCKET], *({"Policy": on_bucket(one)} for one in SIDS), "First"),
    "boundary": ("user-boundary", ["mario"], {"boundary": OTHER}, {"boundary": OWN}, OTHER),
    "tags of a user": ("user-tags", ["mario"], tags(("team", "first")), tags(("cost", "second")), "team = first"),
    "tags of a role": ("role-tags", ["worker"], tags(("team", "first")), tags(("cost", "second")), "team = first"),
    "tags of a bucket": ("bucket-tags", [BUCKET], tags(("team", "first")), tags(("cost", "second")), "team = first"),
    "CORS": ("bucket-cors", [BUCKET], {"rules": json.dumps(RULE)}, {"rules": "[]"}, "https://a.example"),
    "ACL": ("bucket-acl", [BUCKET], {"logs": ["WRITE"]}, {"logs": ["READ_ACP"]}, "S3 log delivery group: WRITE"),
    "versioning": ("bucket-versioning", [BUCKET], {"Status": "Enabled"}, SUSPENDED, "Bucket Versioning: Enabled"),
    "role": ("role-edit", ["worker"], *({**ROLE, "Description": one} for one in SIDS), "First"),
    "trail": (
        "trail-edit", ["audit"], *({"storage": "existing", "S3BucketName": BUCKET, "S3KeyPrefix": one} for one in SIDS),
        "Prefix: First",
    ),
    "tags of a trail": ("trail-tags", ["audit"], tags(("team", "first")), tags(("cost", "second")), "team = first"),
    "contact": ("contact", ["billing"], *({**CONTACT, "Name": one} for one in SIDS), "First"),
    "password policy": (
        "password-policy-edit", [], {**RULES, "RequireSymbols": "on"}, {**RULES, "RequireNumbers": "on"}, "): yes",
    ),
}  # fmt: skip


@pytest.fixture
def furnished(root):
    call = root.call
    call("iam:CreateUser", {"UserName": "mario"})
    call("iam:CreatePolicy", {"PolicyName": "own", "PolicyDocument": document("Before")})
    call("iam:PutUserPolicy", {"UserName": "mario", "PolicyName": "in", "PolicyDocument": document("Before")})
    call("iam:CreateRole", {"RoleName": "worker", "AssumeRolePolicyDocument": trust("Before")})
    call("s3:CreateBucket", {"Bucket": BUCKET, "ObjectOwnership": "ObjectWriter"})
    call("cloudtrail:CreateTrail", {"Name": "audit", "S3BucketName": BUCKET})
    return root


def opened(browser, address):
    """The mark that a tab's page holds."""
    html = browser.get(address).content.decode()
    return {"seen": re.search(r'name="seen"(?: value="([^"]*)")?', html)[1] or ""}


@pytest.mark.parametrize("name", EDITED)
def test_the_second_tab_is_told_and_loses_nothing(browser_of, furnished, name):
    page, args, first, second, words = EDITED[name]
    address = furnished.url(page, *args)
    one, other = opened(browser_of, address), opened(browser_of, address)
    assert browser_of.post(address, {**one, **first}).status_code == 302
    told = browser_of.post(address, {**other, **second})
    html = told.content.decode()
    assert told.status_code == 422
    assert "has changed since you opened" in html
    assert words in html
    form = told.context["form"]
    typed = {field: value for field, value in second.items() if field in form.fields}
    assert [field for field, value in typed.items() if form[field].value() not in (value, [value], value == "on")] == []
    again = re.search(r'name="seen" value="([^"]+)"', html)[1]
    assert opened(browser_of, address)["seen"] == again  # nothing was saved
    assert browser_of.post(address, {**second, "seen": again}).status_code == 302
    assert opened(browser_of, address)["seen"] not in (again, other["seen"]) or name in ("versioning", "CORS")


def test_who_sends_what_they_were_shown_is_not_held_up(browser_of, furnished):
    address = furnished.url("user-tags", "mario")
    for pairs in ([("team", "a")], [("team", "a"), ("cost", "b")], []):
        assert browser_of.post(address, {**opened(browser_of, address), **tags(*pairs)}).status_code == 302
    assert furnished.call("iam:ListUserTags", {"UserName": "mario"})["Tags"] == []


@pytest.mark.parametrize("name", ["boundary", "tags of a user", "tags of a bucket", "role", "contact"])
def test_what_is_sent_twice_from_one_page_is_no_change_of_another(browser_of, furnished, name):
    page, args, sent, *_ = EDITED[name]
    address = furnished.url(page, *args)
    mark = opened(browser_of, address)
    assert [browser_of.post(address, {**mark, **sent}).status_code for _ in range(2)] == [302, 302]


def test_looking_round_in_the_form_forgets_not_what_it_was_made_from(browser_of, furnished):
    address = furnished.url("user-tags", "mario")
    mark = opened(browser_of, address)
    browser_of.post(address, {**mark, **tags(("team", "first"))})
    looked = browser_of.post(address, {**mark, **tags(("cost", "second")), "look": "tags:add"}).content.decode()
    assert f'name="seen" value="{mark["seen"]}"' in looked
    assert "team = first" in browser_of.post(address, {**mark, **tags(("cost", "second"))}).content.decode()
    assert furnished.call("iam:ListUserTags", {"UserName": "mario"})["Tags"] == [{"Key": "team", "Value": "first"}]


def test_block_public_access_tells_it_in_its_question(browser_of, furnished):
    address = furnished.url("bucket-block", BUCKET)
    mark = opened(browser_of, address)
    all_of_them = {"PublicAccessBlockConfiguration": {"BlockPublicAcls": False, "IgnorePublicAcls": True}}
    furnished.call("s3:PutPublicAccessBlock", {"Bucket": BUCKET, **all_of_them})
    sent = {**mark, "BlockPublicAcls": "on"}
    for more in ({}, {"typed": "confirm"}):
        html = browser_of.post(address, {**sent, **more}).content.decode()
        assert "has changed since you opened" in html
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', html.partition('id="confirm"')[2]))
    assert hidden["seen"] != mark["seen"]
    assert browser_of.post(address, {**hidden, "typed": "confirm"}).status_code == 302
    found = furnished.call("s3:GetPublicAccessBlock", {"Bucket": BUCKET})["PublicAccessBlockConfiguration"]
    assert (found["BlockPublicAcls"], found["IgnorePublicAcls"]) == (True, False)
