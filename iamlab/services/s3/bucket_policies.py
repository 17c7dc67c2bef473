"""Bucket policies and Block Public Access. S3 User Guide: "Blocking public access to your Amazon S3 storage"."""

import json
from typing import Any

from iamlab.policy.document import MalformedPolicy, parse
from iamlab.policy.public import is_public
from iamlab.services import applicable
from iamlab.services.accounts.models import keep_document
from iamlab.services.iam import trust
from iamlab.services.operations import AwsError, Call, Target, operation
from iamlab.services.s3 import policy_checks, targets

MOST = 20 * 1024  # bytes


def policy_target(call: Call, Bucket: str, **_: Any) -> Target:
    """The owning account's root user may always mend a bucket policy, whatever it denies."""
    target = targets.bucket(call, Bucket)
    if call.caller.kind == "root" and call.caller.account_id == target.account_id:
        target.policy = ""
    return target


@operation("s3:GetBucketPolicy", target=policy_target)
def get_bucket_policy(call: Call, Bucket: str) -> dict[str, Any]:
    row = call.target.row
    if not row.policy:
        raise no_policy(Bucket)
    return {"Policy": applicable.texts({row.policy})[row.policy]}


def no_policy(name: str) -> AwsError:
    return AwsError("NoSuchBucketPolicy", "The bucket policy does not exist", 404, BucketName=name)


def check_fields(text: str) -> None:
    """S3 names the field that is missing. Raises MalformedPolicy."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return
    if "Statement" not in document:
        raise MalformedPolicy("Missing required field Statement")


@operation("s3:PutBucketPolicy", target=policy_target)
def put_bucket_policy(call: Call, Bucket: str, Policy: str) -> dict[str, Any]:
    row = call.target.row
    if len(Policy.encode("utf-8", "surrogatepass")) > MOST:
        raise AwsError("PolicyTooLarge", "Policy exceeds the maximum allowed document size.", 400)
    if not Policy.startswith("{"):
        raise AwsError("MalformedPolicy", "Policies must be valid JSON and the first byte must be '{'", 400)
    try:
        check_fields(Policy)
        parse(Policy, "bucket")
    except MalformedPolicy as error:
        raise AwsError("MalformedPolicy", error.message, 400) from error
    named = policy_checks.check(call, Bucket, Policy)
    if targets.blocks(row)["BlockPublicPolicy"] and is_public(Policy):
        message = "public policies are prevented by the BlockPublicPolicy setting in S3 Block Public Access."
        raise AwsError(
            "AccessDenied",
            f"User: {call.caller.arn} is not authorized to perform: s3:PutBucketPolicy on resource: "
            f'"{call.target.arn}" because {message}',
            403,
        )
    _keep(row, keep_document(trust.spelled(Policy, named)), named)
    return {}


def _keep(row: Any, digest: str, named: dict[str, str]) -> None:
    """A policy with the users and roles that it names, by their ids: a namesake made later is not meant."""
    row.policy = digest
    row.settings = {key: value for key, value in {**row.settings, "principals": named}.items() if value}
    row.save(update_fields=["policy", "settings"])


@operation("s3:DeleteBucketPolicy", target=policy_target)
def delete_bucket_policy(call: Call, Bucket: str) -> dict[str, Any]:
    _keep(call.target.row, "", {})
    return {}


@operation("s3:GetBucketPolicyStatus", target=targets.bucket)
def get_bucket_policy_status(call: Call, Bucket: str) -> dict[str, Any]:
    row = call.target.row
    if not row.policy:
        raise no_policy(Bucket)
    return {"PolicyStatus": {"IsPublic": is_public(applicable.texts({row.policy})[row.policy])}}


def settings_of(configuration: dict[str, Any]) -> dict[str, bool]:
    return {name: bool(configuration.get(name, False)) for name in targets.SETTINGS}


def no_block() -> AwsError:
    return AwsError("NoSuchPublicAccessBlockConfiguration", "The public access block configuration was not found", 404)


@operation("s3:GetPublicAccessBlock", action="s3:GetBucketPublicAccessBlock", target=targets.bucket)
def get_public_access_block(call: Call, Bucket: str) -> dict[str, Any]:
    if not call.target.row.block_public:
        raise no_block()
    return {"PublicAccessBlockConfiguration": settings_of(call.target.row.block_public)}


@operation("s3:PutPublicAccessBlock", action="s3:PutBucketPublicAccessBlock", target=targets.bucket)
def put_public_access_block(call: Call, Bucket: str, PublicAccessBlockConfiguration: dict[str, Any]) -> dict[str, Any]:
    row = call.target.row
    row.block_public = settings_of(PublicAccessBlockConfiguration)
    row.save(update_fields=["block_public"])
    return {}


@operation("s3:DeletePublicAccessBlock", action="s3:PutBucketPublicAccessBlock", target=targets.bucket)
def delete_public_access_block(call: Call, Bucket: str) -> dict[str, Any]:
    row = call.target.row
    row.block_public = {}
    row.save(update_fields=["block_public"])
    return {}
