"""Why calls failed, each in one plain sentence, for a list of them."""

import json
from collections.abc import Collection

from iamlab.policy.evaluate import evaluate
from iamlab.policy.explain import explain
from iamlab.services import past
from iamlab.services.cloudtrail.models import Event


def reasons(events: Collection[int]) -> dict[int, tuple[str, bool]]:
    """By an event's number: what refused it, as *Why?* says it, and True; of what no policy refused, AWS's own message,
    and False. Three queries, whatever their number.
    """
    found: dict[int, tuple[str, bool]] = {}
    judged = []
    rows = Event.objects.filter(pk__in=events).exclude(error="")
    for pk, username, record, context, policies in rows.values_list("pk", "username", "record", "context", "policies"):
        found[pk] = json.loads(record).get("errorMessage", ""), False
        if context:
            judged.append((pk, username, json.loads(context), policies))
    again = past.asked_many([(stored, policies) for _, _, stored, policies in judged]) if judged else []
    for (pk, username, *_), one in zip(judged, again, strict=True):
        if one is None:
            continue
        request, applied, _ = one
        decision = evaluate(request, applied)
        if not decision.allowed:
            found[pk] = explain(request, applied, decision, who=username or None)["sentence"], True
    return found
