"""Everything about who may do what, in one answer. IAM API Reference: "GetAccountAuthorizationDetails"."""

from collections.abc import Iterable, Sequence
from typing import Any

from iamlab.policy.catalog import managed_policies
from iamlab.services import paging, statements
from iamlab.services.iam import (
    attachments,
    boundaries,
    documents,
    groups,
    holders,
    instance_profiles,
    memberships,
    policies,
    policy_versions,
    roles,
    tags,
    users,
)
from iamlab.services.iam.loading import grouped
from iamlab.services.iam.models import Group, InlinePolicy, Policy, PolicyVersion, Role, User
from iamlab.services.operations import Call, operation
from iamlab.services.prepared import Prepared

MODELS = {"User": User, "Group": Group, "Role": Role}
LISTS = {"User": "UserDetailList", "Group": "GroupDetailList", "Role": "RoleDetailList"}
FILTERS = (*MODELS, "LocalManagedPolicy", "AWSManagedPolicy")


NAMES = {
    "User": "select 'User', name from iam_user where account_id = %s",
    "Group": "select 'Group', name from iam_group where account_id = %s",
    "Role": "select 'Role', name from iam_role where account_id = %s",
    "LocalManagedPolicy": "select 'Policy', arn from iam_policy where account_id = %s",
}
ORDER = ("User", "Group", "Role", "Policy")
ROWS = {
    kind: Prepared(
        lambda account, names, model=model: model.objects.filter(account_id=account, name__in=names).order_by("name"),
        str,
        [str],
    )
    for kind, model in MODELS.items()
}
INLINE = Prepared(lambda holders: InlinePolicy.objects.filter(holder__in=holders).order_by("name"), [str])


def names(account_id: str, kinds: Sequence[str], used: Iterable[str]) -> list[tuple[str, str]]:
    """(kind, name or ARN) of all that is asked for, in the order of the pages."""
    parts = [statement for kind, statement in NAMES.items() if kind in kinds]
    found = [(kind, name) for kind, name in statements.rows(" union all ".join(parts), [account_id] * len(parts))]
    if "AWSManagedPolicy" in kinds:
        found += [("Policy", arn) for arn in sorted(used) if arn in managed_policies()]
    return sorted(found, key=lambda pair: (ORDER.index(pair[0]), pair[1]))


@operation("iam:GetAccountAuthorizationDetails")
def get_account_authorization_details(
    call: Call, Filter: list[str] | None = None, MaxItems: int | None = None, Marker: str | None = None
) -> dict[str, Any]:
    """Users, groups, roles, then policies: the account's own and those of AWS's that it uses. Paged as one list."""
    kinds = Filter or FILTERS
    used = policies.usage(call.account_id) if {"LocalManagedPolicy", "AWSManagedPolicy"} & set(kinds) else {}
    wanted = names(call.account_id, kinds, used)
    ordered = [(f"{index:08}", kind, name) for index, (kind, name) in enumerate(wanted)]
    page = paging.page_of_list("found", ordered, lambda one: one[0], Marker, MaxItems)
    shown = grouped((kind, name) for _, kind, name in page.pop("found"))
    answer: dict[str, Any] = {}
    for kind, described in DETAILS.items():
        rows = ROWS[kind].all(call.account_id, shown.get(kind, ()))
        answer[LISTS[kind]] = described(rows) if rows else []
    answer["Policies"] = policy_details(call.account_id, shown["Policy"], used) if "Policy" in shown else []
    return answer | page


def permissions(rows: Sequence[Any], list_name: str) -> dict[int, dict[str, Any]]:
    """Inline and attached policies of some rows of one kind, by the row's key."""
    keys = {row.unique_id: row.pk for row in rows}
    attached = attachments.arns_of(rows)
    inline = INLINE.all(list(keys)) if any(holders.held(rows, "inline").values()) else []
    texts = documents.texts({policy.document for policy in inline}) if inline else {}
    own = grouped(
        (keys[policy.holder], {"PolicyName": policy.name, "PolicyDocument": texts[policy.document]})
        for policy in inline
    )
    return {
        row.pk: {
            list_name: own.get(row.pk, []),
            "AttachedManagedPolicies": [attachments.describe(arn) for arn in sorted(attached.get(row.pk, ()))],
        }
        for row in rows
    }


def bears(row: User | Role) -> dict[str, Any]:
    found: dict[str, Any] = {"Tags": tags.shown(row.tags)}
    if row.boundary:
        found["PermissionsBoundary"] = boundaries.describe(row.boundary)
    return found


def user_details(rows: Sequence[User]) -> list[dict[str, Any]]:
    held, joined = permissions(rows, "UserPolicyList"), memberships.group_names(rows[0].account_id)
    return [users.describe(row) | held[row.pk] | {"GroupList": joined.get(row.pk, [])} | bears(row) for row in rows]


def group_details(rows: Sequence[Group]) -> list[dict[str, Any]]:
    held = permissions(rows, "GroupPolicyList")
    return [groups.describe(row) | held[row.pk] for row in rows]


def role_details(rows: Sequence[Role]) -> list[dict[str, Any]]:
    held, profiles = permissions(rows, "RolePolicyList"), instance_profiles.profiles_of(rows)
    more = roles.details(rows)
    return [
        roles.describe(row, more[row.pk][0])
        | held[row.pk]
        | {"InstanceProfileList": profiles.get(row.pk, []), "RoleLastUsed": more[row.pk][1]}
        | bears(row)
        for row in rows
    ]


DETAILS: dict[str, Any] = {"User": user_details, "Group": group_details, "Role": role_details}


def policy_details(account_id: str, arns: Sequence[str], used: dict[str, tuple[int, int]]) -> list[dict[str, Any]]:
    own = {row.arn: row for row in Policy.objects.filter(account_id=account_id, arn__in=arns)}
    versions = list(PolicyVersion.objects.filter(policy__in=own.values()).order_by("-number"))
    texts = documents.texts({version.document for version in versions})
    by_policy = grouped((version.policy_id, version) for version in versions)
    found = []
    for arn in arns:
        row = own.get(arn) or managed_policies()[arn]
        if isinstance(row, Policy):
            listed = [
                {"Document": texts[version.document], **policy_versions.describe(row, version)}
                for version in by_policy[row.pk]
            ]
        else:
            listed = [{"Document": policies.document_text(row), **policy_versions.describe_managed(row)}]
        found.append(policies.describe(row, used.get(arn, (0, 0))) | {"PolicyVersionList": listed})
    return found
