"""The decision of an old call, made again from what its event kept: the context, and the policies as they were then."""

import json
from typing import Any

from iamlab.policy.evaluate import Policies, Request
from iamlab.services import applicable
from iamlab.services.cloudtrail.models import PolicySet
from iamlab.services.identity_policies import Applied


def asked(stored: dict[str, Any], policy_set: str) -> tuple[Request, Policies, str]:
    """An event's question with the documents of that moment, and the text of the policy set that applied."""
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
    return request, policies, text
