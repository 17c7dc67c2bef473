"""The policy simulator. IAM User Guide: "IAM policy testing with the IAM policy simulator"."""

import json
import re
from fnmatch import fnmatchcase
from typing import Any

from iamlab.services import applicable, callers, clock, paging
from iamlab.services.callers import Caller
from iamlab.services.iam import held_policies, principals
from iamlab.services.iam.context_keys import check, source_target
from iamlab.services.iam.held_policies import Held
from iamlab.services.iam.models import Group, Role, User
from iamlab.services.iam.simulation import Simulation, Source, check_actions, context_of, inputs
from iamlab.services.operations import AwsError, Call, operation

USER = re.compile(r"arn:aws:iam::\d{12}:user/.+")
NOBODY = "user/simulated"  # stands for the user whom a custom simulation does not name


def clock_keys(call: Call) -> dict[str, str | list[str]]:
    return {"aws:CurrentTime": clock.iso(call.now), "aws:EpochTime": str(int(call.now.timestamp()))}


def caller_arn(CallerArn: str | None, source: str, ResourcePolicy: str | None) -> str:
    """Who asks. Raises InvalidInput: a resource's policy can be judged for a user only."""
    if CallerArn is not None and not USER.fullmatch(CallerArn):
        raise AwsError("InvalidInput", f"CallerArn must be the ARN of an IAM user, not {CallerArn}")
    if ResourcePolicy is not None and CallerArn is None and not USER.fullmatch(source):
        raise AwsError("InvalidInput", "CallerArn is required when a resource policy is given.")
    return CallerArn or source


def owner_id(ResourceOwner: str | None) -> str | None:
    """The account of an owner, given as its id or an ARN. Raises InvalidInput."""
    if ResourceOwner is None:
        return None
    match = re.fullmatch(r"(?:arn:aws:iam::)?(\d{12})(?::.*)?", ResourceOwner)
    if match is None:
        raise AwsError("InvalidInput", f"Invalid resource owner: {ResourceOwner}")
    return match[1]


def resource_source(ResourcePolicy: str | None) -> Source | None:
    return Source("ResourcePolicy", "resource", check([ResourcePolicy])[0]) if ResourcePolicy is not None else None


def run(
    simulation: Simulation,
    ActionNames: list[str],
    ResourceArns: list[str] | None,
    Marker: str | None,
    MaxItems: int | None,
) -> dict[str, Any]:
    """Every action on every resource, in the order given."""
    check_actions(ActionNames)
    asked = [(action, resource) for action in ActionNames for resource in ResourceArns or ["*"]]
    numbered = [(f"{number:08}", *pair) for number, pair in enumerate(asked)]
    page = paging.page_of_list("EvaluationResults", numbered, lambda one: one[0], Marker, MaxItems)
    page["EvaluationResults"] = [
        simulation.result(action, resource, bool(ResourceArns)) for _, action, resource in page["EvaluationResults"]
    ]
    return page


@operation("iam:SimulateCustomPolicy")
def simulate_custom_policy(
    call: Call,
    PolicyInputList: list[str],
    ActionNames: list[str],
    PermissionsBoundaryPolicyInputList: list[str] | None = None,
    OrderedOrganizationPolicyInputList: list[dict[str, Any]] | None = None,
    ResourceArns: list[str] | None = None,
    ResourcePolicy: str | None = None,
    ResourceOwner: str | None = None,
    CallerArn: str | None = None,
    ContextEntries: list[dict[str, Any]] | None = None,
    ResourceHandlingOption: str | None = None,
    MaxItems: int | None = None,
    Marker: str | None = None,
) -> dict[str, Any]:
    levels = [level.get("ServiceControlPolicyInputList") or [] for level in OrderedOrganizationPolicyInputList or ()]
    nobody = "" if CallerArn is None and ResourcePolicy is not None else f"arn:aws:iam::{call.account_id}:{NOBODY}"
    simulation = Simulation(
        principal=caller_arn(CallerArn, nobody, ResourcePolicy),
        identity=inputs("PolicyInputList", check(PolicyInputList)),
        boundary=inputs("PermissionsBoundaryPolicyInputList", check(PermissionsBoundaryPolicyInputList)),
        scps=[inputs(f"OrganizationPolicy.{number}", check(level)) for number, level in enumerate(levels, 1)] or None,
        resource=resource_source(ResourcePolicy),
        context=clock_keys(call) | context_of(ContextEntries),
        resource_owner=owner_id(ResourceOwner),
    )
    return run(simulation, ActionNames, ResourceArns, Marker, MaxItems)


@operation("iam:SimulatePrincipalPolicy", target=source_target)
def simulate_principal_policy(
    call: Call,
    PolicySourceArn: str,
    ActionNames: list[str],
    PolicyInputList: list[str] | None = None,
    PermissionsBoundaryPolicyInputList: list[str] | None = None,
    PolicyExclusionList: list[dict[str, Any]] | None = None,
    ResourceArns: list[str] | None = None,
    ResourcePolicy: str | None = None,
    ResourceOwner: str | None = None,
    CallerArn: str | None = None,
    ContextEntries: list[dict[str, Any]] | None = None,
    ResourceHandlingOption: str | None = None,
    MaxItems: int | None = None,
    Marker: str | None = None,
) -> dict[str, Any]:
    """With the policies that the user, group or role has, its boundary, and those given on top."""
    row = principals.existing(call)
    excluded = PolicyExclusionList or []
    held = [one for one in held_policies.of_entity(row) if not any(names_held(e, one) for e in excluded)]
    source = PolicySourceArn if not isinstance(row, Group) else f"arn:aws:iam::{call.account_id}:{NOBODY}"
    if isinstance(row, Group) and CallerArn is None and ResourcePolicy is not None:
        source = ""
    principal = caller_arn(CallerArn, source, ResourcePolicy)
    scps = [] if excludes(excluded, "scp") else scps_of(call, row)
    simulation = Simulation(
        principal=principal,
        identity=[Source(one.name, one.source_type, one.text) for one in held]
        + inputs("PolicyInputList", check(PolicyInputList)),
        boundary=boundary_of(row, PermissionsBoundaryPolicyInputList, excluded),
        scps=scps or None,
        resource=resource_source(ResourcePolicy),
        context=clock_keys(call) | principal_keys(row, principal) | context_of(ContextEntries),
        resource_owner=owner_id(ResourceOwner),
    )
    return run(simulation, ActionNames, ResourceArns, Marker, MaxItems)


def principal_keys(row: User | Group | Role, principal: str) -> dict[str, str | list[str]]:
    """What the context of a real request by the source would hold of it."""
    if isinstance(row, Group):
        return {}
    keys: dict[str, str | list[str]] = {
        "aws:PrincipalArn": principal,
        "aws:PrincipalAccount": row.account_id,
        "aws:userid": row.unique_id,
    }
    if isinstance(row, User):
        keys["aws:username"] = row.name
    return keys | {f"aws:PrincipalTag/{key}": value for key, value in row.tags.items()}


def excludes(exclusions: list[dict[str, Any]], policy_type: str) -> bool:
    return any(one.get("PolicyType") == policy_type for one in exclusions)


def names_held(exclusion: dict[str, Any], held: Held) -> bool:
    """Whether an exclusion means a policy: by its type, its ARN, or an inline policy's name and entity."""
    if "PolicyType" in exclusion:
        return exclusion["PolicyType"] == ("inline" if not held.arn else held.source_type)
    if "PolicyArn" in exclusion:
        return bool(held.arn) and matches(held.arn, exclusion["PolicyArn"])
    inline = exclusion.get("InlinePolicyIdentifier") or {}
    return (
        not held.arn
        and held.name == inline.get("PolicyName")
        and held.entity_type == str(inline.get("AttachmentType", "")).upper()
        and matches(held.entity, str(inline.get("AttachmentName", "")))
    )


def matches(text: str, pattern: str) -> bool:
    return fnmatchcase(text, pattern.replace("[", "[[]"))


def boundary_of(
    row: User | Group | Role, given: list[str] | None, exclusions: list[dict[str, Any]]
) -> list[Source] | None:
    """The boundary given in place of the entity's own, if it has one."""
    if given is not None:
        return inputs("PermissionsBoundaryPolicyInputList", check(given))
    arn = "" if isinstance(row, Group) or excludes(exclusions, "permission-boundary") else row.boundary
    texts = held_policies.managed_texts(row.account_id, {arn}) if arn else {}
    kind = "aws-managed" if arn.startswith("arn:aws:iam::aws:") else "user-managed"
    return [Source(arn.rpartition("/")[2], kind, text) for text in texts.values()] or None


def scps_of(call: Call, row: User | Group | Role) -> list[list[Source]]:
    """The organization's policies over the account, level by level."""
    caller = Caller(callers.USER, call.account_id, call.caller.world, unique_id=row.unique_id)
    levels = applicable.of_caller(caller).own.scps or ()
    return [[Source(one.name, "none", json.dumps(one.document.source)) for one in level] for level in levels]
