"""Snapshot, undo, jump and reset of a lab's large account, beside its rows read, or put anew, by bare SQL."""

import statistics
import time
from collections.abc import Callable

from tools import scratch

USERS, ROLES, POLICIES, EVENTS = 200, 50, 100, 5000
ROUNDS = 5
DOCUMENT = '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}}'
TRUST = (
    '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, '
    '"Action": "sts:AssumeRole"}}'
)
REGISTER = {
    "as": "visitor",
    "call": "accounts:RegisterAccount",
    "params": {"Email": "root@x.example", "AccountName": "X", "Password": "Long-and-good-1"},
}


def run() -> list[tuple[str, str]]:
    with scratch.site():
        attempt = begun()
        from iamlab.labs import attempts, past, runner

        root = fill(attempt)
        runner.catch_up(attempt)
        change = numbered(root)

        middle = past.take(attempt, "checkpoint", "the middle")
        rows = {
            "snapshot": [timed(past.take, attempt, "checkpoint", f"number {n}") for n in range(ROUNDS)],
            "undo": [after(change, attempt, attempts.undo) for _ in range(ROUNDS)],
            "jump": [after(change, attempt, attempts.jump, middle) for _ in range(ROUNDS)],
            "reset": [timed(attempts.reset, attempt)],
        }
        attempts.jump(attempt, middle)
        read, put = bare(attempt.sandbox)
        return [(name, shown(name, taken, read if name == "snapshot" else put)) for name, taken in rows.items()]


def shown(name: str, taken: list[float], bare_seconds: float) -> str:
    middle = statistics.median(taken)
    beside = "read" if name == "snapshot" else "put anew"
    return f"p50 {middle * 1000:.0f} ms, {middle / bare_seconds:.1f} times its rows {beside} by bare SQL"


def begun():
    """An attempt at a lab of one step that is never done."""
    from iamlab.labs import attempts
    from iamlab.people.models import Person

    check = {"id": "it", "title": "it", "test": {"exists": "user/nobody"}, "say": "There is no such user."}
    lab = {
        "id": "bench", "title": "Bench", "version": "1.0.0", "questions": [], "start": [REGISTER], "solution": [],
        "steps": [{"id": "step", "title": "Step", "weight": 1, "checks": [check]}],
    }  # fmt: skip
    return attempts.begin(Person.objects.create_user("ada"), lab)


def fill(attempt):
    """Users, roles and policies through the door, then the events up to their number; who may call as root."""
    from iamlab.door.calls import call
    from iamlab.door.identities import caller_as
    from iamlab.sandbox import controls
    from iamlab.services.cloudtrail.models import Event

    account = controls.open_accounts(attempt.sandbox)[0]

    def root(name: str, **params: str) -> dict:
        return call(caller_as(controls.world(attempt.sandbox), account.pk, "root"), name, params)

    for number in range(POLICIES):
        root("iam:CreatePolicy", PolicyName=f"policy-{number}", PolicyDocument=DOCUMENT)
    for number in range(ROLES):
        root("iam:CreateRole", RoleName=f"role-{number}", AssumeRolePolicyDocument=TRUST)
    for number in range(USERS):
        root("iam:CreateUser", UserName=f"user-{number}")
        arn = f"arn:aws:iam::{account.pk}:policy/policy-{number % POLICIES}"
        root("iam:AttachUserPolicy", UserName=f"user-{number}", PolicyArn=arn)
    row = Event.objects.order_by("-pk").first()
    copies = []
    for _ in range(EVENTS - Event.objects.count()):
        copy = Event(**{f.attname: getattr(row, f.attname) for f in Event._meta.concrete_fields if not f.primary_key})
        copies.append(copy)
    Event.objects.bulk_create(copies, batch_size=500)
    return root


def numbered(root: Callable[..., dict]) -> Callable[[], dict]:
    """Makes one more user each time that it is called."""
    count = iter(range(10**6))
    return lambda: root("iam:CreateUser", UserName=f"more-{next(count)}")


def timed(act: Callable, *args: object) -> float:
    began = time.perf_counter()
    act(*args)
    return time.perf_counter() - began


def after(change: Callable[[], object], attempt, act: Callable, *args: object) -> float:
    """Seconds that a way back takes once something was changed."""
    from iamlab.labs import runner

    change()
    runner.catch_up(attempt)
    return timed(act, attempt, *args)


def bare(sandbox) -> tuple[float, float]:
    """Seconds to read a world's rows, and to delete and insert them, with no more than SQL."""
    from django.db import connection, transaction

    from iamlab.sandbox import snapshots
    from iamlab.sandbox.rows import tables
    from iamlab.services.accounts.models import Account

    (account,) = snapshots.account_ids(sandbox)
    names = [model._meta.db_table for model in tables() if model is not Account]
    with connection.cursor() as cursor:

        def read() -> dict[str, list[tuple]]:
            found = {}
            for name in names:
                cursor.execute(f"SELECT * FROM {name} WHERE account_id = %s", [account])
                found[name] = cursor.fetchall()
            return found

        def put() -> None:
            for name in reversed(names):
                cursor.execute(f"DELETE FROM {name} WHERE account_id = %s", [account])
            for name, rows in held.items():
                if rows:
                    marks = ", ".join(["%s"] * len(rows[0]))
                    cursor.executemany(f"INSERT INTO {name} VALUES ({marks})", rows)

        held = read()
        with transaction.atomic():
            both = [(timed(read), timed(put)) for _ in range(ROUNDS)]
    return tuple(statistics.median(times) for times in zip(*both, strict=True))
