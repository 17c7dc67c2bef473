"""The decision of an old call, made again from what its event kept: the context, and the policies as they were then."""

import json
from collections.abc import Sequence
from typing import Any

from iamlab.policy.evaluate import Policies, Request
from iamlab.services import applicable
from iamlab.services.cloudtrail.models import PolicySet
from iamlab.services.identity_policies import Applied

Asked = tuple[Request, Policies, str]


def asked(stored: dict[str, Any], policy_set: str) -> Asked | None:
    """An event's question with the documents of that moment, and the text of the policy set that applied; None where
    that is not kept any more: what it held is not known then, and none is not nothing.
    """
    return asked_many([(stored, policy_set)])[0]


def asked_many(some: Sequence[tuple[dict[str, Any], str]]) -> list[Asked | None]:
    """The same of some events: two queries, whatever their number."""
    sets = {"": "[]"} | dict(PolicySet.objects.filter(pk__in={key for _, key in some}).values_list("digest", "text"))
    own = {key: [Applied(*entry) for entry in json.loads(sets[key])] for _, key in some if key in sets}
    digests = {one.digest for applied in own.values() for one in applied}
    for stored, _ in some:
        digests |= {stored["resource_policy"], *(Applied(*entry).digest for entry in stored["rcps"])}
    documents = applicable.texts(digests - {""})
    ready = {key: applicable.ready(applied, documents) for key, applied in own.items()}
    return [
        (request_of(stored), _policies(stored, ready[key], documents), sets[key]) if key in sets else None
        for stored, key in some
    ]


def _policies(stored: dict[str, Any], own: applicable.Applicable, documents: dict[str, str]) -> Policies:
    rcps = tuple(Applied(*entry) for entry in stored["rcps"])
    return own.policies(stored["resource_policy"], stored["resource"], tuple(stored["granted"]), rcps, documents)


def request_of(stored: dict[str, Any]) -> Request:
    """What was asked, as an event keeps it."""
    return Request(
        principal=stored["principal_key"],
        action=stored["action"],
        resource=stored["resource"],
        context=stored["context"],
        resource_account=stored["resource_account"],
        session_issuer=stored["session_issuer"],
        restrict_public_buckets=stored["restrict_public"],
    )
