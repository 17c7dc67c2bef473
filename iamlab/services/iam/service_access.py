"""Which policies give access to a service. IAM API Reference: "ListPoliciesGrantingServiceAccess"."""

from typing import Any

from iamlab.services import paging
from iamlab.services.iam import held_policies, principals
from iamlab.services.iam.granted_services import granted
from iamlab.services.iam.held_policies import Held
from iamlab.services.operations import Call, Target, operation


def target(call: Call, Arn: str, **_: Any) -> Target:
    return principals.holder_target(call, Arn)


def describe(held: Held) -> dict[str, Any]:
    if held.arn:
        return {"PolicyName": held.name, "PolicyType": "MANAGED", "PolicyArn": held.arn}
    return {
        "PolicyName": held.name,
        "PolicyType": "INLINE",
        "EntityType": held.entity_type,
        "EntityName": held.entity,
    }


@operation("iam:ListPoliciesGrantingServiceAccess", target=target)
def list_policies_granting_service_access(
    call: Call, Arn: str, ServiceNamespaces: list[str], Marker: str | None = None
) -> dict[str, Any]:
    held = held_policies.of_entity(principals.existing(call))
    entries = []
    for namespace in dict.fromkeys(ServiceNamespaces):
        # A managed policy that comes by several ways is one; inline ones are told apart by whom they hang on.
        giving = {one.arn or (one.name, one.entity): one for one in held if namespace in granted(one.text)}
        entries.append({"ServiceNamespace": namespace, "Policies": [describe(one) for one in giving.values()]})
    numbered = [(f"{number:04}", entry) for number, entry in enumerate(entries)]  # in the order asked for
    page = paging.page_of_list("PoliciesGrantingServiceAccess", numbered, lambda one: one[0], Marker, None)
    page["PoliciesGrantingServiceAccess"] = [entry for _, entry in page["PoliciesGrantingServiceAccess"]]
    return page
