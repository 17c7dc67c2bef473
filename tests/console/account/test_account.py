"""The account's page and the billing switch: root's alone, and in force for everybody else."""

from datetime import timedelta

ADMIN = "AdministratorAccess"


def test_billing_is_closed_to_an_administrator_until_root_opens_it(browser_of, root, user):
    anna = user("anna", ADMIN)
    assert "IAM user access not activated" in browser_of.get(anna.url("billing")).content.decode()
    browser_of.post(root.url("billing-access"), {"active": "on"})
    assert "Month-to-date cost" in browser_of.get(anna.url("billing")).content.decode()
    assert "Total: 0.00 USD" in browser_of.get(anna.url("bills")).content.decode()
    browser_of.post(root.url("billing-access"), {})
    for page in ("billing", "bills"):
        assert "IAM user access not activated" in browser_of.get(anna.url(page)).content.decode()


def test_home_tells_of_the_hold_its_return_and_the_credits_of_the_free_plan(browser_of, root, account):
    account.plan, account.details = "free", {"card": True}
    account.save()
    page = browser_of.get(root.url("billing")).content.decode()
    assert "Authorization hold will be returned" in page and "100.00 USD" in page
    account.plan, account.created = "paid", account.created - timedelta(days=3)
    account.save()
    page = browser_of.get(root.url("billing")).content.decode()
    assert "Authorization hold returned" in page and "Credits remaining" not in page


def test_the_switch_alone_gives_nothing(browser_of, root, user):
    mario = user("mario")
    browser_of.post(root.url("billing-access"), {"active": "on"})
    assert "no identity-based policy allows" in browser_of.get(mario.url("billing")).content.decode()


def test_only_root_turns_the_switch(browser_of, root, user):
    anna = user("anna", ADMIN)
    assert "Activate IAM Access" not in browser_of.get(anna.url("account")).content.decode()
    assert browser_of.post(anna.url("billing-access"), {"active": "on"}).status_code == 403
    assert root.call("accounts:GetAccount")["IamBillingAccess"] is False


def test_strangers_find_nothing(client, stranger, root):
    client.force_login(stranger)
    for name in ("account", "billing", "bills", "account-settings", "security-credentials"):
        assert client.get(root.url(name)).status_code == 404


def test_the_accounts_page_stands_beside_billing(browser_of, root):
    page = browser_of.get(root.url("account")).content.decode()
    assert "<title>Account | Billing and Cost Management" in page
    assert root.url("billing") in page
