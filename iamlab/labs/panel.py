"""What the panel beside the console shows: plain data, made where something changed."""

import re
from collections.abc import Sequence
from datetime import datetime
from functools import cache, lru_cache
from typing import Any

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from iamlab.components import markup
from iamlab.labs import clockwork, content, misconceptions, results, scoring, showing, translations
from iamlab.labs.asking import question_data
from iamlab.labs.kept import Check
from iamlab.labs.models import Answer, Attempt, StepFact
from iamlab.labs.questions import ON_THE_ACCOUNT
from iamlab.labs.results import Fact, Known, States
from iamlab.labs.seen import Seen
from iamlab.labs.texts import inline, render
from iamlab.labs.vocabulary import fill, tell

OFFER_AFTER = 3  # failures with one code, then the first hint is offered unasked
STATES = {
    "locked": "Locked",
    "open": "To do",
    "in_progress": "In progress",
    "passed": "Done",
    "passed_with_help": "Done, with help",
    "skipped": "Skipped",
    "overridden": "Marked by your instructor",
    "regressed": "Undone",
    "read": "Read",
}
# How each state looks: the kinds of the status component.
KINDS = {
    "locked": "stopped",
    "open": "pending",
    "in_progress": "in-progress",
    "passed": "success",
    "passed_with_help": "success",
    "skipped": "stopped",
    "overridden": "info",
    "regressed": "warning",
    "read": "info",
}
WORD = re.compile(r"[\w+=,.@-]+")  # as names are written
ANY = "_any_step_"  # in an address, in place of a step's id; no prefix of ours has it
Lab = dict[str, Any]


@cache
def status(state: str) -> SafeString:
    """A step's state as a status component."""
    return markup.status(KINDS[state], STATES[state])


def open_step(attempt: Attempt) -> dict[str, Any]:
    """The step that the panel shows."""
    lab: Lab = translations.lab_of(attempt)
    return content.step_of(lab, attempt.current) or lab["steps"][0]


def data(attempt: Attempt, found: Seen) -> dict[str, Any]:
    """The panel of an attempt without what `beside.here` says of the page. Only a question of events makes queries."""
    lab: Lab = translations.lab_of(attempt)
    score = scoring.score_of(
        lab,
        found.checks.values(),
        list(found.hints.values()),
        found.answers,
        found.overrides,
        graded=attempt.graded,
    )
    helped = {step for step, tier in found.hints if tier >= 3}
    states = step_states(lab, found.checks, found.steps, helped, score)
    current = open_step(attempt)
    names = content.names(lab, attempt.bound)
    done = sum(is_done(state) or state == "read" for state in states.values())
    address = reverse("lab-step", args=[attempt.pk, ANY])  # once, for it takes as long as a step's row
    lang = translations.attribute(lab, attempt.language)
    rows = (
        row(step["title"], address.replace(ANY, step["id"]), states[step["id"]], step is current, lang)
        for step in lab["steps"]
    )
    return {
        "attempt": attempt,
        "cursor": found.cursor,
        "title": lab["title"],
        "lang": lang,
        "other_languages": translations.others(lab, attempt.language),
        "mode": "Graded" if attempt.graded else "Practice",
        "rows": mark_safe("".join(rows)),  # noqa: S308 - a template made each
        "first": address.replace(ANY, lab["steps"][0]["id"]),
        "done": done,
        "of": len(states),
        "progress_text": f"{done} of {len(states)} steps",
        "score": round(score.effective),
        "step": step_data(attempt, lab, current, states[current["id"]], found, names),
        "note": found.steps[current["id"]].note if current["id"] in found.steps else "",
        "sign_ins": fill(lab.get("sign_ins", []), names),
        "files": list(lab.get("files") or ()),
        "checkpoints": found.checkpoints,
        "moves": list(clockwork.MOVES),
        "actors": found.moved.get("actors", []),
        "trying": bool(attempt.past.get("trying")),
        "shut": [] if attempt.past.get("trying") else attempt.past.get("shut", []),
        "finished": done == len(states) and not attempt.submitted,
        "undone": [step for step in lab["steps"] if states[step["id"]] == "regressed" and step is not current],
        "missed": missed(lab, found.answers) if attempt.submitted or done == len(states) else 0,
        "waiting": found.waiting,
        "messages": found.messages,
        "next": next_step(lab, states, found.steps, current),
    }


@lru_cache(maxsize=4096)
def row(title: str, url: str, state: str, current: bool, lang: str) -> str:
    """A step among all. Kept, since of many one or two are in another state than when they were looked at last."""
    step = {"title": title, "url": url, "status": status(state), "current": current, "lang": lang}
    return render_to_string("labs/step_row.html", step)


def within(data: dict[str, Any]) -> dict[str, Any]:
    """Of a panel's data, that of labs/panel_step.html, which stays the same as other steps come to pass."""
    names = ("other_languages", "lang", "next", "sign_ins")
    world = data["attempt"].sandbox.public_id
    return {"attempt": _attempt(data), "step": data["step"], "world": world, **{name: data[name] for name in names}}


def below(data: dict[str, Any]) -> dict[str, Any]:
    """Of a panel's data, that of labs/panel_more.html, which stays the same as checks and steps come to pass."""
    names = ("files", "note", "waiting", "trying", "checkpoints", "moves", "actors")
    return {"attempt": _attempt(data), "step": {"id": data["step"]["id"]}, **{name: data[name] for name in names}}


def _attempt(data: dict[str, Any]) -> dict[str, Any]:
    return {name: getattr(data["attempt"], name) for name in ("pk", "graded", "submitted", "taught")}


def duration(seconds: float) -> str:
    """A time of work in words."""
    hours, minutes = divmod(int(seconds // 60), 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"


def missed(lab: Lab, answers: list[Answer]) -> int:
    """How many questions were not answered rightly at once, of those that may come back."""
    wrong = {answer.question for answer in answers if not answer.correct}
    return sum(one["id"] in wrong and one["kind"] not in ON_THE_ACCOUNT for one in lab["questions"])


def is_done(state: str) -> bool:
    return state in ("passed", "passed_with_help", "overridden")


def step_states(
    lab: Lab,
    facts: States,
    steps: dict[str, StepFact],
    helped: set[str],
    score: scoring.Score,
) -> dict[str, str]:
    """The state of each step, derived: see the specification's list of states."""
    done = results.passed_steps(lab, facts)
    found: dict[str, str] = {}
    for step in lab["steps"]:
        own = [facts.get((step["id"], check["id"])) for check in step.get("checks", ())]
        fact = steps.get(step["id"])
        found[step["id"]] = _state(step, own, fact, done, step["id"] in helped, score.steps[step["id"]].override)
    return found


def _state(
    step: dict[str, Any],
    own: Sequence[Fact | Check | None],
    fact: StepFact | None,
    done: set[str],
    helped: bool,
    override: float | None,
) -> str:
    if override is not None:
        return "overridden"
    if step["id"] in done:
        return "passed_with_help" if helped else "passed"
    if any(check is not None and check.undone for check in own):
        return "regressed"
    if fact is not None and fact.skipped:
        return "skipped"
    if not own:
        return "read" if fact is not None and fact.read else "open"
    if set(step.get("needs", ())) - done and not (fact is not None and fact.unlocked):
        return "locked"
    return "in_progress" if fact is not None and fact.begun else "open"


def next_step(
    lab: Lab, states: dict[str, str], facts: dict[str, StepFact], current: dict[str, Any]
) -> dict[str, Any] | None:
    """The next step that is not done, or was never looked at (one call may do several); else the one that follows,
    and at the lab's end the first that was left.
    """
    ids = [step["id"] for step in lab["steps"]]
    later = lab["steps"][ids.index(current["id"]) + 1 :]
    opened = {step for step, fact in facts.items() if fact.opened}
    left = (step for step in later if step["id"] not in opened or not is_done(states[step["id"]]))
    passed_by = (step for step in lab["steps"] if not is_done(states[step["id"]]) and states[step["id"]] != "read")
    return next(left, later[0] if later else next((step for step in passed_by if step is not current), None))


def free_names(lab: Lab, bound: dict[str, Any], shown: dict[str, Any] | None) -> list[str]:
    """The names in what was shown that the learner may choose otherwise."""
    words = {word for line in (shown or {}).get("lines", ()) for word in WORD.findall(line)}
    return sorted({bound[name] for name in lab.get("bind") or {} if bound.get(name) in words})


def step_data(
    attempt: Attempt,
    lab: Lab,
    step: dict[str, Any],
    state: str,
    found: Seen,
    names: dict[str, str],
) -> dict[str, Any]:
    missing = set(step.get("needs", ())) - results.passed_steps(lab, found.checks)
    offered = step["id"] in found.steps and found.steps[step["id"]].offered is not None
    checks = [check_data(check, found.checks.get((step["id"], check["id"])), names) for check in step.get("checks", ())]
    return {
        "id": step["id"],
        "title": tell(step["title"], names),
        "state": state,
        "actor": fill(step.get("actor", ""), names),
        "weight": step.get("weight", 0),
        "html": render(step.get("markdown", ""), names, reverse("attempt", args=[attempt.pk]) + "media/"),
        "waits": awaited(attempt, lab, missing, names) if state == "locked" else [],
        "may_skip": bool(checks) and not attempt.submitted and state in ("open", "in_progress", "regressed"),
        "fault": step.get("fault"),
        "shown": found.shown,
        "other_names": free_names(lab, attempt.bound, found.shown),
        "can_show": showing.can_show(lab, step),
        "show_price": round(scoring.prices(lab)[4] * 100) if attempt.graded else 0,
        "checks": checks,
        "disputable": [] if attempt.submitted else [check for check in checks if check["status"] == "fail"],
        "hints": hint_data(attempt, lab, step, found.checks, found.hints, names, offered),
        "questions": [
            question_data(attempt, asked, found.answers, names)
            for question in step.get("questions", ())
            if (asked := content.question_of(lab, question)) is not None
        ],
    }


def awaited(attempt: Attempt, lab: Lab, missing: set[str], names: dict[str, str]) -> list[dict[str, str]]:
    """The steps that a locked one waits for, with the way to each."""
    return [
        {"title": tell(step["title"], names), "url": reverse("lab-step", args=[attempt.pk, step["id"]])}
        for step in lab["steps"]
        if step["id"] in missing
    ]


AT_FAULT = "This check is broken. That is not your fault and costs you nothing; whoever keeps the lab is told."
WORDS = {"open": "pending", "pass": "success", "fail": "error", "blocked": "stopped", "error": "warning"}
SPOKEN = {"pending": "to do", "success": "done", "error": "not right", "stopped": "waiting", "warning": "broken"}


def looks(fact: Fact | None) -> str:
    """What was not tried yet is not wrong yet: only a known mistake, or what was undone, is shown as one."""
    if fact is None or (fact.status == "fail" and not fact.code and not fact.undone):
        return "pending"
    return WORDS[fact.status]


def check_data(check: dict[str, Any], fact: Fact | None, names: dict[str, str]) -> dict[str, Any]:
    return {
        "kind": looks(fact),
        "word": SPOKEN[looks(fact)],
        "id": check["id"],
        "title": inline(check.get("title", check["id"]), names),
        "status": fact.status if fact else "open",
        "bonus": check.get("bonus"),
        "code": fact.code if fact else "",
        "html": said(check, fact),
        "undone": undone_data(fact.undone) if fact else {},
        "tries": sum(fact.tries.values()) if fact else 0,
    }


def said(check: dict[str, Any], fact: Fact | None) -> SafeString | str:
    """What stands below a check. What a wrong answer gives away stands at its question already."""
    if fact is None or not fact.message:
        return ""
    if fact.code and fact.code not in [code for code, _ in misconceptions.of_mistakes(check)]:
        return ""
    return render(AT_FAULT if fact.status == "error" else fact.message, {})


def undone_data(undone: dict[str, Any]) -> dict[str, Any]:
    """What undid a check, with its time as the panel writes times."""
    when = undone.get("time")
    return {**undone, "when": f"{datetime.fromisoformat(when):%-d %b %Y, %H:%M}"} if when else undone


def hint_data(
    attempt: Attempt,
    lab: Lab,
    step: dict[str, Any],
    facts: Known,
    hints: dict[tuple[str, int], Any],
    names: dict[str, str],
    offered: bool,
) -> dict[str, Any]:
    """The hints opened, the next one with its price, and whether it is offered unasked, as it was to who is `slow`."""
    texts = step.get("hints", [])
    opened = [
        {"tier": tier, "html": render(text, names)} for tier, text in enumerate(texts, 1) if (step["id"], tier) in hints
    ]
    upcoming = len(opened) + 1 if len(opened) < len(texts) else None
    price = scoring.prices(lab).get(upcoming, 0.0) if upcoming else 0.0
    struggling = any(
        max(fact.tries.values(), default=0) >= OFFER_AFTER for (of, _), fact in facts.items() if of == step["id"]
    )
    return {
        "opened": opened,
        "next": upcoming,
        "price": round(price * 100) if attempt.graded else 0,
        "offered": bool(texts) and not opened and (struggling or offered),
        "slow": offered and not struggling,
    }
