"""The account's page and the billing switch: root's alone, and in force for everybody else."""

ADMIN = "AdministratorAccess"


def test_billing_is_closed_to_an_administrator_until_root_opens_it(browser_of, root, user):
    anna = user("anna", ADMIN)
    assert "IAM user access not activated" in browser_of.get(anna.url("billing")).content.decode()
    browser_of.post(root.url("billing-access"), {"active": "on"})
    assert "Total: 0.00 USD" in browser_of.get(anna.url("billing")).content.decode()
    browser_of.post(root.url("billing-access"), {})
    assert "IAM user access not activated" in browser_of.get(anna.url("billing")).content.decode()


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
    for name in ("account", "billing", "account-settings", "security-credentials"):
        assert client.get(root.url(name)).status_code == 404


def test_the_accounts_page_stands_beside_billing(browser_of, root):
    page = browser_of.get(root.url("account")).content.decode()
    assert "<title>Account | Billing and Cost Management" in page
    assert root.url("billing") in page
