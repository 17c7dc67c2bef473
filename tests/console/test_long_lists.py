"""Lists of many rows: how far they are counted, and that no page of theirs reads or sorts all of them."""

import base64
import re
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from iamlab.services import paging
from iamlab.services.accounts.models import Document
from iamlab.services.iam.models import Group, Role, User
from iamlab.services.s3.models import Bucket

pytestmark = pytest.mark.django_db
TRUST = '{"Version": "2012-10-17", "Statement": []}'
BEGAN = datetime(2024, 1, 1, tzinfo=UTC)
LISTS = {"users": User, "groups": Group, "roles": Role, "buckets": Bucket}


def fill(account, model, count: int) -> None:
    """Rows put in past the door, whose quotas would take calls by the thousand to reach; all but two made at once."""
    trust = Document.objects.get_or_create(digest="trust", text=TRUST)[0].pk
    rows = []
    for number in range(count):
        name = f"n-{number:04}"
        own = {"sandbox_id": account.sandbox_id} if model is Bucket else {"name_lower": name, "unique_id": f"ID{name}"}
        if model is Role:
            own["trust"] = trust
        made = BEGAN - timedelta(days=1) if number == count - 1 else BEGAN
        rows.append(model(account=account, name=name, created=made, **own))
    model.objects.bulk_create(rows)


@pytest.fixture
def few_counted(monkeypatch):
    monkeypatch.setattr(paging, "COUNTED", 100)


@pytest.mark.usefixtures("few_counted")
@pytest.mark.parametrize("name", LISTS)
def test_a_list_is_counted_and_leafed_through_only_so_far(browser_of, root, account, name):
    fill(account, LISTS[name], 130)

    def shown(query=""):
        page = browser_of.get(root.url(name) + query)
        table = page.context["table"]
        keys = [row["key"] for row in table["rows"]]
        return page.content.decode(), keys, [step["number"] for step in table["pages"] if step["kind"] == "page"]

    html, keys, pages = shown()
    assert "(100+)" in html and pages == [1, 2]
    assert (keys[0], keys[-1]) == ("n-0000", "n-0049")
    for page in (2, 3, 999999):
        _, keys, _ = shown(f"?page={page}")
        assert (keys[0], keys[-1]) == ("n-0050", "n-0099"), page
    assert shown("?sort=-name")[1][0] == "n-0129"
    html, keys, _ = shown("?q=n-0125")
    assert keys == ["n-0125"] and "1 match<" in html


def steps(browser, address):
    """The rows of a page, and where its pager leads: kind -> address."""
    table = browser.get(address).context["table"]
    return [row["key"] for row in table["rows"]], {
        step["kind"]: step["url"] for step in table["pages"] if "url" in step
    }


ORDERS = ["?size=10", "?size=10&sort=-name", "?size=10&sort=created", "?size=10&sort=-created", "?q=n-&size=20"]


@pytest.mark.parametrize("query", ORDERS)
@pytest.mark.parametrize("name", LISTS)
@pytest.mark.slow
def test_next_page_goes_on_to_the_last_row_and_previous_page_comes_back(
    browser_of, root, account, name, query, monkeypatch
):
    monkeypatch.setattr(paging, "COUNTED", 20)
    fill(account, LISTS[name], 46)
    rows, ways = steps(browser_of, root.url(name) + query)
    leafed, numbered = [rows], [root.url(name) + query]
    while ways["next"]:
        numbered.append(ways["next"])
        rows, ways = steps(browser_of, ways["next"])
        leafed.append(rows)
    forth = [key for rows in leafed for key in rows]
    assert len(forth) == len(set(forth)) == 46
    if "created" not in query:
        assert forth == sorted(forth, reverse="sort=-name" in query)
    back = [rows]
    while ways["previous"] and "at=" in ways["previous"]:
        rows, ways = steps(browser_of, ways["previous"])
        back.append(rows)
    assert [key for rows in reversed(back) for key in rows] == forth
    assert steps(browser_of, numbered[-1])[1]["page"] == ""  # the present one, which has no number


@pytest.mark.usefixtures("few_counted")
def test_what_is_no_mark_of_the_list_shows_its_first_page(browser_of, root, account):
    fill(account, Group, 130)
    last = steps(browser_of, root.url("groups") + "?page=2")[1]["next"]
    marked = last.partition("at=")[2]
    forged = ["x", "!!!", "é", "A" * 5000, marked[:-6]]
    values = ["[]", "null", '[true, "\\u0000", 1]', '[true, "\\ud800", 1]', f'[true, "a", {10**40}]', "[true, 1, 1]"]
    forged += [base64.urlsafe_b64encode(text.encode()).decode() for text in values]
    for mark in forged:
        assert steps(browser_of, root.url("groups", at=mark))[0][0] == "n-0000", mark
    assert steps(browser_of, root.url("groups") + f"?sort=created&at={marked}")[0][0] == "n-0129"  # of another order
    Group.objects.filter(name__gte="n-0100").delete()
    assert steps(browser_of, last)[0][0] == "n-0000"


@pytest.mark.usefixtures("few_counted")
def test_filter_order_and_numbers_leave_the_rows_behind(browser_of, root, account):
    fill(account, User, 230)
    last = steps(browser_of, root.url("users") + "?page=2")[1]["next"]
    html = browser_of.get(last).content.decode().partition('<section class="container" id="users"')[2]
    html = html.partition("</section>")[0]
    assert '<b aria-current="page">2+</b>' in html
    assert 'name="at"' not in html
    assert len(re.findall(r"[?;]at=", html)) == 2  # previous and next


@pytest.mark.parametrize("name", LISTS)
def test_a_list_that_was_counted_whole_says_so(browser_of, root, account, name):
    fill(account, LISTS[name], 60)
    assert "(60)" in browser_of.get(root.url(name)).content.decode()


QUERIES = ["", "?page=2", "?sort=-name", "?sort=created", "?sort=-created&page=2"]
BEYOND = ["next", "next?sort=-name", "next?sort=created", "next?sort=-created"]


@pytest.mark.parametrize("query", QUERIES + BEYOND)
@pytest.mark.parametrize("name", LISTS)
@pytest.mark.slow
def test_no_page_reads_or_sorts_more_rows_than_it_counts(browser_of, root, account, name, query, monkeypatch):
    table = LISTS[name]._meta.db_table
    fill(account, LISTS[name], 150)
    if query in BEYOND:
        monkeypatch.setattr(paging, "COUNTED", 50)
        query = "?" + steps(browser_of, root.url(name) + query.removeprefix("next"))[1]["next"].partition("?")[2]
    browser_of.get(root.url(name) + query)
    with CaptureQueriesContext(connection) as captured:
        browser_of.get(root.url(name) + query)
    asked = [one["sql"] for one in captured if f'FROM "{table}"' in one["sql"]]
    listing = [sql for sql in asked if "LIMIT" in sql]
    assert listing and any("COUNT" in sql for sql in listing)
    assert len(captured) <= 15
    for sql in asked:
        assert "LIMIT" in sql or " IN (" in sql, sql  # a page, a count that ends, or rows by their keys
    for sql in listing:
        assert not whole(sql), sql


def whole(sql: str) -> list[str]:
    """The steps of a statement's plan that look at all rows, or sort them, before the first comes out."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
            bad = ("SCAN iam_", "SCAN s3_", "USE TEMP B-TREE")
        else:
            for way in ("seqscan", "bitmapscan", "sort"):
                cursor.execute(f"SET LOCAL enable_{way} = off")  # as it would be with many rows
            cursor.execute(f"EXPLAIN {sql}")
            bad = ("Seq Scan", "->  Sort ")
        steps = [str(row[-1]) for row in cursor.fetchall()]
    return [step for step in steps if any(sign in step for sign in bad)]


@pytest.mark.parametrize("place", ["groups", "roles", "policies"])
def test_a_list_without_columns_to_choose_has_its_page_sizes_behind_the_gear(browser_of, root, place):
    address = root.url(place)
    html = browser_of.get(address).content.decode()
    assert "Preferences of " in html and "10 rows" in html
    assert browser_of.get(address, {"size": "10"}).context["table"]["ask"]["size"] == 10
