"""Which statement decides: a question whose options are the statements that the evaluator reads as it is asked."""

import hashlib
import json
from collections.abc import Iterator
from typing import Any

from iamlab.labs.models import Attempt
from iamlab.labs.view import View
from iamlab.labs.vocabulary import fill
from iamlab.policy.explain import explain

MOST = 40  # statements that are offered
NONE = "none"
TITLES = {
    "scp": "a service control policy",
    "rcp": "a resource control policy",
    "vpce": "the VPC endpoint's policy",
    "resource": "the resource's own policy",
    "identity": "an identity policy",
    "boundary": "the permissions boundary",
    "session": "the session policy",
}
Question = dict[str, Any]
# id, text, json, right; why, which is the author's CommonMark, and trace, which is the evaluator's sentence; code where
# the author names one. The text is CommonMark where `authored`; else it names what the learner made.
Option = dict[str, Any]


def options(question: Question, view: View) -> list[Option]:
    """The statements of every policy that bears on the question's decision, those that it sets beside them, the
    author's own wrong answers, and that none decides. Empty where there is nobody to ask about."""
    asked = fill(question["decision"], view.bound)
    judged = view.judge(asked["as"], asked["action"], asked.get("resource", "*"), asked.get("context", {}))
    if judged is None:
        return []
    found = explain(judged.request, judged.policies, judged.decision)
    raws = {
        (layer, level, at): policy.document.raw_statements
        for layer, _, level, policies in judged.policies.layers()
        for at, policy in enumerate(policies)
    }
    rows = list(_statements(found, raws, _deciders(found)))[:MOST]
    for one in rows:
        if one["right"]:
            one |= {"why": question["why"], "trace": found["sentence"]}
    none_right = not any(one["right"] for one in rows)
    nothing = {"id": NONE, "text": "None of them: no statement decides this.", "json": "", "right": none_right}
    nothing |= {"why": question["why"] if none_right else "", "trace": found["sentence"]}
    return [*rows, *_beside(question, view), *_authors(question), nothing]


def _deciders(found: Any) -> tuple[str, set[str]]:
    """The effect of statements that decide, and in which layers: those that fit as well as the one that was named."""
    named = {row["layer"] for row in found["deciding"]}
    return {"allowed": ("Allow", named), "explicitDeny": ("Deny", set(TITLES))}.get(found["outcome"], ("", set()))


def _statements(found: Any, raws: dict[Any, Any], deciders: tuple[str, set[str]]) -> Iterator[Option]:
    effect, layers = deciders
    for layer in found["layers"]:
        for at, policy in enumerate(layer["policies"]):
            for row in policy["statements"]:
                raw = raws[layer["layer"], layer["level"], at][row["index"]]
                via = policy["via"] or ""
                how = f", through {via}" if via.startswith("group ") else ""
                right = bool(row["applies"]) and row["effect"] == effect and layer["layer"] in layers
                yield _option(
                    f"{policy['policy']}, {TITLES[layer['layer']]}{how}: statement {row['statement']}",
                    raw,
                    right=right,
                    trace=_trace(row, effect, layer["layer"]),
                )


def _trace(row: dict[str, Any], effect: str, layer: str) -> str:
    """Why a statement does not decide, as the evaluator has it."""
    if not row["applies"]:
        return f"It does not fit this request: {row['why'] or 'not every part of it matches'}."
    if effect == "Deny":
        return "It fits, but a Deny beats every Allow."
    if row["effect"] == "Allow" and effect:
        return f"It fits, but {TITLES[layer]} only says what may be allowed at most, or leaves it to others."
    return "It fits, but it alone is not enough."


def _beside(question: Question, view: View) -> Iterator[Option]:
    """The trust policies of roles: they decide who may take the role, and nothing that it does."""
    for one in question.get("beside", ()):
        for role in view.named("role", fill(one["role"], view.bound)):
            document = role["AssumeRolePolicyDocument"]
            document = json.loads(document) if isinstance(document, str) else document
            listed = document["Statement"] if isinstance(document["Statement"], list) else [document["Statement"]]
            for number, raw in enumerate(listed, 1):
                name = raw.get("Sid") or f"number {number}"
                text = f"{role['RoleName']}, the role's trust policy: statement {name}"
                yield {**_option(text, raw), "why": one["why"], "code": one.get("code", "")}


def _authors(question: Question) -> Iterator[Option]:
    for one in question.get("options", ()):
        yield {"json": "", "trace": "", "right": False, "code": "", **one, "authored": True}


def _option(text: str, raw: dict[str, Any], *, right: bool = False, trace: str = "") -> Option:
    """Its id tells what it says, so that an answer to a statement which has changed meanwhile is noticed."""
    shown = json.dumps(raw, indent=2, ensure_ascii=False)
    digest = hashlib.sha256(f"{text}\n{shown}".encode("utf-8", "surrogatepass")).hexdigest()[:16]
    return {"id": f"s-{digest}", "text": text, "json": shown, "right": right, "why": "", "trace": trace}


def chosen(attempt: Attempt, question: Question, option_id: str) -> Option | None:
    """What a try keeps of the option that was chosen, as it is now. None for one that is not offered now."""
    return next((one for one in options(question, View(attempt)) if one["id"] == option_id), None)


def begun(attempt: Attempt, question: Question, text: str) -> Option | None:
    """The same as a lab's lines name it: an option that bears this id, or whose text begins so, such as BillWrite."""
    offered = options(question, View(attempt))
    named = next((one for one in offered if one["id"] == text), None)
    return named or next((one for one in offered if one["text"].startswith(text)), None)
