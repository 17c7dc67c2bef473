"""An account as it was: a snapshot made live for one read, in a transaction that is always taken back."""

import json
from typing import Any

from django.db import transaction

from iamlab.labs.models import Attempt
from iamlab.labs.view import View
from iamlab.sandbox import snapshots
from iamlab.sandbox.models import Snapshot

# What is read, in AWS's own shapes: name shown -> (operation, the answer's member).
READS = {
    "Account": ("accounts:GetAccount", None),
    "AccountAliases": ("iam:ListAccountAliases", "AccountAliases"),
    "PasswordPolicy": ("iam:GetAccountPasswordPolicy", "PasswordPolicy"),
    "Users": ("iam:GetAccountAuthorizationDetails", "UserDetailList"),
    "Groups": ("iam:GetAccountAuthorizationDetails", "GroupDetailList"),
    "Roles": ("iam:GetAccountAuthorizationDetails", "RoleDetailList"),
    "Policies": ("iam:GetAccountAuthorizationDetails", "Policies"),
    "MFADevices": ("iam:ListVirtualMFADevices", "VirtualMFADevices"),
}

_texts: dict[tuple[str, int], str] = {}
MOST_TEXTS = 50  # kept in a process


class TakenBack(Exception):
    """Ends the transaction in which the past was live."""


def state(attempt: Attempt, snapshot: Snapshot) -> dict[str, Any]:
    """What the examiner reads in the account of a snapshot. The present is untouched."""
    found: dict[str, Any] = {}
    try:
        with transaction.atomic():
            snapshots.restore(snapshot)
            found = read(attempt)
            raise TakenBack
    except TakenBack:
        return found


def read(attempt: Attempt) -> dict[str, Any]:
    """The account as it stands: what there is of READS, and the buckets with their policies and objects."""
    view = View(attempt)
    found: dict[str, Any] = {}
    for name, (operation, member) in READS.items():
        answer = view.read(operation)
        value = answer if member is None or answer is None else answer.get(member)
        if member == "Policies":
            value = [policy for policy in (answer or {}).get(member, ()) if ":aws:policy/" not in policy["Arn"]]
        if value:
            found[name] = value
    buckets = (view.read("s3:ListBuckets") or {}).get("Buckets", ())
    if buckets:
        found["Buckets"] = [_bucket(view, bucket["Name"]) for bucket in buckets]
    return found


def _bucket(view: View, name: str) -> dict[str, Any]:
    policy = view.read("s3:GetBucketPolicy", Bucket=name)
    objects = (view.read("s3:ListObjectsV2", Bucket=name) or {}).get("Contents", ())
    found: dict[str, Any] = {"Name": name, "Objects": [item["Key"] for item in objects]}
    if policy and policy.get("Policy"):
        text = policy["Policy"]
        found["Policy"] = json.loads(text) if isinstance(text, str) else text
    return found


def text(state: dict[str, Any]) -> str:
    """The state as JSON, a line a value, so that two compare."""
    return json.dumps(state, indent=2, sort_keys=True, default=str)


def text_at(attempt: Attempt, snapshot: Snapshot) -> str:
    """A snapshot's state as text, read once a process: a snapshot does not change."""
    key = (attempt.sandbox.public_id, snapshot.pk)
    found = _texts.get(key)
    if found is None:
        found = text(state(attempt, snapshot))
        if len(_texts) >= MOST_TEXTS:
            _texts.clear()
        _texts[key] = found
    return found


def at(attempt: Attempt, event: int) -> Snapshot | None:
    """The snapshot of an event: the last one taken at or before it, else the lab's start."""
    return snapshots.as_it_was(attempt.sandbox, event) or attempt.start
