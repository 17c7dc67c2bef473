"""What one user's page changes: policies, groups, tags, boundary, console access, access keys, and its end."""

import csv
import io
import re
import time
from urllib.parse import unquote

import pyotp
import pytest

from iamlab.door import authenticate
from iamlab.door.calls import call
from iamlab.services.operations import AwsError

pytestmark = pytest.mark.django_db
ANNA = {"UserName": "anna"}
READ = "arn:aws:iam::aws:policy/ReadOnlyAccess"
DOCUMENT = '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}}'


@pytest.fixture
def anna(browser_of, root):
    """Posts to, or gets, a page under anna's."""
    root.call("iam:CreateUser", ANNA)
    base = f"/console/{root.id}/iam/users/details/anna/"

    def ask(path, **sent):
        return browser_of.post(base + path, sent) if sent else browser_of.get(base + path)

    return ask


def follow(browser, response, **sent):
    """Sends a wizard's step to where it began."""
    return browser.post(response.url, sent)


def rows_of(html: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(unquote(re.search(r'href="data:text/csv;charset=utf-8,([^"]*)"', html)[1]))))


def test_the_permissions_tab_lists_policies_of_the_user_and_its_groups(anna, root):
    root.call("iam:AttachUserPolicy", {**ANNA, "PolicyArn": READ})
    root.call("iam:PutUserPolicy", {**ANNA, "PolicyName": "Own", "PolicyDocument": DOCUMENT})
    root.call("iam:CreateGroup", {"GroupName": "Team"})
    root.call("iam:AddUserToGroup", {**ANNA, "GroupName": "Team"})
    root.call("iam:PutGroupPolicy", {"GroupName": "Team", "PolicyName": "Theirs", "PolicyDocument": DOCUMENT})
    html = anna("permissions/").content.decode()
    for text in ("ReadOnlyAccess", "Directly", "Own", "Customer inline", "Theirs", "Group Team"):
        assert text in html
    assert re.search(r'value="inline:Theirs"[^>]*disabled', html)


def test_the_summary_reads_across_and_the_tabs_are_counted(anna, root):
    root.call("iam:CreateGroup", {"GroupName": "Team"})
    root.call("iam:AddUserToGroup", {**ANNA, "GroupName": "Team"})
    root.call("iam:TagUser", {**ANNA, "Tags": [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}]})
    page = anna("permissions/")
    assert [label for label, _ in page.context["summary"]] == [
        "ARN", "Console access", "Access key 1", "Created", "Last console sign-in", "Access key 2"
    ]  # fmt: skip
    tabs = {tab["label"]: tab["count"] for tab in page.context["tabs"]}
    assert (tabs["Groups"], tabs["Tags"], tabs["Permissions"]) == (1, 2, None)


def test_ticked_policies_are_removed(anna, root):
    root.call("iam:AttachUserPolicy", {**ANNA, "PolicyArn": READ})
    root.call("iam:PutUserPolicy", {**ANNA, "PolicyName": "Own", "PolicyDocument": DOCUMENT})
    anna("remove-policies/", selected=[f"managed:{READ}", "inline:Own"])
    assert root.call("iam:ListAttachedUserPolicies", ANNA)["AttachedPolicies"] == []
    assert root.call("iam:ListUserPolicies", ANNA)["PolicyNames"] == []


def test_what_could_not_be_removed_is_told_beside_what_was(anna, root):
    root.call("iam:PutUserPolicy", {**ANNA, "PolicyName": "Own", "PolicyDocument": DOCUMENT})
    html = anna("remove-policies/", selected=["inline:Own", "inline:Gone"]).content.decode()
    assert "Not everything was done" in html and "NoSuchEntity" in html
    assert root.call("iam:ListUserPolicies", ANNA)["PolicyNames"] == []


def test_permissions_are_added_by_the_wizard(anna, browser_of, root):
    step = anna("add-permissions/")
    review = follow(browser_of, step, how="attach", policies=[READ])
    assert "ReadOnlyAccess" in browser_of.get(review.url).content.decode()
    assert follow(browser_of, review).url.endswith("/details/anna/permissions/")
    assert root.call("iam:ListAttachedUserPolicies", ANNA)["AttachedPolicies"][0]["PolicyArn"] == READ


def test_copied_permissions_replace_no_inline_policy_of_the_same_name(anna, browser_of, root):
    other = DOCUMENT.replace("s3:*", "iam:*")
    root.call("iam:CreateUser", {"UserName": "bob"})
    root.call("iam:PutUserPolicy", {"UserName": "bob", "PolicyName": "Own", "PolicyDocument": DOCUMENT})
    root.call("iam:PutUserPolicy", {**ANNA, "PolicyName": "Own", "PolicyDocument": other})
    step = anna("add-permissions/")
    refused = follow(browser_of, step, how="copy", source="bob")
    assert refused.status_code == 422
    assert "anna has another inline policy called Own. Copying would replace it." in refused.content.decode()
    root.call("iam:PutUserPolicy", {**ANNA, "PolicyName": "Own", "PolicyDocument": DOCUMENT})
    assert follow(browser_of, step, how="copy", source="bob").status_code == 302  # the same text may be a first try's


def test_groups_are_joined_and_left(anna, root):
    root.call("iam:CreateGroup", {"GroupName": "Team"})
    anna("join-groups/", groups=["Team"])
    assert "Team" in anna("groups/").content.decode()
    anna("leave-groups/", selected=["Team"])
    assert root.call("iam:ListGroupsForUser", ANNA)["Groups"] == []


def test_tags_are_saved_as_they_stand(anna, root):
    root.call("iam:TagUser", {**ANNA, "Tags": [{"Key": "old", "Value": "1"}, {"Key": "same", "Value": "2"}]})
    anna("manage-tags/", **{"tags-key": ["same", "new"], "tags-value": ["2", "3"]})
    tags = {tag["Key"]: tag["Value"] for tag in root.call("iam:ListUserTags", ANNA)["Tags"]}
    assert tags == {"same": "2", "new": "3"}


def test_the_enter_key_saves_tags(anna, root):
    """A browser presses a form's first button that sends: that of no row, which would remove a tag."""
    root.call("iam:TagUser", {**ANNA, "Tags": [{"Key": "old", "Value": "1"}]})
    form = anna("manage-tags/").content.decode().partition('<form method="post" class="stack"')[2]
    first = next(tag for tag in re.findall(r"<button[^>]*>[^<]*", form) if 'type="button"' not in tag)
    assert first.endswith(">Save changes") and "name=" not in first


def test_a_boundary_is_set_and_removed(anna, root):
    anna("boundary/", boundary=READ)
    assert READ in anna("permissions/").content.decode()
    anna("boundary/remove/", sure="1")
    assert "PermissionsBoundary" not in root.call("iam:GetUser", ANNA)["User"]


def test_a_boundary_is_changed_for_one_that_was_searched_for(anna, root):
    """The one that is set stands on another page of the search, and is sent before the one that is chosen now."""
    anna("boundary/", boundary=READ)
    looking = anna("boundary/", **{"boundary": READ, "boundary-find": "AmazonS3FullAccess", "look": "boundary"})
    found = looking.content.decode()
    sent = re.findall(r'<input type="(?:hidden|radio)" name="boundary" value="([^"]+)"', found)
    assert sent == [READ, "arn:aws:iam::aws:policy/AmazonS3FullAccess"]
    anna("boundary/", boundary=sent)
    boundary = root.call("iam:GetUser", ANNA)["User"]["PermissionsBoundary"]
    assert boundary["PermissionsBoundaryArn"] == sent[1]


def test_an_inline_policy_is_made_and_changed(anna, root):
    anna("inline/", PolicyName="Own", PolicyDocument=DOCUMENT)
    changed = DOCUMENT.replace("s3:*", "s3:GetObject")
    assert "policy-json" in anna("inline/Own/").content.decode()
    seen = anna("inline/Own/").context["form"]["seen"].value()
    anna("inline/Own/", PolicyDocument=changed, seen=seen)
    assert root.call("iam:GetUserPolicy", {**ANNA, "PolicyName": "Own"})["PolicyDocument"] == changed


def test_the_second_of_two_tabs_learns_of_the_firsts_inline_policy_and_loses_nothing(anna, root):
    anna("inline/", PolicyName="Own", PolicyDocument=DOCUMENT)
    theirs, mine = DOCUMENT.replace("s3:*", "s3:GetObject"), DOCUMENT.replace("s3:*", "s3:PutObject")
    seen = anna("inline/Own/").context["form"]["seen"].value()
    anna("inline/Own/", PolicyDocument=theirs, seen=seen)
    response = anna("inline/Own/", PolicyDocument=mine, seen=seen)
    html = response.content.decode()
    assert response.status_code == 422
    assert "has changed since you opened it" in html and "s3:GetObject" in html and "s3:PutObject" in html
    assert root.call("iam:GetUserPolicy", {**ANNA, "PolicyName": "Own"})["PolicyDocument"] == theirs
    anna("inline/Own/", PolicyDocument=mine, seen=response.context["form"]["seen"].value())
    assert root.call("iam:GetUserPolicy", {**ANNA, "PolicyName": "Own"})["PolicyDocument"] == mine


def test_a_malformed_document_says_line_and_reason(anna, root):
    response = anna("inline/", PolicyName="Own", PolicyDocument='{\n  "Version": "2012-10-17",\n  "Statement": [}')
    assert response.status_code == 422
    assert "Line 3, column 17" in response.content.decode()


def test_console_access_is_enabled_with_a_password_shown_once(anna, browser_of, root):
    result = follow(browser_of, anna("console-access/"), console="enable", password_kind="auto", reset="on")
    html = browser_of.get(result.url).content.decode()
    assert rows_of(html)[1][0] == "anna"
    assert root.call("iam:GetLoginProfile", ANNA)["LoginProfile"]["PasswordResetRequired"] is True
    assert "shown once" in browser_of.get(result.url).content.decode()


def test_console_access_is_changed_kept_and_disabled(anna, browser_of, root):
    root.call("iam:CreateLoginProfile", {**ANNA, "Password": "Spring-2026"})
    assert follow(browser_of, anna("console-access/"), console="enable", password_kind="keep", reset="on").url.endswith(
        "/security_credentials/"
    )
    assert root.call("iam:GetLoginProfile", ANNA)["LoginProfile"]["PasswordResetRequired"] is True
    follow(browser_of, anna("console-access/"), console="disable", password_kind="keep")
    with pytest.raises(AwsError, match="cannot be found"):
        root.call("iam:GetLoginProfile", ANNA)


@pytest.fixture
def key_id(anna, browser_of, root):
    """The id of a key that the wizard made."""
    second = follow(browser_of, anna("create-access-key/"), use="cli", understood="on")
    result = follow(browser_of, second, description="my laptop")
    html = browser_of.get(result.url).content.decode()
    header, row = rows_of(html)
    assert header == ["Access key ID", "Secret access key"] and len(row[1]) == 40
    assert row[1] not in browser_of.get(result.url).content.decode()
    return row[0]


def test_the_access_key_wizard_wants_the_advice_read(anna, browser_of):
    response = follow(browser_of, anna("create-access-key/"), use="cli")
    assert response.status_code == 422 and "read the recommendation" in response.content.decode()


def test_a_key_is_made_with_its_description_as_a_tag(anna, key_id, root):
    assert root.call("iam:ListUserTags", ANNA)["Tags"] == [{"Key": key_id, "Value": "my laptop"}]
    html = anna("security_credentials/").content.decode()
    assert key_id in html and "my laptop" in html


def test_a_keys_description_is_changed_and_taken_away(anna, key_id, root):
    question = anna(f"access-keys/{key_id}/description/").content.decode()
    assert 'value="my laptop"' in question
    anna(f"access-keys/{key_id}/description/", description="the server")
    assert root.call("iam:ListUserTags", ANNA)["Tags"] == [{"Key": key_id, "Value": "the server"}]
    wrong = anna(f"access-keys/{key_id}/description/", description="no <tags>")
    assert (wrong.status_code, "Use only letters" in wrong.content.decode()) == (422, True)
    anna(f"access-keys/{key_id}/description/", description="")
    assert root.call("iam:ListUserTags", ANNA)["Tags"] == []


def test_a_key_is_deactivated_activated_and_deleted_by_its_id(anna, key_id, root):
    def status():
        return [key["Status"] for key in root.call("iam:ListAccessKeys", ANNA)["AccessKeyMetadata"]]

    anna(f"access-keys/{key_id}/status/", deactivate="1")
    assert status() == ["Inactive"]
    anna(f"access-keys/{key_id}/status/", activate="1")
    assert status() == ["Active"]
    assert anna(f"access-keys/{key_id}/delete/", typed=key_id).status_code == 200
    assert status() == ["Active"]  # an active key is not deleted in the console
    anna(f"access-keys/{key_id}/status/", deactivate="1")
    assert anna(f"access-keys/{key_id}/delete/", typed="no").status_code == 422
    anna(f"access-keys/{key_id}/delete/", typed=key_id)
    assert status() == []


def test_the_second_tab_that_deactivates_does_not_activate(anna, key_id, root):
    anna(f"access-keys/{key_id}/status/", deactivate="1")
    anna(f"access-keys/{key_id}/status/", deactivate="1")
    assert root.call("iam:ListAccessKeys", ANNA)["AccessKeyMetadata"][0]["Status"] == "Inactive"


@pytest.fixture
def full(anna, key_id, root):
    """anna with all that goes with her."""
    root.call("iam:CreateLoginProfile", {**ANNA, "Password": "Spring-2026"})
    root.call("iam:AttachUserPolicy", {**ANNA, "PolicyArn": READ})
    root.call("iam:PutUserPolicy", {**ANNA, "PolicyName": "Own", "PolicyDocument": DOCUMENT})
    root.call("iam:CreateGroup", {"GroupName": "Team"})
    root.call("iam:AddUserToGroup", {**ANNA, "GroupName": "Team"})
    return f"/console/{root.id}/iam/users/delete/"


def test_deleting_says_what_goes_and_takes_all_of_it(browser_of, full, key_id, root):
    html = browser_of.get(full, {"selected": "anna"}).content.decode()
    for text in ("Console password", key_id, "Own", READ, "Team"):
        assert text in html
    assert browser_of.post(full, {"selected": "anna", "typed": "Anna"}).status_code == 422
    assert browser_of.post(full, {"selected": "anna", "typed": "anna"}).status_code == 302
    assert root.call("iam:ListUsers")["Users"] == []


def test_deleting_says_when_each_was_active_last(browser_of, full, key_id, root):
    root.call("iam:CreateUser", {"UserName": "bob"})
    html = browser_of.get(full, {"selected": ["anna", "bob"]}).content.decode()
    assert "Last activity of anna: never." in html
    key = root.call("iam:CreateAccessKey", {"UserName": "bob"})["AccessKey"]
    authenticated = authenticate.credentials(key["AccessKeyId"]).caller
    call(authenticated, "sts:GetCallerIdentity", {})
    html = browser_of.get(full, {"selected": ["anna", "bob"]}).content.decode()
    assert "Last activity of bob: now." in html


def test_several_are_deleted_by_their_number(browser_of, full, root):
    root.call("iam:CreateUser", {"UserName": "bob"})
    browser_of.post(full, {"selected": ["anna", "bob"], "typed": "2 users"})
    assert root.call("iam:ListUsers")["Users"] == []


def test_one_that_is_refused_leaves_the_others_to_go(browser_of, full, root, user):
    deny = """{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "iam:*", "Resource": "*"},
        {"Effect": "Deny", "Action": "iam:DeleteUser", "Resource": "*", "Condition":
        {"StringEquals": {"aws:ResourceTag/keep": "yes"}}}]}"""
    root.call("iam:CreateUser", {"UserName": "bob", "Tags": [{"Key": "keep", "Value": "yes"}]})
    mario = user("mario", Most=deny)
    response = browser_of.post(full.replace(root.id, mario.id), {"selected": ["bob", "anna"], "typed": "2 users"})
    html = response.content.decode()
    assert "Delete user bob" in html and "Access denied" in html
    assert [one["UserName"] for one in root.call("iam:ListUsers")["Users"]] == ["bob", "mario"]


def test_the_dialog_of_a_refused_call_shows_why_inside_it(browser_of, anna, user):
    nobody = user("nobody")
    address = f"/console/{nobody.id}/iam/users/details/anna/boundary/remove/"
    response = browser_of.post(address, {"sure": "1"}, headers={"HX-Request": "true", "HX-Target": "modal"})
    assert response.status_code == 422
    html = response.content.decode()
    assert "iam:DeleteUserPermissionsBoundary" in html[html.index('id="confirm"') :]


def test_an_administrator_assigns_a_user_a_device_and_removes_it(browser_of, anna, root):
    page = browser_of.post(root.url("user-mfa", "anna"), {"VirtualMFADeviceName": "annas-phone"})
    totp, now = pyotp.TOTP(page.context["seed"]), int(time.time())
    sent = {"sealed": page.context["sealed"], "AuthenticationCode1": totp.at(now), "AuthenticationCode2": totp.at(now)}
    wrong = browser_of.post(page.context["enable_url"], sent)
    assert "Authentication code for device is not valid." in wrong.content.decode()
    sent["AuthenticationCode1"] = totp.at(now - 30)
    back = browser_of.post(page.context["enable_url"], sent)
    assert back.url == root.url("user", "anna", "security_credentials")
    (device,) = root.call("iam:ListMFADevices", ANNA)["MFADevices"]
    assert device["SerialNumber"] == "arn:aws:iam::111122223333:mfa/annas-phone"
    assert device["SerialNumber"] in browser_of.get(back.url).content.decode()
    remove = root.url("user-mfa-remove", "anna")
    question = browser_of.get(f"{remove}?serial={device['SerialNumber']}").content.decode()
    assert "Signing in as anna asks for a password alone" in question
    browser_of.post(remove, {"serial": device["SerialNumber"]})
    assert root.call("iam:ListMFADevices", ANNA)["MFADevices"] == []
    assert root.call("iam:ListVirtualMFADevices")["VirtualMFADevices"] == []


def test_who_may_not_assign_a_device_is_told_why(browser_of, anna, user):
    mario = user("mario")
    response = browser_of.post(mario.url("user-mfa", "anna"), {"VirtualMFADeviceName": "annas-phone"})
    assert response.status_code == 403
    assert "iam:CreateVirtualMFADevice" in response.content.decode()
