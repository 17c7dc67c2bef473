"""Snapshots outlive migrations: what was kept with other columns than there are today is restored all the same."""

import hashlib
import json
import zlib

import pytest

from iamlab.sandbox import snapshots
from iamlab.sandbox.models import Chunk
from iamlab.services.accounts.models import Sandbox
from tests.services.cloud import ACCOUNT

TAGS = [{"Key": "team", "Value": "billing"}]


@pytest.fixture
def user(cloud):
    iam = cloud.client("iam")
    iam.create_user(UserName="mario", Path="/staff/", Tags=TAGS)
    return iam


@pytest.fixture
def snapshot(user):
    return snapshots.take(Sandbox.objects.get(accounts=ACCOUNT))


def rewritten(snapshot, change):
    """The snapshot's users kept as `change` makes of them."""
    chunk = Chunk.objects.get(digest=snapshot.tables["iam.User"])
    packed = json.dumps(change(json.loads(zlib.decompress(bytes(chunk.data))))).encode()
    digest = hashlib.sha256(packed).hexdigest()
    Chunk.objects.create(digest=digest, data=zlib.compress(packed))
    snapshot.tables["iam.User"] = digest
    snapshot.save()
    return snapshot


def restored(user, snapshot):
    user.delete_user(UserName="mario")
    snapshots.restore(snapshot)
    return user.get_user(UserName="mario")["User"]


def test_a_column_that_was_added_since_has_its_default(user, snapshot):
    def before_paths(kept):
        at = kept["columns"].index("path")
        rows = [row[:at] + row[at + 1 :] for row in kept["rows"]]
        return {"columns": kept["columns"][:at] + kept["columns"][at + 1 :], "rows": rows}

    found = restored(user, rewritten(snapshot, before_paths))
    assert (found["Path"], found["Tags"]) == ("/", TAGS)


def test_a_column_that_was_taken_away_since_is_left_out(user, snapshot):
    def with_shoe_sizes(kept):
        return {"columns": ["shoe_size", *kept["columns"]], "rows": [[43, *row] for row in kept["rows"]]}

    found = restored(user, rewritten(snapshot, with_shoe_sizes))
    assert (found["Path"], found["Tags"]) == ("/staff/", TAGS)


def test_rows_without_names_are_those_of_the_columns_in_their_order(user, snapshot):
    found = restored(user, rewritten(snapshot, lambda kept: kept["rows"]))
    assert (found["Path"], found["Tags"]) == ("/staff/", TAGS)
