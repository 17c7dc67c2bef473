"""The verdict in one sentence.

sentence(judged, decision, "Mario", nearest)
# "No. Nothing that applies to Mario allows this. Nearest is statement Write of BillWrite: ..."
"""

from collections.abc import Iterator
from typing import Any

from .evaluate import is_bounded
from .evidence import Judged, some_allow
from .guards import is_kms_key
from .operators import read_operator
from .plan import ALLOWED, EXPLICIT, Decision, Entry
from .principals import ACCOUNT
from .reasons import (
    SHOWN,
    filled_in,
    principals_named,
    quoted,
    shown_value,
    slip_of,
    subject,
    variables_of,
    wanted,
)
from .request import Request


def sentence(judged: Judged, decision: Decision, who: str, close: tuple[Entry, dict[str, Any]] | None) -> str:
    """The first line of every answer."""
    if decision.outcome == ALLOWED:
        return f"Yes. {_allowed(judged, decision, who)}"
    if decision.layer == "guard":
        return f"No. {_guarded(judged, decision, who)}"
    if decision.outcome == EXPLICIT:
        return f"No. {_denied(judged, decision)}"
    return f"No. {_not_allowed(judged, decision, who, close)}"


def named(entry: Entry, who: str = "") -> str:
    """statement Write of BillWrite, which Mario has through group billing,"""
    if entry.said is None:
        policy = _own_policy(entry) if entry.layer == "resource" else entry.policy.name
        entry.said = f"statement {entry.statement.name}{f' of {policy}' if policy else ''}"
    via = entry.policy.via
    if who and via and entry.layer != "resource" and via.startswith("group "):
        return f"{entry.said}, which {who} has through {via},"
    return entry.said


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _own_policy(entry: Entry) -> str:
    return f"the resource's own policy{f' ({entry.policy.name})' if entry.policy.name else ''}"


def owner_word(request: Request) -> str:
    if request.resource.startswith("arn:aws:s3:::"):
        return "bucket's own policy"
    if request.action.lower().startswith("sts:"):
        return "role's trust policy"
    return "key's own policy" if is_kms_key(request.resource) else "resource's own policy"


def _allowed(judged: Judged, decision: Decision, who: str) -> str:
    request = judged.request
    if decision.layer == "root":
        return "The root user may do everything in its own account that no Deny and no organisation policy forbids."
    if decision.layer == "guard":
        return f"No policy controls {request.action}: {who} may always call it."
    first = decision.statements[0]
    if decision.layer == "resource":
        principals = first.statement.principals
        reach = "names everybody" if principals is None or principals.everyone else f"names {who}"
        if decision.grant < ACCOUNT + 1:
            reach = f"names the account of {who}"
        return (
            f"The {owner_word(request)}, statement {first.statement.name}, {reach}; inside one account that is enough."
        )
    if len(decision.statements) > 1:
        other = decision.statements[1].statement.name
        own = _capital(named(first, who)).rstrip(",")
        return f"{own} allows it, and so does statement {other} of the {owner_word(request)}; here both must."
    return f"{_capital(named(first, who))} allows it, and nothing denies it."


def _guarded(judged: Judged, decision: Decision, who: str) -> str:
    action = judged.request.action
    if decision.outcome == EXPLICIT:
        return "The bucket's policy is public, and RestrictPublicBuckets then lets only the owner's account in."
    if action.lower().startswith(("sts:", "iam:")) and judged.caller.kind in ("root", "role", "federated-user", "user"):
        resource = judged.request.resource
        if ":aws:policy/" not in resource and ":role/aws-reserved/" not in resource:
            kinds = {"root": "The root user", "role": "A role session", "federated-user": "A federated user"}
            return (
                f"{kinds.get(judged.caller.kind, 'Whoever holds temporary credentials')} cannot call {action} at all."
            )
    return f"{judged.request.resource} belongs to AWS, and nobody else may change it."


def _denied(judged: Judged, decision: Decision) -> str:
    entry = decision.statements[0]
    text = f"{_capital(named(entry))} forbids it, and a Deny beats every Allow"
    allow = some_allow(judged)
    text = f"{text}, including {named(allow)}." if allow else f"{text}."
    return " ".join([text, *_scope(judged, entry)])


def _scope(judged: Judged, entry: Entry) -> Iterator[str]:
    """Why a Deny concerns the request, where its elements do not say so plainly."""
    raw = entry.statement.raw
    if "NotAction" in raw:
        yield f"It is about every action except {quoted(raw['NotAction'])}."
    if "NotPrincipal" in raw and entry.statement.principals is not None:
        bounded = is_bounded(judged.policies, judged.caller)
        always = "; with a permissions boundary it always applies" if bounded else ""
        yield f"It is about everybody except {principals_named(raw['NotPrincipal'])}{always}."
    said = [
        f"`{condition.key}` was {shown_value(condition.value(judged.request))}"
        for condition in entry.statement.conditions[:SHOWN]
    ]
    if said:
        yield f"It applies here because {' and '.join(said)}."


def _not_allowed(judged: Judged, decision: Decision, who: str, close: tuple[Entry, dict[str, Any]] | None) -> str:
    request = judged.request
    granted = decision.statements[0] if decision.statements else some_allow(judged)
    if decision.layer == "scp" or decision.layer in CAPS:
        if decision.layer == "session" and not judged.policies.session:
            return f"{who} is a federated user, who has no permissions without a session policy."
        cap = _cap(judged, decision.layer)
        if judged.caller.kind == "root" and not granted:
            return f"The root user may do only what the organisation allows, and {cap} does not include it."
        if granted:
            return f"{_capital(named(granted))} allows it, but {cap} does not include it; both must."
        return f"Nothing that applies to {who} allows this, and {cap} does not include it either."
    if decision.layer == "identity" and decision.statements:
        text = f"The {owner_word(request)} leaves it to {who}'s account, and no policy of {who} allows it; both must."
        return f"{text}{_closest(judged, close)}"
    if decision.layer == "resource" and granted and granted.layer == "identity":
        word = owner_word(request)
        text = f"{_capital(named(granted))} allows it, but the {word} does not let {who} in; here both must."
        return f"{text}{_closest(judged, close)}"
    text = f"Nothing that applies to {who} allows this."
    if close is None:
        return text
    return _would_allow(judged, *close) or f"{text}{_closest(judged, close)}"


def _closest(judged: Judged, close: tuple[Entry, dict[str, Any]] | None) -> str:
    if close is None:
        return ""
    return f" {_would_allow(judged, *close) or f'Nearest is {_near(judged.request, *close)}'}"


CAPS = {"vpce": "the VPC endpoint's policy", "boundary": "the permissions boundary", "session": "the session policy"}


def _cap(judged: Judged, layer: str) -> str:
    """What does not include the action, by name; of an organisation the first level that does not."""
    rows = [row for row in judged.layers if row["layer"] == layer and row["outcome"] == "does not allow"]
    names = [policy["policy"] for policy in rows[0]["policies"] if policy["policy"]] if rows else []
    if layer == "scp":
        if not names:
            return "the organisation, which has no service control policy at one of its levels,"
        policies = "policy" if len(names) == 1 else "policies"
        return f"the organisation (service control {policies} {' and '.join(names)})"
    name = names[0] if names and not CAPS[layer].endswith(names[0]) else ""
    return f"{CAPS[layer]} {name}".rstrip()


def _would_allow(judged: Judged, entry: Entry, row: dict[str, Any]) -> str | None:
    """A statement that only a condition keeps from allowing."""
    if not (row["action"] and row["principal"] and row["resource"]):
        return None
    failed = [condition for condition in entry.statement.conditions if not condition.test(judged.request)]
    if len(failed) != 1 or not failed[0].key:
        return f"{_capital(named(entry))} would allow it but for its conditions: {row['why']}."
    condition = failed[0]
    if not read_operator(condition.operator).known:
        return f"{_capital(named(entry))} would allow it, but {row['why']}."
    was = shown_value(condition.value(judged.request))
    demand = wanted(condition).replace("must be", "were", 1).replace("must not be", "were not", 1)
    variables = variables_of(condition)
    where = f", where {filled_in(variables, judged.request)}" if variables else ""
    wish = f"{_capital(named(entry))} would allow it if {subject(condition)} {demand}{where}"
    return f"{wish}; in this request it was {was}."


def _near(request: Request, entry: Entry, row: dict[str, Any]) -> str:
    name = named(entry)
    if not row["action"]:
        slip = slip_of(entry.statement.raw.get("Action"), request.action)
        hint = f"; there is no action `{slip}`, the nearest is `{request.action}`" if slip else ""
        return f"{name}: the resource fits, the action does not ({row['why']}{hint})."
    if not row["principal"]:
        return f"{name}: the action fits, the principal does not ({row['why']})."
    return f"{name}: the action fits, the resource does not ({row['why']})."
