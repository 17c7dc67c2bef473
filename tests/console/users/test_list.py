"""The users list."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from iamlab.services.iam.models import User
from tests.console.test_long_lists import fill

pytestmark = pytest.mark.django_db
LOOKED_UP = {"AttributeKey": "EventName", "AttributeValue": "GetAccessKeyLastUsed"}
ONLY_USERS = '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "iam:ListUsers", "Resource": "*"}}'


@pytest.fixture
def names(browser_of, root):
    """The names that the list shows for a query, in order."""
    for name in ("anna", "Bob", "carla", "dave_42"):
        root.call("iam:CreateUser", {"UserName": name})

    def shown(query="", session=root):
        response = browser_of.get(f"/console/{session.id}/iam/users/{query}")
        return [row["key"] for row in response.context["table"]["rows"]]

    return shown


def test_it_lists_users_without_regard_to_case(names):
    assert names() == ["anna", "Bob", "carla", "dave_42"]


def test_it_filters_sorts_and_pages_on_the_server(names, root):
    assert names("?q=A") == ["anna", "carla", "dave_42"]
    assert names("?sort=-name") == ["dave_42", "carla", "Bob", "anna"]
    for number in range(10):
        root.call("iam:CreateUser", {"UserName": f"user-{number}"})
    assert len(names("?size=10")) == 10
    assert names("?size=10&page=2") == ["user-6", "user-7", "user-8", "user-9"]


def test_an_underscore_or_percent_is_searched_as_it_is(names):
    assert names("?q=_") == ["dave_42"]
    assert names("?q=%25") == []


def key_of(root, name: str) -> str:
    return root.call("iam:CreateAccessKey", {"UserName": name})["AccessKey"]["AccessKeyId"]


def test_a_user_is_found_by_the_id_of_an_access_key_and_nobody_else_is(names, root):
    """console.md: "Find users by username or access key". Whose a key is, GetAccessKeyLastUsed tells."""
    root.call("iam:CreateUser", {"UserName": "joanna"})
    key, other = key_of(root, "anna"), key_of(root, "Bob")
    assert names(f"?q={key}") == ["anna"]
    assert names(f"?q={other.lower()}&sort=-name") == ["Bob"]
    assert names(f"?q={key[:-1]}2") == [] or key.endswith("2")
    assert names("?q=AKIA") == []
    last = root.call("cloudtrail:LookupEvents", {"LookupAttributes": [LOOKED_UP]})["Events"]
    assert key in str(last)


def test_who_may_not_ask_whose_a_key_is_does_not_find_its_user(names, root, user):
    names()
    clerk = user("clerk", own=ONLY_USERS)
    key = key_of(root, "anna")
    assert "anna" in names("", clerk)
    assert names(f"?q={key}", clerk) == []


def test_a_user_whose_name_is_like_a_keys_id_is_found_by_it(names, root):
    root.call("iam:CreateUser", {"UserName": "AKIAABCDEFGHIJKLMNOP"})
    assert names("?q=akiaabcdefghijklmnop") == ["AKIAABCDEFGHIJKLMNOP"]


def test_a_key_is_found_among_thousands_at_the_cost_of_one_user(browser_of, root, names):
    costs = []
    for _ in range(2):
        key = key_of(root, "anna" if not costs else "carla")
        address = f"/console/{root.id}/iam/users/?q={key}"
        browser_of.get(address)
        with CaptureQueriesContext(connection) as queries:
            browser_of.get(address)
        assert not [one["sql"] for one in queries if " LIKE " in one["sql"] and "iam_user" in one["sql"]]
        costs.append(len(queries))
        if len(costs) == 1:
            fill(root.account, User, 100)
    assert costs[0] == costs[1] <= 15


def test_columns_are_chosen(browser_of, names, root):
    html = browser_of.get(f"/console/{root.id}/iam/users/?columns=arn").content.decode()
    assert "arn:aws:iam::111122223333:user/anna" in html
    assert "Password age</th>" not in html


def test_console_access_and_certificates_are_columns_that_one_may_choose(browser_of, names, root):
    root.call("iam:CreateLoginProfile", {"UserName": "anna", "Password": "Umbrella-drinks-2-many"})
    rows = browser_of.get(f"/console/{root.id}/iam/users/?columns=console&columns=certificates").context["table"][
        "rows"
    ]
    told = {row["key"]: [str(cell) for cell in row["cells"][1:]] for row in rows}
    assert "Enabled without MFA" in told["anna"][0]
    assert told["Bob"] == ["Disabled", "0"]


def test_each_cell_may_be_refused_while_the_list_stands(browser_of, names, user):
    page = browser_of.get(f"/console/{user('mario', Some=ONLY_USERS).id}/iam/users/").content.decode()
    assert "anna" in page and page.count("Access denied") > 4


def test_a_refused_list_shows_the_denied_box_in_its_place(browser_of, names, user):
    page = browser_of.get(f"/console/{user('mario').id}/iam/users/")
    html = page.content.decode()
    assert page.status_code == 200
    assert "arn:aws:iam::111122223333:user/mario" in html and "iam:ListUsers" in html
    assert "no identity-based policy allows the iam:ListUsers action" in html
    assert "/why/" in html
