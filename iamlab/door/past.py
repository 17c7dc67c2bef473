"""An old call's decision, made again from what its event kept: the context, and the policies as they were then."""

import json
from dataclasses import dataclass
from typing import Any

from iamlab.door.authorise import Judgement
from iamlab.policy.evaluate import Request, evaluate
from iamlab.services import applicable
from iamlab.services.applicable import Applied
from iamlab.services.callers import Caller
from iamlab.services.cloudtrail.models import Event, PolicySet


@dataclass(frozen=True, slots=True)
class Past:
    """An event's record, and its judgement where a policy decided (None for what no policy controls)."""

    record: dict[str, Any]
    data: bool
    judgement: Judgement | None


def past_call(caller: Caller, event_id: str) -> Past | None:
    """The call behind an event of the caller's own account; None when there is no such event."""
    row = Event.objects.filter(account_id=caller.account_id, event_id=event_id).first()
    if row is None:
        return None
    stored = json.loads(row.context) if row.context else None
    return Past(json.loads(row.record), row.data, again(caller, stored, row.policies) if stored else None)


def again(caller: Caller, stored: dict[str, Any], policy_set: str) -> Judgement:
    """The decision with the documents of that moment."""
    text = PolicySet.objects.filter(pk=policy_set).values_list("text", flat=True).first() or "[]"
    found = applicable.ready([Applied(*entry) for entry in json.loads(text)])
    rcps = tuple(Applied(*entry) for entry in stored["rcps"])
    policies = found.policies(stored["resource_policy"], stored["resource"], tuple(stored["granted"]), rcps)
    request = Request(
        principal=stored["principal_key"],
        action=stored["action"],
        resource=stored["resource"],
        context=stored["context"],
        resource_account=stored["resource_account"],
        session_issuer=stored["session_issuer"],
        restrict_public_buckets=stored["restrict_public"],
    )
    return Judgement(
        request, policies, evaluate(request, policies), caller, policy_set, text, stored["resource_policy"]
    )
