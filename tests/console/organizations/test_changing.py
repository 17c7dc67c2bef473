"""Changing the organization in the console: policies, units, accounts."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.console.organizations.test_organizations import DENY, SCP, deny, text

pytestmark = pytest.mark.django_db
RCP_DENY = DENY.replace('"Effect": "Deny"', '"Effect": "Deny", "Principal": "*"')


def content(root, policy_id):
    return root.call("organizations:DescribePolicy", {"PolicyId": policy_id})["Policy"]


def member(root) -> str:
    return next(one["Id"] for one in root.call("organizations:ListAccounts")["Accounts"] if one["Name"] == "Tax")


def parent(root, child: str) -> str:
    return root.call("organizations:ListParents", {"ChildId": child})["Parents"][0]["Id"]


def units(root, top: str) -> list[str]:
    found = root.call("organizations:ListOrganizationalUnitsForParent", {"ParentId": top})["OrganizationalUnits"]
    return [one["Name"] for one in found]


def test_a_policy_is_edited_and_renamed(browser_of, root, tree, base):
    policy_id = deny(root)
    form = browser_of.get(f"{base}policies/{policy_id}/edit/").context["form"]
    assert form["Name"].value() == "NoS3"
    sent = {"Name": "NoEC2", "Description": "no servers", "Content": DENY.replace("s3", "ec2")}
    response = browser_of.post(f"{base}policies/{policy_id}/edit/", {**sent, "seen": form["seen"].value()})
    assert response.url == f"{base}policies/{policy_id}/"
    now = content(root, policy_id)
    assert (now["PolicySummary"]["Name"], now["PolicySummary"]["Description"]) == ("NoEC2", "no servers")
    assert "ec2:*" in now["Content"]


def test_the_second_of_two_tabs_learns_of_the_firsts_change_and_loses_nothing(browser_of, root, tree, base):
    policy_id = deny(root)
    address = f"{base}policies/{policy_id}/edit/"
    seen = browser_of.get(address).context["form"]["seen"].value()
    root.call("organizations:UpdatePolicy", {"PolicyId": policy_id, "Name": "Theirs"})
    response = browser_of.post(address, {"Name": "Mine", "Content": DENY, "seen": seen})
    assert response.status_code == 422
    assert "has changed since you opened it" in text(response)
    assert response.context["form"]["Name"].value() == "Mine"
    assert content(root, policy_id)["PolicySummary"]["Name"] == "Theirs"
    again = browser_of.post(
        address, {"Name": "Mine", "Content": DENY, "seen": response.context["form"]["seen"].value()}
    )
    assert again.status_code == 302
    assert content(root, policy_id)["PolicySummary"]["Name"] == "Mine"


def test_a_faulty_text_is_told_with_its_line_and_stays(browser_of, root, tree, base):
    address = f"{base}policies/{deny(root)}/edit/"
    seen = browser_of.get(address).context["form"]["seen"].value()
    response = browser_of.post(address, {"Name": "NoS3", "Content": '{"Version": 1', "seen": seen})
    assert response.status_code == 422
    assert "Line 1" in " ".join(response.context["form"].errors["Content"])
    assert '{"Version": 1' in response.context["form"]["Content"].value()


def test_findings_are_made_anew_while_one_types(browser_of, root, tree, base):
    address = f"{base}policies/{deny(root)}/edit/"
    sent = {"look": "check", "Name": "x", "Content": DENY.replace("s3:*", "s3:NoSuchThing")}
    assert "s3:NoSuchThing" in text(browser_of.post(address, sent))


def test_a_policy_of_aws_is_neither_edited_nor_deleted(browser_of, tree, base):
    html = text(browser_of.get(f"{base}policies/p-FullAWSAccess/"))
    assert "/edit/" not in html and "/policies/p-FullAWSAccess/delete/" not in html


def test_a_policy_is_attached_to_several_places_at_several_levels(browser_of, root, tree, base):
    top, unit = tree
    policy_id, account = deny(root), member(root)
    root.call("organizations:MoveAccount", {"AccountId": account, "SourceParentId": top, "DestinationParentId": unit})
    address = f"{base}policies/{policy_id}/attach/"
    offered = text(browser_of.get(address))
    assert all(f'value="{one}"' in offered for one in (top, unit, account))
    browser_of.post(address, {"selected": [top, account]})
    targets = root.call("organizations:ListTargetsForPolicy", {"PolicyId": policy_id})["Targets"]
    assert {one["TargetId"] for one in targets} == {top, account}
    browser_of.post(f"{base}policies/{policy_id}/detach/", {"selected": [top, account]})
    assert root.call("organizations:ListTargetsForPolicy", {"PolicyId": policy_id})["Targets"] == []


def test_what_is_attached_already_is_not_offered(browser_of, root, tree, base):
    policy_id, place = deny(root), f"{base}accounts/{tree[1]}/"
    assert [name for _, name in offered(browser_of, place)] == ["NoS3"]
    browser_of.post(f"{place}attach/", {"PolicyId": policy_id})
    response = browser_of.get(f"{place}attach/")
    assert "Every policy of this kind is attached here." in text(response)
    assert "<select" not in text(response).partition('id="confirm"')[2].partition("</form>")[0]
    assert browser_of.post(f"{place}attach/", {"PolicyId": policy_id}).status_code == 422
    places = text(browser_of.get(f"{base}policies/{policy_id}/attach/"))
    assert " disabled" in re.search(f'<input[^>]+value="{tree[1]}"[^>]*>', places)[0]
    root.call("organizations:DetachPolicy", {"PolicyId": policy_id, "TargetId": tree[1]})
    assert [name for _, name in offered(browser_of, place)] == ["NoS3"]


def offered(browser, place):
    return browser.get(f"{place}attach/").context["form"].fields["PolicyId"].choices


def test_nothing_chosen_is_asked_for_again(browser_of, root, tree, base):
    response = browser_of.post(f"{base}policies/{deny(root)}/attach/", {})
    assert response.status_code == 422 and "Choose a place first" in text(response)


def test_deleting_a_policy_wants_its_name_and_no_target(browser_of, root, tree, base):
    policy_id = deny(root)
    address = f"{base}policies/{policy_id}/delete/"
    root.call("organizations:AttachPolicy", {"PolicyId": policy_id, "TargetId": tree[1]})
    assert "Enter NoS3" in text(browser_of.post(address, {"typed": "no"}))
    attached = browser_of.post(address, {"typed": "NoS3"})
    assert attached.status_code == 422 and "attached to one or more entities" in text(attached)
    root.call("organizations:DetachPolicy", {"PolicyId": policy_id, "TargetId": tree[1]})
    assert browser_of.post(address, {"typed": "NoS3"}).url == f"{base}policies/"
    found = root.call("organizations:ListPolicies", {"Filter": SCP})["Policies"]
    assert [one["Name"] for one in found] == ["FullAWSAccess"]


def test_resource_control_policies_are_enabled_written_and_attached(browser_of, root, tree, base):
    listing = f"{base}resource-control-policies/"
    assert "This type of policies is disabled" in text(browser_of.get(listing))
    browser_of.post(f"{base}types/resource/enable/")
    assert "RCPFullAWSAccess" in text(browser_of.get(listing))
    wrong = browser_of.post(f"{listing}create/", {"Name": "NoS3", "Content": DENY})
    assert wrong.status_code == 422 and wrong.context["form"].errors["Content"]  # an RCP has a Principal
    made = browser_of.post(f"{listing}create/", {"Name": "NoS3", "Content": RCP_DENY})
    policy_id = made.url.rstrip("/").rpartition("/")[2]
    place = f"{base}accounts/{tree[1]}/"
    browser_of.post(f"{place}attach/?kind=resource", {"PolicyId": policy_id})
    rows = browser_of.get(f"{place}?kind=resource").context["policies"]["rows"]
    assert {row["label"] for row in rows} == {"RCPFullAWSAccess", "NoS3"}
    browser_of.post(f"{base}types/resource/disable/")
    assert "This type of policies is disabled" in text(browser_of.get(listing))


@pytest.mark.parametrize("place", ["types/nonsense/enable/", "types/resource/nonsense/"])
def test_a_type_that_is_none_is_not_found(browser_of, tree, base, place):
    assert browser_of.post(base + place).status_code == 404


def test_a_unit_is_made_renamed_and_deleted(browser_of, root, tree, base):
    top, unit = tree
    here = f"{base}accounts/{unit}/"
    browser_of.post(f"{here}create-unit/", {"Name": "Team"})
    assert units(root, unit) == ["Team"]
    twice = browser_of.post(f"{here}create-unit/", {"Name": "Team"})
    assert twice.status_code == 422 and "same name" in twice.context["form"].errors["Name"][0]
    full = browser_of.post(f"{here}delete/")
    assert full.status_code == 422 and "not empty" in text(full)
    browser_of.post(f"{here}rename/", {"Name": "Playground"})
    assert units(root, top) == ["Playground"]
    inner = root.call("organizations:ListOrganizationalUnitsForParent", {"ParentId": unit})["OrganizationalUnits"][0]
    assert browser_of.post(f"{base}accounts/{inner['Id']}/delete/").url == f"{base}accounts/"
    assert units(root, unit) == []


def test_an_account_is_made_moved_and_removed(browser_of, root, tree, base):
    top, unit = tree
    sent = {"AccountName": "Ops", "Email": "ops@example.com", "RoleName": "OrganizationAccountAccessRole"}
    made = browser_of.post(f"{base}add-account/", sent)
    account = made.url.rstrip("/").rpartition("/")[2]
    assert parent(root, account) == top
    assert "Ops" in text(browser_of.get(made.url))
    again = browser_of.post(f"{base}add-account/", {**sent, "AccountName": "Ops2"})
    assert again.status_code == 422 and again.context["form"].errors["Email"]
    places = text(browser_of.get(f"{made.url}move/"))
    assert f'value="{unit}"' in places and account not in re.findall('value="([^"]+)"', places)
    assert " disabled" in re.search(f'<input[^>]+value="{top}"[^>]*>', places)[0]  # it is there already
    assert browser_of.post(f"{made.url}move/", {"selected": unit}).url == f"{base}accounts/{unit}/"
    assert parent(root, account) == unit
    browser_of.post(f"{made.url}remove/")
    assert account not in [one["Id"] for one in root.call("organizations:ListAccounts")["Accounts"]]


def test_the_management_account_stays_and_the_dialog_says_why(browser_of, root, tree, base):
    response = browser_of.post(f"{base}accounts/{root.account.pk}/remove/")
    assert response.status_code == 422 and "cannot leave" in text(response)


PLACES = ["policies/{policy}/edit/", "policies/{policy}/attach/", "accounts/{unit}/rename/", "accounts/{tax}/move/"]


@pytest.mark.parametrize("place", PLACES)
def test_pages_cost_the_same_with_more_units(browser_of, root, tree, base, place):
    address = base + place.format(policy=deny(root), unit=tree[1], tax=member(root))
    counts = []
    for batch in range(2):
        browser_of.get(address)
        with CaptureQueriesContext(connection) as queries:
            assert browser_of.get(address).status_code == 200
        counts.append(len(queries))
        for number in range(5 * (1 - batch)):
            root.call("organizations:CreateOrganizationalUnit", {"ParentId": tree[0], "Name": f"U{number}"})
    assert counts[0] == counts[1] <= 15, counts


@pytest.mark.parametrize("place", PLACES)
def test_who_may_do_nothing_is_refused(browser_of, root, tree, user, place):
    place = place.format(policy=deny(root), unit=tree[1], tax=member(root))
    response = browser_of.get(f"/console/{user('nobody').id}/organizations/{place}")
    assert "Access denied" in text(response)


def test_a_member_accounts_address_is_made_up(browser_of, root, tree, base):
    form = {"AccountName": "Tax", "Email": "tax@gmail.com", "RoleName": "Way"}
    answer = browser_of.post(f"{base}add-account/", form)
    assert answer.status_code == 422 and "Make one up" in answer.context["form"].errors["Email"][0]
    assert len(root.call("organizations:ListAccounts")["Accounts"]) == 2


def test_what_is_detached_is_asked_about_by_name(browser_of, root, tree, base):
    policy_id, (_, unit) = deny(root), tree
    root.call("organizations:AttachPolicy", {"PolicyId": policy_id, "TargetId": unit})
    here = text(browser_of.get(f"{base}accounts/{unit}/detach/", {"selected": policy_id}))
    assert "Detach NoS3" in here and "at Sandbox and below" in here
    there = text(browser_of.get(f"{base}policies/{policy_id}/detach/", {"selected": unit}))
    assert "Detach NoS3?" in there and "From Sandbox" in there
