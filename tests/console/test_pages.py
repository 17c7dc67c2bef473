"""Every page of the console: opens for who may, stands for who may not, and costs few queries whatever the rows."""

from dataclasses import replace

import pytest

from iamlab.people.models import create_guest
from tests.console.conftest import open_account, signed_in_as_root

pytestmark = pytest.mark.django_db
DOCUMENT = '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}}'
TRUST = (
    '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sts:AssumeRole",'
    ' "Principal": {"AWS": "arn:aws:iam::111122223333:root"}}}'
)
PAGES = [
    "home/",
    "home/alias/",
    "home/alias/delete/",
    "users/",
    "users/?q=a&sort=-created&size=10",
    "users/?columns=arn&columns=created",
    "users/delete/?selected=anna",
    "users/delete/?selected=anna&selected=bob",
    "users/details/anna/permissions/",
    "users/details/anna/groups/",
    "users/details/anna/tags/",
    "users/details/anna/security_credentials/",
    "users/details/anna/access_advisor/",
    "groups/details/Team/access_advisor/",
    "users/details/anna/remove-policies/?selected=inline:Own",
    "users/details/anna/boundary/",
    "users/details/anna/boundary/remove/",
    "users/details/anna/inline/",
    "users/details/anna/inline/Own/",
    "users/details/anna/join-groups/",
    "users/details/anna/leave-groups/?selected=Team",
    "users/details/anna/manage-tags/",
    "groups/",
    "groups/create/",
    "groups/delete/?selected=Team",
    "groups/details/Team/users/",
    "groups/details/Team/permissions/",
    "groups/details/Team/rename/",
    "groups/details/Team/add-users/",
    "groups/details/Team/remove-users/?selected=anna",
    "groups/details/Team/attach-policies/",
    "groups/details/Team/remove-policies/?selected=inline:Own",
    "groups/details/Team/inline/",
    "groups/details/Team/inline/Own/",
    "roles/",
    "roles/?q=a&sort=-name&size=10",
    "roles/delete/?selected=Reader",
    "roles/details/Reader/permissions/",
    "roles/details/Reader/trust_relationships/",
    "roles/details/Reader/tags/",
    "roles/details/Reader/access_advisor/",
    "roles/details/Reader/revoke_sessions/",
    "roles/details/Reader/revoke/",
    "roles/details/Reader/edit/",
    "roles/details/Reader/trust/",
    "roles/details/Reader/attach-policies/",
    "roles/details/Reader/remove-policies/?selected=inline:Own",
    "roles/details/Reader/boundary/",
    "roles/details/Reader/boundary/remove/",
    "roles/details/Reader/inline/",
    "roles/details/Reader/inline/Own/",
    "roles/details/Reader/manage-tags/",
    "identity-providers/",
    "identity-providers/details/arn:aws:iam::111122223333:oidc-provider/token.example.com/",
    "identity-providers/delete/?selected=arn:aws:iam::111122223333:oidc-provider/token.example.com",
    "identity-providers/create/",
    "credential-report/",
    "policies/",
    "policies/?type=Local",
    "policies/?q=admin&page=2",
    "policies/delete/?selected=arn:aws:iam::111122223333:policy/Bills",
    "policies/details/arn:aws:iam::111122223333:policy/Bills/permissions/",
    "policies/details/arn:aws:iam::111122223333:policy/Bills/permissions/?view=summary",
    "policies/details/arn:aws:iam::111122223333:policy/Bills/entities/",
    "policies/details/arn:aws:iam::111122223333:policy/Bills/tags/",
    "policies/details/arn:aws:iam::111122223333:policy/Bills/versions/",
    "policies/details/arn:aws:iam::111122223333:policy/Bills/access_advisor/",
    "policies/details/arn:aws:iam::111122223333:policy/Bills/manage-tags/",
    "policies/details/arn:aws:iam::111122223333:policy/Bills/versions/?from=v1&to=v1",
    "policies/details/arn:aws:iam::111122223333:policy/Bills/edit/",
    "policies/details/arn:aws:iam::111122223333:policy/Bills/version/?do=delete&selected=v1",
    "policies/details/arn:aws:iam::111122223333:policy/Bills/detach/?selected=User:anna",
    "policies/details/arn:aws:iam::aws:policy/job-function/Billing/permissions/",
    "policies/details/arn:aws:iam::aws:policy/ReadOnlyAccess/permissions/?view=summary",
]
WIZARDS = [
    "users/create/",
    "users/create/?era=2021",
    "users/details/anna/add-permissions/",
    "users/details/anna/console-access/",
    "users/details/anna/create-access-key/",
    "roles/create/",
    "policies/create/",
]


@pytest.fixture(scope="module")
def made_once(module_db):
    """The root user's session in an account with something on every page."""
    with module_db():
        person = create_guest()[0]
        root = signed_in_as_root(person, open_account(person))
        fill(root.call)
    return root


@pytest.fixture
def person(made_once):
    return made_once.person


@pytest.fixture
def filled(made_once):
    """That session, as a test finds it that is the first to use it."""
    return replace(made_once, asked=[], made=[])


@pytest.fixture
def root(filled):
    return filled


def fill(call) -> None:
    for name in ("anna", "bob"):
        call("iam:CreateUser", {"UserName": name, "Tags": [{"Key": "team", "Value": name}]})
        call("iam:CreateAccessKey", {"UserName": name})
        call("iam:CreateLoginProfile", {"UserName": name, "Password": "Spring-2026"})
    call("iam:CreateGroup", {"GroupName": "Team"})
    call("iam:AddUserToGroup", {"GroupName": "Team", "UserName": "anna"})
    call("iam:CreatePolicy", {"PolicyName": "Bills", "PolicyDocument": DOCUMENT})
    call("iam:AttachUserPolicy", {"UserName": "anna", "PolicyArn": "arn:aws:iam::111122223333:policy/Bills"})
    call("iam:AttachGroupPolicy", {"GroupName": "Team", "PolicyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess"})
    call("iam:PutUserPolicy", {"UserName": "anna", "PolicyName": "Own", "PolicyDocument": DOCUMENT})
    call("iam:CreateOpenIDConnectProvider", {"Url": "https://token.example.com"})
    call("iam:CreateRole", {"RoleName": "Reader", "AssumeRolePolicyDocument": TRUST})
    call("iam:AttachRolePolicy", {"RoleName": "Reader", "PolicyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess"})
    call("iam:PutRolePolicy", {"RoleName": "Reader", "PolicyName": "Own", "PolicyDocument": DOCUMENT})
    call("iam:PutGroupPolicy", {"GroupName": "Team", "PolicyName": "Own", "PolicyDocument": DOCUMENT})


@pytest.mark.slow
def test_pages_come_compressed_and_small(browser_of, filled):
    sizes = {}
    for place in PAGES:
        response = browser_of.get(f"/console/{filled.id}/iam/{place}", headers={"Accept-Encoding": "gzip"})
        assert response.headers["Content-Encoding"] == "gzip"
        sizes[place] = len(response.content)
    assert {place: size for place, size in sizes.items() if size > 30_000} == {}


@pytest.mark.parametrize("place", PAGES + WIZARDS)
def test_it_opens_with_a_heading_and_a_title_in_few_queries(browser_of, filled, place, django_assert_max_num_queries):
    address = f"/console/{filled.id}/iam/{place}"
    first = browser_of.get(address, follow=True)
    address = first.redirect_chain[-1][0] if first.redirect_chain else address
    with django_assert_max_num_queries(15):
        response = browser_of.get(address)
    assert (first.status_code, response.status_code) == (200, 200)
    html = response.content.decode()
    assert html.count("<h1") == 1
    assert " | IAM | Global</title>" in html


@pytest.mark.parametrize("place", PAGES + WIZARDS)
def test_for_who_may_do_nothing_it_says_so_and_stands(browser_of, filled, user, place):
    address = f"/console/{user('nobody').id}/iam/{place}"
    response = browser_of.get(address, follow=True)
    assert response.status_code in (200, 403)
    html = response.content.decode()
    asks_nothing = (
        "alias",
        "remove",
        "leave",
        "rename",
        "inline/",
        "version",
        "detach",
        "revoke/",
        "providers/create",
        "providers/delete",
    )
    if place not in WIZARDS and not any(word in place and not place.endswith("Own/") for word in asks_nothing):
        assert "Access denied" in html


@pytest.mark.parametrize("place", PAGES + WIZARDS)
def test_strangers_do_not_find_it(client, stranger, filled, place):
    client.force_login(stranger)
    assert client.get(f"/console/{filled.id}/iam/{place}").status_code == 404


@pytest.mark.parametrize(
    "place",
    [
        "users/details/nobody/permissions/",
        "groups/details/Nobody/users/",
        "roles/details/Nobody/permissions/",
        "roles/details/Reader/nonsense/",
        "policies/details/arn:aws:iam::111122223333:policy/Nothing/permissions/",
        "policies/details/nonsense/permissions/",
        "users/details/anna/nonsense/",
    ],
)
def test_what_is_not_there_is_not_found(browser_of, filled, place):
    assert browser_of.get(f"/console/{filled.id}/iam/{place}").status_code == 404


@pytest.mark.parametrize("place", ["users/?size=100", "groups/?size=100"])
def test_more_rows_cost_no_more_queries(
    browser_of, filled, place, django_assert_num_queries, django_assert_max_num_queries
):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    address = f"/console/{filled.id}/iam/{place}"
    browser_of.get(address)
    with CaptureQueriesContext(connection) as few:
        browser_of.get(address)
    for number in range(30):
        filled.call("iam:CreateUser", {"UserName": f"user-{number}"})
        filled.call("iam:CreateAccessKey", {"UserName": f"user-{number}"})
        filled.call("iam:CreateGroup", {"GroupName": f"group-{number}"})
        filled.call("iam:AddUserToGroup", {"UserName": f"user-{number}", "GroupName": f"group-{number}"})
    browser_of.get(address)
    with CaptureQueriesContext(connection) as many:
        browser_of.get(address)
    assert len(many) == len(few)


@pytest.mark.parametrize("place", WIZARDS)
def test_a_wizards_form_names_its_own_address(browser_of, filled, place):
    """A browser whose address bar has moved on already would send it elsewhere."""
    address = browser_of.get(f"/console/{filled.id}/iam/{place}").url
    assert f'<form method="post" class="stack" action="{address}"' in browser_of.get(address).content.decode()
