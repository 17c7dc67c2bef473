"""The Users page beside a bare signed-in list of as many rows; and how many queries each page makes."""

from bench._load import Request, compare
from tools import scratch

# Label -> address. A page that lists is asked with few rows and with many: the number of queries must not change.
PAGES = {
    "IAM dashboard": "/console/{session}/iam/home/",
    "Users": "/console/{session}/iam/users/",
    "User groups": "/console/{session}/iam/groups/",
    "Policies": "/console/{session}/iam/policies/",
    "S3 buckets": "/console/{session}/s3/buckets/",
    "Event history": "/console/{session}/cloudtrail/events/",
}
FEW, MANY = 5, 50


def run() -> list[tuple[str, str]]:
    with scratch.site("bench.bare.settings", ALLOWED_HOSTS="127.0.0.1,testserver"):
        world = scratch.world()
        addresses = {label: path.format(session=world.session) for label, path in PAGES.items()}
        fill(world, 0, FEW)
        few = {label: queries(world, path) for label, path in addresses.items()}
        fill(world, FEW, MANY)
        many = {label: queries(world, path) for label, path in addresses.items()}
        signed_in = {"Cookie": f"sessionid={world.cookie}"}
        with scratch.server() as base:
            users = Request(addresses["Users"], headers=signed_in)
            rows = [(f"Users page, {MANY} rows", compare(base, users, Request("/bare/users/", headers=signed_in)))]
    return rows + [(f"{label}: queries", f"{few[label]} ({FEW} rows), {many[label]} ({MANY} rows)") for label in PAGES]


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
