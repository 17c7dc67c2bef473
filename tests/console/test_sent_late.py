"""What was typed into a form and sent when its session had ended comes back after signing in, and is not sent again."""

import json
import time

import pytest
from django import forms

import iamlab.urls  # noqa: F401 - all forms are known
from iamlab.console.forms import ConsoleForm
from iamlab.services.iam.models import User
from tests.console.conftest import signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
TEXT = json.dumps({"Version": "2012-10-17", "Statement": [{"Sid": "TypedLate", "Effect": "Deny", "Action": "s3:*"}]})
POLICY = {"PolicyDocument": TEXT}
ROWS = {"tags-key": ["team", "late"], "tags-value": ["x", "typed late"]}
TAGS = [{"Key": "team", "Value": "x"}, {"Key": "late", "Value": "typed late"}]
CONTACT = {"Name": "Typed Late", "Title": "T", "EmailAddress": "late@example.com", "PhoneNumber": "+100"}
ARN = "arn:aws:iam::111122223333:policy/own"
BROKEN = {"rules": '[{"AllowedMethods": ["GET"]'}
ALL = {"BlockPublicAcls": True, "IgnorePublicAcls": False}
RULES = {"MinimumPasswordLength": "99", "RequireSymbols": "on"}
# Page, its arguments, what is sent, and what of it the page's fields show afterwards where that looks another way.
FORMS = {
    "policy": ("policy-edit", [ARN], POLICY),
    "trust policy": ("role-trust", ["worker"], POLICY),
    "inline policy": ("user-inline-create", ["mario"], {**POLICY, "PolicyName": "late"}),
    "inline policy of a group": ("group-inline", ["crew", "old"], POLICY),
    "bucket policy": ("bucket-policy", ["lab-late"], {"Policy": TEXT}),
    "cors": ("bucket-cors", ["lab-late"], BROKEN),
    "block public access": ("bucket-block", ["lab-late"], {"BlockPublicAcls": "on"}, ALL),
    "acl": ("bucket-acl", ["lab-late"], {"everyone": ["READ"]}, {"everyone": ["READ"], "authenticated": []}),
    "bucket tags": ("bucket-tags", ["lab-late"], ROWS, {"tags": TAGS}),
    "versioning": ("bucket-versioning", ["lab-late"], {"Status": "Enabled"}),
    "tags": ("user-tags", ["mario"], ROWS, {"tags": TAGS}),
    "boundary": ("user-boundary", ["mario"], {"boundary": ARN}, {"boundary": [ARN]}),
    "groups": ("user-join-groups", ["mario"], {"groups": "crew"}, {"groups": ["crew"]}),
    "password policy": ("password-policy-edit", [], RULES, {**RULES, "RequireSymbols": True, "RequireNumbers": False}),
    "role": ("role-edit", ["worker"], {"Description": "Typed late"}),
    "group's name": ("group-rename", ["crew"], {"NewGroupName": "late"}),
    "group": ("group-create", [], {"GroupName": "late", "users": ["mario"]}),
    "alias": ("iam-alias", [], {"AccountAlias": "typed-late"}),
    "contact": ("contact", ["billing"], CONTACT),
}  # fmt: skip


@pytest.fixture
def furnished(root, user):
    call = root.call
    trust = json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "ec2.amazonaws.com"}},
    ]})  # fmt: skip
    saved = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]})
    call("iam:CreatePolicy", {"PolicyName": "own", "PolicyDocument": saved})
    call("iam:CreateRole", {"RoleName": "worker", "AssumeRolePolicyDocument": trust})
    call("iam:CreateGroup", {"GroupName": "crew"})
    call("iam:PutGroupPolicy", {"GroupName": "crew", "PolicyName": "old", "PolicyDocument": saved})
    call("s3:CreateBucket", {"Bucket": "lab-late", "ObjectOwnership": "ObjectWriter"})
    return user("mario", "AdministratorAccess")


def mario_again(session):
    row = User.objects.get(account_id=session.account.pk, name="mario")
    return signed_in(session.person, session.account, "user", row.unique_id, "mario")


def late(browser, session, address, sent, **headers):
    """Sent after signing out in another tab."""
    browser.post(session.url("sign-out-session"))
    return browser.post(address, sent, headers={"referer": f"http://testserver{address}", **headers})


@pytest.mark.parametrize("name", FORMS)
def test_a_form_comes_back_with_what_was_typed(browser_of, furnished, name):
    page, args, sent, *other = FORMS[name]
    shown = other[0] if other else sent
    response = late(browser_of, furnished, furnished.url(page, *args), sent)
    again = mario_again(furnished)
    assert "/sign-in/111122223333/?ended=1&next=" in response.url
    html = browser_of.get(again.url(page, *args))
    form = html.context["form"]
    assert {field: form[field].value() for field in shown} == shown
    assert html.status_code == 200
    assert not form.is_bound  # nothing was sent
    assert "Your session had ended before this was sent" in html.content.decode()
    plain = browser_of.get(again.url(page, *args))
    assert {field: plain.context["form"][field].value() for field in shown} != shown
    assert "Your session had ended" not in plain.content.decode()


TRUST = json.dumps({"Version": "2012-10-17", "Statement": [{"Sid": "TypedLate", "Effect": "Deny"}]})
ACCOUNT = {"kind": "account", "which": "another", "account_id": "444455556666", "external_id": "typed-late"}
SAML = "arn:aws:iam::111122223333:saml-provider/Corp"
# Whom a role trusts: the fields of the type that was chosen are there again.
ENTITIES = {
    "service": {"kind": "service", "service": "lambda.amazonaws.com"},
    "account": ACCOUNT,
    "web": {"kind": "web", "provider": "accounts.google.com", "audience": "typed-late"},
    "saml": {"kind": "saml", "saml_provider": SAML, "access": "programmatic", "value": "typed-late"},
    "custom": {"kind": "custom", "PolicyDocument": TRUST},
}


@pytest.mark.parametrize("kind", ENTITIES)
def test_a_step_comes_back_with_the_fields_of_the_type_that_was_chosen(browser_of, furnished, kind):
    sent = ENTITIES[kind]
    address = browser_of.get(furnished.url("role-create-start")).url
    late(browser_of, furnished, address, sent)
    again = browser_of.get(address.replace(furnished.id, mario_again(furnished).id))
    form = again.context["form"]
    assert {field: form[field].value() for field in sent} == sent
    assert "Your session had ended before this was sent" in again.content.decode()


def test_a_provider_comes_back_with_the_fields_of_its_type(browser_of, furnished):
    sent = {"kind": "oidc", "Url": "https://typed.example.com", "audience": "late"}
    late(browser_of, furnished, furnished.url("provider-add"), sent)
    form = browser_of.get(mario_again(furnished).url("provider-add")).context["form"]
    assert {field: form[field].value() for field in sent} == sent


def test_the_text_stands_in_the_page_and_saves_when_it_is_sent(browser_of, furnished):
    address = furnished.url("bucket-tags", "lab-late")
    late(browser_of, furnished, address, {"tags-key": "late", "tags-value": "<typed>"})
    again = mario_again(furnished)
    html = browser_of.get(again.url("bucket-tags", "lab-late")).content.decode()
    assert 'name="tags-value" value="&lt;typed&gt;"' in html
    with pytest.raises(Exception, match="NoSuchTagSet"):
        again.call("s3:GetBucketTagging", {"Bucket": "lab-late"})
    browser_of.post(again.url("bucket-tags", "lab-late"), {"tags-key": "late", "tags-value": "typed"})
    assert again.call("s3:GetBucketTagging", {"Bucket": "lab-late"})["TagSet"] == [{"Key": "late", "Value": "typed"}]


def test_another_identity_sees_nothing_of_it(browser_of, furnished, root, user):
    address = furnished.url("role-edit", "worker")
    late(browser_of, furnished, address, {"Description": "Typed late"})
    for other in (root, user("anna", "AdministratorAccess")):
        assert "Typed late" not in browser_of.get(other.url("role-edit", "worker")).content.decode()
    assert "Typed late" in browser_of.get(mario_again(furnished).url("role-edit", "worker")).content.decode()


def test_a_role_that_was_left_comes_back_to_it_when_it_is_taken_again(browser_of, furnished):
    trust = json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "111122223333"}},
    ]})  # fmt: skip
    furnished.call("iam:CreateRole", {"RoleName": "boss", "AssumeRolePolicyDocument": trust})
    arn = "arn:aws:iam::aws:policy/AdministratorAccess"
    furnished.call("iam:AttachRolePolicy", {"RoleName": "boss", "PolicyArn": arn})
    wanted = {"account": "111122223333", "roleName": "boss", "color": "red"}
    taken = browser_of.post(furnished.url("switch-role"), wanted).url
    browser_of.post(f"{taken}switch-back/")
    browser_of.post(f"{taken}iam/home/alias/", {"AccountAlias": "typed-late"})
    assert "typed-late" not in browser_of.get(furnished.url("iam-alias")).content.decode()
    again = browser_of.post(furnished.url("switch-role"), wanted).url
    assert "typed-late" in browser_of.get(f"{again}iam/home/alias/").content.decode()


@pytest.mark.parametrize(
    ("page", "sent"),
    [
        ("own-password", {"OldPassword": "Very-secret-1", "NewPassword": "Very-secret-2", "again": "Very-secret-2"}),
        ("enable-mfa", {"serial": "x", "sealed": "Very-secret-1", "AuthenticationCode1": "Very-secret-2"}),
    ],
)
def test_nothing_secret_is_kept(browser_of, furnished, page, sent, monkeypatch):
    kept = []
    monkeypatch.setattr("cryptography.fernet.Fernet.encrypt", lambda self, text: kept.append(text) or b"")
    late(browser_of, furnished, furnished.url(page), {**sent, "other": "Typed late"})
    assert len(kept) == 1
    assert b"Typed+late" in kept[0]
    assert b"Very-secret" not in kept[0]


def test_what_a_page_is_about_may_stand_in_its_address(browser_of, furnished):
    for key in ("a", "b"):
        furnished.call("s3:PutObject", {"Bucket": "lab-late", "Key": key, "Body": b""})
    address = furnished.url("object-acl", "lab-late", key="a")
    late(browser_of, furnished, address, {"everyone": ["READ_ACP"], "key": "a"})
    again = mario_again(furnished)
    other, same = (browser_of.get(again.url("object-acl", "lab-late", key=key)).context["form"] for key in "ba")
    assert (other["everyone"].value(), same["everyone"].value()) == ([], ["READ_ACP"])


def test_several_tabs_keep_what_was_typed_in_each_and_not_for_long(browser_of, furnished, monkeypatch):
    for name in ("alias", "role", "cors"):
        page, args, sent = FORMS[name]
        late(browser_of, furnished, furnished.url(page, *args), sent)
    again = mario_again(furnished)
    for name in ("cors", "alias"):
        page, args, shown = FORMS[name]
        form = browser_of.get(again.url(page, *args)).context["form"]
        assert {field: form[field].value() for field in shown} == shown
    later = time.time() + 31 * 60
    monkeypatch.setattr("cryptography.fernet.time.time", lambda: later)
    form = browser_of.get(again.url("role-edit", "worker")).context["form"]
    assert form["Description"].value() == ""


def test_a_dialog_comes_back_as_a_page_of_its_own(browser_of, furnished):
    address = furnished.url("iam-alias")
    behind = {"referer": f"http://testserver{furnished.url('iam-home')}"}
    browser_of.post(furnished.url("sign-out-session"))
    response = browser_of.post(
        address, {"AccountAlias": "typed-late"}, headers={**behind, "HX-Request": "true", "HX-Target": "modal"}
    )
    assert "next=iam%2Fhome%2Falias%2F" in json.loads(response["HX-Location"])["path"]


# Filters and questions, which change nothing, and a consent that is to be given anew.
QUESTIONS = {"HistoryForm", "QuestionForm", "ContextForm", "WhoCanForm", "WhoHasForm"}
OTHERS = {*QUESTIONS, "TokenForm", "SamlForm", "AcknowledgeForm"}


def test_every_form_of_the_console_is_one_that_comes_back():
    def all_of(form):
        return {form}.union(*map(all_of, form.__subclasses__()))

    own = {form for form in all_of(forms.Form) if form.__module__.startswith(("iamlab.console.", "iamlab.insight."))}
    assert {form.__name__ for form in own if not issubclass(form, ConsoleForm)} == OTHERS
