"""The IAM dashboard."""

import pytest

pytestmark = pytest.mark.django_db
ONLY_GROUPS = '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "iam:ListGroups", "Resource": "*"}}'


def home(browser, session):
    return browser.get(f"/console/{session.id}/iam/home/")


def test_it_shows_counters_the_account_and_its_sign_in_url(browser_of, root):
    root.call("iam:CreateUser", {"UserName": "mario"})
    page = home(browser_of, root)
    html = page.content.decode()
    assert "<title>Dashboard | IAM | Global</title>" in html
    assert ("Users", "1") in [(label, text_of(cell)) for label, cell in page.context["counters"]]
    assert f"/sandbox/{root.account.sandbox.public_id}/sign-in/111122223333/" in html
    assert "Add MFA for root user" in html
    assert f'href="/console/{root.id}/evaluator/">Policy simulator' in html


def text_of(cell) -> str:
    return str(cell).partition(">")[2].partition("<")[0] or str(cell)


def test_who_may_not_see_the_summary_sees_each_counter_that_they_may_list(browser_of, user):
    page = home(browser_of, user("mario", ListGroups=ONLY_GROUPS))
    counters = {label: str(cell) for label, cell in page.context["counters"]}
    assert ">0</a>" in counters["User groups"]
    assert "Access denied" in counters["Users"] and "Access denied" in counters["Policies"]
    html = page.content.decode()
    assert page.status_code == 200
    assert "arn:aws:iam::111122223333:user/mario" in html and "iam:GetAccountSummary" in html


def test_a_recommendation_that_may_not_be_read_tells_why(browser_of, user):
    page = home(browser_of, user("mario", ListGroups=ONLY_GROUPS))
    told = {row["title"]: row.get("why_url", "") for row in page.context["recommendations"]}
    for title, action in (
        ("Whether you have MFA: access denied", "iam:ListMFADevices"),
        ("Whether your access keys are active: access denied", "iam:ListAccessKeys"),
    ):
        assert told[title] in page.content.decode()
        assert action in browser_of.get(told[title]).content.decode()


def test_an_inactive_key_of_root_is_no_active_one(browser_of, root, user):
    """The account's summary counts both; the credential report tells them apart."""
    admin = user("admin", "AdministratorAccess")
    key = root.call("iam:CreateAccessKey")["AccessKey"]["AccessKeyId"]
    root.call("iam:UpdateAccessKey", {"AccessKeyId": key, "Status": "Inactive"})

    def advice():
        return [row["title"] for row in home(browser_of, admin).context["recommendations"]]

    assert "Deactivate or delete access keys for root user" in advice()  # there is no report to ask
    root.call("iam:GenerateCredentialReport")
    assert "Root user has no active access keys" in advice()


def test_an_alias_is_made_changed_and_deleted(browser_of, root):
    base = f"/console/{root.id}/iam/home/"
    assert browser_of.post(f"{base}alias/", {"AccountAlias": "marios-bills"}).url == base
    html = home(browser_of, root).content.decode()
    assert "marios-bills" in html and "/sign-in/marios-bills/" in html
    browser_of.post(f"{base}alias/", {"AccountAlias": "bills-of-mario"})
    assert "/sign-in/bills-of-mario/" in home(browser_of, root).content.decode()
    browser_of.post(f"{base}alias/delete/")
    assert "/sign-in/111122223333/" in home(browser_of, root).content.decode()


@pytest.mark.parametrize(
    ("alias", "text"),
    [
        ("", "This field is required"),
        ("ab", "Use at least 3 characters"),
        ("two--hyphens", "single hyphens"),
        ("Upper", "Use only a-z"),
        ("a" * 64, "Use at most 63 characters"),
        ("123456789012", "must not be a 12-digit number"),
        ("amazon", "already exists"),
    ],
)
def test_a_bad_alias_is_told_at_its_field(browser_of, root, alias, text):
    page = browser_of.post(f"/console/{root.id}/iam/home/alias/", {"AccountAlias": alias})
    assert page.status_code == 422
    html = page.content.decode()
    assert text in html[html.index('id="id_AccountAlias_error"') :]


def test_a_refused_alias_shows_why(browser_of, user):
    page = browser_of.post(f"/console/{user('mario').id}/iam/home/alias/", {"AccountAlias": "marios-bills"})
    assert page.status_code == 403
    assert "iam:CreateAccountAlias" in page.content.decode()


def test_it_takes_few_queries(browser_of, root, django_assert_max_num_queries):
    home(browser_of, root)
    with django_assert_max_num_queries(15):
        home(browser_of, root)
