"""Access control lists: what may be granted, reading and writing them. S3 User Guide: "Access control list (ACL)
overview", "Controlling ownership of objects"."""

from typing import Any

from iamlab.services.operations import AwsError, Call, operation
from iamlab.services.s3 import grants, owners, targets
from iamlab.services.s3.grants import Grants
from iamlab.services.s3.models import Bucket

UNSUPPORTED = "The bucket does not allow ACLs"
ENFORCED = "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting"
BLOCKED = "public access control lists (ACLs) are prevented by the BlockPublicAcls setting in S3 Block Public Access."


def asked(parameters: dict[str, Any]) -> bool:
    return any(parameters.get(name) for name in ("ACL", "AccessControlPolicy", *grants.HEADERS))


def of_new_bucket(row: Bucket, parameters: dict[str, Any]) -> Grants:
    """Raises InvalidBucketAclWithObjectOwnership, InvalidBucketAclWithBlockPublicAccessError."""
    grants.check_form(parameters)
    if parameters.get("ACL") in (None, "private") and not any(parameters.get(name) for name in grants.HEADERS):
        return []
    if row.ownership == "BucketOwnerEnforced":
        raise AwsError("InvalidBucketAclWithObjectOwnership", ENFORCED, 400)
    found = grants.wanted(row, parameters, row.account_id)
    if grants.public(found):
        message = "Bucket cannot have public ACLs set with BlockPublicAccess enabled"
        raise AwsError("InvalidBucketAclWithBlockPublicAccessError", message, 400)
    return found


def given(row: Bucket, parameters: dict[str, Any], owner_id: str) -> Grants:
    """The grants of a request, checked against ownership and Block Public Access."""
    grants.check_form(parameters)
    if not asked(parameters):
        return []
    if row.ownership == "BucketOwnerEnforced":
        if parameters.get("ACL") == "bucket-owner-full-control" and "AccessControlPolicy" not in parameters:
            return []
        raise AwsError("AccessControlListNotSupported", UNSUPPORTED, 400)
    found = grants.wanted(row, parameters, owner_id)
    if grants.public(found) and targets.blocks(row)["BlockPublicAcls"]:
        raise AwsError("AccessDenied", f"Access Denied because {BLOCKED}", 403)
    return found


def owner_of_new(row: Bucket, account_id: str, parameters: dict[str, Any]) -> str:
    """Who owns an object that an account writes, by the bucket's setting of Object Ownership."""
    preferred = row.ownership == "BucketOwnerPreferred" and parameters.get("ACL") == "bucket-owner-full-control"
    mine = row.ownership == "BucketOwnerEnforced" or preferred or not account_id.isdigit()
    return row.account_id if mine else account_id


def shown(owner_id: str, listed: Grants) -> dict[str, Any]:
    """The owner's full control first, then what was granted."""
    owner = owners.owner(owner_id)
    found: list[dict[str, Any]] = [{"Grantee": {**owner, "Type": "CanonicalUser"}, "Permission": "FULL_CONTROL"}]
    for grant in listed:
        name = grant["Grantee"]
        group = name.startswith("http")
        grantee = {"Type": "Group", "URI": name} if group else {**owners.owner(name), "Type": "CanonicalUser"}
        found.append({"Grantee": grantee, "Permission": grant["Permission"]})
    return {"Owner": owner, "Grants": found}


def require_one(parameters: dict[str, Any]) -> None:
    if not asked(parameters):
        message = "Your request was missing a required header"
        raise AwsError("MissingSecurityHeader", message, 400, MissingHeaderName="x-amz-acl")


@operation("s3:GetBucketAcl", target=targets.bucket)
def get_bucket_acl(call: Call, Bucket: str) -> dict[str, Any]:
    return shown(call.target.row.account_id, call.target.row.acl)


@operation("s3:PutBucketAcl", target=targets.bucket)
def put_bucket_acl(
    call: Call,
    Bucket: str,
    ACL: str | None = None,
    AccessControlPolicy: dict[str, Any] | None = None,
    GrantFullControl: str | None = None,
    GrantRead: str | None = None,
    GrantReadACP: str | None = None,
    GrantWrite: str | None = None,
    GrantWriteACP: str | None = None,
) -> dict[str, Any]:
    row = call.target.row
    require_one(call.params)
    row.acl = given(row, call.params, row.account_id)
    row.save(update_fields=["acl"])
    return {}


@operation("s3:GetObjectAcl", target=targets.object_, data_event=True)
def get_object_acl(call: Call, Bucket: str, Key: str, VersionId: str | None = None) -> dict[str, Any]:
    found = targets.existing(call, Key, "GET")
    return shown(found.owner_id or found.account_id, found.acl)


@operation("s3:PutObjectAcl", target=targets.object_, data_event=True)
def put_object_acl(
    call: Call,
    Bucket: str,
    Key: str,
    ACL: str | None = None,
    AccessControlPolicy: dict[str, Any] | None = None,
    GrantFullControl: str | None = None,
    GrantRead: str | None = None,
    GrantReadACP: str | None = None,
    GrantWrite: str | None = None,
    GrantWriteACP: str | None = None,
    VersionId: str | None = None,
) -> dict[str, Any]:
    found = targets.existing(call, Key, "PUT")
    require_one(call.params)
    found.acl = given(call.target.loaded, call.params, found.owner_id or found.account_id)
    found.save(update_fields=["acl"])
    return {}
