"""Groups and who is in them."""

import pytest

from iamlab.services.iam.quotas import QUOTAS


def test_a_group_is_made_shown_and_deleted(iam):
    made = iam.CreateGroup(GroupName="Admins", Path="/staff/")["Group"]
    assert made["Arn"] == "arn:aws:iam::111122223333:group/staff/Admins"
    assert made["GroupId"].startswith("AGPA")
    assert iam.GetGroup(GroupName="admins") == {"Group": made, "Users": [], "IsTruncated": False}
    iam.DeleteGroup(GroupName="Admins")
    assert iam.ListGroups() == {"Groups": [], "IsTruncated": False}


def test_names_differing_in_case_are_one_group(iam):
    iam.CreateGroup(GroupName="Admins")
    refused = iam.refused("CreateGroup", GroupName="ADMINS")
    assert refused == ("EntityAlreadyExists", "Group with name ADMINS already exists.")


def test_a_missing_group_is_not_found(iam):
    missing = ("NoSuchEntity", "The group with name X cannot be found.")
    iam.CreateUser(UserName="mario")
    assert iam.refused("GetGroup", GroupName="X") == missing
    assert iam.refused("DeleteGroup", GroupName="X") == missing
    assert iam.refused("AddUserToGroup", GroupName="X", UserName="mario") == missing


def test_members_come_and_go(iam):
    iam.CreateGroup(GroupName="Admins")
    iam.CreateUser(UserName="mario")
    iam.AddUserToGroup(GroupName="Admins", UserName="mario")
    iam.AddUserToGroup(GroupName="Admins", UserName="mario")
    assert [user["UserName"] for user in iam.GetGroup(GroupName="Admins")["Users"]] == ["mario"]
    assert [group["GroupName"] for group in iam.ListGroupsForUser(UserName="mario")["Groups"]] == ["Admins"]
    iam.RemoveUserFromGroup(GroupName="Admins", UserName="mario")
    assert iam.ListGroupsForUser(UserName="mario")["Groups"] == []
    refused = iam.refused("RemoveUserFromGroup", GroupName="Nobodys", UserName="nobody")
    assert refused == ("NoSuchEntity", "The user with name nobody cannot be found.")


def test_a_missing_user_joins_nothing(iam):
    iam.CreateGroup(GroupName="Admins")
    missing = ("NoSuchEntity", "The user with name nobody cannot be found.")
    assert iam.refused("AddUserToGroup", GroupName="Admins", UserName="nobody") == missing
    assert iam.refused("RemoveUserFromGroup", GroupName="Admins", UserName="nobody") == missing
    assert iam.refused("ListGroupsForUser", UserName="nobody") == missing


def test_a_user_is_in_so_many_groups_at_most(iam, monkeypatch):
    monkeypatch.setitem(QUOTAS, "GroupsPerUser", 1)
    iam.CreateUser(UserName="mario")
    for name in ("one", "two"):
        iam.CreateGroup(GroupName=name)
    iam.AddUserToGroup(GroupName="one", UserName="mario")
    refused = iam.refused("AddUserToGroup", GroupName="two", UserName="mario")
    assert refused == ("LimitExceeded", "Cannot exceed quota for GroupsPerUser: 1")
    iam.AddUserToGroup(GroupName="one", UserName="mario")


def test_an_account_has_so_many_groups_at_most(iam, monkeypatch):
    monkeypatch.setitem(QUOTAS, "GroupsPerAccount", 1)
    iam.CreateGroup(GroupName="one")
    refused = iam.refused("CreateGroup", GroupName="two")
    assert refused == ("LimitExceeded", "Cannot exceed quota for GroupsPerAccount: 1")


def test_a_renamed_group_keeps_its_id_and_members(iam):
    before = iam.CreateGroup(GroupName="Admins")["Group"]
    iam.CreateUser(UserName="mario")
    iam.AddUserToGroup(GroupName="Admins", UserName="mario")
    iam.UpdateGroup(GroupName="Admins", NewGroupName="Owners", NewPath="/top/")
    after = iam.GetGroup(GroupName="Owners")
    assert after["Group"]["GroupId"] == before["GroupId"]
    assert after["Group"]["Arn"] == "arn:aws:iam::111122223333:group/top/Owners"
    assert len(after["Users"]) == 1


def test_a_group_is_not_renamed_to_another_ones_name(iam):
    for name in ("one", "two"):
        iam.CreateGroup(GroupName=name)
    refused = iam.refused("UpdateGroup", GroupName="one", NewGroupName="TWO")
    assert refused == ("EntityAlreadyExists", "Group with name TWO already exists.")
    iam.UpdateGroup(GroupName="one", NewGroupName="ONE")


@pytest.mark.parametrize(
    ("fill", "message"),
    [
        (lambda iam: iam.AddUserToGroup(GroupName="G", UserName="mario"), "must remove users from group first"),
        (
            lambda iam: iam.AttachGroupPolicy(GroupName="G", PolicyArn="arn:aws:iam::aws:policy/ReadOnlyAccess"),
            "must detach all policies first",
        ),
        (
            lambda iam: iam.PutGroupPolicy(
                GroupName="G",
                PolicyName="P",
                PolicyDocument='{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}',
            ),
            "must delete policies first",
        ),
    ],
)
def test_a_group_goes_when_nothing_hangs_on_it(iam, fill, message):
    iam.CreateUser(UserName="mario")
    iam.CreateGroup(GroupName="G")
    fill(iam)
    assert iam.refused("DeleteGroup", GroupName="G") == ("DeleteConflict", f"Cannot delete entity, {message}.")


def test_lists_are_sorted_paged_and_filtered_by_path(iam):
    for name, path in (("b", "/x/"), ("a", "/x/y/"), ("C", "/")):
        iam.CreateGroup(GroupName=name, Path=path)
    first = iam.ListGroups(MaxItems=2)
    assert ([group["GroupName"] for group in first["Groups"]], first["IsTruncated"]) == (["C", "a"], True)
    second = iam.ListGroups(MaxItems=2, Marker=first["Marker"])
    assert [group["GroupName"] for group in second["Groups"]] == ["b"]
    assert "Marker" not in second
    assert [group["GroupName"] for group in iam.ListGroups(PathPrefix="/x")["Groups"]] == ["a", "b"]
    assert iam.refused("ListGroups", Marker="???")[0] == "ValidationError"


def test_members_are_paged(iam):
    iam.CreateGroup(GroupName="G")
    for name in ("a", "b", "c"):
        iam.CreateUser(UserName=name)
        iam.AddUserToGroup(GroupName="G", UserName=name)
    page = iam.GetGroup(GroupName="G", MaxItems=2)
    rest = iam.GetGroup(GroupName="G", MaxItems=2, Marker=page["Marker"])
    assert [user["UserName"] for user in page["Users"] + rest["Users"]] == ["a", "b", "c"]
