"""Names that the learner chose: taken from the calls that gave them, and bound once."""

from typing import Any

from iamlab.labs import event_tests, inputs
from iamlab.labs.view import View

Lab = dict[str, Any]
# The call that gives an object of a kind another name, with its fields of the old and the new one.
RENAMES = {"user": ("UpdateUser", "userName", "newUserName"), "group": ("UpdateGroup", "groupName", "newGroupName")}


def names_touched(lab: Lab, touched: set[str]) -> bool:
    """Whether what the learner named may be another thing now: it hangs on objects, and on the calls that made them."""
    sources = (lab.get("bind") or {}).values()
    return bool(inputs.of_objects("account").union(*map(inputs.of_source, sources)) & touched)


def bind(lab: Lab, view: View) -> set[str]:
    """Bind the names that the learner chose, each once; anew, or not at all, when what it named is gone.

    Gives those that changed.
    """
    before = dict(view.bound)
    if view.accounts:
        view.bound["account"] = view.accounts[0].pk
    for name, source in (lab.get("bind") or {}).items():
        if name in view.bound and (not source.get("type") or view.has(source["type"], view.bound[name])):
            continue
        value = _bound(source, view)
        if value is not None:
            view.bound[name] = value
        elif source.get("type"):
            view.bound.pop(name, None)
    view.attempt.bound = dict(view.bound)
    return {name for name in before.keys() | view.bound.keys() if before.get(name) != view.bound.get(name)}


def _bound(source: dict[str, Any], view: View) -> str | None:
    """The field of the newest event that fits and whose object is there, by the name that the object has now."""
    spec: dict[str, Any] = {key: source[key] for key in ("name", "by", "where") if key in source}
    kind = source.get("type", "")
    for record in reversed(event_tests.matching(spec, view)):
        value = (record.get("requestParameters") or {}).get(source["field"])
        if not isinstance(value, str):
            continue
        value = _renamed(kind, value, record.seq, view)
        if not kind or view.has(kind, value):
            return value
    return None


def _renamed(kind: str, name: str, since: int, view: View) -> str:
    """What an object that bore a name when an event happened is called now."""
    if kind not in RENAMES or view.has(kind, name):
        return name
    call, old, new = RENAMES[kind]
    for record in event_tests.matching({"name": call}, view):
        asked = record.get("requestParameters") or {}
        if record.seq > since and asked.get(old) == name and asked.get(new):
            name = asked[new]
    return name
