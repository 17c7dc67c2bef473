"""Temporary credentials without a role. STS API Reference: "GetSessionToken", "GetFederationToken"."""

from typing import Any

from iamlab.services import callers
from iamlab.services.iam import names
from iamlab.services.iam.models import AccessKey
from iamlab.services.operations import AwsError, Call, Target, operation
from iamlab.services.sts import session_policies, tokens
from iamlab.services.sts.mfa import second_factor
from iamlab.services.sts.roles import own_tags

DEFAULT = 43_200  # seconds
ROOT_MOST = 3_600


def seconds_of(call: Call, DurationSeconds: int | None) -> int:
    """Root's sessions are an hour at most, whatever was asked for."""
    seconds = DurationSeconds or DEFAULT
    return min(seconds, ROOT_MOST) if call.caller.kind == callers.ROOT else seconds


def long_term_only(call: Call, name: str) -> None:
    if call.caller.temporary:
        raise AwsError("AccessDenied", f"Cannot call {name} with session credentials", 403)


@operation("sts:GetSessionToken", unauthorised=True, writes=False)
def get_session_token(
    call: Call, DurationSeconds: int | None = None, SerialNumber: str | None = None, TokenCode: str | None = None
) -> dict[str, Any]:
    """No policy controls it; who has long-term credentials may call it."""
    long_term_only(call, "GetSessionToken")
    issued = int(call.now.timestamp())
    claims: dict[str, Any] = {"get_session_token": True}
    if SerialNumber or TokenCode:
        second_factor(call, SerialNumber, TokenCode)
        claims["mfa_at"] = issued
    return {"Credentials": issue(call, call.caller.kind, issued, seconds_of(call, DurationSeconds), **claims)}


def issue(call: Call, kind: str, issued: int, seconds: int, **claims: Any) -> dict[str, Any]:
    credentials = tokens.issue(
        {
            "kind": kind,
            "account": call.account_id,
            "principal": call.caller.unique_id,
            "issued": issued,
            "expires": issued + seconds,
            **{key: value for key, value in claims.items() if value},
        },
        call.caller.world.clock_offset,
    )
    call.record["responseElements"] = {"credentials": credentials.recorded(issued + seconds)}
    return credentials.shown(issued + seconds)


def federated(call: Call, Name: str, **_: Any) -> Target:
    return Target(arn=f"arn:aws:sts::{call.account_id}:federated-user/{Name}")


@operation("sts:GetFederationToken", target=federated, writes=False)
def get_federation_token(
    call: Call,
    Name: str,
    Policy: str | None = None,
    PolicyArns: list[dict[str, str]] | None = None,
    DurationSeconds: int | None = None,
    Tags: list[dict[str, str]] | None = None,
) -> dict[str, Any]:
    long_term_only(call, "GetFederationToken")
    issued = int(call.now.timestamp())
    policies = session_policies.kept(call.account_id, Policy, PolicyArns)
    tags = own_tags(Tags)
    seconds = seconds_of(call, DurationSeconds)
    credentials = issue(call, callers.FEDERATED, issued, seconds, session_name=Name, tags=tags, **policies)
    return {
        "Credentials": credentials,
        "FederatedUser": {
            "FederatedUserId": f"{call.account_id}:{Name}",
            "Arn": f"arn:aws:sts::{call.account_id}:federated-user/{Name}",
        },
        "PackedPolicySize": session_policies.packed_size(policies),
    }


@operation("sts:GetAccessKeyInfo", writes=False)
def get_access_key_info(call: Call, AccessKeyId: str) -> dict[str, Any]:
    """The account of a key, whoever's it is: AWS tells that to anyone with the permission, from the id alone.

    Keys of this sandbox that were made before their ids carried an account are looked up.
    """
    rows = AccessKey.objects.filter(key_id=AccessKeyId, account__sandbox_id=call.caller.world.sandbox_id)
    found = names.account_in(AccessKeyId) or rows.values_list("account_id", flat=True).first()
    if not found:
        raise AwsError("ValidationError", "Access key ID is not valid.")
    return {"Account": found}
