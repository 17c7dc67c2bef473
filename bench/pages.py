"""Each page of the console's menus beside a bare signed-in list of fifty users; its queries with few rows and many."""

from bench._load import Request, latency
from tools import scratch

FEW, MANY = 5, 50


def run() -> list[tuple[str, str]]:
    with scratch.site("bench.bare.settings", ALLOWED_HOSTS="127.0.0.1,testserver"):
        world = scratch.world()
        addresses = pages(world)
        fill(world, 0, FEW)
        few = {label: queries(world, path) for label, path in addresses.items()}
        fill(world, FEW, MANY)
        many = {label: queries(world, path) for label, path in addresses.items()}
        signed_in = {"Cookie": f"sessionid={world.cookie}"}
        bare = Request("/bare/users/", headers=signed_in)
        with scratch.server() as base:
            speeds = {label: latency(base, Request(path, headers=signed_in), bare) for label, path in addresses.items()}
    return [
        (label, f"{speeds[label]}; {few[label]} queries with {FEW} rows, {many[label]} with {MANY}")
        for label in addresses
    ]


def pages(world: scratch.World) -> dict[str, str]:
    """Label -> address of every page in the console's side menus."""
    from django.urls import reverse

    from iamlab.console.menus import SERVICES

    items = [(key, item) for key, service in SERVICES.items() for _, group in service.side for item in group]
    return {f"{key}: {label}": reverse(name, args=[world.session]) for key, (label, name) in items}


def fill(world: scratch.World, first: int, last: int) -> None:
    """Users, groups and buckets, numbered from `first` up to `last`."""
    for number in range(first, last):
        world.call("iam:CreateUser", UserName=f"user-{number:03}")
        world.call("iam:CreateGroup", GroupName=f"group-{number:03}")
        world.call("iam:AddUserToGroup", UserName=f"user-{number:03}", GroupName=f"group-{number:03}")
        world.call("s3:CreateBucket", Bucket=f"umbrella-bucket-{number:03}")


def queries(world: scratch.World, path: str) -> int:
    """Statements of the second request: the first fills the caches."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    browser = Client()
    browser.force_login(world.person)
    browser.get(path)
    with CaptureQueriesContext(connection) as captured:
        answer = browser.get(path)
    if answer.status_code != 200:
        raise RuntimeError(f"{path}: {answer.status_code}")
    return len(captured)
