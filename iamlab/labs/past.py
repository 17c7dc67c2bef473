"""The way back: what undo returns to, and which events no longer count after it.

`Attempt.past` holds `undo`, a stack of snapshot keys whose top is the present; `void`, the ranges (after, up to] of
events that a way back left behind; `voids`, those ranges as they were when a snapshot was taken; `trying`, the
snapshot that a "what if" began at; `tried_from`, the event that it goes on from.
"""

from iamlab.labs.models import Attempt
from iamlab.sandbox import history, snapshots
from iamlab.sandbox.models import Snapshot
from iamlab.sandbox.snapshots import World

DEPTH, MORE = 30, 20  # changes that can be undone; how many more there may be before the oldest are forgotten
KEPT = 300  # changes after each of which the account can be seen as it was
Range = list[int]


def take(attempt: Attempt, kind: str, name: str = "", *, same: Snapshot | None = None) -> Snapshot:
    """Remember the world, and which events do not count in it. The caller saves `past`.

    `same` is a snapshot that was taken just now, which will do for this one as well.
    """
    if same is not None:
        return noted(attempt, snapshots.again(same, kind=kind, name=name))
    return noted(attempt, snapshots.take(attempt.sandbox, kind=kind, name=name))


def noted(attempt: Attempt, snapshot: Snapshot) -> Snapshot:
    """Note with a snapshot the events that do not count in it."""
    if attempt.past.get("void"):
        attempt.past.setdefault("voids", {})[str(snapshot.pk)] = attempt.past["void"]
    return snapshot


def look(attempt: Attempt) -> World:
    """The world as it is now, beside the present on top of the undo stack."""
    return snapshots.look(attempt.sandbox, present(attempt))


def remember(attempt: Attempt, world: World) -> Snapshot:
    """Put a world that was looked at just now on the undo stack. The caller saves `past`."""
    snapshot = noted(attempt, snapshots.keep(attempt.sandbox, world))
    push(attempt, snapshot)
    return snapshot


def push(attempt: Attempt, snapshot: Snapshot) -> None:
    stack = [*attempt.past.get("undo", []), snapshot.pk]
    if len(stack) > DEPTH + MORE:
        stack = stack[-DEPTH:]
        forget(attempt)
    attempt.past["undo"] = stack


def forget(attempt: Attempt) -> None:
    """Leave the oldest of history behind, that only instructors could still look at."""
    history = attempt.sandbox.snapshots.filter(kind="history").order_by("-pk").values_list("pk", flat=True)
    gone = list(history[KEPT:])
    if gone:
        attempt.sandbox.snapshots.filter(pk__in=gone).delete()
        for key in gone:
            attempt.past.get("voids", {}).pop(str(key), None)


def present(attempt: Attempt) -> int:
    """The key of the snapshot on top: the world after the last change that was looked at."""
    return max(attempt.past.get("undo", [])[-1:], default=1)


def before(attempt: Attempt) -> Snapshot | None:
    """The world before the last change, taken off the stack; None when there is nothing to undo."""
    stack: list[int] = attempt.past.get("undo", [])
    if len(stack) < 2:
        return None
    found = attempt.sandbox.snapshots.filter(pk=stack[-2]).first()
    attempt.past["undo"] = stack[:-1]
    return found


def changed_from(attempt: Attempt, before: Snapshot, present: int) -> int:
    """The event behind which the world was another than in the snapshot that undo returns to.

    What was read, and who signed in, between that snapshot and the change stays as it came to pass.
    """
    if not attempt.sandbox.snapshots.filter(pk=present, kind="history").exists():
        return before.event  # what is undone is a jump: it left the whole world behind
    changes = (one.seq for one in history.touched(attempt.sandbox, before.event) if one.changed)
    return next(changes, before.event + 1) - 1


def leave_behind(attempt: Attempt, snapshot: Snapshot, since: int) -> None:
    """Events behind `since` count no longer; those that did not count in the snapshot restored, do not now."""
    last = history.last(attempt.sandbox)
    void: list[Range] = list(attempt.past.get("voids", {}).get(str(snapshot.pk), []))
    if last > since:
        void.append([since, last])
    attempt.past["void"] = void


def counts(attempt: Attempt, event: int) -> bool:
    """Whether an event, by its number, belongs to the present world's own past."""
    return not any(after < event <= end for after, end in attempt.past.get("void", ()))
