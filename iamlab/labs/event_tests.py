"""Tests over what happened: an event, an order of events, the use of a key."""

from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from typing import Any

from iamlab.labs.view import View
from iamlab.sandbox.records import Record
from iamlab.services import clock

Spec = dict[str, Any]
KINDS = ("root", "user", "role")


def names(spec: Spec) -> set[str]:
    """The inputs of an event test; a name with a wildcard hangs on all events of theirs, time that went by on any."""
    kind = spec.get("by", "").partition("/")[0]
    by = f" by {kind}" if kind in KINDS else ""
    found = {f"event:{spec['name']}{by}" if "*" not in spec["name"] else f"any event{by}"}
    found |= {"any event"} if "within" in spec else set()
    return found | (names(spec["since"]) if isinstance(spec.get("since"), dict) else set())


def identity(record: Record) -> str:
    """Who made a call: root, user/NAME or role/NAME."""
    who = record.get("userIdentity", {})
    kind = who.get("type")
    if kind == "Root":
        return "root"
    if kind == "AssumedRole":
        return f"role/{who.get('arn', '').split('/')[1] if '/' in who.get('arn', '') else ''}"
    return f"user/{who.get('userName', '')}" if kind == "IAMUser" else str(kind)


def fits(record: Record, spec: Spec, view: View) -> bool:
    """Whether one record is what an event test speaks of. Without `error` only what succeeded counts."""
    wanted = spec.get("error", "none")
    failed = bool(record.error)
    if wanted == "none" and failed:
        return False
    if wanted not in ("none", "any") and plain_code(record.error) != plain_code(wanted):
        return False
    if "by" in spec and not is_by(record, spec["by"]):
        return False
    return all(_fits(view.search(path, record.whole), value) for path, value in (spec.get("where") or {}).items())


def is_by(record: Record, who: str) -> bool:
    """Whether somebody made a call; the record is looked into only where the event's own columns do not tell."""
    kind = who.partition("/")[0]
    if kind in KINDS and record.by not in (kind, ""):
        return False
    return fnmatchcase(record.who or identity(record), who)


def plain_code(code: str) -> str:
    """An error code without its ending: the API and CloudTrail end some differently."""
    return code.removesuffix("Exception").removesuffix("Error")


def _fits(found: Any, wanted: Any) -> bool:
    if isinstance(wanted, str) and isinstance(found, str):
        return fnmatchcase(found, wanted)
    return found == wanted


def matching(spec: Spec, view: View) -> list[Record]:
    """Records that fit, oldest first, those after the first (or `last`) `since` event where one is given.

    With `days`, those at least so many days of the world's clock after it; with `within`, of the last so many seconds.
    """
    return view.fitting(spec, lambda: _found(spec, view))


def _found(spec: Spec, view: View) -> list[Record]:
    start, earliest = 0, ""
    if "within" in spec:
        earliest = clock.iso(view.now - timedelta(seconds=spec["within"]))
    if isinstance(spec.get("since"), dict):
        first = matching(spec["since"], view)
        if not first:
            return []
        begin = first[-1 if spec["since"].get("last") else 0]
        start = begin.seq
        if spec.get("days"):
            earliest = max(earliest, _later(begin["eventTime"], spec["days"]))
    later = (one for one in _records(spec, view) if one.seq > start and (not earliest or one["eventTime"] >= earliest))
    return [record for record in later if fits(record, spec, view)]


def _later(when: str, days: int) -> str:
    """A time of a record so many days on, written as they are."""
    return clock.iso(datetime.fromisoformat(when) + timedelta(days=days))


def _records(spec: Spec, view: View) -> list[Record]:
    return list(view.records_like(spec["name"]) if "*" in spec["name"] else view.events(spec["name"]))


def event(spec: Spec, view: View) -> bool:
    """At least once, or as often as `count` says: a number, {exactly: n} or "none"."""
    if isinstance(spec.get("since"), dict) and not matching(spec["since"], view):
        return False
    found, count = len(matching(spec, view)), spec.get("count", 1)
    if count == "none":
        return found == 0
    return found == count["exactly"] if isinstance(count, dict) else found >= count


def order(spec: list[Spec], view: View) -> bool:
    """The events happened one after another, others in between allowed."""
    place = 0
    for one in spec:
        later = [record.seq for record in matching(one, view) if record.seq > place]
        if not later:
            return False
        place = later[0]
    return True


def quiet(spec: Spec, view: View) -> bool:
    """Nothing was done or tried by an identity for so many days of the world's clock."""
    found = matching({"name": "*", "by": spec["by"], "error": "any"}, view)
    last = found[-1]["eventTime"] if found else view.attempt.past.get("began")
    return last is not None and view.now - datetime.fromisoformat(last) >= timedelta(days=spec["days"])


def addresses(spec: Spec, view: View) -> bool:
    """From how many addresses an identity succeeded in anything, at least one and at most `count`."""
    found = matching({"name": "*", "by": spec["by"], **({"since": spec["since"]} if "since" in spec else {})}, view)
    return 1 <= len({record.get("sourceIPAddress") for record in found}) <= spec["count"]


def made_keys(view: View, by: str) -> set[str]:
    """Ids of the access keys that a principal created."""
    return {
        key
        for record in view.events("CreateAccessKey")
        if not record.error and is_by(record, by)
        if (key := view.search("responseElements.accessKey.accessKeyId", record.whole))
    }


def was_used(view: View, key: dict[str, Any]) -> bool:
    """Whether a key was used; of root's, which are only counted, whether any was."""
    if "AccessKeyId" not in key:
        signed = {"starts_with(userIdentity.accessKeyId || '', 'AKIA')": True}
        return bool(matching({"name": "*", "by": "root", "error": "any", "where": signed}, view))
    last = (view.read("iam:GetAccessKeyLastUsed", AccessKeyId=key["AccessKeyId"]) or {}).get("AccessKeyLastUsed", {})
    return "LastUsedDate" in last
