"""AWS Organizations in the console."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

pytestmark = pytest.mark.django_db
DENY = '{"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "s3:*", "Resource": "*"}]}'
SCP = "SERVICE_CONTROL_POLICY"
PAGES = ["accounts/", "policies/", "policies/create/"]


def deny(root, name="NoS3"):
    params = {"Name": name, "Content": DENY, "Description": "", "Type": SCP}
    return root.call("organizations:CreatePolicy", params)["Policy"]["PolicySummary"]["Id"]


def at(root, target):
    found = root.call("organizations:ListPoliciesForTarget", {"TargetId": target, "Filter": SCP})["Policies"]
    return {one["Name"] for one in found}


def text(response) -> str:
    return response.content.decode()


@pytest.mark.parametrize("place", ["accounts/", "policies/", "accounts/r-abcd/", "policies/p-FullAWSAccess/"])
def test_outside_an_organization_each_page_says_so(browser_of, base, place):
    response = browser_of.get(base + place)
    assert response.status_code == 200 and "This account is not part of an organization" in text(response)


def test_an_organization_is_created_once(browser_of, root, base):
    assert browser_of.post(f"{base}create/").url == f"{base}accounts/"
    html = text(browser_of.get(f"{base}accounts/"))
    assert "111122223333 (this account)" in html and "lab" in html
    assert "already a member" in text(browser_of.post(f"{base}create/"))


def test_the_tree_is_walked_level_by_level(browser_of, root, tree, base):
    top, unit = tree
    html = text(browser_of.get(f"{base}accounts/"))
    assert "Sandbox" in html and "tax@example.com" in html and f"accounts/{top}/" in html
    member = next(one["Id"] for one in root.call("organizations:ListAccounts")["Accounts"] if one["Name"] == "Tax")
    for target, name in ((top, "Root"), (unit, "Sandbox"), (member, "Tax")):
        page = browser_of.get(f"{base}accounts/{target}/")
        assert page.context["heading"] == name
        assert [row["label"] for row in page.context["policies"]["rows"]] == ["FullAWSAccess"]


@pytest.mark.parametrize("place", ["accounts/ou-abcd-12345678/", "accounts/r-none/", "accounts/999999999999/"])
def test_a_place_that_is_not_there_is_not_found(browser_of, tree, base, place):
    assert browser_of.get(base + place).status_code == 404


def test_a_policy_is_written_attached_and_detached(browser_of, root, tree, base):
    _, unit = tree
    response = browser_of.post(f"{base}policies/create/", {"Name": "NoS3", "Content": DENY})
    policy_id = response.url.rstrip("/").rpartition("/")[2]
    assert "s3:*" in text(browser_of.get(response.url))
    browser_of.post(f"{base}accounts/{unit}/attach/", {"PolicyId": policy_id})
    assert at(root, unit) == {"FullAWSAccess", "NoS3"}
    assert "Sandbox" in text(browser_of.get(response.url))
    browser_of.post(f"{base}accounts/{unit}/detach/", {"selected": policy_id})
    assert at(root, unit) == {"FullAWSAccess"}


def test_attaching_twice_is_told_at_the_field(browser_of, root, tree, base):
    _, unit = tree
    policy_id = deny(root)
    here = f"{base}accounts/{unit}/attach/"
    assert browser_of.post(here, {"PolicyId": policy_id}).status_code == 302
    again = browser_of.post(here, {"PolicyId": policy_id})
    assert again.status_code == 422 and again.context["form"].errors["PolicyId"]


def test_the_last_policy_stays_and_the_page_says_why(browser_of, root, tree, base):
    _, unit = tree
    response = browser_of.post(f"{base}accounts/{unit}/detach/", {"selected": "p-FullAWSAccess"})
    assert "You must have at least one" in text(response) and at(root, unit) == {"FullAWSAccess"}


@pytest.mark.parametrize(
    ("sent", "field", "told"),
    [
        ({"Name": "", "Content": DENY}, "Name", "required"),
        ({"Name": "a" * 129, "Content": DENY}, "Name", "at most 128"),
        ({"Name": "FullAWSAccess", "Content": DENY}, "Name", "same name"),
        ({"Name": "x", "Content": DENY, "Description": "a" * 513}, "Description", "at most 512"),
        ({"Name": "x", "Content": "{"}, "Content", "Line 1"),
        ({"Name": "x", "Content": DENY.replace("s3:*", "s3:" + "A" * 5200)}, "Content", "maximum policy size"),
    ],
)
def test_what_is_wrong_with_a_policy_is_told_at_its_field(browser_of, tree, base, sent, field, told):
    response = browser_of.post(f"{base}policies/create/", sent)
    assert response.status_code == 422
    assert told in " ".join(response.context["form"].errors[field])


def test_sent_twice_one_policy_is_made(browser_of, root, tree, base):
    for _ in range(2):
        browser_of.post(f"{base}policies/create/", {"Name": "NoS3", "Content": DENY})
    found = root.call("organizations:ListPolicies", {"Filter": SCP})["Policies"]
    assert [one["Name"] for one in found].count("NoS3") == 1


@pytest.mark.parametrize("place", PAGES)
def test_who_may_do_nothing_is_told_and_the_page_stands(browser_of, tree, user, place):
    response = browser_of.get(f"/console/{user('nobody').id}/organizations/{place}")
    assert response.status_code == 200
    assert "Access denied" in text(response) or place == "policies/create/"


@pytest.mark.parametrize("place", PAGES)
def test_strangers_do_not_find_it(client, stranger, base, place):
    client.force_login(stranger)
    assert client.get(base + place).status_code == 404


@pytest.mark.parametrize(
    "place", ["accounts/", "accounts/{top}/", "accounts/{unit}/", "policies/", "policies/p-FullAWSAccess/"]
)
def test_more_units_and_policies_cost_no_more_queries(browser_of, root, tree, base, place):
    address = base + place.format(top=tree[0], unit=tree[1])
    counts = []
    for batch in range(2):
        browser_of.get(address)
        with CaptureQueriesContext(connection) as queries:
            browser_of.get(address)
        counts.append(len(queries))
        for number in range(5 * (1 - batch)):
            root.call("organizations:CreateOrganizationalUnit", {"ParentId": tree[0], "Name": f"U{number}"})
            root.call("organizations:CreateOrganizationalUnit", {"ParentId": tree[1], "Name": f"U{number}"})
            deny(root, f"P{number}")
    assert counts[0] == counts[1] <= 15, counts
