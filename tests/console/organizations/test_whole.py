"""The organization as a whole: every account, settings, its end, leaving, closing, tags."""

from datetime import UTC, datetime

import pytest

from iamlab.services import callers
from iamlab.services.accounts.models import Account
from iamlab.services.operations import AwsError
from tests.console.conftest import signed_in
from tests.console.organizations.test_changing import member
from tests.console.organizations.test_organizations import deny, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def tax(root, tree):
    """The console session of the member account's root user."""
    account = Account.objects.get(name="Tax")
    return signed_in(root.person, account, callers.ROOT, account.pk, "Tax")


def labels(page):
    return [row["label"] for row in page.context["table"]["rows"]]


def test_the_tree_begins_with_its_root_and_the_management_account_is_marked(browser_of, root, tree, base):
    """ "Navigating the root and OU hierarchy"."""
    page = browser_of.get(f"{base}accounts/")
    assert labels(page)[0] == tree[0]
    html = text(page)
    assert html.count("management account</span>") == 1
    assert html.index("lab</a>") < html.index("management account</span>") < html.index("Tax</a>")


def test_the_management_account_is_first_whatever_number_another_got(browser_of, root, base, monkeypatch):
    """It joined first, though another joined in the same second."""
    monkeypatch.setattr("iamlab.services.organizations.organization.new_account_id", lambda: "100000000001")
    now = datetime.now(UTC).replace(microsecond=0)
    monkeypatch.setattr("iamlab.services.clock.now", lambda world: now)
    root.call("organizations:CreateOrganization")
    root.call("organizations:CreateAccount", {"Email": "tax@example.com", "AccountName": "Tax"})
    html = text(browser_of.get(f"{base}accounts/"))
    assert html.index("management account</span>") < html.index("Tax</a>")


def test_the_list_shows_accounts_wherever_they_are_and_no_unit(browser_of, root, tree, base):
    top, unit = tree
    account = member(root)
    params = {"AccountId": account, "SourceParentId": top, "DestinationParentId": unit}
    root.call("organizations:MoveAccount", params)
    assert "Tax</a>" not in text(browser_of.get(f"{base}accounts/"))
    page = browser_of.get(f"{base}accounts/?view=list")
    both = [f"lab {root.account.pk} root@example.com", f"Tax {account} tax@example.com"]
    assert sorted(labels(page)) == sorted(both)
    for sought in ("tax", account, "tax@"):  # by name, id or email address
        assert labels(browser_of.get(f"{base}accounts/?view=list&q={sought}")) == both[1:]


def test_an_account_tells_its_address_status_and_how_it_joined(browser_of, root, tree, base):
    facts = dict(browser_of.get(f"{base}accounts/{member(root)}/").context["summary"])
    assert facts["Email"] == "tax@example.com" and "Active" in facts["Status"] and facts["Joined"].startswith("Created")


def test_settings_tell_of_the_organization_and_delete_it_by_its_id(browser_of, root, tree, base):
    """ "Deleting the organization": only without member accounts."""
    name = root.call("organizations:DescribeOrganization")["Organization"]["Id"]
    assert name in text(browser_of.get(f"{base}settings/"))
    address = f"{base}settings/delete/"
    assert browser_of.post(address, {"typed": "o-other"}).status_code == 422
    full = browser_of.post(address, {"typed": name})
    assert full.status_code == 422 and "first remove all accounts" in text(full)
    root.call("organizations:RemoveAccountFromOrganization", {"AccountId": member(root)})
    assert browser_of.post(address, {"typed": name}).url == f"{base}accounts/"
    assert "not part of an organization" in text(browser_of.get(f"{base}settings/"))


def test_a_member_sees_its_organization_and_leaves_it(browser_of, root, tree, tax):
    page = browser_of.get(tax.url("organization-accounts"))
    assert "Leave organization" in text(page) and not page.context["roots"].stands and page.context["table"] is None
    assert "Delete organization" not in text(browser_of.get(tax.url("organization-settings")))
    assert "Leave organization?" in text(browser_of.get(tax.url("organization-leave")))
    browser_of.post(tax.url("organization-leave"))
    assert "not part of an organization" in text(browser_of.get(tax.url("organization-accounts")))
    assert [one["Name"] for one in root.call("organizations:ListAccounts")["Accounts"]] == ["lab"]


def test_the_management_account_neither_leaves_nor_is_offered_to(browser_of, root, tree, base):
    assert "Leave organization" not in text(browser_of.get(f"{base}accounts/"))
    answer = browser_of.post(f"{base}leave/")
    assert answer.status_code == 422 and "cannot leave" in text(answer)


def test_a_member_account_is_closed_by_its_id(browser_of, root, tree, base):
    """ "Closing a member account in your organization"."""
    account = member(root)
    address = f"{base}accounts/{account}/close/"
    assert browser_of.post(address, {"typed": "Tax"}).status_code == 422
    assert Account.objects.get(pk=account).closed is None
    assert browser_of.post(address, {"typed": account}).url == f"{base}accounts/"
    assert "Suspended" in text(browser_of.get(f"{base}accounts/{account}/"))


@pytest.mark.parametrize("kind", ["root", "unit", "account", "policy"])
def test_tags_are_managed_of_whatever_is_in_it(browser_of, root, tree, base, kind):
    policy = deny(root)
    target = {"root": tree[0], "unit": tree[1], "account": member(root), "policy": policy}[kind]
    address = f"{base}tags/{target}/"
    assert browser_of.post(address, {"tags-key": ["team", "cost"], "tags-value": ["red", "7"]}).status_code == 302
    page = text(browser_of.get(f"{base}{'policies' if kind == 'policy' else 'accounts'}/{target}/"))
    assert "<td>team</td><td>red</td>" in page and address in page
    browser_of.post(address, {"tags-key": ["cost"], "tags-value": ["8"]})
    found = root.call("organizations:ListTagsForResource", {"ResourceId": target})["Tags"]
    assert found == [{"Key": "cost", "Value": "8"}]


def test_who_may_only_look_changes_nothing(browser_of, root, user, tree):
    anna = user("anna", "AWSOrganizationsReadOnlyAccess")
    for place, args, sent in (
        ("organization-delete", [], {"typed": "x"}),
        ("organization-tags", [tree[1]], {"tags-key": ["a"], "tags-value": ["b"]}),
        ("organization-close", [member(root)], {"typed": member(root)}),
    ):
        page = browser_of.post(anna.url(place, *args), sent)
        assert page.status_code in (200, 400, 403, 422)
    assert root.call("organizations:ListTagsForResource", {"ResourceId": tree[1]})["Tags"] == []
    assert Account.objects.filter(closed__isnull=False).count() == 0


@pytest.mark.parametrize("place", ["settings/", "settings/delete/", "leave/", "tags/r-abcd/"])
def test_outside_an_organization_nothing_breaks(browser_of, base, place):
    assert browser_of.get(base + place).status_code in (200, 400, 404)


def test_a_stranger_finds_nothing(client, stranger, base, tree):
    client.force_login(stranger)
    for place in ("settings/", "settings/delete/", "leave/", f"tags/{tree[1]}/"):
        assert client.get(base + place).status_code == 404


def test_nobody_outside_can_be_asked_about(root):
    with pytest.raises(AwsError):
        root.call("organizations:ListTagsForResource", {"ResourceId": "ou-abcd-12345678"})
