"""The users list."""

import pytest

pytestmark = pytest.mark.django_db
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
