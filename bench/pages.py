"""Each page of the console's menus beside a bare signed-in list of fifty users: processor time, queries, bytes.

Lists also with ever more rows, and pages with the lab of twenty-three steps open beside those without.
"""

import gzip
import json
import re
from typing import Any

from bench._load import Request, latency, processor
from tools import scratch

FEW, MANY = 5, 50
GROWN = (5_000, 50_000)
# List -> the table of its rows, and what each row has of its own.
TABLES = {
    "iam: Users": ("iam.User", "name name_lower unique_id"),
    "iam: User groups": ("iam.Group", "name name_lower unique_id"),
    "iam: Roles": ("iam.Role", "name name_lower unique_id"),
    "s3: Buckets": ("s3.Bucket", "name"),
    "cloudtrail: Event history": ("cloudtrail.Event", "event_id"),
}
TRUST = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": "*"}]}
BARE = "/bare/users/"
LAB, WITH_LAB = "account-setup", ("iam: Dashboard", "iam: Users", "iam: Roles")


def run() -> list[tuple[str, str]]:
    with scratch.site("bench.bare.settings", ALLOWED_HOSTS="127.0.0.1,testserver"):
        from django.test import Client

        world = scratch.world()
        browser = Client()
        browser.force_login(world.person)
        addresses = pages(world.session)
        fill(world, 0, FEW)
        few = {label: queries(browser, path) for label, path in addresses.items()}
        fill(world, FEW, MANY)
        many = {label: queries(browser, path) for label, path in addresses.items()}
        users = addresses["iam: Users"]
        rows = [
            (label, f"{beside(browser, path)}; {few[label]} queries with {FEW} rows, {many[label]} with {MANY}")
            for label, path in addresses.items()
        ]
        rows += [("iam: Users, served", served(world, users)), *weights(browser, addresses), *lab(browser, world)]
        world.call("iam:CreateRole", RoleName="Clerk", AssumeRolePolicyDocument=json.dumps(TRUST))
        return rows + [
            (f"{label}, {count:,} of them", grown(browser, world, label, addresses[label], count))
            for label in TABLES
            for count in GROWN
        ]


def pages(session: str) -> dict[str, str]:
    """Label -> address of every page in the console's side menus."""
    from django.urls import reverse

    from iamlab.console.menus import SERVICES

    items = [(key, item) for key, service in SERVICES.items() for _, group in service.side for item in group]
    return {f"{key}: {label}": reverse(name, args=[session]) for key, (label, name) in items}


def fill(world: scratch.World, first: int, last: int) -> None:
    """Users, groups and buckets, numbered from `first` up to `last`."""
    for number in range(first, last):
        world.call("iam:CreateUser", UserName=f"user-{number:03}")
        world.call("iam:CreateGroup", GroupName=f"group-{number:03}")
        world.call("iam:AddUserToGroup", UserName=f"user-{number:03}", GroupName=f"group-{number:03}")
        world.call("s3:CreateBucket", Bucket=f"umbrella-bucket-{number:03}")


def queries(browser: Any, path: str) -> int:
    """Statements of the second request: the first fills the caches."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    browser.get(path)
    with CaptureQueriesContext(connection) as captured:
        answer = browser.get(path)
    if answer.status_code not in (200, 204):
        raise RuntimeError(f"{path}: {answer.status_code}")
    return len(captured)


def beside(browser: Any, path: str) -> str:
    mine, bare = processor(browser, path, BARE)
    return f"{mine:.1f} ms of processor time, {mine / bare:.1f} x bare ({bare:.1f} ms)"


def served(world: scratch.World, path: str) -> str:
    signed_in = {"Cookie": f"sessionid={world.cookie}"}
    with scratch.server() as base:
        return latency(base, Request(path, headers=signed_in), Request(BARE, headers=signed_in))


def weights(browser: Any, addresses: dict[str, str]) -> list[tuple[str, str]]:
    """Bytes of the heaviest page, and of the first page with all that it draws in, as they travel: nothing is packed
    but what WhiteNoise packed beforehand, which the last figure counts."""
    found = {label: browser.get(path).content for label, path in addresses.items()}
    label, heaviest = max(found.items(), key=lambda item: len(item[1]))
    page = found["iam: Dashboard"]
    parts = sorted(set(re.findall(r'(?:src|href)="(/static/[^"#?]+)', page.decode())))
    bodies = [b"".join(browser.get(part)) for part in parts]
    plain, packed = sum(map(len, bodies)), sum(len(gzip.compress(body)) for body in bodies)
    return [
        ("bytes of the heaviest page", f"{len(heaviest):,} ({label}, {MANY} rows)"),
        ("bytes of a first load", f"{len(page) + plain:,} in {1 + len(parts)} files; {len(page) + packed:,} packed"),
    ]


def lab(browser: Any, world: scratch.World) -> list[tuple[str, str]]:
    """Pages of an account in the middle of a lab beside those of one without, in turn; and the panel's poll."""
    from iamlab.labs import attempts, content, runner
    from iamlab.sandbox import controls

    attempt = attempts.begin(world.person, content.catalogue()[LAB])
    inside = scratch.account(world.person, attempt.sandbox)
    outside = scratch.account(world.person, controls.create(world.person, "Beside", throttled=False))
    places = {}
    for one in (inside, outside):
        fill(one, 0, FEW)
        places[one.session] = pages(one.session)
    runner.catch_up(attempt)  # as the panel's poll does
    rows = []
    for label in WITH_LAB:
        more, less = processor(browser, places[inside.session][label], places[outside.session][label])
        count = queries(browser, places[inside.session][label])
        rows.append((f"{label}, the lab open", f"{more / less - 1:+.0%} ({less:.1f} ms without it); {count} queries"))
    page = browser.get(places[inside.session]["iam: Users"]).content.decode()
    poll = re.search(r'hx-get="([^"]+/live/[^"]+)"', page)[1].replace("&amp;", "&")  # type: ignore[index]
    taken = f"{processor(browser, poll)[0]:.1f} ms of processor time"
    rows.append(("the panel's poll, nothing new", f"{taken}; {queries(browser, poll)} queries"))
    return rows


def grown(browser: Any, world: scratch.World, label: str, path: str, count: int) -> str:
    """A list's page once it has so many rows; put in past the door, whose quotas are lower."""
    from django.apps import apps

    table, own = TABLES[label]
    model = apps.get_model(table)
    rows = model._default_manager.filter(account_id=world.account_id)
    fields = [field.attname for field in model._meta.concrete_fields if not field.primary_key]
    first = rows.values(*fields)[0]
    new = ({**first, **dict.fromkeys(own.split(), f"z-{number}")} for number in range(rows.count(), count))
    model._default_manager.bulk_create([model(**values) for values in new], batch_size=1000)
    return f"{beside(browser, path)}; {queries(browser, path)} queries"
