"""A judgement made ready for a page: the verdict, the layers as a row of boxes, the documents with lines marked."""

import json
from collections.abc import Iterable
from typing import Any

from iamlab.door.authorise import Judgement
from iamlab.policy.compile import Policy
from iamlab.policy.evaluate import Policies
from iamlab.policy.explain import explain
from iamlab.policy.whatif import changes

LAYERS = {
    "scp": "Service control policies",
    "rcp": "Resource control policies",
    "vpce": "VPC endpoint policy",
    "resource": "Resource policy",
    "identity": "Identity policies",
    "boundary": "Permissions boundary",
    "session": "Session policy",
    "guard": "Guard",
    "root": "Root user",
}
OUTCOMES = {"allowed": "Allowed", "explicitDeny": "Explicit deny", "implicitDeny": "Implicit deny"}
KINDS = {"allows": "success", "denies": "error", "does not allow": "warning"}
MARKS = {"Allow": ("allow", "this allowed it"), "Deny": ("deny", "this denied it")}
PARTS = ("action", "principal", "resource", "condition")


def page_data(
    judgement: Judgement, who: str = "", attachable: Iterable[Policy] = (), instead: dict[str, Any] | None = None
) -> dict[str, Any]:
    """All that the decision page shows of one judgement; `attachable` policies may be among what would change it.
    `instead`: as whom else it would be allowed, which is then said first (insight/instead.py).
    """
    found = dict(explain(judgement.request, judgement.policies, judgement.decision, who=who or None))
    deciding = {(row["policy"], row["index"]) for row in found["deciding"]}
    near = found["nearest"]
    closest = None if near is None else (near["policy"], near["index"])
    if instead and instead["sentence"]:
        found |= {"sentence": instead["sentence"], "as_user": found["sentence"], "roles": instead["roles"]}
    as_json = json.dumps(found, indent=2, default=str)
    found["layers"] = [_layer(layer, found["layer"], deciding, closest) for layer in found["layers"]]
    return {
        **found,
        "allowed": judgement.allowed,
        "instead": instead,
        "outcome_text": OUTCOMES[found["outcome"]],
        "layer_text": LAYERS.get(found["layer"], found["layer"]),
        "request": judgement.request,
        "principal": principal_text(judgement),
        "context": sorted(judgement.request.context.items()),
        "flow": flow(found["layers"], found["layer"], allowed=judgement.allowed),
        "possible": changes(judgement.request, judgement.policies, judgement.decision, attachable=attachable),
        "documents": documents(judgement.policies, found),
        "json": as_json,
    }


ALWAYS_SHOWN = ("scp", "rcp", "resource", "identity", "boundary", "session")
WORST_FIRST = ("denies", "does not allow", "allows")
BOXES = {"allows": "allow", "denies": "deny", "does not allow": "short"}


def flow(layers: list[dict[str, Any]], deciding: str, *, allowed: bool) -> list[dict[str, Any]]:
    """The picture's boxes: every layer that a request may meet, without a policy too, in their order; the verdict.

    Levels of an organization are one box, which says what the strictest of them says.
    """
    boxes = []
    for key, title in LAYERS.items():
        said = [layer["outcome"] for layer in layers if layer["layer"] == key]
        if not said and key not in (*ALWAYS_SHOWN, deciding):
            continue
        text = next((word for word in WORST_FIRST if word in said), said[0] if said else "no policy")
        if not said and key == deciding:
            text = "allows" if allowed else "does not allow"
        decides = key == deciding
        boxes.append({"label": title, "text": text, "kind": BOXES.get(text, "skipped"), "current": decides})
    verdict = ("Allowed", "allow") if allowed else ("Refused", "deny")
    return [*boxes, {"label": verdict[0], "text": f"decided by: {LAYERS[deciding]}", "kind": verdict[1]}]


def _layer(layer: dict[str, Any], deciding_layer: str, deciding: set[Any], closest: Any) -> dict[str, Any]:
    """A layer with what its box shows; a copy, since other answers hold the same rows."""
    policies = [
        {
            **policy,
            "statements": [
                {
                    **row,
                    "decides": (policy["policy"], row["index"]) in deciding,
                    "near": (policy["policy"], row["index"]) == closest,
                    "parts": [(part, row[part]) for part in PARTS if row[part] is not None],
                }
                for row in policy["statements"]
            ],
        }
        for policy in layer["policies"]
    ]
    return {
        **layer,
        "title": LAYERS[layer["layer"]],
        "kind": KINDS.get(layer["outcome"], "stopped"),
        "decides": layer["layer"] == deciding_layer,
        "policies": policies,
    }


def principal_text(judgement: Judgement) -> str:
    principal = judgement.request.principal
    return principal if isinstance(principal, str) else json.dumps(principal)


def documents(policies: Policies, found: dict[str, Any]) -> list[dict[str, Any]]:
    """The policies of the deciding and the nearest statement, as JSON with their lines marked."""
    wanted = [(row, MARKS[row["effect"]]) for row in found["deciding"]]
    if found["nearest"] is not None:
        wanted.append((found["nearest"], ("near", "nearest")))
    by_name = {policy.name: policy for _, _, _, listed in policies.layers() for policy in listed}
    shown: dict[str, dict[str, Any]] = {}
    for row, (kind, note) in wanted:
        policy = by_name.get(row["policy"])
        if policy is None:
            continue
        entry = shown.setdefault(
            row["policy"], {"name": row["policy"], "via": row["via"], "marks": [], **printed(policy)}
        )
        place = entry["places"][row["index"]]
        entry["marks"].append({"first": place[0], "last": place[-1], "kind": kind, "note": note})
    return list(shown.values())


def printed(policy: Any) -> dict[str, Any]:
    """A document as indented JSON, and which lines each statement stands on (from 1)."""
    lines = ["{", f'  "Version": {json.dumps(policy.document.version)},', '  "Statement": [']
    places: dict[int, range] = {}
    raws = policy.document.raw_statements
    for index, raw in enumerate(raws):
        text = json.dumps(raw, indent=2).splitlines()
        places[index] = range(len(lines) + 1, len(lines) + len(text) + 1)
        lines += [f"    {line}" for line in text]
        lines[-1] += "," if index < len(raws) - 1 else ""
    return {"text": "\n".join([*lines, "  ]", "}"]), "places": places}
