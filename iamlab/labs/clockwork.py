"""A world's clock, moved by its learner; and the actors of a lab, whose calls happen as it moves."""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from iamlab.labs import attempts, performing, runner, working
from iamlab.labs.models import Attempt
from iamlab.labs.view import View
from iamlab.labs.vocabulary import fill, holds
from iamlab.sandbox import controls
from iamlab.services import clock

MOVES = {"hour": 3600, "day": 86400, "week": 7 * 86400, "quarter": 90 * 86400}
MOST = 40  # calls that actors make in one move; of more, the last
SIGN_IN = re.compile(r"signin:ConsoleLogin as visitor: \(\w+\) ")  # what people do, not what they type
Actor = dict[str, Any]


def now(attempt: Attempt) -> datetime:
    """What the simulated world's clock shows."""
    return clock.now(controls.world(attempt.sandbox))


def move(attempt: Attempt, seconds: int) -> None:
    """Move the clock on; actors do what falls into that time. A move is no call: undo takes it back with the world."""
    attempts.require_open(attempt)
    with working.at_work(attempt):
        _move(attempt, seconds)


def _move(attempt: Attempt, seconds: int) -> None:
    lab = attempt.lab_version.data
    begin = attempt.sandbox.clock_offset
    at, view = begin, None
    outcomes: dict[str, dict[str, Any]] = {}
    for due, actor in list(runs(lab.get("actors") or [], begin, begin + seconds))[-MOST:]:
        if due > at:
            controls.move_clock(attempt.sandbox, due - at)
            at, view = due, None
        view = view or View(attempt)  # who only looks at the world leaves it to the next as it was
        if not minded(actor, view):
            continue
        view = None
        name = fill(actor["name"], attempt.bound)
        outcome = outcomes.setdefault(name, {"name": name, "runs": 0, "failed": 0, "said": ""})
        outcome["runs"] += 1
        if (said := act(attempt, actor)) is not None:
            outcome["failed"] += 1
            outcome["said"] = said[:300]
    controls.move_clock(attempt.sandbox, begin + seconds - at)
    attempts.note_happening(attempt, "clock", attempt.current, seconds=seconds, actors=list(outcomes.values()))
    runner.catch_up(attempt)
    runner.examine(attempt)
    attempt.save(update_fields=["bound"])


def runs(actors: list[Actor], begin: int, end: int) -> Iterator[tuple[int, Actor]]:
    """(offset, actor) of all that falls due behind `begin` and up to `end`, in order of time."""
    due = [
        (count * int(actor["every"]), index)
        for index, actor in enumerate(actors)
        for count in range(begin // int(actor["every"]) + 1, end // int(actor["every"]) + 1)
    ]
    return ((offset, actors[index]) for offset, index in sorted(due))


def minded(actor: Actor, view: View) -> bool:
    """Whether an actor has a reason to act, as the world is now."""
    return "when" not in actor or holds(actor["when"], view)


def act(attempt: Attempt, actor: Actor) -> str | None:
    """Perform an actor's lines from its own address. None, or what went wrong."""
    lines = [{"as": actor["as"], "from": actor["from"], **line} for line in actor["lines"]]
    try:
        performing.perform(attempt.sandbox, lines, attempt.bound, attempt.lab_version.data.get("files") or {})
    except performing.LineFailed as error:
        return SIGN_IN.sub("It was answered: ", str(error))
    return None
