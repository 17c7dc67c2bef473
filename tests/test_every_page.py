"""Every page of the console and all that is pictured, beside a lab's panel: few queries and few bytes."""

import gzip
import html
import re
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from iamlab.labs import attempts, content
from iamlab.labs.models import Attempt
from iamlab.sandbox import controls
from iamlab.services import log_files
from tests import addresses as known
from tools import scratch
from tools.pages import PAGES
from tools.screenshots import furnish

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
QUERIES = 15
PAGE, FIRST_LOAD = 30_000, 150_000  # bytes over the wire
HOMES = ("Console Home", "iamlab: a flight simulator for AWS IAM")  # which stand in no service


@pytest.fixture(scope="module")
def ada(django_db_setup, django_db_blocker):
    """Ada's browser and her pages' addresses; she has the longest lab open, in the account that they show."""
    with django_db_blocker.unblock(), transaction.atomic():
        world = scratch.world()
        names = furnish(world)
        attempt = attempts.begin(world.person, content.catalogue()["account-setup"])
        shown = controls.by_public_id(world.sandbox)
        Attempt.objects.filter(pk=attempt.pk).update(sandbox=shown)
        browser = Client(headers={"Accept-Encoding": "gzip"})
        browser.force_login(world.person)
        begun = known.drafts(browser, names["session"])
        named = {name: path.format(**names) for name, _, path in PAGES} | {
            name: known.filled(name, template, names | {"key": "none"}, begun)
            for name, template in known.templates().items()
            if template.startswith("/console/")
        }
        yield browser, {name: path.format(**names) for name, _, path in PAGES}, named
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def nothing_is_due(monkeypatch):
    """Of a trail, whose files for five minutes are written by whoever looks first after them, with queries besides."""
    monkeypatch.setattr(log_files, "_newer", lambda row, due: False)


def opened(browser: Client, address: str):
    """The page that an address leads to, and how many queries it makes once what a process keeps is kept."""
    first = browser.get(address)
    while first.status_code == 302:
        address = first.url
        first = browser.get(address)
    browser.get(address)
    with CaptureQueriesContext(connection) as captured:
        page = browser.get(address)
    assert page.status_code == 200, address
    return page, len(captured)


def test_every_page_makes_few_queries_and_is_small(ada):
    browser, addresses, _ = ada
    queries, sizes = {}, {}
    for name, address in addresses.items():
        page, queries[name] = opened(browser, address)
        sizes[name] = len(page.content)
    assert {name: count for name, count in queries.items() if count > QUERIES} == {}
    assert {name: size for name, size in sizes.items() if size > PAGE} == {}


def beside(page: str, address: str) -> set[str]:
    """The links of a page's tabs."""
    parent = address.partition("?")[0].rstrip("/").rpartition("/")[0]
    return {link for link in re.findall(r'href="([^"?#]+)"', page) if link.rpartition("/")[0].startswith(parent)}


def test_so_does_every_other_page_of_the_console_with_its_tabs(ada):
    browser, _, every = ada
    waiting, seen, many, nameless = list(every.values()), set(every.values()), {}, []
    while waiting:
        address = waiting.pop()
        with transaction.atomic():  # what opening it begins or ends is taken back
            found = browser.get(address)
            if found.status_code == 200 and found.headers["Content-Type"].startswith("text/html"):
                with CaptureQueriesContext(connection) as captured:
                    browser.get(address)
                if len(captured) > QUERIES or len(found.content) > PAGE:
                    many[address] = (len(captured), len(found.content))
                if not is_named(text(found)):
                    nameless.append(address)
                new = beside(text(found), address) - seen if "/details/" in address or "/buckets/" in address else set()
                waiting += new
                seen |= new
            transaction.set_rollback(True)
    assert len(seen) > 200
    assert many == {}
    assert nameless == []


def is_named(page: str) -> bool:
    """Whether a page has one heading of the first order, and a title as AWS's: "Users | IAM | Global"."""
    [title] = re.findall(r"<title>(.*?)</title>", page)
    return len(re.findall(r"<h1[ >]", page)) == 1 and (" | " in title or title in HOMES)


def test_the_panel_stands_beside_each_page_of_the_console(ada):
    browser, addresses, _ = ada
    console = {name: address for name, address in addresses.items() if address.startswith("/console/")}
    assert all('id="lab-panel"' in text(opened(browser, address)[0]) for address in console.values())


def test_a_form_takes_along_what_its_page_is_asked_with(ada):
    """Or what is sent is about nothing: an object's key stands in the address alone."""
    browser, _, every = ada
    lost = {}
    for name, query in known.QUERIES.items():
        page = browser.get(every[name]) if name in every else None
        if page is None or page.status_code != 200 or not page.headers["Content-Type"].startswith("text/html"):
            continue
        main = html.unescape(text(page).partition("<main")[2].partition("</main>")[0])
        for action, inside in re.findall(r'<form method="post"[^>]* action="([^"]*)"(.*?)</form>', main, re.DOTALL):
            given = parse_qsl(urlsplit(action).query) + re.findall(r'name="(\w+)" value="([^"]*)"', inside)
            if not set(parse_qsl(urlsplit(every[name]).query)) <= set(given):
                lost[name] = query
    assert lost == {}


def test_no_link_is_a_bare_query(ada):
    """htmx would send it to the address bar, which has moved on already where somebody clicked twice."""
    browser, addresses, _ = ada
    bare = re.compile(r"(href|action|hx-get)=\"(\?|\")")
    assert [name for name, address in addresses.items() if bare.search(text(opened(browser, address)[0]))] == []


def text(page) -> str:
    return gzip.decompress(page.content).decode()


def test_the_first_page_and_all_that_it_draws_in_are_small(ada):
    """As they travel to who has nothing yet; the policy editor's script comes with its own pages."""
    browser, addresses, _ = ada
    page = opened(browser, addresses["dashboard"])[0]
    parts = set(re.findall(r'(?:src|href)="(/static/[^"#?]+)', text(page)))
    assert len(parts) > 3
    assert len(page.content) + sum(len(b"".join(browser.get(part))) for part in parts) <= FIRST_LOAD
