"""Versions of managed policies. IAM User Guide: "Version IAM policies"."""

from typing import Any

from iamlab.policy.catalog import ManagedPolicy
from iamlab.services import paging
from iamlab.services.accounts.models import keep_document
from iamlab.services.iam import documents, policies, quotas
from iamlab.services.iam.models import Policy, PolicyVersion
from iamlab.services.operations import AwsError, Call, operation


def describe(policy: Policy, version: PolicyVersion) -> dict[str, Any]:
    return {
        "VersionId": f"v{version.number}",
        "IsDefaultVersion": version.number == policy.default_version,
        "CreateDate": version.created,
    }


def describe_managed(policy: ManagedPolicy) -> dict[str, Any]:
    """Of AWS's own policies the default version is known, none before it."""
    return {"VersionId": policy.version, "IsDefaultVersion": True, "CreateDate": policy.updated}


def version_of(policy: Policy, VersionId: str) -> PolicyVersion:
    """Raises NoSuchEntity."""
    number = VersionId.removeprefix("v").partition(".")[0]
    row = policy.versions.filter(number=number).first() if number.isdecimal() and len(number) < 10 else None
    if row is None:
        raise no_such_version(policy.arn, VersionId)
    return row


def no_such_version(arn: str, VersionId: str) -> AwsError:
    return AwsError("NoSuchEntity", f"Policy {arn} version {VersionId} does not exist or is not attachable.")


def check_exists(call: Call, PolicyArn: str, VersionId: str) -> None:
    """Raises NoSuchEntity, which names the version, where there is no such policy."""
    if call.target.row is None:
        raise no_such_version(PolicyArn, VersionId)


@operation("iam:CreatePolicyVersion", target=policies.target)
def create_policy_version(
    call: Call, PolicyArn: str, PolicyDocument: str, SetAsDefault: bool = False
) -> dict[str, Any]:
    policy = policies.own(call)
    policies.check_document(PolicyDocument)
    most = quotas.QUOTAS["VersionsPerPolicy"]
    if policy.versions.count() >= most:
        message = (
            f"A managed policy can have up to {most} versions. "
            "Before you create a new version, you must delete an existing version."
        )
        raise AwsError("LimitExceeded", message)
    policy.last_version += 1
    version = PolicyVersion.objects.create(
        account_id=call.account_id,
        policy=policy,
        number=policy.last_version,
        document=keep_document(PolicyDocument),
        created=call.now,
    )
    policy.save(update_fields=["last_version"])
    if SetAsDefault:
        set_default(call, policy, version)
    return {"PolicyVersion": describe(policy, version)}


def set_default(call: Call, policy: Policy, version: PolicyVersion) -> None:
    policy.default_version, policy.document, policy.updated = version.number, version.document, call.now
    policy.save(update_fields=["default_version", "document", "updated"])


@operation("iam:GetPolicyVersion", target=policies.target)
def get_policy_version(call: Call, PolicyArn: str, VersionId: str) -> dict[str, Any]:
    check_exists(call, PolicyArn, VersionId)
    policy = policies.existing(call)
    if isinstance(policy, ManagedPolicy):
        if VersionId != policy.version:
            raise no_such_version(policy.arn, VersionId)
        return {"PolicyVersion": {"Document": policies.document_text(policy), **describe_managed(policy)}}
    version = version_of(policy, VersionId)
    return {"PolicyVersion": {"Document": documents.text(version.document), **describe(policy, version)}}


@operation("iam:ListPolicyVersions", target=policies.target)
def list_policy_versions(
    call: Call, PolicyArn: str, Marker: str | None = None, MaxItems: int | None = None
) -> dict[str, Any]:
    """Newest first."""
    policy = policies.existing(call)
    if isinstance(policy, ManagedPolicy):
        return {"Versions": [describe_managed(policy)], "IsTruncated": False}
    rows = list(policy.versions.order_by("-number"))
    page = paging.page_of_list("Versions", rows, lambda row: f"{10**9 - row.number:010}", Marker, MaxItems)
    page["Versions"] = [describe(policy, row) for row in page["Versions"]]
    return page


@operation("iam:SetDefaultPolicyVersion", target=policies.target)
def set_default_policy_version(call: Call, PolicyArn: str, VersionId: str) -> dict[str, Any]:
    check_exists(call, PolicyArn, VersionId)
    policy = policies.own(call)
    set_default(call, policy, version_of(policy, VersionId))
    return {}


@operation("iam:DeletePolicyVersion", target=policies.target)
def delete_policy_version(call: Call, PolicyArn: str, VersionId: str) -> dict[str, Any]:
    check_exists(call, PolicyArn, VersionId)
    policy = policies.own(call)
    version = version_of(policy, VersionId)
    if version.number == policy.default_version:
        raise AwsError("DeleteConflict", "Cannot delete the default version of a policy.")
    version.delete()
    return {}
