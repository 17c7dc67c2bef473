"""The organization as a tree, and the policies that a place of it inherits."""

import json
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.console.organizations.test_changing import RCP_DENY, member
from tests.console.organizations.test_organizations import deny, text

pytestmark = pytest.mark.django_db


def labels(page):
    return [row["label"] for row in page.context["table"]["rows"]]


@pytest.fixture
def deep(root, tree):
    """Units within units: Sandbox, in it Team, in that Night shift, and the account Tax in there; their ids."""
    top, sandbox = tree
    ids = [sandbox]
    for name in ("Team", "Night shift"):
        made = root.call("organizations:CreateOrganizationalUnit", {"ParentId": ids[-1], "Name": name})
        ids.append(made["OrganizationalUnit"]["Id"])
    tax = member(root)
    params = {"AccountId": tax, "SourceParentId": top, "DestinationParentId": ids[-1]}
    root.call("organizations:MoveAccount", params)
    return [top, *ids, tax]


def test_the_tree_is_opened_unit_by_unit_and_closed_again(browser_of, root, deep, base):
    top, sandbox, team, night, _ = deep
    here = browser_of.get(f"{base}accounts/")
    assert labels(here) == [top, sandbox, root.account.pk]
    opened = browser_of.get(turn(here, sandbox))
    assert labels(opened) == [top, sandbox, team, root.account.pk]
    both = browser_of.get(turn(opened, team))
    assert labels(both) == [top, sandbox, team, night, root.account.pk]
    assert labels(browser_of.get(turn(both, sandbox))) == labels(here)


def turn(page, unit: str) -> str:
    [address] = re.findall(f'id="turn-{unit}" href="([^"]+)"', text(page))
    return address.replace("&amp;", "&")


def test_the_whole_tree_is_opened_at_once_and_one_unit_closed_in_it(browser_of, root, deep, base):
    top, sandbox, team, night, tax = deep
    [all_of_it] = re.findall('id="turn-all" href="([^"]+)"', text(browser_of.get(f"{base}accounts/")))
    opened = browser_of.get(all_of_it)
    assert labels(opened) == [top, sandbox, team, night, tax, root.account.pk]
    assert labels(browser_of.get(turn(opened, team))) == [top, sandbox, team, root.account.pk]
    assert "in Night shift</span>" in text(opened)  # where it is, for who does not see how far in it stands


def test_the_tree_costs_the_same_however_much_is_in_it(browser_of, root, tree, base):
    counts = []
    for _ in range(2):
        for address in (f"{base}accounts/?expand=all", f"{base}policies/{deny(root, f'No{len(counts)}')}/attach/"):
            browser_of.get(address)
            with CaptureQueriesContext(connection) as queries:
                assert browser_of.get(address).status_code == 200
            counts.append(len(queries))
        if len(counts) == 2:
            grow(root, tree[1])
    assert counts[:2] == counts[2:] and max(counts) <= 15, counts


def grow(root, parent: str) -> None:
    """Three units at each of four levels below."""
    for level in range(4):
        for number in range(3):
            params = {"ParentId": parent, "Name": f"U{level}{number}"}
            made = root.call("organizations:CreateOrganizationalUnit", params)
        parent = made["OrganizationalUnit"]["Id"]


def but_for(action: str, unit: str) -> str:
    """A policy that allows everything of Organizations but some actions on a unit."""
    may = {"Effect": "Allow", "Action": "organizations:*", "Resource": "*"}
    not_there = {"Effect": "Deny", "Action": action, "Resource": f"arn:aws:organizations::*:ou/*/{unit}"}
    return json.dumps({"Version": "2012-10-17", "Statement": [may, not_there]})


def test_what_may_not_be_listed_under_a_unit_is_told_in_its_place(browser_of, root, user, deep):
    mario = user("mario", own=but_for("organizations:ListAcc*", deep[2]))
    page = browser_of.get(f"/console/{mario.id}/organizations/accounts/?expand=all")
    assert labels(page) == [*deep, "under Team", root.account.pk]
    assert text(page).count("Access denied") == 1


def inherited(page):
    """Policy and place of each row."""
    rows = page.context["inherited"]["rows"]
    return [tuple(re.sub("<[^>]+>", "", str(row["cells"][at])) for at in (0, 2)) for row in rows]


def test_a_place_tells_the_policies_that_it_inherits_and_from_where(browser_of, root, deep, base):
    top, sandbox, team, _, tax = deep
    policy = deny(root)
    for target in (sandbox, tax):
        root.call("organizations:AttachPolicy", {"PolicyId": policy, "TargetId": target})
    all_of_it = "FullAWSAccess"
    above_team = [(all_of_it, "Root"), (all_of_it, "Sandbox"), ("NoS3", "Sandbox")]
    assert inherited(browser_of.get(f"{base}accounts/{team}/")) == above_team
    page = browser_of.get(f"{base}accounts/{tax}/")
    assert inherited(page) == [*above_team, (all_of_it, "Team"), (all_of_it, "Night shift")]
    assert {row["label"] for row in page.context["policies"]["rows"]} == {all_of_it, "NoS3"}
    assert f"accounts/{sandbox}/?kind=service" in text(page)
    assert browser_of.get(f"{base}accounts/{top}/").context["inherited"] is None


def test_resource_control_policies_are_inherited_by_themselves(browser_of, root, deep, base):
    root.call("organizations:EnablePolicyType", {"RootId": deep[0], "PolicyType": "RESOURCE_CONTROL_POLICY"})
    params = {"Name": "Ours", "Content": RCP_DENY, "Description": "", "Type": "RESOURCE_CONTROL_POLICY"}
    policy = root.call("organizations:CreatePolicy", params)["Policy"]["PolicySummary"]["Id"]
    root.call("organizations:AttachPolicy", {"PolicyId": policy, "TargetId": deep[0]})
    page = browser_of.get(f"{base}accounts/{deep[1]}/?kind=resource")
    assert inherited(page) == [("RCPFullAWSAccess", "Root"), ("Ours", "Root")]


def test_inherited_policies_cost_the_same_at_every_depth(browser_of, root, deep, base):
    counts = []
    for target in (deep[1], deep[4]):
        browser_of.get(f"{base}accounts/{target}/")
        with CaptureQueriesContext(connection) as queries:
            browser_of.get(f"{base}accounts/{target}/")
        counts.append(len(queries))
    assert max(counts) <= 15 and counts[1] - counts[0] <= 1, counts


def test_the_management_account_is_told_that_nothing_of_it_bears_on_it(browser_of, root, deep, base):
    assert "This is the management account" in text(browser_of.get(f"{base}accounts/{root.account.pk}/"))
    assert "This is the management account" not in text(browser_of.get(f"{base}accounts/{deep[4]}/"))


def test_who_may_not_read_what_is_attached_further_up_is_told_so(browser_of, root, user, deep):
    mario = user("mario", own=but_for("organizations:*Policies*", deep[1]))
    found = inherited(browser_of.get(f"/console/{mario.id}/organizations/accounts/{deep[2]}/"))
    assert found[0] == ("FullAWSAccess", "Root") and found[1][1] == "Sandbox" and "Access denied" in found[1][0]


def test_units_accounts_and_policies_are_made_with_tags(browser_of, root, tree, base):
    unit = tree[1]
    tag = {"tags-key": ["team", ""], "tags-value": ["blue", ""]}
    browser_of.post(f"{base}accounts/{unit}/create-unit/", {"Name": "Team", **tag})
    params = {"ParentId": unit}
    inner = root.call("organizations:ListOrganizationalUnitsForParent", params)["OrganizationalUnits"][0]["Id"]
    sent = {"AccountName": "Ops", "Email": "ops@example.com", "RoleName": "Way", **tag}
    account = browser_of.post(f"{base}add-account/", sent).url.rstrip("/").rpartition("/")[2]
    policy = content(browser_of, base, tag)
    for made in (inner, account, policy):
        found = root.call("organizations:ListTagsForResource", {"ResourceId": made})["Tags"]
        assert found == [{"Key": "team", "Value": "blue"}], made


def content(browser, base, tag) -> str:
    """A policy made on its page; its id."""
    text_of_it = RCP_DENY.replace('"Principal": "*", ', "").replace(', "Principal": "*"', "")
    made = browser.post(f"{base}policies/create/", {"Name": "Tagged", "Content": text_of_it, **tag})
    return made.url.rstrip("/").rpartition("/")[2]


def test_rows_for_tags_come_and_go_without_losing_what_was_typed(browser_of, tree, base):
    sent = {"Name": "Team", "look": "tags:add", "tags-key": ["team"], "tags-value": ["blue"]}
    page = browser_of.post(f"{base}accounts/{tree[1]}/create-unit/", sent)
    assert page.status_code == 200
    assert page.context["form"]["Name"].value() == "Team"
    assert text(page).count('name="tags-key"') == 2
    bad = {"AccountName": "Ops", "Email": "ops@example.com", "tags-key": ["aws:x"], "tags-value": ["1"]}
    refused = browser_of.post(f"{base}add-account/", bad)
    assert refused.status_code == 422 and "begin with aws:" in text(refused)
