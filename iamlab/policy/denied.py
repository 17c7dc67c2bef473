"""AWS's access-denied text (AWS: "Troubleshoot access denied error messages")."""

from .plan import EXPLICIT, Decision
from .request import Request

LAYER_WORDS = {
    "scp": "service control policy",
    "rcp": "resource control policy",
    "vpce": "VPC endpoint policy",
    "boundary": "permissions boundary",
    "session": "session policy",
    "resource": "resource-based policy",
    "trust": "role trust policy",
    "identity": "identity-based policy",
}


def access_denied_message(
    request: Request, decision: Decision, requester: str, resource: str | None = None, *, details: bool = True
) -> str:
    """The text AWS answers with a refusal; the reason only with `details`.

    `requester` is the requester's ARN (for role sessions the session's), `resource` the resource as the service shows
    it where that is not the one judged.
    """
    text = f"User: {requester} is not authorized to perform: {request.action}"
    shown = resource or request.resource
    if shown != "*":
        text += f" on resource: {shown}"
    reason = _reason(request, decision) if details else ""
    return f"{text} {reason}" if reason else text


def _reason(request: Request, decision: Decision) -> str:
    layer, action = decision.layer, request.action
    if layer == "resource" and action.lower().startswith("sts:"):
        layer = "trust"
    if layer == "guard":
        public = "because public policies are restricted by the RestrictPublicBuckets setting in S3 Block Public Access"
        return public if decision.outcome == EXPLICIT else ""
    if layer not in LAYER_WORDS:
        return ""
    word = LAYER_WORDS[layer]
    if decision.outcome != EXPLICIT:
        return f"because no {word} allows the {action} action"
    if layer == "trust":
        return "with an explicit deny in the role trust policy"
    arn = next((entry.policy.arn for entry in decision.statements if entry.policy.arn), None)  # an inline one has none
    return f"with an explicit deny in {'an' if word[0] in 'aeiou' else 'a'} {word}{f': {arn}' if arn else ''}"
