"""Lists: what the address asks for, and what is shown for it."""

import pytest
from django.template import Context, Template

from iamlab.components import markup, tables

COLUMNS = [tables.column("name", "User name", sortable=True), tables.column("age", "Age")]
PEOPLE = [{"name": name, "age": age} for age, name in enumerate(("mario", "alice", "Luigi", "daisy"))]


def listed(rf, address, **more):
    request = rf.get(address)
    ask = tables.asked(request, COLUMNS, size=2 if "size" not in more else more.pop("size"))
    cut = tables.arrange(PEOPLE, ask, lambda p: p["name"], {"name": lambda p: p["name"].casefold()})
    rows = [tables.row(p["name"], [p["name"], str(p["age"])]) for p in cut["items"]]
    return tables.table(
        request,
        id="users",
        title="Users",
        columns=COLUMNS,
        rows=rows,
        total=cut["total"],
        found=cut["found"],
        ask=ask,
        **more,
    )


def names(table):
    return [row["key"] for row in table["rows"]]


def html(rf, table):
    page = Template("{% load components %}{% table t %}{% endtable %}")
    return page.render(Context({"t": table, "request": rf.get("/")}))


@pytest.mark.parametrize(
    "address, expected",
    [
        ("/", ["mario", "alice"]),
        ("/?page=2", ["Luigi", "daisy"]),
        ("/?sort=name", ["alice", "daisy"]),
        ("/?sort=-name", ["mario", "Luigi"]),
        ("/?q=AI", ["daisy"]),
        ("/?q=i&sort=name&page=2", ["Luigi", "mario"]),
        ("/?sort=age", ["mario", "alice"]),  # not a sortable column
        ("/?page=-3&size=x", ["mario", "alice"]),
        ("/?size=10", ["mario", "alice", "Luigi", "daisy"]),
        ("/?size=99999999999", ["mario", "alice"]),
    ],
)
def test_the_address_filters_sorts_and_cuts(rf, address, expected):
    assert names(listed(rf, address)) == expected


def test_the_sort_link_turns_and_keeps_the_filter(rf):
    [column, _] = listed(rf, "/?q=a&sort=name&page=2")["columns"]
    assert (column["url"], column["direction"]) == ("/?q=a&sort=-name", "ascending")


def test_the_pager_shows_the_ends_and_the_neighbours(rf):
    request = rf.get("/?page=5")
    steps = tables.pages(request, "t", {"page": 5, "size": 10}, 200)
    shown = [step.get("number", step["kind"]) for step in steps]
    assert shown == ["previous", 1, "gap", 3, 4, 5, 6, 7, "gap", 20, "next"]
    assert [step["url"] for step in steps if step["kind"] in ("previous", "next")] == ["/?page=4", "/?page=6"]


def test_a_page_past_the_end_leads_back(rf):
    steps = tables.pages(rf.get("/?page=99"), "t", {"page": 99, "size": 10}, 15)
    assert [step.get("number") for step in steps if step["kind"] == "page" and not step["url"]] == [2]


def test_the_filter_hands_on_order_and_size_but_not_the_page(rf):
    assert listed(rf, "/?sort=name&size=10&page=2&q=x")["kept"] == [("sort", "name"), ("size", "10")]


def test_nothing_there_and_nothing_found_are_told_apart(rf):
    assert "No matches" in html(rf, listed(rf, "/?q=bowser"))
    request = rf.get("/?q=bowser")
    assert "No users" in html(rf, tables.table(request, id="u", title="Users", columns=COLUMNS, rows=[]))


def test_a_refused_list_shows_who_was_refused_what(rf):
    denial = {
        "user": "arn:mario",
        "action": "iam:ListUsers",
        "resource": "arn:users",
        "context": "no policy",
        "why_url": "/w",
    }
    shown = html(rf, listed(rf, "/", denial=denial))
    assert "Access denied" in shown and "<dt>Action:</dt><dd>iam:ListUsers</dd>" in shown and 'href="/w"' in shown
    assert "<table" not in shown


def test_a_name_cannot_become_markup(rf):
    hostile = '<img src=x onerror="alert(1)">'
    row = tables.row(
        hostile, [hostile, markup.link("/x", hostile), markup.copy(hostile), markup.status("info", hostile)]
    )
    table = tables.table(rf.get("/"), id="u", title="Users", columns=COLUMNS, rows=[row], select="many")
    shown = html(rf, table)
    assert "<img" not in shown and shown.count("&lt;img") >= 5


def test_fifty_rows_ask_the_database_nothing(rf, django_assert_num_queries, db):
    rows = [tables.row(str(n), [str(n), markup.link("/", str(n))]) for n in range(50)]
    with django_assert_num_queries(0):
        html(rf, tables.table(rf.get("/"), id="u", title="Users", columns=COLUMNS, rows=rows))
