"""The address that the JSON editor asks."""

import pytest

pytestmark = pytest.mark.django_db


def test_offers_are_told_as_json_and_kept_by_the_browser(browser_of, root):
    response = browser_of.get(root.url("policy-completions", path="Statement/Action", typed="s3:", kind="identity"))
    assert ["s3:PutObject", "Write"] in response.json()["offers"]
    assert "max-age" in response.headers["Cache-Control"]


def test_an_arn_has_the_sessions_account(browser_of, root):
    url = root.url("policy-completions", path="Statement/Resource", service="iam", kind="nonsense")
    assert ["arn:aws:iam::111122223333:group/GroupNameWithPath", "group"] in browser_of.get(url).json()["offers"]


def test_nobody_else_is_answered(client, stranger, root):
    client.force_login(stranger)
    assert client.get(root.url("policy-completions")).status_code == 404
