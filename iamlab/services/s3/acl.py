"""Access control lists: canned ones, reading and writing them. S3 User Guide: "Access control list (ACL) overview"."""

from typing import Any

from iamlab.services.operations import AwsError, Call, Target, operation
from iamlab.services.s3 import owners, targets
from iamlab.services.s3.models import Bucket

CANNED = {
    "private": (),
    "bucket-owner-full-control": (),
    "bucket-owner-read": (),
    "public-read": ((targets.ALL_USERS, "READ"),),
    "public-read-write": ((targets.ALL_USERS, "READ"), (targets.ALL_USERS, "WRITE")),
    "authenticated-read": ((targets.AUTHENTICATED, "READ"),),
}
UNSUPPORTED = "The bucket does not allow ACLs"
Grants = list[dict[str, str]]


def canned(ACL: str | None, ownership: str) -> Grants:
    """A canned ACL as grants. Raises InvalidBucketAclWithObjectOwnership, InvalidArgument."""
    if ACL in (None, "private"):
        return []
    if ownership == "BucketOwnerEnforced" and ACL != "bucket-owner-full-control":
        raise AwsError(
            "InvalidBucketAclWithObjectOwnership",
            "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting",
            400,
        )
    if ACL not in CANNED:
        raise AwsError("InvalidArgument", "", 400, ArgumentName="x-amz-acl", ArgumentValue=str(ACL))
    return [{"Grantee": grantee, "Permission": permission} for grantee, permission in CANNED[ACL]]


def given(row: Bucket, ACL: str | None, policy: dict[str, Any] | None = None) -> Grants:
    """The grants of a request, checked against ownership and Block Public Access."""
    if row.ownership == "BucketOwnerEnforced":
        if policy is None and ACL in ("bucket-owner-full-control", None):
            return []
        raise AwsError("AccessControlListNotSupported", UNSUPPORTED, 400)
    grants = canned(ACL, row.ownership) if policy is None else _grants(row, policy)
    public = any(grant["Grantee"] in (targets.ALL_USERS, targets.AUTHENTICATED) for grant in grants)
    if public and targets.blocks(row)["BlockPublicAcls"]:
        message = (
            "public access control lists (ACLs) are prevented by the BlockPublicAcls setting in S3 Block Public Access."
        )
        raise AwsError("AccessDenied", f"Access Denied because {message}", 403)
    return grants


def _grants(row: Bucket, policy: dict[str, Any]) -> Grants:
    found = []
    for grant in policy.get("Grants", ()):
        grantee = grant.get("Grantee", {})
        name = grantee.get("URI") or owners.account_of(row.sandbox_id, grantee.get("ID", ""))
        if not name:
            raise AwsError("InvalidArgument", "Invalid id", 400, ArgumentName="CanonicalUser/ID")
        if name != row.account_id:
            found.append({"Grantee": name, "Permission": grant["Permission"]})
    return found


def shown(owner_id: str, grants: Grants) -> dict[str, Any]:
    """The owner's full control first, then what was granted."""
    owner = owners.owner(owner_id)
    listed: list[dict[str, Any]] = [{"Grantee": {**owner, "Type": "CanonicalUser"}, "Permission": "FULL_CONTROL"}]
    for grant in grants:
        name = grant["Grantee"]
        grantee = (
            {"Type": "Group", "URI": name}
            if name.startswith("http")
            else {**owners.owner(name), "Type": "CanonicalUser"}
        )
        listed.append({"Grantee": grantee, "Permission": grant["Permission"]})
    return {"Owner": owner, "Grants": listed}


@operation("s3:GetBucketAcl", target=targets.bucket)
def get_bucket_acl(call: Call, Bucket: str) -> dict[str, Any]:
    return shown(call.target.row.account_id, call.target.row.acl)


@operation("s3:PutBucketAcl", target=targets.bucket)
def put_bucket_acl(
    call: Call, Bucket: str, ACL: str | None = None, AccessControlPolicy: dict[str, Any] | None = None
) -> dict[str, Any]:
    row = call.target.row
    row.acl = given(row, ACL, AccessControlPolicy)
    row.save(update_fields=["acl"])
    return {}


def object_acl(call: Call, **parameters: Any) -> Target:
    return targets.object_(call, **parameters)


@operation("s3:GetObjectAcl", target=object_acl)
def get_object_acl(call: Call, Bucket: str, Key: str, VersionId: str | None = None) -> dict[str, Any]:
    found = targets.existing(call, Key)
    return shown(found.owner_id or found.account_id, found.acl)


@operation("s3:PutObjectAcl", target=object_acl)
def put_object_acl(
    call: Call,
    Bucket: str,
    Key: str,
    ACL: str | None = None,
    AccessControlPolicy: dict[str, Any] | None = None,
    VersionId: str | None = None,
) -> dict[str, Any]:
    found = targets.existing(call, Key)
    found.acl = given(call.target.loaded, ACL, AccessControlPolicy)
    found.save(update_fields=["acl"])
    return {}
