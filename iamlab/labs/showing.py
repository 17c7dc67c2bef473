"""Show me: a step's solution performed before the learner's eyes; and the account brought to where a step begins."""

from contextlib import suppress
from typing import Any

from iamlab.labs import attempts, clockwork, content, performing, runner, scoring, working
from iamlab.labs.attempts import Refused
from iamlab.labs.models import Attempt, HintUse
from iamlab.labs.past import take
from iamlab.labs.translations import lab_of
from iamlab.labs.vocabulary import fill
from iamlab.sandbox.models import Snapshot

SHOW = 4  # the tier of show me among hints
TYPED = ("Email", "UserName", "Password", "NewPassword")  # what a learner has to know to go on from there
FIRST = {
    False: "Under Checkpoints, bring the account to the start of this step first.",
    True: "Under Checkpoints, jump to where this step began first.",
}
Lab = dict[str, Any]


def lines_of(lab: Lab, step_id: str) -> list[dict[str, Any]]:
    """A step's solution: its calls, moves of the clock and what is broken on purpose; answers are the learner's own."""
    lines = [line for part in lab["solution"] if part["step"] == step_id for line in part["lines"]]
    return [line for line in lines if "answer" not in line]


def can_show(lab: Lab, step: dict[str, Any]) -> bool:
    return bool(lines_of(lab, step["id"]))


def said(line: dict[str, Any], names: dict[str, str]) -> str:
    """A line as the learner reads it, who does it first."""
    if "clock" in line:
        days = line["clock"] / 86400
        return f"the clock: {days:g} day{'' if days == 1 else 's'} on"
    if "fault" in line:
        return "Break it"
    given = ", ".join(f"{key} {line['params'][key]}" for key in TYPED if key in line.get("params", ()))
    done = line.get("run") or f"{line['call'].partition(':')[2]} in the console{f' ({given})' if given else ''}"
    return f"{line['as']}: {fill(done, names)}"


def perform(attempt: Attempt, lines: list[dict[str, Any]], names: dict[str, str]) -> dict[str, str]:
    """Do as a solution does, step by step; the names that its lines use and save. Raises LineFailed."""
    lab: Lab = attempt.lab_version.data
    for line in lines:
        if "fault" in line:
            with suppress(Refused):  # it is broken already
                attempts.break_it(attempt, content.step_of(lab, line["fault"]) or {})
        elif "clock" in line:
            clockwork.move(attempt, line["clock"])
        else:
            names = performing.perform(attempt.sandbox, [line], names, lab.get("files") or {})
    return names


def show(attempt: Attempt, step: dict[str, Any]) -> None:
    """Perform a step's solution, kept apart by a checkpoint to go back to. Raises Refused where it does not fit."""
    attempts.require_real(attempt)
    lab = lab_of(attempt)
    lines = lines_of(lab, step["id"])
    if not lines:
        raise Refused("There is nothing to show in this step: read, or answer.")
    with working.at_work(attempt):
        _show(attempt, lab, step, lines)


def _show(attempt: Attempt, lab: Lab, step: dict[str, Any], lines: list[dict[str, Any]]) -> None:
    runner.catch_up(attempt)
    before = take(attempt, "branch", f"Before it was shown: {fill(step['title'], attempt.bound)}"[:120])
    attempt.save(update_fields=["past"])
    try:
        names = perform(attempt, lines, attempt.bound)
    except performing.LineFailed as error:
        attempts.jump(attempt, before)
        raise Refused(f"It cannot be shown in the account as it is now ({error}). {FIRST[attempt.graded]}") from error
    price = scoring.prices(lab)[SHOW]
    HintUse.objects.get_or_create(attempt=attempt, step=step["id"], tier=SHOW, defaults={"price": price})
    shown = [said(line, names) for line in lines]
    attempts.note_happening(attempt, "show", step["id"], lines=shown, before=before.pk)
    runner.catch_up(attempt)


def to_step(attempt: Attempt, step: dict[str, Any]) -> None:
    """The official start of a step: the lab's start, then the solution of all steps before. In practice only."""
    attempts.require_real(attempt)
    if attempt.graded:
        raise Refused("In graded mode the way to a step is yours. A checkpoint can be jumped to.")
    if attempt.start is None:
        raise Refused("The start of this lab is not kept any more.")
    with working.at_work(attempt):
        _bring(attempt, attempt.start, step)


def _bring(attempt: Attempt, start: Snapshot, step: dict[str, Any]) -> None:
    lab: Lab = attempt.lab_version.data
    attempts.jump(attempt, start)
    done: list[str] = []
    for one in lab["steps"]:
        if one["id"] == step["id"]:
            break
        lines = lines_of(lab, one["id"])
        try:
            names = perform(attempt, lines, attempt.bound)
        except performing.LineFailed as error:
            raise Refused(f"The way there is broken at “{one['title']}”: {error}") from error
        done += [said(line, names) for line in lines]
        attempt.bound = {**names, **attempt.bound}
        runner.catch_up(attempt)
    attempts.note_happening(attempt, "brought", step["id"], lines=done, brought=True)
    attempt.current = step["id"]
    attempt.save(update_fields=["current", "bound"])
