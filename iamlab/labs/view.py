"""A world as the checks see it: read through the door by the examiner, each read once a run."""

import json
import math
import time
from collections.abc import Iterable, Iterator
from datetime import datetime
from fnmatch import fnmatchcase
from functools import cached_property
from typing import Any

import jmespath

from iamlab.door.calls import call
from iamlab.door.judging import judge_as
from iamlab.labs import past
from iamlab.labs.models import Answer, Attempt
from iamlab.sandbox import controls, history
from iamlab.services import clock
from iamlab.services.operations import AwsError

OWN = ["User", "Group", "Role", "LocalManagedPolicy"]
Found = dict[str, Any]


class TooLong(Exception):
    """A check has used up the time that it is given."""


class View:
    """One attempt's world at one moment. Names are exact, `*` and `?` in a wanted name stand for anything."""

    def __init__(self, attempt: Attempt) -> None:
        self.attempt = attempt
        self.bound: dict[str, str] = dict(attempt.bound)
        self._reads: dict[str, Found | None] = {}
        self._until = math.inf  # of this thread's own time

    def allow(self, seconds: float) -> None:
        """Give whoever asks next so much work; what waits for others is not counted. Raises TooLong once it is up."""
        self._until = time.thread_time() + seconds

    def spend(self) -> None:
        if time.thread_time() > self._until:
            raise TooLong

    @cached_property
    def accounts(self) -> list[Any]:
        return controls.open_accounts(self.attempt.sandbox)

    @cached_property
    def examiner(self) -> Any:
        """The first account's examiner; None before one is registered."""
        return controls.examiner_of(self.accounts[0]) if self.accounts else None

    @cached_property
    def now(self) -> datetime:
        return clock.now(controls.world(self.attempt.sandbox))

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

    @cached_property
    def details(self) -> Found:
        """Users, groups, roles and own policies with all that hangs on them, in one read."""
        found = self.read("iam:GetAccountAuthorizationDetails", MaxItems=1000, Filter=OWN) or {}
        return {
            "user": {item["UserName"]: item for item in found.get("UserDetailList", ())},
            "group": {item["GroupName"]: item for item in found.get("GroupDetailList", ())},
            "role": {item["RoleName"]: item for item in found.get("RoleDetailList", ())},
            "policy": {item["PolicyName"]: item for item in found.get("Policies", ())},
        }

    def named(self, kind: str, name: str) -> list[Found]:
        """Objects of a kind whose name fits."""
        finder = getattr(self, f"_{kind}s", None)
        items = finder(name) if finder is not None else self.details[kind]
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
        """A judgement, None for a principal who does not exist or before there is an account."""
        self.spend()
        if self.examiner is None:
            return None
        try:
            return judge_as(self.examiner, principal, action, resource, context)
        except AwsError:
            return None

    def events(self, name: str) -> Iterator[Found]:
        """Records of the events of a name since the attempt's start or last reset, oldest first, each with `seq`.

        Of work that is handed in: up to then.
        """
        yield from self.records([name])

    def records(self, names: Iterable[str]) -> Iterator[Found]:
        until = (self.attempt.frozen or {}).get("event")
        for record in history.records(self.attempt.sandbox, self.attempt.began_event, names):
            self.spend()
            if past.counts(self.attempt, record) and (until is None or record["seq"] <= until):
                yield record

    def answers(self, question: str) -> list[Answer]:
        return [answer for answer in self._answers if answer.question == question]

    @cached_property
    def _answers(self) -> list[Answer]:
        return list(self.attempt.answers.filter(review=False).order_by("pk"))

    def search(self, expression: str, data: Any) -> Any:
        self.spend()
        return jmespath.search(expression, data)
