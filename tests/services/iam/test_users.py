"""Users: made, found without regard to case, renamed, tagged, bounded, deleted when nothing hangs on them."""

import pytest

from iamlab.services.iam.quotas import QUOTAS
from tests.services.iam.cast import ACCOUNT, ADMINISTRATOR, EVERYTHING, READ_ONLY, document

TAGS = [{"Key": "Dept", "Value": "bills"}]


def test_create_and_get_show_what_was_given_and_lists_do_not(iam):
    made = iam.CreateUser(UserName="Mario", Path="/it/", Tags=TAGS, PermissionsBoundary=READ_ONLY)["User"]
    assert made["Arn"] == f"arn:aws:iam::{ACCOUNT}:user/it/Mario"
    assert (made["UserId"][:4], len(made["UserId"])) == ("AIDA", 21)
    assert made["Tags"] == TAGS
    assert made["PermissionsBoundary"]["PermissionsBoundaryArn"] == READ_ONLY
    assert iam.GetUser(UserName="mario")["User"] == made
    (listed,) = iam.ListUsers()["Users"]
    assert set(made) - set(listed) == {"Tags", "PermissionsBoundary"}
    plain = iam.CreateUser(UserName="luigi")["User"]
    assert set(plain) == {"Path", "UserName", "UserId", "Arn", "CreateDate"}


def test_names_differing_in_case_are_one_user(iam):
    iam.CreateUser(UserName="mario")
    refused = iam.refused("CreateUser", UserName="MARIO")
    assert refused == ("EntityAlreadyExists", "User with name MARIO already exists.")


def test_a_name_used_again_gets_another_id(iam):
    first = iam.CreateUser(UserName="mario")["User"]["UserId"]
    iam.DeleteUser(UserName="mario")
    assert iam.CreateUser(UserName="mario")["User"]["UserId"] != first


def test_an_account_has_so_many_users_at_most(iam, monkeypatch):
    monkeypatch.setitem(QUOTAS, "UsersPerAccount", 1)
    iam.CreateUser(UserName="mario")
    refused = iam.refused("CreateUser", UserName="luigi")
    assert refused == ("LimitExceeded", "Cannot exceed quota for UsersPerAccount: 1")


def test_a_caller_need_not_name_itself(iam):
    mario = iam.user("mario", EVERYTHING)
    assert mario.GetUser()["User"]["UserName"] == "mario"
    assert iam.GetUser()["User"]["Arn"] == f"arn:aws:iam::{ACCOUNT}:root"


def test_a_renamed_user_keeps_id_groups_and_policies(iam):
    before = iam.CreateUser(UserName="mario")["User"]
    iam.AttachUserPolicy(UserName="mario", PolicyArn=READ_ONLY)
    iam.UpdateUser(UserName="mario", NewUserName="Luigi", NewPath="/it/")
    after = iam.GetUser(UserName="luigi")["User"]
    assert (after["UserId"], after["Arn"]) == (before["UserId"], f"arn:aws:iam::{ACCOUNT}:user/it/Luigi")
    assert len(iam.ListAttachedUserPolicies(UserName="Luigi")["AttachedPolicies"]) == 1
    missing = ("NoSuchEntity", "The user with name mario cannot be found.")
    assert iam.refused("GetUser", UserName="mario") == missing
    iam.CreateUser(UserName="peach")
    taken = iam.refused("UpdateUser", UserName="peach", NewUserName="LUIGI")
    assert taken == ("EntityAlreadyExists", "User with name LUIGI already exists.")


@pytest.mark.parametrize(
    ("fill", "message"),
    [
        (lambda iam: iam.AttachUserPolicy(UserName="mario", PolicyArn=ADMINISTRATOR), "must detach all policies first"),
        (
            lambda iam: iam.PutUserPolicy(UserName="mario", PolicyName="own", PolicyDocument=EVERYTHING),
            "must delete policies first",
        ),
        (
            lambda iam: iam.CreateLoginProfile(UserName="mario", Password="Correct-Horse-1"),
            "must delete login profile first",
        ),
        (lambda iam: iam.CreateAccessKey(UserName="mario"), "must delete access keys first"),
        (lambda iam: iam.AddUserToGroup(UserName="mario", GroupName="G"), "must remove users from group first"),
        (
            lambda iam: iam.CreateServiceSpecificCredential(UserName="mario", ServiceName="codecommit.amazonaws.com"),
            "must remove referenced objects first",
        ),
    ],
)
def test_a_user_goes_when_nothing_hangs_on_it(iam, fill, message):
    iam.CreateUser(UserName="mario")
    iam.CreateGroup(GroupName="G")
    fill(iam)
    assert iam.refused("DeleteUser", UserName="mario") == ("DeleteConflict", f"Cannot delete entity, {message}.")


def test_a_boundary_does_not_keep_a_user(iam):
    iam.CreateUser(UserName="mario", PermissionsBoundary=READ_ONLY)
    iam.DeleteUser(UserName="mario")
    assert iam.ListUsers()["Users"] == []


def test_boundaries_come_and_go(iam):
    iam.CreateUser(UserName="mario")
    iam.PutUserPermissionsBoundary(UserName="mario", PermissionsBoundary=READ_ONLY)
    shown = iam.GetUser(UserName="mario")["User"]["PermissionsBoundary"]
    assert shown["PermissionsBoundaryArn"] == READ_ONLY
    iam.DeleteUserPermissionsBoundary(UserName="mario")
    assert iam.refused("DeleteUserPermissionsBoundary", UserName="mario")[0] == "NoSuchEntity"
    refused = iam.refused("PutUserPermissionsBoundary", UserName="mario", PermissionsBoundary="x" * 20)
    assert refused == ("InvalidInput", f"ARN {'x' * 20} is not valid.")


def test_a_boundary_limits_at_once(iam):
    mario = iam.user("mario", EVERYTHING)
    mario.ListUsers()
    iam.CreatePolicy(PolicyName="B", PolicyDocument=document("iam:GetUser"))
    boundary = f"arn:aws:iam::{ACCOUNT}:policy/B"
    iam.PutUserPermissionsBoundary(UserName="mario", PermissionsBoundary=boundary)
    code, message = mario.refused("ListUsers")
    assert (code, message) == (
        "AccessDenied",
        f"User: arn:aws:iam::{ACCOUNT}:user/mario is not authorized to perform: iam:ListUsers on resource: "
        f"arn:aws:iam::{ACCOUNT}:user/ because no permissions boundary allows the iam:ListUsers action",
    )


def test_tags_replace_without_regard_to_case_up_to_fifty(iam):
    iam.CreateUser(UserName="mario", Tags=TAGS)
    iam.TagUser(UserName="mario", Tags=[{"Key": "DEPT", "Value": "it"}])
    assert iam.ListUserTags(UserName="mario")["Tags"] == [{"Key": "DEPT", "Value": "it"}]
    iam.TagUser(UserName="mario", Tags=[{"Key": str(number), "Value": ""} for number in range(49)])
    full = iam.refused("TagUser", UserName="mario", Tags=[{"Key": "one more", "Value": ""}])
    assert full[0] == "LimitExceeded"
    page = iam.ListUserTags(UserName="mario", MaxItems=30)
    rest = iam.ListUserTags(UserName="mario", MaxItems=30, Marker=page["Marker"])
    assert (len(page["Tags"]), len(rest["Tags"]), rest["IsTruncated"]) == (30, 20, False)
    reserved = iam.refused("TagUser", UserName="mario", Tags=[{"Key": "aws:x", "Value": ""}])
    assert reserved[0] == "InvalidInput"


def test_lists_are_sorted_paged_and_filtered_by_path(iam):
    for name, path in (("b", "/x/"), ("a", "/x/y/"), ("C", "/")):
        iam.CreateUser(UserName=name, Path=path)
    first = iam.ListUsers(MaxItems=2)
    assert [user["UserName"] for user in first["Users"]] == ["C", "a"]
    second = iam.ListUsers(MaxItems=2, Marker=first["Marker"])
    assert ([user["UserName"] for user in second["Users"]], second["IsTruncated"]) == (["b"], False)
    assert [user["UserName"] for user in iam.ListUsers(PathPrefix="/x/y/")["Users"]] == ["a"]
    for number in (0, 1001):
        assert iam.refused("ListUsers", MaxItems=number)[0] == "ValidationError"


@pytest.mark.parametrize(
    "params",
    [
        {"UserName": "a b"},
        {"UserName": "é"},
        {"UserName": "a/b"},
        {"UserName": ""},
        {"UserName": "x" * 65},
        {"UserName": "a", "Path": "no-slash"},
        {"UserName": "a", "Tags": [{"Key": "k!", "Value": ""}]},
        {"UserName": "a", "Tags": [{"Key": "k", "Value": "v" * 257}]},
        {},
    ],
)
def test_what_is_no_user_is_not_made(iam, params):
    assert iam.refused("CreateUser", **params)[0] == "ValidationError"
    assert iam.ListUsers()["Users"] == []
