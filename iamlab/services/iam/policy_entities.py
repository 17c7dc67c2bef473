"""To whom a managed policy is attached. IAM API Reference: "ListEntitiesForPolicy"."""

from typing import Any

from iamlab.services import paging
from iamlab.services.iam import policies
from iamlab.services.iam.models import Attachment, Group, Role, User
from iamlab.services.operations import AwsError, Call, operation

# The answer's lists in their order, with the model and the filter's word of each.
LISTS = (("PolicyGroups", Group, "Group"), ("PolicyRoles", Role, "Role"), ("PolicyUsers", User, "User"))


def entities(account_id: str, policy_arn: str, model: Any, usage: str | None, prefix: str) -> Any:
    """Rows of one kind that hold the policy as permissions, as their boundary, or either."""
    rows = paging.under_path(model.objects.filter(account_id=account_id), prefix)
    holders = Attachment.objects.filter(account_id=account_id, policy_arn=policy_arn).values("holder")
    attached = rows.filter(unique_id__in=holders)
    if model is Group:
        return attached if usage != "PermissionsBoundary" else rows.none()
    bounded = rows.filter(boundary=policy_arn)
    return {"PermissionsPolicy": attached, "PermissionsBoundary": bounded}.get(usage or "", attached | bounded)


@operation("iam:ListEntitiesForPolicy", target=policies.target)
def list_entities_for_policy(
    call: Call,
    PolicyArn: str,
    EntityFilter: str | None = None,
    PathPrefix: str = "/",
    PolicyUsageFilter: str | None = None,
    Marker: str | None = None,
    MaxItems: int | None = None,
) -> dict[str, Any]:
    """Groups, roles and users, paged as one list."""
    if call.target.row is None:
        raise AwsError("NoSuchEntity", f"Policy {PolicyArn} does not exist or is not attachable.")
    found: list[tuple[str, str, dict[str, str]]] = []
    for name, model, word in LISTS:
        if EntityFilter in ("User", "Group", "Role") and EntityFilter != word:
            continue
        rows = entities(call.account_id, PolicyArn, model, PolicyUsageFilter, PathPrefix)
        found += [
            (name, row_name, {f"{word}Name": row_name, f"{word}Id": unique_id})
            for row_name, unique_id in rows.order_by("name").values_list("name", "unique_id")
        ]
    page = paging.page_of_list("found", found, lambda one: f"{one[0]}\n{one[1]}", Marker, MaxItems)
    shown = page.pop("found")
    return {name: [entity for kind, _, entity in shown if kind == name] for name, _, _ in LISTS} | page
