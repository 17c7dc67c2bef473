"""Encoded authorization messages: a refusal's event, signed. STS API Reference: "DecodeAuthorizationMessage"."""

import hashlib
import hmac
import json
import uuid
from typing import Any

from django.conf import settings

from iamlab.policy.evaluate import evaluate
from iamlab.policy.explain import explain
from iamlab.policy.plan import Decision
from iamlab.services import past
from iamlab.services.cloudtrail.models import Event
from iamlab.services.operations import AwsError, Call, operation

SIGNED = 16  # bytes of the signature behind the event id's 16


def _signature(event_id: bytes) -> bytes:
    return hmac.digest(settings.SECRET_KEY.encode(), b"authorization message " + event_id, hashlib.sha256)[:SIGNED]


def encoded(event_id: str) -> str:
    """The message of a refusal. It holds no evidence itself: that stays with the event, for who may decode it.

    In hexadecimal, since the `aws` command takes a value that begins with a hyphen for an option.
    """
    event = uuid.UUID(event_id).bytes
    return (event + _signature(event)).hex()


def event_of(message: str) -> str:
    """The event id of a message that was made here. Raises InvalidAuthorizationMessageException."""
    try:
        data = bytes.fromhex(message)
    except ValueError as error:
        raise invalid() from error
    event, signature = data[:16], data[16:]
    if data.hex() != message or len(event) < 16 or not hmac.compare_digest(_signature(event), signature):
        raise invalid()
    return str(uuid.UUID(bytes=event))


def invalid(why: str = "Message is invalid") -> AwsError:
    return AwsError("InvalidAuthorizationMessageException", why, 400)


@operation("sts:DecodeAuthorizationMessage")
def decode_authorization_message(call: Call, EncodedMessage: str) -> dict[str, Any]:
    """The decision in AWS's own JSON, with iamlab's evidence under `iamlab`. Of the caller's own account only."""
    row = Event.objects.filter(account_id=call.account_id, event_id=event_of(EncodedMessage)).first()
    if row is None or not row.context:
        raise invalid()
    asked = past.asked(json.loads(row.context), row.policies)
    if asked is None:
        raise invalid("The policies of that moment are not kept any more")
    request, policies, _ = asked
    decision = evaluate(request, policies)
    who = json.loads(row.record)["userIdentity"]
    found = {
        "allowed": decision.allowed,
        "explicitDeny": decision.outcome == "explicitDeny",
        "matchedStatements": items(statements(decision, who.get("principalId", ""))),
        "failures": items([]),
        "context": {
            "principal": {"id": who.get("principalId", ""), "name": row.username, "arn": who.get("arn", "")},
            "action": request.action,
            "resource": request.resource,
            "conditions": items([{"key": key, "values": values(value)} for key, value in request.context.items()]),
        },
        "iamlab": {"eventId": row.event_id, **explain(request, policies, decision, who=row.username or None)},
    }
    return {"DecodedMessage": json.dumps(found, separators=(",", ":"), default=str)}


def items(found: list[Any]) -> dict[str, list[Any]]:
    return {"items": found}


def values(given: Any) -> dict[str, list[Any]]:
    """One text or a list of them, as the message writes lists."""
    return items([{"value": one} for one in (given if isinstance(given, list) else [given])])


def statements(decision: Decision, principal_id: str) -> list[dict[str, Any]]:
    """The statements that decided, as the message writes them."""
    found = []
    for entry in decision.statements:
        raw = entry.policy.document.raw_statements[entry.statement.index]
        found.append(
            {
                "statementId": raw.get("Sid", ""),
                "effect": raw["Effect"].upper(),
                "principals": values(principal_id),
                "principalGroups": items([]),
                "actions": values(raw.get("Action") or raw.get("NotAction") or []),
                "resources": values(raw.get("Resource") or raw.get("NotResource") or []),
                "conditions": items(conditions(raw.get("Condition", {}))),
            }
        )
    return found


def conditions(raw: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {"key": key, "values": values(wanted), "operator": operator}
        for operator, keys in raw.items()
        for key, wanted in keys.items()
    ]
