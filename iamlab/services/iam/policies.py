"""Managed policies, the customer's and AWS's. IAM User Guide: "Managed policies and inline policies"."""

import heapq
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from itertools import islice
from operator import itemgetter
from typing import Any

from iamlab.policy.catalog import ManagedPolicy, managed_policies, managed_policy, managed_policy_document
from iamlab.services import paging, statements
from iamlab.services.accounts.models import keep_document
from iamlab.services.iam import documents, quotas, tags
from iamlab.services.iam.loading import delete
from iamlab.services.iam.models import Policy, PolicyVersion
from iamlab.services.iam.names import lasting_id, unique_id
from iamlab.services.operations import AwsError, Call, Target, operation

AWS_PREFIX = "arn:aws:iam::aws:policy/"
MANY_VERSIONS = (
    "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. "
    "The default version is deleted with the policy."
)
Any_ = Policy | ManagedPolicy  # a customer's policy or one of AWS's


def arn(account_id: str, path: str, name: str) -> str:
    return f"arn:aws:iam::{account_id}:policy{path}{name}"


def find(account_id: str, policy_arn: str) -> Any_ | None:
    """A policy that the account may use: its own or AWS's. Raises InvalidInput for what is no ARN of a policy."""
    if policy_arn.startswith(AWS_PREFIX):
        return managed_policy(policy_arn)
    if not policy_arn.startswith("arn:aws:iam::") or ":policy/" not in policy_arn:
        raise AwsError("InvalidInput", f"ARN {policy_arn} is not valid.")
    return Policy.objects.filter(account_id=account_id, arn=policy_arn).first()


def target(call: Call, PolicyArn: str, **_: Any) -> Target:
    kept = call.kept_rows(Policy)
    if PolicyArn not in kept:
        kept[PolicyArn] = find(call.account_id, PolicyArn)
    return target_of(call.account_id, PolicyArn, kept[PolicyArn])


def target_of(account_id: str, policy_arn: str, row: Any_ | None) -> Target:
    owner = account_id if policy_arn.startswith(AWS_PREFIX) else ""
    return Target(arn=policy_arn, row=row, tags=row.tags if isinstance(row, Policy) else {}, account_id=owner)


def new_target(call: Call, PolicyName: str, Path: str = "/", Tags: tags.Given = None, **_: Any) -> list[Target]:
    return tags.at_birth(Target(arn=arn(call.account_id, Path, PolicyName)), Tags, "iam:TagPolicy")


def existing(call: Call) -> Any_:
    """The target's policy. Raises NoSuchEntity."""
    if call.target.row is None:
        raise AwsError("NoSuchEntity", f"Policy {call.params['PolicyArn']} was not found.")
    return call.target.row


def own(call: Call) -> Policy:
    """The target, which must be the account's own. Raises AccessDenied, NoSuchEntity."""
    row = existing(call)
    if isinstance(row, ManagedPolicy):  # the evaluator refuses it before; a change of AWS's own must not depend on that
        raise AwsError("AccessDenied", f"{row.arn} is managed by AWS and cannot be changed.", 403)
    return row


USES = (
    ("iam_attachment", "policy_arn", "count(*)", "0"),
    ("iam_user", "boundary", "0", "count(*)"),
    ("iam_role", "boundary", "0", "count(*)"),
)


def usage(account_id: str, arns: Iterable[str] | None = None) -> dict[str, tuple[int, int]]:
    """How often policies are attached, and set as a boundary, in one query. `arns` None: all."""
    wanted = list(arns) if arns is not None else []
    if arns is not None and not wanted:
        return {}
    among = f"in {statements.marks(wanted)}" if wanted else "<> ''"
    parts = [
        f"select {column}, {attached}, {bounding} from {table}"
        f" where account_id = %s and {column} {among} group by {column}"
        for table, column, attached, bounding in USES
    ]
    counts: dict[str, tuple[int, int]] = {}
    for policy_arn, attached, bounding in statements.rows(" union all ".join(parts), [account_id, *wanted] * len(USES)):
        before = counts.get(policy_arn, (0, 0))
        counts[policy_arn] = (before[0] + attached, before[1] + bounding)
    return counts


def describe(row: Any_, used: tuple[int, int] = (0, 0)) -> dict[str, Any]:
    """A policy as lists show it."""
    return {
        "PolicyName": row.name,
        "PolicyId": row.unique_id if isinstance(row, Policy) else lasting_id("policy", row.arn),
        "Arn": row.arn,
        "Path": row.path,
        "DefaultVersionId": f"v{row.default_version}" if isinstance(row, Policy) else row.version,
        "AttachmentCount": used[0],
        "PermissionsBoundaryUsageCount": used[1],
        "IsAttachable": True,
        "CreateDate": row.created,
        "UpdateDate": row.updated,
    }


def document_text(row: Any_) -> str:
    return documents.text(row.document) if isinstance(row, Policy) else managed_policy_document(row.arn)


@operation("iam:CreatePolicy", target=new_target)
def create_policy(
    call: Call,
    PolicyName: str,
    PolicyDocument: str,
    Path: str = "/",
    Description: str = "",
    Tags: list[dict[str, str]] | None = None,
) -> dict[str, Any]:
    given = tags.read(Tags, fold=False)
    check_document(PolicyDocument)
    rows = Policy.objects.filter(account_id=call.account_id)
    if rows.filter(name_lower=PolicyName.lower()).exists():
        message = f"A policy called {PolicyName} already exists. Duplicate names are not allowed."
        raise AwsError("EntityAlreadyExists", message)
    quotas.check_room("PoliciesPerAccount", rows.count())
    row = Policy.objects.create(
        account_id=call.account_id,
        name=PolicyName,
        name_lower=PolicyName.lower(),
        path=Path,
        arn=arn(call.account_id, Path, PolicyName),
        unique_id=unique_id("policy"),
        description=Description,
        document=keep_document(PolicyDocument),
        tags=given,
        created=call.now,
        updated=call.now,
    )
    PolicyVersion.objects.create(
        account_id=call.account_id, policy=row, number=1, document=row.document, created=call.now
    )
    return {"Policy": describe(row) | tags.echoed(given)}


def check_document(text: str) -> None:
    """Raises MalformedPolicyDocument, LimitExceeded."""
    documents.check(text)
    if documents.size(text) > quotas.QUOTAS["PolicySize"]:
        raise quotas.exceeded("PolicySize")


def bulk_targets(many: list[dict[str, Any]], call: Call) -> list[Target]:
    """The policies that many calls name, with their usage: one query for the rows and one for the counts."""
    account_id, arns = call.account_id, {params["PolicyArn"] for params in many}
    found: dict[str, Any_] = {row.arn: row for row in Policy.objects.filter(account_id=account_id, arn__in=arns)}
    found |= {one: row for one in arns if (row := managed_policy(one)) is not None}
    targets = [target_of(account_id, p["PolicyArn"], found.get(p["PolicyArn"])) for p in many]
    used = usage(account_id, arns)
    for one in targets:
        one.loaded = used.get(one.arn, (0, 0))
    return targets


@operation("iam:GetPolicy", target=target, bulk=bulk_targets)
def get_policy(call: Call, PolicyArn: str) -> dict[str, Any]:
    row = existing(call)
    used = call.target.loaded
    if used is None:
        used = usage(call.account_id, [row.arn]).get(row.arn, (0, 0))
    policy = describe(row, used)
    if row.description:
        policy["Description"] = row.description
    policy["Tags"] = tags.shown(row.tags) if isinstance(row, Policy) else []
    return {"Policy": policy}


def list_target(call: Call, PathPrefix: str = "/", **_: Any) -> Target:
    return Target(shown=f"policy path {PathPrefix}")


@operation("iam:ListPolicies", target=list_target)
def list_policies(
    call: Call,
    Scope: str = "All",
    OnlyAttached: bool = False,
    PathPrefix: str = "/",
    PolicyUsageFilter: str | None = None,
    Marker: str | None = None,
    MaxItems: int | None = None,
) -> dict[str, Any]:
    """By name, the account's own and AWS's together."""
    used = usage(call.account_id) if OnlyAttached or PolicyUsageFilter else None
    order, start = (seen_order, None) if call.view is not None else (sort_key, paging.after(Marker))
    rows: Iterator[Any_] = (row for row in in_order(call, Scope, order, start) if row.path.startswith(PathPrefix))
    if used is not None:
        wanted = {None: sum, "PermissionsPolicy": lambda pair: pair[0], "PermissionsBoundary": lambda pair: pair[1]}
        rows = (row for row in rows if wanted[PolicyUsageFilter](used.get(row.arn, (0, 0))))
    if call.view is not None:
        seen = [row for row in rows if ONLY.get(call.view.only, bool)(row)]
        page = paging.seen_of_list("Policies", seen, lambda row: row.name, call.view)
    else:
        first = list(islice(rows, (MaxItems or paging.DEFAULT) + 1))  # the others are not looked at
        page = paging.page_of_list("Policies", first, sort_key, None, MaxItems)
    if used is None:
        used = usage(call.account_id, [row.arn for row in page["Policies"]])
    page["Policies"] = [describe(row, used.get(row.arn, (0, 0))) for row in page["Policies"]]
    return page


@cache
def awss_in(order: Callable[[Any_], Any]) -> tuple[list[Any], list[Any_]]:
    """AWS's policies in an order, beside what it sorts by: they are sorted once in a process."""
    rows: list[Any_] = sorted(managed_policies().values(), key=order)
    return [order(row) for row in rows], rows


def in_order(call: Call, Scope: str, order: Callable[[Any_], Any], start: Any) -> Iterator[Any_]:
    """The account's own policies and AWS's, merged as they are asked for, from behind `start` on."""
    keys, awss = awss_in(order) if Scope != "Local" else ([], [])
    at = bisect_right(keys, start) if start else 0
    own = list(Policy.objects.filter(account_id=call.account_id)) if Scope != "AWS" else []
    mine = sorted(((order(row), row) for row in own if not start or order(row) > start), key=itemgetter(0))
    merged = heapq.merge(mine, zip(islice(keys, at, None), islice(awss, at, None), strict=True), key=itemgetter(0))
    return (row for _, row in merged)


def is_attachable(row: Any_) -> bool:
    """Service-linked roles have policies of their own that nobody else can have."""
    return not row.path.startswith("/aws-service-role/")


def is_for_a_job(row: Any_) -> bool:
    return isinstance(row, ManagedPolicy) and row.is_job_function


ONLY: dict[str, Callable[[Any_], bool]] = {"attachable": is_attachable, "job function": is_for_a_job}  # View.only


def sort_key(row: Any_) -> str:
    """A customer's policy may be called as one of AWS's is."""
    return f"{row.name}\n{row.arn}"


def seen_order(row: Any_) -> tuple[str, str]:
    """The console's order: without regard to case, the account's own before AWS's of the same name."""
    return row.name.lower(), "" if isinstance(row, Policy) else row.arn


@operation("iam:DeletePolicy", target=target)
def delete_policy(call: Call, PolicyArn: str) -> dict[str, Any]:
    row = own(call)
    if any(usage(call.account_id, [row.arn]).get(row.arn, ())):
        raise AwsError("DeleteConflict", "Cannot delete a policy attached to entities.")
    if row.versions.count() > 1:
        raise AwsError("DeleteConflict", MANY_VERSIONS)
    delete(call, own)
    return {}


@operation("iam:TagPolicy", target=target)
def tag_policy(call: Call, PolicyArn: str, Tags: list[dict[str, str]]) -> dict[str, Any]:
    tags.put(own(call), Tags, fold=False)
    return {}


@operation("iam:UntagPolicy", target=target)
def untag_policy(call: Call, PolicyArn: str, TagKeys: list[str]) -> dict[str, Any]:
    tags.drop(own(call), TagKeys, fold=False)
    return {}


@operation("iam:ListPolicyTags", target=target)
def list_policy_tags(
    call: Call, PolicyArn: str, Marker: str | None = None, MaxItems: int | None = None
) -> dict[str, Any]:
    row = existing(call)
    return tags.page(row.tags if isinstance(row, Policy) else {}, Marker, MaxItems)
