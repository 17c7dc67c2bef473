"""Taking a role. STS API Reference: "AssumeRole"; User Guide: "Methods to assume a role"."""

import re
from datetime import datetime
from typing import Any

from iamlab.services import callers
from iamlab.services.iam.models import Role
from iamlab.services.operations import AwsError, Call, Target, operation
from iamlab.services.sts import session_policies, tokens
from iamlab.services.sts.mfa import second_factor

ROLE_ARN = re.compile(r"arn:aws:iam::(\d{12}):role(/(?:.*/)?)([\w+=,.@-]+)")
CHAINED_MOST = 3600  # seconds
SHORT = 3600
TAGS_MOST = 50


def parts_of(RoleArn: str, operation: str) -> tuple[str, str, str]:
    """Account, path and name of a role. Raises ValidationError."""
    match = ROLE_ARN.fullmatch(RoleArn)
    if match is None:
        raise AwsError("ValidationError", f"{RoleArn if operation == 'AssumeRole' else 'Request ARN'} is invalid", 400)
    return match[1], match[2], match[3]


def find(call: Call, RoleArn: str) -> Role | None:
    """The role of an ARN, in any account of the sandbox. Raises ValidationError for what is no role's ARN."""
    account_id, path, name = parts_of(RoleArn, call.operation.api_name)
    row = Role.objects.filter(
        account_id=account_id,
        account__sandbox_id=call.caller.world.sandbox_id,
        account__closed=None,
        name_lower=name.lower(),
    ).first()
    return row if row is not None and (row.path, row.name) == (path, name) else None


def target_of(RoleArn: str, row: Role | None, action: str = "") -> Target:
    return Target(
        arn=RoleArn,
        row=row,
        tags=row.tags if row else {},
        account_id=RoleArn.split(":")[4],
        policy=row.trust if row else "",
        action=action,
        context={f"iam:ResourceTag/{key}": value for key, value in row.tags.items()} if row else {},
    )


def assumed(call: Call, RoleArn: str, Tags: Any = None, SourceIdentity: str | None = None, **_: Any) -> list[Target]:
    """The role, asked once for each thing that the call does to it."""
    row = find(call, RoleArn)
    if call.caller.kind == callers.ROOT:
        raise AwsError("AccessDenied", "Roles may not be assumed by root accounts.", 403)
    actions = ["sts:AssumeRole"]
    if Tags or call.caller.transitive_tags:
        actions.append("sts:TagSession")
    if SourceIdentity is not None:
        actions.append("sts:SetSourceIdentity")
    return [target_of(RoleArn, row, action) for action in actions]


def assume_context(
    call: Call,
    RoleSessionName: str,
    ExternalId: str | None = None,
    SourceIdentity: str | None = None,
    TransitiveTagKeys: list[str] | None = None,
    SerialNumber: str | None = None,
    TokenCode: str | None = None,
    **_: Any,
) -> dict[str, Any]:
    """Keys that trust policies may ask for. User Guide: "IAM and AWS STS condition context keys"."""
    context: dict[str, Any] = {"sts:RoleSessionName": RoleSessionName}
    if ExternalId is not None:
        context["sts:ExternalId"] = ExternalId
    if SourceIdentity is not None:
        context["sts:SourceIdentity"] = SourceIdentity
    if TransitiveTagKeys:
        context["sts:TransitiveTagKeys"] = TransitiveTagKeys
    if SerialNumber or TokenCode:
        call.prepared = second_factor(call, SerialNumber, TokenCode)
        context |= {"aws:MultiFactorAuthPresent": "true", "aws:MultiFactorAuthAge": "0"}
    return context


def duration(call: Call, row: Role, DurationSeconds: int | None) -> int:
    """Seconds of the session. Raises ValidationError past the role's maximum, or past an hour for chained roles.

    The console asks for as long as the role allows and no longer than its user is signed in. User Guide: "Switch from
    a user to an IAM role (console)".
    """
    chained = call.caller.kind == callers.ROLE
    if DurationSeconds is None and call.caller.console and call.caller.expires is not None and not chained:
        return min(row.max_session, int((call.caller.expires - call.now).total_seconds()))
    if DurationSeconds is None:
        return min(SHORT, row.max_session)
    if chained and DurationSeconds > CHAINED_MOST:
        message = "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining."
        raise AwsError("ValidationError", message)
    if DurationSeconds > row.max_session:
        raise AwsError(
            "ValidationError", "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
        )
    return DurationSeconds


def invalid_value(message: str) -> AwsError:
    return AwsError("InvalidParameterValue", message, 400)


def own_tags(Tags: Any) -> dict[str, str]:
    """The tags that a request gives to its session. Raises InvalidParameterValue."""
    given = {tag["Key"]: tag["Value"] for tag in Tags or ()}
    if len({key.lower() for key in given}) != len(Tags or ()):
        raise invalid_value("Duplicate tag keys found. Please note that Tag keys are case insensitive.")
    if any(text.lower().startswith("aws:") for text in (*given, *given.values())):
        raise invalid_value("Tag keys and values starting with 'aws:' are reserved for system use")
    return given


def session_tags(call: Call, Tags: Any, TransitiveTagKeys: list[str] | None) -> tuple[dict[str, str], list[str]]:
    """The session's tags: those handed down stand first and cannot be changed. Raises InvalidParameterValue."""
    given = own_tags(Tags)
    if {key.lower() for key in TransitiveTagKeys or ()} - {key.lower() for key in given}:
        raise invalid_value("The specified transitive tag key must be included in the requested tags.")
    handed_down = {key: call.caller.session_tags[key] for key in call.caller.transitive_tags}
    if {key.lower() for key in given} & {key.lower() for key in handed_down}:
        message = (
            "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key from "
            "the calling session."
        )
        raise invalid_value(message)
    if len(given) + len(handed_down) > TAGS_MOST:
        raise AwsError("ValidationError", f"A session has at most {TAGS_MOST} tags.")
    transitive = [*handed_down, *(TransitiveTagKeys or ())]
    return {**handed_down, **given}, transitive


@operation("sts:AssumeRole", target=assumed, context=assume_context, writes=False)
def assume_role(
    call: Call,
    RoleArn: str,
    RoleSessionName: str,
    PolicyArns: list[dict[str, str]] | None = None,
    Policy: str | None = None,
    DurationSeconds: int | None = None,
    Tags: list[dict[str, str]] | None = None,
    TransitiveTagKeys: list[str] | None = None,
    ExternalId: str | None = None,
    SerialNumber: str | None = None,
    TokenCode: str | None = None,
    SourceIdentity: str | None = None,
) -> dict[str, Any]:
    row = call.target.row
    seconds = duration(call, row, DurationSeconds)
    if call.caller.source_identity and SourceIdentity not in (None, call.caller.source_identity):
        raise AwsError("ValidationError", "The source identity of a session cannot be changed.")
    tags, transitive = session_tags(call, Tags, TransitiveTagKeys)
    return session(
        call,
        row,
        RoleSessionName,
        seconds,
        mfa_at=int(call.now.timestamp()) if SerialNumber else _epoch(call.caller.mfa_at),
        tags=tags,
        transitive=transitive,
        source_identity=SourceIdentity or call.caller.source_identity,
        chained=call.caller.kind == callers.ROLE,
        **session_policies.kept(row.account_id, Policy, PolicyArns),
    )


def _epoch(when: datetime | None) -> int | None:
    return int(when.timestamp()) if when is not None else None


def session(call: Call, row: Role, name: str, seconds: int, **claims: Any) -> dict[str, Any]:
    """Credentials for a session of the role, as AssumeRole and its kin answer."""
    issued = int(call.now.timestamp())
    credentials = tokens.issue(
        {
            "kind": callers.ROLE,
            "account": row.account_id,
            "principal": row.unique_id,
            "session_name": name,
            "issued": issued,
            "expires": issued + seconds,
            **{key: value for key, value in claims.items() if value},
        },
        call.caller.world.clock_offset,
    )
    arn = f"arn:aws:sts::{row.account_id}:assumed-role/{row.name}/{name}"
    answer: dict[str, Any] = {
        "Credentials": credentials.shown(issued + seconds),
        "AssumedRoleUser": {"AssumedRoleId": f"{row.unique_id}:{name}", "Arn": arn},
    }
    if claims.get("policies") or claims.get("policy_arns"):
        answer["PackedPolicySize"] = session_policies.packed_size(claims)
    if claims.get("source_identity"):
        answer["SourceIdentity"] = claims["source_identity"]
    call.record["responseElements"] = {
        "credentials": credentials.recorded(issued + seconds),
        "assumedRoleUser": {"assumedRoleId": f"{row.unique_id}:{name}", "arn": arn},
    }
    call.record["resources"] = [{"accountId": row.account_id, "type": "AWS::IAM::Role", "ARN": call.target.arn}]
    return answer
