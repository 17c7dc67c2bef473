"""The Create user wizard, of both eras."""

import csv
import io
import re
from datetime import timedelta
from html import unescape
from urllib.parse import unquote

import pytest
from django.utils import timezone

from iamlab.console.models import Draft
from iamlab.services.operations import AwsError

pytestmark = pytest.mark.django_db
ADMIN = "arn:aws:iam::aws:policy/AdministratorAccess"
DETAILS = {"UserName": "anna", "password_kind": "auto"}
CONSOLE = {**DETAILS, "console": "on", "reset": "on"}
TAG = {"tags-key": "department", "tags-value": "engineers"}


class Walk:
    """One run of the wizard through Django's client."""

    def __init__(self, browser, session, era=""):
        self.browser, self.session = browser, session
        start = browser.get(f"/console/{session.id}/iam/users/create/?era={era}")
        self.base = start.url.removesuffix("details/")
        self.draft_id = self.base.rstrip("/").rpartition("/")[2]

    def send(self, step, **data):
        return self.browser.post(f"{self.base}{step}/", data)

    def see(self, step):
        return self.browser.get(f"{self.base}{step}/").content.decode()

    @property
    def draft(self):
        return Draft.objects.get(pk=self.draft_id)

    def through(self, details=DETAILS, permissions=None, review=None):
        assert self.send("details", **details).status_code == 302
        assert self.send("permissions", **(permissions or {"how": "group"})).status_code == 302
        return self.send("review", **(review or {}))


@pytest.fixture
def walk(browser_of, root):
    return Walk(browser_of, root)


def table_of(html: str) -> list[list[str]]:
    """The rows of the .csv that a page offers."""
    href = re.search(r'href="data:text/csv;charset=utf-8,([^"]*)"', html)[1]
    return list(csv.reader(io.StringIO(unquote(href))))


def test_a_user_with_password_group_and_tag_is_made(walk, root):
    root.call("iam:CreateGroup", {"GroupName": "Admins"})
    response = walk.through(CONSOLE, {"how": "group", "groups": ["Admins"]}, TAG)
    assert response.url == f"{walk.base}result/"
    user = root.call("iam:GetUser", {"UserName": "anna"})["User"]
    assert user["Tags"] == [{"Key": "department", "Value": "engineers"}]
    assert [g["GroupName"] for g in root.call("iam:ListGroupsForUser", {"UserName": "anna"})["Groups"]] == ["Admins"]
    assert root.call("iam:GetLoginProfile", {"UserName": "anna"})["LoginProfile"]["PasswordResetRequired"] is True
    attached = root.call("iam:ListAttachedUserPolicies", {"UserName": "anna"})["AttachedPolicies"]
    assert [one["PolicyName"] for one in attached] == ["IAMUserChangePassword"]


def test_the_result_shows_each_call_and_the_password_this_once(walk, browser_of, root):
    walk.through(CONSOLE)
    html = walk.see("result")
    assert html.count("status-success") >= 3
    header, row = table_of(html)
    assert header == ["User name", "Password", "Console sign-in URL"]
    name, password, url = row
    assert name == "anna" and password in unquote(html) and url.endswith("/sign-in/111122223333/")
    sign_in = {"Account": "111122223333", "UserName": "anna", "Password": password}
    assert browser_of.post(url.removeprefix("http://testserver"), sign_in).status_code == 302
    again = walk.see("result")
    assert password not in again and "shown once" in again
    assert walk.draft.secrets == ""


def test_the_mail_with_the_instructions_has_no_password(walk):
    walk.through(CONSOLE)
    html = walk.see("result")
    password = table_of(html)[1][1]
    letter = unquote(unescape(re.search(r'href="(mailto:[^"]+)">Email sign-in instructions', html)[1]))
    assert "User name: anna" in letter and "/sign-in/111122223333/" in letter and password not in letter


def test_without_console_access_it_ends_on_the_list(walk, root):
    response = walk.through()
    assert response.url == f"/console/{root.id}/iam/users/"
    with pytest.raises(AwsError, match="Login Profile"):
        root.call("iam:GetLoginProfile", {"UserName": "anna"})


def test_the_review_says_every_value_and_the_calls_with_their_command_lines(walk, root):
    walk.send("details", **{**CONSOLE, "password_kind": "custom", "Password": "Spring-2026"})
    walk.send("permissions", how="attach", policies=[ADMIN], use_boundary="on", boundary=ADMIN)
    html = walk.see("review")
    for text in ("anna", "Custom password", "AdministratorAccess", "Permissions boundary", "iam:CreateLoginProfile"):
        assert text in html
    assert f"aws iam create-user --user-name anna --permissions-boundary {ADMIN}" in html
    assert "Spring-2026" not in html


@pytest.mark.parametrize(
    ("sent", "field", "text"),
    [
        ({"UserName": ""}, "UserName", "This field is required"),
        ({"UserName": "a" * 65}, "UserName", "Use at most 64 characters"),
        ({"UserName": "a b"}, "UserName", "Use only letters"),
        ({"UserName": "Ünal"}, "UserName", "Use only letters"),
        ({"console": "on", "password_kind": "custom"}, "Password", "Enter a password"),
        ({"console": "on", "password_kind": "custom", "Password": "short"}, "Password", "8 to 128 characters"),
    ],
)
def test_a_fault_is_told_at_its_field(walk, sent, field, text):
    response = walk.send("details", **{**DETAILS, **sent})
    assert response.status_code == 422
    html = response.content.decode()
    assert text in html[html.index(f'id="id_{field}_error"') :].partition("</div>")[0]


def test_a_name_taken_in_another_case_comes_back_to_its_field(walk, root):
    root.call("iam:CreateUser", {"UserName": "ANNA"})
    response = walk.through()
    assert response.url == f"{walk.base}details/"
    html = walk.see("details")
    assert "User with name anna already exists" in html[html.index('id="id_UserName_error"') :]
    walk.send("details", **{**DETAILS, "UserName": "bob"})
    assert walk.send("review").status_code == 302
    assert root.call("iam:GetUser", {"UserName": "bob"})


def test_a_step_without_those_before_it_leads_to_the_first_missing(walk):
    assert walk.browser.get(f"{walk.base}review/").url == f"{walk.base}details/"
    walk.send("details", **DETAILS)
    assert walk.browser.get(f"{walk.base}review/").url == f"{walk.base}permissions/"


def test_going_back_shows_what_was_typed_and_corrects_it(walk, root):
    walk.send("details", **CONSOLE)
    walk.send("permissions", how="group")
    html = walk.see("details")
    assert 'value="anna"' in html and re.search(r'name="console"[^>]*checked', html)
    walk.send("details", **{**DETAILS, "UserName": "bob"})
    walk.send("review")
    assert [user["UserName"] for user in root.call("iam:ListUsers")["Users"]] == ["bob"]


def test_sent_twice_it_makes_one_user(walk, root):
    first, second = walk.through(CONSOLE), walk.send("review")
    assert first.url == second.url == f"{walk.base}result/"
    names = [event["EventName"] for event in root.call("cloudtrail:LookupEvents")["Events"]]
    assert names.count("CreateUser") == 1 and names.count("CreateLoginProfile") == 1


def test_after_it_is_done_every_step_leads_to_the_result(walk):
    walk.through(CONSOLE)
    assert walk.browser.get(f"{walk.base}details/").url == f"{walk.base}result/"


def test_a_typed_password_is_encrypted_never_rendered_and_kept_half_an_hour(walk, root):
    typed = {**CONSOLE, "password_kind": "custom", "Password": "Spring-2026"}
    walk.send("details", **typed)
    assert "Spring-2026" not in walk.see("details") + walk.draft.secrets + str(walk.draft.data)
    walk.send("details", **{**typed, "Password": ""})
    walk.send("permissions", how="group")
    Draft.objects.update(secrets_kept=timezone.now() - timedelta(minutes=31))
    assert walk.send("review").url == f"{walk.base}details/"
    assert "Enter it again" in walk.see("details")
    walk.send("details", **typed)
    walk.send("review")
    assert root.call("iam:GetLoginProfile", {"UserName": "anna"})


def test_cancelling_erases_what_was_typed(walk):
    walk.send("details", **{**CONSOLE, "password_kind": "custom", "Password": "Spring-2026"})
    assert walk.send("details", cancel="1").url.endswith("/iam/users/")
    assert not Draft.objects.exists()


def test_a_new_draft_erases_secrets_that_lay_too_long(walk, root):
    walk.send("details", **{**CONSOLE, "password_kind": "custom", "Password": "Spring-2026"})
    Draft.objects.update(secrets_kept=timezone.now() - timedelta(minutes=31))
    Walk(walk.browser, root)
    assert walk.draft.secrets == ""


def test_a_refused_first_call_says_so_on_the_review_and_makes_nothing(browser_of, root, user):
    walk = Walk(browser_of, user("mario"))
    assert walk.through().url == f"{walk.base}review/"
    html = walk.see("review")
    assert "Access denied" in html and "iam:CreateUser" in html
    assert len(root.call("iam:ListUsers")["Users"]) == 1


ALL_BUT_GROUPS = """{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "iam:*", "Resource": "*"},
    {"Effect": "Deny", "Action": "iam:AddUserToGroup", "Resource": "*"}]}"""


@pytest.fixture
def stopped(browser_of, root, user):
    """A wizard whose second call was refused."""
    root.call("iam:CreateGroup", {"GroupName": "Admins"})
    walk = Walk(browser_of, user("mario", Most=ALL_BUT_GROUPS))
    assert walk.through(CONSOLE, {"how": "group", "groups": ["Admins"]}).url == f"{walk.base}result/"
    return walk


def test_a_call_refused_on_the_way_leaves_what_stands_and_offers_to_go_on(stopped, root):
    html = stopped.see("result")
    assert "Not everything was done" in html and "iam:AddUserToGroup" in html and "not made" in html
    assert root.call("iam:GetUser", {"UserName": "anna"})
    response = stopped.send("result", skip="1")
    assert response.url == f"{stopped.base}result/"
    assert root.call("iam:GetLoginProfile", {"UserName": "anna"})
    assert table_of(stopped.see("result"))[1][0] == "anna"


def test_it_can_be_tried_again_once_it_is_allowed(stopped, root):
    root.call("iam:DeleteUserPolicy", {"UserName": "mario", "PolicyName": "Most"})
    root.call("iam:AttachUserPolicy", {"UserName": "mario", "PolicyArn": ADMIN})
    stopped.send("result")
    assert [g["GroupName"] for g in root.call("iam:ListGroupsForUser", {"UserName": "anna"})["Groups"]] == ["Admins"]
    names = [event["EventName"] for event in root.call("cloudtrail:LookupEvents")["Events"]]
    assert names.count("CreateUser") == 2  # mario and anna: going on does not make her twice


def test_going_back_to_correct_keeps_the_calls_that_stand(stopped, root):
    stopped.send("permissions", how="group")
    stopped.send("review")
    assert root.call("iam:GetLoginProfile", {"UserName": "anna"})


def test_of_a_user_who_was_left_out_everything_else_is_too(browser_of, root):
    root.call("iam:CreateUser", {"UserName": "Bob"})
    root.call("iam:CreateGroup", {"GroupName": "Admins"})
    walk = Walk(browser_of, root, era="2021")
    walk.send("details", **CONSOLE, more=["bob", "carl"], programmatic="on")
    walk.send("permissions", how="group", groups=["Admins"])
    walk.send("tags")
    walk.send("review")
    assert "waits for you at the end" in walk.see("result")
    walk.send("result", skip="1")
    html = walk.see("result")
    assert html.count("left out") == 5
    assert [row[0] for row in table_of(html)] == ["User name", "anna", "carl"]
    members = root.call("iam:GetGroup", {"GroupName": "Admins"})["Users"]
    assert sorted(one["UserName"] for one in members) == ["anna", "carl"]
    assert root.call("iam:ListAccessKeys", {"UserName": "Bob"})["AccessKeyMetadata"] == []
    with pytest.raises(AwsError, match="Login Profile"):
        root.call("iam:GetLoginProfile", {"UserName": "Bob"})


@pytest.mark.parametrize("details", [DETAILS, CONSOLE])
def test_who_goes_back_to_a_taken_name_and_leaves_it_out_changes_nobody(stopped, root, details):
    root.call("iam:CreateUser", {"UserName": "bob"})
    stopped.send("details", **{**details, "UserName": "bob"})
    stopped.send("permissions", how="attach", policies=[ADMIN])
    stopped.send("review")
    assert stopped.send("result", skip="1").url == f"{stopped.base}result/"
    html = stopped.see("result")
    assert "No user was created" in html and "left out" in html
    assert root.call("iam:ListAttachedUserPolicies", {"UserName": "bob"})["AttachedPolicies"] == []


def test_permissions_of_another_user_are_copied(walk, root):
    document = '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}}'
    root.call("iam:CreateUser", {"UserName": "bob"})
    root.call("iam:CreateGroup", {"GroupName": "Team"})
    root.call("iam:AddUserToGroup", {"UserName": "bob", "GroupName": "Team"})
    root.call("iam:AttachUserPolicy", {"UserName": "bob", "PolicyArn": ADMIN})
    root.call("iam:PutUserPolicy", {"UserName": "bob", "PolicyName": "Own", "PolicyDocument": document})
    walk.through(permissions={"how": "copy", "source": "bob"})
    anna = {"UserName": "anna"}
    assert root.call("iam:ListGroupsForUser", anna)["Groups"][0]["GroupName"] == "Team"
    assert root.call("iam:ListAttachedUserPolicies", anna)["AttachedPolicies"][0]["PolicyArn"] == ADMIN
    assert root.call("iam:GetUserPolicy", {**anna, "PolicyName": "Own"})["PolicyDocument"] == document


def test_looking_round_keeps_what_was_chosen_and_saves_nothing(walk):
    walk.send("details", **DETAILS)
    sent = {"how": "attach", "policies": [ADMIN], "policies-find": "S3ReadOnly", "look": "policies"}
    html = walk.send("permissions", **sent).content.decode()
    assert "AmazonS3ReadOnlyAccess" in html
    assert f'<input type="hidden" name="policies" value="{ADMIN}">' in html
    assert "permissions" not in walk.draft.data


def test_the_group_dialog_makes_a_group_and_ticks_it(walk, root):
    walk.send("details", **DETAILS)
    opened = walk.browser.post(f"{walk.base}group/", {"groups": ["Old"], "look": "group"})
    assert 'id="confirm"' in opened.content.decode()
    response = walk.browser.post(f"{walk.base}group/", {"GroupName": "Admins", "policies": [ADMIN]})
    assert response.url == f"{walk.base}permissions/"
    attached = root.call("iam:ListAttachedGroupPolicies", {"GroupName": "Admins"})["AttachedPolicies"]
    assert attached[0]["PolicyArn"] == ADMIN
    assert walk.draft.data["permissions"]["groups"] == ["Old", "Admins"]
    assert re.search(r'value="Admins"[^>]*checked', walk.see("permissions"))


def test_the_group_dialog_keeps_the_boundary_that_was_chosen_behind_it(walk):
    walk.send("details", **DETAILS)
    walk.browser.post(f"{walk.base}group/", {"how": "group", "use_boundary": "on", "boundary": ADMIN})
    walk.browser.post(f"{walk.base}group/", {"GroupName": "Admins"})
    form = walk.browser.get(f"{walk.base}permissions/").context["form"]
    shown = (form["groups"].value(), form["use_boundary"].value(), form["boundary"].value())
    assert shown == (["Admins"], True, [ADMIN])


ALL_BUT_READING = """{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "iam:*", "Resource": "*"},
    {"Effect": "Deny", "Action": ["iam:ListUserPolicies", "iam:AttachGroupPolicy"], "Resource": "*"}]}"""


def test_a_refusal_amid_the_permissions_tells_why(browser_of, root, user):
    root.call("iam:CreateUser", {"UserName": "bob"})
    walk = Walk(browser_of, user("mario", Most=ALL_BUT_READING))
    walk.send("details", **DETAILS)
    refused = walk.send("permissions", how="copy", source="bob")
    html = refused.content.decode()
    assert refused.status_code == 422 and "iam:ListUserPolicies" in html and "/why/" in html
    walk.browser.post(f"{walk.base}group/", {"GroupName": "Admins", "policies": [ADMIN]})
    html = walk.see("permissions")
    assert "its policies are not all attached" in html and re.search(r'href="[^"]*/why/[^"]*">Why\?', html)


def test_the_group_dialog_tells_a_taken_name_at_its_field(walk, root):
    root.call("iam:CreateGroup", {"GroupName": "admins"})
    response = walk.browser.post(f"{walk.base}group/", {"GroupName": "Admins"})
    assert response.status_code == 422
    html = response.content.decode()
    assert "already exists" in html[html.index('id="id_GroupName_error"') :]


@pytest.mark.parametrize(
    ("tags", "text"),
    [
        ({"tags-key": ["a", "A"], "tags-value": ["1", "2"]}, "stands here twice"),
        ({"tags-key": "aws:x", "tags-value": "1"}, "must not begin with aws:"),
        ({"tags-key": "", "tags-value": "1"}, "has no key"),
        ({"tags-key": "a", "tags-value": "<b>"}, "Value &lt;b&gt;"),
        ({"tags-key": "k" * 129, "tags-value": "1"}, "at most 128"),
    ],
)
def test_a_bad_tag_is_told(walk, tags, text):
    response = walk.through(review=tags)
    assert response.status_code == 422 and text in response.content.decode()


@pytest.mark.parametrize(("dropped", "left"), [("0", ["b"]), ("1", ["a"]), ("²", ["a", "b"]), ("9" * 5000, ["a", "b"])])
def test_the_row_of_tags_that_is_dropped_goes_and_no_other(walk, dropped, left):
    walk.send("details", **DETAILS)
    walk.send("permissions", how="group")
    response = walk.send("review", **{"tags-key": ["a", "b"], "tags-value": ["", ""], "look": f"tags:drop:{dropped}"})
    assert re.findall(r'name="tags-key" value="(.)"', response.content.decode()) == left


def test_2021_makes_several_users_with_keys_and_its_csv(browser_of, root):
    walk = Walk(browser_of, root, "2021")
    details = {**CONSOLE, "more": ["bob"], "programmatic": "on"}
    walk.send("details", **details)
    assert "Next: Tags" in walk.see("permissions")
    walk.send("permissions", how="attach", policies=[ADMIN])
    walk.send("tags", **TAG)
    assert "engineers" in walk.see("review")
    walk.send("review")
    rows = table_of(walk.see("result"))
    assert rows[0] == ["User name", "Password", "Access key ID", "Secret access key", "Console login link"]
    assert [row[0] for row in rows[1:]] == ["anna", "bob"]
    for name, password, key_id, secret, link in rows[1:]:
        keys = root.call("iam:ListAccessKeys", {"UserName": name})["AccessKeyMetadata"]
        assert [key["AccessKeyId"] for key in keys] == [key_id]
        assert len(secret) == 40 and password and link


def test_2021_calls_steps_and_options_by_their_names_of_then(browser_of, root):
    details = browser_of.get(f"/console/{root.id}/iam/users/create/?era=2021").url
    assert "<h2>Set user details</h2>" in browser_of.get(details).content.decode()
    chosen = browser_of.post(details, {"UserName": "anna", "programmatic": "on", "password_kind": "auto"}).url
    html = browser_of.get(chosen).content.decode()
    for words in (
        "<h2>Set permissions</h2>",
        "Copy permissions from existing user",
        "Attach existing policies directly",
    ):
        assert words in html


def test_2021_wants_a_type_of_access_and_different_names(browser_of, root):
    walk = Walk(browser_of, root, "2021")
    assert "at least one type" in walk.send("details", **DETAILS).content.decode()
    sent = {**CONSOLE, "more": ["ANNA"]}
    assert "stands here twice" in walk.send("details", **sent).content.decode()


def test_the_eras_switch_over_what_was_typed(walk):
    walk.send("details", **CONSOLE)
    assert walk.send("era", era="2021").url == f"{walk.base}details/"
    html = walk.see("details")
    assert "Select AWS access type" in html and 'value="anna"' in html


def test_a_draft_outlives_its_session_and_goes_on_in_the_next(walk, browser_of, root, account):
    from tests.console.conftest import signed_in

    walk.send("details", **DETAILS)
    again = signed_in(root.person, account, "root", account.pk, "root")
    address = f"{walk.base}permissions/".replace(root.id, again.id)
    assert browser_of.get(address).status_code == 200


def test_strangers_and_other_accounts_do_not_find_a_draft(walk, client, stranger, root):
    walk.send("details", **DETAILS)
    client.force_login(stranger)
    assert client.get(f"{walk.base}permissions/").status_code == 404


def test_all_that_is_typed_is_escaped(walk, root):
    document = '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}}'
    root.call("iam:CreatePolicy", {"PolicyName": "P", "PolicyDocument": document})
    walk.send("details", **DETAILS)
    html = walk.send("permissions", how="attach", policies=["<img src=x>"]).url and walk.see("review")
    assert "<img src=x>" not in html and "&lt;img src=x&gt;" in html
