"""A world as the checks see it: read through the door by the examiner, each read once a run."""

import gc
import json
import math
import threading
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import datetime
from fnmatch import fnmatchcase
from functools import cached_property
from typing import Any

import jmespath

from iamlab.door.calls import call
from iamlab.door.judging import asked_as, judge_all
from iamlab.labs import past
from iamlab.labs.models import Answer, Attempt
from iamlab.sandbox import controls, records
from iamlab.sandbox.history import Touch
from iamlab.sandbox.records import Record
from iamlab.services import clock
from iamlab.services.callers import Caller, World
from iamlab.services.operations import AwsError

# Kinds of which one call tells all: how it is asked for them, where they stand in its answer, and what names one.
DETAILS = {
    "user": ("User", "UserDetailList", "UserName"),
    "group": ("Group", "GroupDetailList", "GroupName"),
    "role": ("Role", "RoleDetailList", "RoleName"),
    "policy": ("LocalManagedPolicy", "Policies", "PolicyName"),
}
# Kinds of which another tells the names.
LISTS = {"user": ("iam:ListUsers", "Users", "UserName"), "group": ("iam:ListGroups", "Groups", "GroupName")}
OFTEN = 50  # records between two looks at the clock
Found = dict[str, Any]


class TooLong(Exception):
    """A check has used up the time that it is given."""


class _Collections(threading.local):
    """What this thread has spent on collecting garbage of the whole process: it can take longer than a check may."""

    began = spent = 0.0

    def __call__(self, phase: str, info: dict[str, int]) -> None:
        if info["generation"] < 2:
            return
        if phase == "start":
            self.began = time.thread_time()
        else:
            self.spent += time.thread_time() - self.began


_collections = _Collections()
gc.callbacks.append(_collections)


def own_time() -> float:
    """Seconds of work of this thread's own."""
    return time.thread_time() - _collections.spent


class View:
    """One attempt's world at one moment. Names are exact, `*` and `?` in a wanted name stand for anything."""

    def __init__(self, attempt: Attempt, at_hand: Sequence[Touch] = ()) -> None:
        self.attempt = attempt
        self._at_hand = at_hand  # events that were read already, see records.index
        self.bound: dict[str, str] = dict(attempt.bound)
        self._reads: dict[str, Found | None] = {}
        self._askers: dict[str, Caller | None] = {}
        self._judged: dict[str, Any] = {}
        self._fitting: dict[str, list[Record]] = {}
        self._details: dict[str, dict[str, Found]] = {}
        self._events: dict[str, list[Record]] = {}
        self._awaited: set[str] = set()  # names of events that will be asked for
        self._until = math.inf  # of this thread's own time
        self.faults: dict[tuple[str, str], tuple[str, str]] = {}  # checks that were stopped: see labs/broken.py

    def allow(self, seconds: float) -> None:
        """Give whoever asks next so much work; what waits for others is not counted. Raises TooLong once it is up."""
        self._until = own_time() + seconds

    def spend(self) -> None:
        if own_time() > self._until:
            raise TooLong

    def spent_on(self, records: Iterable[Record]) -> Iterator[Record]:
        """Records, as long as there is time; the clock costs as much as many of them, and is asked now and then."""
        for count, record in enumerate(records):
            if count % OFTEN == 0:
                self.spend()
            yield record

    @cached_property
    def accounts(self) -> list[Any]:
        return controls.open_accounts(self.attempt.sandbox)

    @cached_property
    def examiner(self) -> Any:
        """The first account's examiner; None before one is registered."""
        return controls.examiner_of(self.accounts[0], self.world) if self.accounts else None

    @cached_property
    def world(self) -> World:
        """As it is now: an account's row comes with its sandbox's. Rows are not kept: one call alone is compiled."""
        return controls.world_of(self.accounts[0].sandbox) if self.accounts else controls.world(self.attempt.sandbox)

    @property
    def now(self) -> datetime:
        return clock.now(self.world)

    def read(self, name: str, /, **params: Any) -> Found | None:
        """The answer of one read call, None where it fails or there is no account yet."""
        key = name + json.dumps(params, sort_keys=True)
        if key not in self._reads:
            self._reads[key] = self._ask(name, params)
        return self._reads[key]

    def _ask(self, name: str, params: dict[str, Any]) -> Found | None:
        self.spend()
        if self.examiner is None:
            return None
        try:
            return call(self.examiner, name, params)
        except AwsError:
            return None

    def details(self, kind: str) -> dict[str, Found]:
        """Users, groups, roles or own policies by name, each with all that hangs on it, in one read."""
        if kind not in self._details:
            wanted, place, name = DETAILS[kind]
            found = self.read("iam:GetAccountAuthorizationDetails", MaxItems=1000, Filter=[wanted]) or {}
            self._details[kind] = {item[name]: item for item in found.get(place, ())}
        return self._details[kind]

    def has(self, kind: str, name: str) -> bool:
        """Whether there is an object of a kind whose name fits. A list of names is quick where details are not."""
        if kind not in LISTS:
            return bool(self.named(kind, name))
        asked, place, key = LISTS[kind]
        listed = self.read(asked, MaxItems=1000) or {}
        return any(fnmatchcase(item[key], name) for item in listed.get(place, ()))

    def named(self, kind: str, name: str) -> list[Found]:
        """Objects of a kind whose name fits."""
        finder = getattr(self, f"_{kind}s", None)
        items = finder(name) if finder is not None else self.details(kind)
        return [item for key, item in items.items() if fnmatchcase(key, name)]

    def _buckets(self, _: str) -> dict[str, Found]:
        answer = self.read("s3:ListBuckets") or {}
        return {item["Name"]: item for item in answer.get("Buckets", ())}

    def _objects(self, name: str) -> dict[str, Found]:
        """Objects by bucket/key."""
        bucket, _, key = name.partition("/")
        found = {}
        prefix = key.split("*")[0].split("?")[0]
        for row in self.named("bucket", bucket):
            answer = self.read("s3:ListObjectsV2", Bucket=row["Name"], Prefix=prefix) or {}
            found.update({f"{row['Name']}/{item['Key']}": item for item in answer.get("Contents", ())})
        return found

    def _aliass(self, _: str) -> dict[str, Found]:
        answer = self.read("iam:ListAccountAliases") or {}
        return {alias: {"Alias": alias} for alias in answer.get("AccountAliases", ())}

    def _mfas(self, _: str) -> dict[str, Found]:
        """Assigned devices by the name of their user, root's under "root"."""
        answer = self.read("iam:ListVirtualMFADevices", AssignmentStatus="Assigned") or {}
        return {
            item["User"].get("UserName") or "root": item
            for item in answer.get("VirtualMFADevices", ())
            if item.get("User")
        }

    def account(self) -> Found:
        return self.read("accounts:GetAccount") or {}

    def keys_of(self, principal: str) -> list[Found]:
        name = principal.removeprefix("user/")
        if principal == "root":
            summary = (self.read("iam:GetAccountSummary") or {}).get("SummaryMap", {})
            return [{"Status": "Active"}] * int(summary.get("AccountAccessKeysPresent", 0))
        return (self.read("iam:ListAccessKeys", UserName=name) or {}).get("AccessKeyMetadata", [])

    def judge(self, principal: str, action: str, resource: str, context: dict[str, Any]) -> Any:
        """A judgement, None for a principal who does not exist or before there is an account.

        A check's test and its mistakes ask much the same: each question is judged once a run.
        """
        self.spend()
        key = json.dumps([principal, action, resource, context], sort_keys=True)
        if key not in self._judged:
            caller = self._asker(principal)
            self._judged[key] = judge_all(caller, [action], resource, context)[0] if caller is not None else None
        return self._judged[key]

    def _asker(self, principal: str) -> Caller | None:
        if self.examiner is None:
            return None
        if principal not in self._askers:
            try:
                self._askers[principal] = asked_as(self.examiner, principal)
            except AwsError:
                self._askers[principal] = None
        return self._askers[principal]

    def expect(self, names: Iterable[str]) -> None:
        """Events of these names will be asked for: all are read with the first."""
        self._awaited |= set(names)

    def events(self, name: str) -> list[Record]:
        """Records of the events of a name since the attempt's start or last reset, oldest first.

        Of work that is handed in: up to then.
        """
        if name not in self._events:
            wanted = (self._awaited | {name}) - self._events.keys()
            self._events |= {one: [] for one in wanted}
            for record in self.records(wanted):
                self._events[record.name].append(record)
        self.spend()
        return self._events[name]

    @cached_property
    def _index(self) -> records.Index:
        return records.index(self.attempt.sandbox, self._at_hand)

    def records_like(self, pattern: str) -> list[Record]:
        """Records of all events whose name fits a pattern, found once a run."""
        if pattern not in self._events:
            names = [name for name in self._index.names if fnmatchcase(name, pattern)]
            self._events[pattern] = list(self.records(names))
        return self._events[pattern]

    def records(self, names: Collection[str]) -> Iterator[Record]:
        until = (self.attempt.frozen or {}).get("event")
        for record in self.spent_on(records.of(self._index, self.attempt.began_event, names)):
            if past.counts(self.attempt, record.seq) and (until is None or record.seq <= until):
                yield record

    def fitting(self, spec: Found, find: Callable[[], list[Record]]) -> list[Record]:
        """The records that fit an event test: several tests ask for the same ones, which are found once a run."""
        key = json.dumps(spec, sort_keys=True)
        if key not in self._fitting:
            self._fitting[key] = find()
        return self._fitting[key]

    def answers(self, question: str) -> list[Answer]:
        return [answer for answer in self._answers if answer.question == question]

    @cached_property
    def _answers(self) -> list[Answer]:
        return list(self.attempt.answers.filter(review=False).order_by("pk"))

    def search(self, expression: str, data: Any) -> Any:
        self.spend()
        return jmespath.search(expression, data)
