"""What the panel beside the console shows: plain data, made once per page."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse

from iamlab.door import record
from iamlab.labs import attempts, clockwork, content, past, runner, scoring, showing, translations, wheres
from iamlab.labs.asking import question_data
from iamlab.labs.models import Attempt, CheckFact, StepFact
from iamlab.labs.texts import inline, render
from iamlab.labs.vocabulary import fill
from iamlab.people.models import Person
from iamlab.services.prepared import Prepared

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
Lab = dict[str, Any]


def context(request: HttpRequest) -> dict[str, Any]:
    """Context processor: the panel of the attempt whose world a page belongs to. Other pages get none."""
    world = world_of(request)
    if world is None or not isinstance(request.user, Person):
        return {}
    record.flush()
    attempt = _attempt(request.user.pk, world)
    if attempt is None:
        return {}
    attempts.follow(attempt)
    return {"lab_panel": {**data(attempt, request.get_full_path()), "template": "labs/panel.html", "open": True}}


def _of_world(**filters: Any) -> QuerySet[Attempt]:
    return Attempt.objects.select_related("sandbox", "lab_version").filter(**filters).order_by("pk")


OF_SANDBOX = Prepared(lambda person, sandbox: _of_world(person_id=person, sandbox_id=sandbox)[:1], int, int)


def _attempt(person_id: int, world: dict[str, Any]) -> Attempt | None:
    """The person's attempt in a world; a console's pages, which know its key, ask by the prepared query."""
    if "sandbox_id" in world:
        return OF_SANDBOX.first(person_id, world["sandbox_id"])
    return _of_world(person_id=person_id, **world).first()


def world_of(request: HttpRequest) -> dict[str, Any] | None:
    """How to find a page's sandbox: of its console session's account, by the address, or as the view says."""
    account = getattr(request, "console_account", None)
    if account is not None:
        return {"sandbox_id": account.sandbox_id}
    if hasattr(request, "sandbox_id"):
        return {"sandbox_id": request.sandbox_id}
    match = request.resolver_match
    public_id = match.kwargs.get("public_id") if match is not None else None
    return {"sandbox__public_id": public_id} if public_id else None


def cursor(attempt: Attempt) -> str:
    """Changes whenever what the panel shows does: polling with the last one seen answers nothing new cheaply."""
    last = attempt.happenings.order_by("-pk").values_list("pk", flat=True).first() or 0
    unread = attempt.messages.filter(read=None).order_by("-pk").values_list("pk", flat=True).first() or 0
    return f"{last}.{unread}"


def open_step(attempt: Attempt) -> dict[str, Any]:
    """The step that the panel shows."""
    lab: Lab = translations.lab_of(attempt)
    return content.step_of(lab, attempt.current) or lab["steps"][0]


def data(attempt: Attempt, page: str) -> dict[str, Any]:
    """The panel of an attempt, beside a page of that address. Six queries, whatever the number of steps."""
    lab: Lab = translations.lab_of(attempt)
    checks, used = list(attempt.checks.all()), list(attempt.hints.all())
    facts = {(fact.step, fact.check_id): fact for fact in checks}
    steps = {fact.step: fact for fact in attempt.steps.all()}
    hints = {(hint.step, hint.tier): hint for hint in used}
    answers = list(attempt.answers.filter(review=False).order_by("pk"))
    score = scoring.score_of(lab, checks, used, answers, list(attempt.overrides.all()), graded=attempt.graded)
    states = step_states(lab, facts, steps, {step for step, _ in hints if hints[step, _].tier >= 3}, score)
    current = open_step(attempt)
    names = content.names(lab, attempt.bound)
    graded_steps = [step for step in lab["steps"] if step.get("checks")]
    return {
        "attempt": attempt,
        "back": page,
        "where": wheres.address(current.get("where", ""), page),
        "cursor": cursor(attempt),
        "title": lab["title"],
        "lang": translations.attribute(lab, attempt.language),
        "other_languages": translations.others(lab, attempt.language),
        "mode": "Graded" if attempt.graded else "Practice",
        "steps": [
            {
                "id": step["id"],
                "title": step["title"],
                "state": states[step["id"]],
                "word": STATES[states[step["id"]]],
                "kind": KINDS[states[step["id"]]],
                "current": step["id"] == current["id"],
                "url": reverse("lab-step", args=[attempt.pk, step["id"]]),
            }
            for step in lab["steps"]
        ],
        "done": sum(is_done(states[step["id"]]) for step in graded_steps),
        "of": len(graded_steps),
        "progress_text": f"{sum(is_done(states[s['id']]) for s in graded_steps)} of {len(graded_steps)} steps",
        "score": round(score.effective),
        "step": step_data(attempt, lab, current, states[current["id"]], facts, hints, answers, names),
        "note": steps[current["id"]].note if current["id"] in steps else "",
        "sign_ins": fill(lab.get("sign_ins", []), names),
        "files": list(lab.get("files") or ()),
        "checkpoints": past.checkpoints(attempt),
        "clock": clockwork.shown(attempt),
        "trying": bool(attempt.past.get("trying")),
        "waiting": attempt.help_calls.filter(answered=None).exists(),
        "messages": list(attempt.messages.filter(read=None).order_by("pk")),
        "next": next_step(lab, states, steps, current),
    }


def is_done(state: str) -> bool:
    return state in ("passed", "passed_with_help", "overridden")


def step_states(
    lab: Lab,
    facts: dict[tuple[str, str], CheckFact],
    steps: dict[str, StepFact],
    helped: set[str],
    score: scoring.Score,
) -> dict[str, str]:
    """The state of each step, derived: see the specification's list of states."""
    done = runner.passed_steps(lab, facts)
    found: dict[str, str] = {}
    for step in lab["steps"]:
        own = [facts.get((step["id"], check["id"])) for check in step.get("checks", ())]
        fact = steps.get(step["id"])
        found[step["id"]] = _state(step, own, fact, done, step["id"] in helped, score.steps[step["id"]].override)
    return found


def _state(
    step: dict[str, Any],
    own: list[CheckFact | None],
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
        return "read" if fact is not None and fact.opened else "open"
    if set(step.get("needs", ())) - done and not (fact is not None and fact.unlocked):
        return "locked"
    return "in_progress" if fact is not None and fact.begun else "open"


def next_step(
    lab: Lab, states: dict[str, str], facts: dict[str, StepFact], current: dict[str, Any]
) -> dict[str, Any] | None:
    """The next step that is not done, or was never looked at (one call may do several); else the one that follows."""
    ids = [step["id"] for step in lab["steps"]]
    later = lab["steps"][ids.index(current["id"]) + 1 :]
    opened = {step for step, fact in facts.items() if fact.opened}
    left = (step for step in later if step["id"] not in opened or not is_done(states[step["id"]]))
    return next(left, later[0] if later else None)


def step_data(
    attempt: Attempt,
    lab: Lab,
    step: dict[str, Any],
    state: str,
    facts: dict[tuple[str, str], CheckFact],
    hints: dict[tuple[str, int], Any],
    answers: list[Any],
    names: dict[str, str],
) -> dict[str, Any]:
    return {
        "id": step["id"],
        "title": fill(step["title"], names),
        "state": state,
        "actor": fill(step.get("actor", ""), names),
        "weight": step.get("weight", 0),
        "html": render(step.get("markdown", ""), names, reverse("attempt", args=[attempt.pk]) + "media/"),
        "fault": step.get("fault"),
        "shown": showing.last_shown(attempt, step["id"]),
        "can_show": showing.can_show(lab, step),
        "show_price": round(scoring.prices(lab)[4] * 100) if attempt.graded else 0,
        "checks": [check_data(check, facts.get((step["id"], check["id"])), names) for check in step.get("checks", ())],
        "hints": hint_data(attempt, lab, step, facts, hints, names),
        "questions": [
            question_data(attempt, found, answers, names)
            for question in step.get("questions", ())
            if (found := content.question_of(lab, question)) is not None
        ],
    }


AT_FAULT = "This check is broken. That is not your fault and costs you nothing; it was written into the server's log."
WORDS = {"open": "pending", "pass": "success", "fail": "error", "blocked": "stopped", "error": "warning"}


def looks(fact: CheckFact | None) -> str:
    """What was not tried yet is not wrong yet: only a known mistake, or what was undone, is shown as one."""
    if fact is None or (fact.status == "fail" and not fact.code and not fact.undone):
        return "pending"
    return WORDS[fact.status]


def check_data(check: dict[str, Any], fact: CheckFact | None, names: dict[str, str]) -> dict[str, Any]:
    return {
        "kind": looks(fact),
        "id": check["id"],
        "title": inline(check.get("title", check["id"]), names),
        "status": fact.status if fact else "open",
        "bonus": check.get("bonus"),
        "code": fact.code if fact else "",
        "html": render(AT_FAULT if fact.status == "error" else fact.message, {}) if fact and fact.message else "",
        "undone": fact.undone if fact else {},
        "tries": sum(fact.tries.values()) if fact else 0,
    }


def hint_data(
    attempt: Attempt,
    lab: Lab,
    step: dict[str, Any],
    facts: dict[tuple[str, str], CheckFact],
    hints: dict[tuple[str, int], Any],
    names: dict[str, str],
) -> dict[str, Any]:
    """The hints opened, the next one with its price, and whether it is offered unasked."""
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
        "offered": struggling and not opened,
    }
