"""What a request wants of an access control list: canned, by headers or as a document. S3 User Guide: "Access control
list (ACL) overview"."""

import re
from collections.abc import Mapping
from typing import Any

from iamlab.services.operations import AwsError
from iamlab.services.s3 import errors, owners, targets
from iamlab.services.s3.models import Bucket

LOG_DELIVERY = "http://acs.amazonaws.com/groups/s3/LogDelivery"
GROUPS = (targets.ALL_USERS, targets.AUTHENTICATED, LOG_DELIVERY)
CANNED = {
    "private": (),
    "aws-exec-read": (),
    "bucket-owner-full-control": (),
    "bucket-owner-read": (),
    "public-read": ((targets.ALL_USERS, "READ"),),
    "public-read-write": ((targets.ALL_USERS, "READ"), (targets.ALL_USERS, "WRITE")),
    "authenticated-read": ((targets.AUTHENTICATED, "READ"),),
    "log-delivery-write": ((LOG_DELIVERY, "WRITE"), (LOG_DELIVERY, "READ_ACP")),
}
TO_OWNER = {"bucket-owner-full-control": "FULL_CONTROL", "bucket-owner-read": "READ"}
HEADERS = {
    "GrantFullControl": ("x-amz-grant-full-control", "FULL_CONTROL"),
    "GrantRead": ("x-amz-grant-read", "READ"),
    "GrantReadACP": ("x-amz-grant-read-acp", "READ_ACP"),
    "GrantWrite": ("x-amz-grant-write", "WRITE"),
    "GrantWriteACP": ("x-amz-grant-write-acp", "WRITE_ACP"),
}
GRANTEE = re.compile(r'\s*(id|uri|emailAddress)\s*=\s*"?([^",]*)"?\s*')
Grants = list[dict[str, str]]


def check_form(parameters: Mapping[str, Any]) -> None:
    """Raises InvalidRequest for two ways of granting at once."""
    if parameters.get("ACL") and any(parameters.get(name) for name in HEADERS):
        raise AwsError("InvalidRequest", "Specifying both Canned ACLs and Header Grants is not allowed", 400)


def wanted(row: Bucket, parameters: Mapping[str, Any], owner_id: str) -> Grants:
    """The grants besides the owner's that a request asks for. Raises InvalidRequest, InvalidArgument and others."""
    ACL, policy = parameters.get("ACL"), parameters.get("AccessControlPolicy")
    headers = {name: parameters[name] for name in HEADERS if parameters.get(name)}
    if policy and (ACL or headers):
        raise AwsError("UnexpectedContent", "This request does not support content", 400)
    if policy:
        return _of_document(row, policy, owner_id)
    if headers:
        found = [grant for name, value in headers.items() for grant in _of_header(row, name, value)]
        return [grant for grant in found if grant["Grantee"] != owner_id]
    if ACL in TO_OWNER and owner_id != row.account_id:
        return [{"Grantee": row.account_id, "Permission": TO_OWNER[ACL]}]
    return [{"Grantee": grantee, "Permission": permission} for grantee, permission in CANNED[ACL or "private"]]


def _of_header(row: Bucket, name: str, value: str) -> Grants:
    header, permission = HEADERS[name]
    found = []
    for part in value.split(","):
        match = GRANTEE.fullmatch(part)
        if match is None or match[1] == "emailAddress":
            raise errors.invalid(header, "Argument format not recognized", value)
        found.append({"Grantee": _grantee(row, match[1], match[2], match[1]), "Permission": permission})
    return found


def _grantee(row: Bucket, kind: str, value: str, argument: str) -> str:
    """An account's id or a group's URI. Raises InvalidArgument for one that nobody has."""
    if kind == "uri":
        if value not in GROUPS:
            raise errors.invalid(argument, "Invalid group uri", value)
        return value
    account_id = owners.account_of(row.sandbox_id, value)
    if not account_id:
        raise errors.invalid(argument, "Invalid id", value)
    return account_id


def _of_document(row: Bucket, policy: Mapping[str, Any], owner_id: str) -> Grants:
    """An ACL as XML. Its owner must be the owner, who may not be replaced."""
    owner = policy.get("Owner")
    if not owner or "Grants" not in policy:
        message = "The XML you provided was not well-formed or did not validate against our published schema"
        raise AwsError("MalformedACLError", message, 400)
    if owner.get("ID") != owners.owner(owner_id)["ID"]:
        if not owners.account_of(row.sandbox_id, owner.get("ID") or ""):
            raise errors.invalid("CanonicalUser/ID", "Invalid id", owner.get("ID") or "")
        raise errors.access_denied()
    found = []
    for grant in policy["Grants"]:
        grantee = grant.get("Grantee") or {}
        if "Permission" not in grant or not (grantee.get("URI") or grantee.get("ID")):
            raise errors.malformed_xml()
        kind, value = ("uri", grantee["URI"]) if grantee.get("URI") else ("id", grantee["ID"])
        name = _grantee(row, kind, value, "Group/URI" if kind == "uri" else "CanonicalUser/ID")
        if name != owner_id:
            found.append({"Grantee": name, "Permission": grant["Permission"]})
    return found


def public(grants: Grants) -> bool:
    return any(grant["Grantee"] in (targets.ALL_USERS, targets.AUTHENTICATED) for grant in grants)
