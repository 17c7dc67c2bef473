"""Why learners do not get past a step: grouped by failure code, with the message that they see."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import timedelta

from django.utils import timezone

from iamlab.classroom import heat
from iamlab.classroom.models import Assignment
from iamlab.labs import panel
from iamlab.labs.models import Attempt, CheckFact


@dataclass(slots=True)
class Group:
    """Learners in the same place. `messages` are what they read in their panels, each once."""

    title: str
    code: str = ""
    messages: list[str] = field(default_factory=list)
    rows: list[heat.Row] = field(default_factory=list)


def groups(board: heat.Board, step: str) -> list[Group]:
    """The groups of a step, largest first; then who is done, at work without a failure, or has not begun."""
    keys = [row.attempt_id for row in board.rows if row.attempt_id is not None]
    facts: defaultdict[int, list[CheckFact]] = defaultdict(list)
    for fact in CheckFact.objects.filter(attempt__in=keys, step=step, status="fail").order_by("pk"):
        facts[fact.attempt_id].append(fact)
    failing: dict[str, Group] = {}
    rest = {name: Group(title) for name, title in OTHERS.items()}
    for row in board.rows:
        kind = _kind(row, step)
        own = [fact for fact in facts[row.attempt_id or 0] if fact.code]
        if kind in ("done", "absent") or not own:
            rest[kind].rows.append(row)
            continue
        for fact in own:
            group = failing.setdefault(fact.code, Group(fact.code, fact.code))
            if row not in group.rows:
                group.rows.append(row)
            if fact.message not in group.messages:
                group.messages.append(fact.message)
    found = sorted(failing.values(), key=lambda group: (-len(group.rows), group.code))
    for group in found:
        group.messages = [panel.render(message, {}) for message in group.messages[:3]]
    return [*found, *(group for group in rest.values() if group.rows)]


def is_slow(attempt: Attempt) -> bool:
    """Whether a learner is at the open step for more than twice the time that the class needed for it."""
    assignment = Assignment.objects.filter(works__attempt=attempt).first()
    if assignment is None:
        return False
    board = heat.board(assignment)
    facts = next((row.facts for row in board.rows if row.attempt_id == attempt.pk), None)
    column = next((column for column in board.columns if facts is not None and column.id == facts.on), None)
    if facts is None or column is None:
        return False
    usual = timedelta(minutes=column.minutes or 0)
    return column.id == attempt.current and bool(usual) and timezone.now() - facts.since > 2 * usual


OTHERS = {
    "work": "No failure with a code of its own yet",
    "done": "Done",
    "absent": "Not begun",
}


def _kind(row: heat.Row, step: str) -> str:
    cell = row.facts.cells.get(step) if row.facts is not None else None
    if cell is None:
        return "absent"
    return "done" if cell.state in heat.DONE else "work"
