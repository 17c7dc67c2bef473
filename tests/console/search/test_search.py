"""The console's search."""

import pytest

pytestmark = pytest.mark.django_db
TRUST = (
    '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sts:AssumeRole",'
    ' "Principal": {"Service": "ec2.amazonaws.com"}}}'
)


@pytest.fixture
def search(browser_of, root):
    def found(query, session=root):
        return browser_of.get(f"/console/{session.id}/search/", {"q": query})

    return found


def rows(page):
    return {table["id"]: [row["label"] for row in table["rows"]] for table in page.context["tables"]}


def test_services_and_their_pages_are_found_by_words(search):
    labels = [place["label"] for place in search("iam").context["places"]]
    assert labels[0] == "IAM" and "Roles" in labels
    assert [place["label"] for place in search("event HISTORY").context["places"]] == ["Event history"]


@pytest.mark.parametrize(("query", "label"), [("policy", "Policies"), ("policies", "Policies"), ("user", "Users")])
def test_one_and_many_find_the_same_page(search, query, label):
    assert label in [place["label"] for place in search(query).context["places"]]


def test_users_groups_roles_and_policies_are_found_by_name(search, root):
    root.call("iam:CreateUser", {"UserName": "bill-mario"})
    root.call("iam:CreateGroup", {"GroupName": "Bills"})
    root.call("iam:CreateRole", {"RoleName": "BillReader", "AssumeRolePolicyDocument": TRUST})
    page = search("BILL")
    found = rows(page)
    assert found["users"] == ["bill-mario"] and found["groups"] == ["Bills"] and found["roles"] == ["BillReader"]
    html = page.content.decode()
    assert "roles/details/BillReader/permissions/" in html and "job-function/Billing/permissions/" in html


def test_a_user_is_found_by_the_id_of_an_access_key(search, root):
    for name in ("anna", "joanna"):
        root.call("iam:CreateUser", {"UserName": name})
    key = root.call("iam:CreateAccessKey", {"UserName": "anna"})["AccessKey"]["AccessKeyId"]
    assert rows(search(key)) == {"users": ["anna"], "groups": [], "roles": [], "policies": []}


def test_iams_menu_has_a_box_that_searches_too(browser_of, root):
    html = browser_of.get(root.url("users")).content.decode()
    nav = html[html.index('id="side-nav"') : html.index("</nav>", html.index('id="side-nav"'))]
    form = nav[nav.index("<form") : nav.index("</form>")]
    assert f'action="{root.url("search")}"' in form and 'name="q"' in form and 'placeholder="Search IAM"' in form
    assert "Search IAM" not in browser_of.get(root.url("buckets")).content.decode()


def test_no_query_makes_no_call_and_no_match_says_so(search, root):
    assert search(" ").context["tables"] == []
    assert "No matches" in search("zzzz").content.decode()


def test_what_is_typed_is_escaped_and_stays_in_the_field(search):
    html = search('"><script>alert(1)</script>').content.decode()
    assert "<script>alert" not in html and "&lt;script&gt;alert(1)" in html


def test_a_kind_that_may_not_be_listed_says_so_alone(search, user):
    only = '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "iam:ListUsers", "Resource": "*"}}'
    page = search("mario", user("mario", Own=only))
    assert rows(page)["users"] == ["mario"]
    denials = {table["id"]: bool(table.get("denial")) for table in page.context["tables"]}
    assert denials == {"users": False, "groups": True, "roles": True, "policies": True}


def test_every_console_page_has_the_field(browser_of, root):
    html = browser_of.get(f"/console/{root.id}/iam/users/").content.decode()
    assert f'action="/console/{root.id}/search/"' in html and 'aria-keyshortcuts="Alt+S"' in html


def test_strangers_find_nothing(client, stranger, root):
    client.force_login(stranger)
    assert client.get(f"/console/{root.id}/search/?q=a").status_code == 404
