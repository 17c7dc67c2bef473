"""An old call of the caller's account, with its decision made again as it was then."""

import json
from dataclasses import dataclass
from typing import Any

from iamlab.door.authorise import Judgement
from iamlab.policy.evaluate import evaluate
from iamlab.services.callers import Caller
from iamlab.services.cloudtrail.models import Event
from iamlab.services.past import asked


@dataclass(frozen=True, slots=True)
class Past:
    """An event's record, and its judgement where a policy decided: None for what no policy controls, and where the
    policies of that moment are not kept any more, `lost`.
    """

    record: dict[str, Any]
    data: bool
    judgement: Judgement | None
    lost: bool = False


def past_call(caller: Caller, event_id: str) -> Past | None:
    """The call behind an event of the caller's own account; None when there is no such event."""
    row = Event.objects.filter(account_id=caller.account_id, event_id=event_id).first()
    if row is None:
        return None
    stored = json.loads(row.context) if row.context else None
    judgement = again(caller, stored, row.policies) if stored else None
    return Past(json.loads(row.record), row.data, judgement, lost=bool(stored) and judgement is None)


def again(caller: Caller, stored: dict[str, Any], policy_set: str) -> Judgement | None:
    """The decision with the documents of that moment."""
    found = asked(stored, policy_set)
    if found is None:
        return None
    request, policies, text = found
    decision, granted = evaluate(request, policies), tuple(stored["granted"])
    return Judgement(request, policies, decision, caller, policy_set, text, stored["resource_policy"], granted)
