"""Console Home: where a session begins."""

import json

import pytest

pytestmark = pytest.mark.django_db
BILLS = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": {"Effect": "Allow", "Action": ["billing:*", "iam:GetAccountSummary"], "Resource": "*"},
    }
)


def cell(html: str, name: str) -> str:
    """The part of the page that is a cell."""
    return html.partition(f'id="{name}"')[2].partition("</section>")[0]


def test_a_sign_in_leads_to_it_and_so_does_the_brand(browser_of, root):
    response = browser_of.get(root.url("console"))
    html = response.content.decode()
    assert response.status_code == 200
    assert "<title>Console Home" in html
    assert f'class="brand" href="{root.url("console")}"' in html
    assert html.count("<h1") == 1


def test_root_sees_the_state_of_security_and_the_costs(browser_of, root, django_assert_max_num_queries):
    browser_of.get(root.url("console"))
    with django_assert_max_num_queries(8):
        html = browser_of.get(root.url("console")).content.decode()
    assert "Add MFA for root user" in cell(html, "security")
    assert "0.00 USD" in cell(html, "cost")
    assert "Access denied" not in html


def test_each_cell_is_refused_alone(browser_of, user):
    html = browser_of.get(user("nobody").url("console")).content.decode()
    assert "iam:GetAccountSummary" in cell(html, "security")
    assert "billing:GetBillingDetails" in cell(html, "cost")
    assert "Labs" in cell(html, "welcome")


def test_costs_obey_the_billing_switch(browser_of, root, user):
    clerk = user("clerk", bills=BILLS)
    html = browser_of.get(clerk.url("console")).content.decode()
    assert "IAM user access not activated" in cell(html, "cost")
    assert "Access denied" not in cell(html, "security")
    root.call("accounts:UpdateIamBillingAccess", {"Active": True})
    assert "0.00 USD" in cell(browser_of.get(clerk.url("console")).content.decode(), "cost")


def test_services_that_were_visited_stand_first_and_in_this_session_only(browser_of, root):
    assert "Services to begin with" in browser_of.get(root.url("console")).content.decode()
    for page in ("users", "buckets", "roles", "events"):
        browser_of.get(root.url(page))
    browser_of.get(root.url("user", "nobody", "permissions"))  # not found: no visit of a page
    recent = cell(browser_of.get(root.url("console")).content.decode(), "recent")
    assert "Recently visited" in recent
    places = [recent.index(f">{name}</a>") for name in ("CloudTrail", "IAM", "S3")]
    assert places == sorted(places)
    assert "Billing" not in recent
    assert browser_of.cookies["recent"]["path"] == f"/console/{root.id}/"


def test_a_cookie_that_names_nonsense_is_harmless(browser_of, root):
    browser_of.cookies["recent"] = "<script>.s3.nonsense..s3"
    recent = cell(browser_of.get(root.url("console")).content.decode(), "recent")
    assert recent.count("<li>") == 1
    assert ">S3</a>" in recent
