"""What an S3 call acts on: the bucket or the object, found in the sandbox whoever owns it."""

import base64
import hmac
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from django.conf import settings
from django.db.models import OuterRef, Subquery

from iamlab.services import callers
from iamlab.services.operations import AwsError, Call, Target
from iamlab.services.prepared import Prepared
from iamlab.services.s3 import errors
from iamlab.services.s3.models import AccountBlock, Bucket, Object

SETTINGS = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
VALID_NAME = re.compile(
    r"(?!xn--|sthree-|amzn-s3-demo-)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](?<!-s3alias)(?<!--ol-s3)(?<!--x-s3)"
)
MOST_KEY = 1024  # bytes
VERSION = re.compile(r"[A-Za-z0-9._]{32}")
# Actions on a version that are not named by the object's with Version behind.
VERSION_ACTIONS = {
    "s3:GetObjectTagging": "s3:GetObjectVersionTagging",
    "s3:PutObjectTagging": "s3:PutObjectVersionTagging",
    "s3:DeleteObjectTagging": "s3:DeleteObjectVersionTagging",
    "s3:GetObjectAcl": "s3:GetObjectVersionAcl",
    "s3:PutObjectAcl": "s3:PutObjectVersionAcl",
    "s3:GetObjectAttributes": "s3:GetObjectVersionAttributes",
    # These are the same for all versions.
    "s3:GetObjectRetention": "s3:GetObjectRetention",
    "s3:PutObjectRetention": "s3:PutObjectRetention",
    "s3:GetObjectLegalHold": "s3:GetObjectLegalHold",
    "s3:PutObjectLegalHold": "s3:PutObjectLegalHold",
    "s3:RestoreObject": "s3:RestoreObject",
}
# What lets whoever reads an object read its tags as well.
TAGS_OF = {"s3:GetObject": "s3:GetObjectTagging", "s3:GetObjectVersion": "s3:GetObjectVersionTagging"}
GRANTS = ("GrantFullControl", "GrantRead", "GrantReadACP", "GrantWrite", "GrantWriteACP")
IP = re.compile(r"\d{1,3}(\.\d{1,3}){3}")
# What an ACL permission to everyone lets an object or bucket be asked for.
OBJECT_ACL = {
    "READ": ("s3:GetObject", "s3:GetObjectVersion"),
    "READ_ACP": ("s3:GetObjectAcl",),
    "WRITE_ACP": ("s3:PutObjectAcl",),
}
BUCKET_ACL = {
    "READ": ("s3:ListBucket", "s3:ListBucketVersions", "s3:ListBucketMultipartUploads"),
    "READ_ACP": ("s3:GetBucketAcl",),
    "WRITE_ACP": ("s3:PutBucketAcl",),
}
WRITE_ACL = {"WRITE": ("s3:PutObject", "s3:DeleteObject")}  # on the bucket, for its objects
ALL_USERS = "http://acs.amazonaws.com/groups/global/AllUsers"
AUTHENTICATED = "http://acs.amazonaws.com/groups/global/AuthenticatedUsers"


readers: list[Callable[[Call, Bucket], None]] = []  # told before a bucket is read that another service writes to


def valid_name(name: str) -> bool:
    """S3 User Guide: "General purpose bucket naming rules"."""
    return bool(VALID_NAME.fullmatch(name)) and ".." not in name and not IP.fullmatch(name)


def _by_name(sandbox_id: int, name: str) -> Any:
    """With the Block Public Access of its account, by which every call on it is judged."""
    blocks = AccountBlock.objects.filter(pk=OuterRef("account_id")).values("block_public")[:1]
    return Bucket.objects.filter(sandbox_id=sandbox_id, name=name).annotate(account_block=Subquery(blocks))


BY_NAME = Prepared(_by_name, int, str)


def find(call: Call, name: str, owner: str = "ExpectedBucketOwner") -> Bucket:
    """The bucket of that name in the sandbox. Raises NoSuchBucket: what nobody owns has no policy to judge by.

    `owner` is the parameter that says whose bucket it must be. Raises AccessDenied for another's.
    """
    world = call.caller.world
    kept = {} if world.kept is None or call.operation.writes else world.kept.setdefault((world.revision, "Bucket"), {})
    if name not in kept:  # the reads of one console page look for it once (see World.kept)
        kept[name] = BY_NAME.first(world.sandbox_id, name)
    found = kept[name]
    if found is None or (call.caller.kind == callers.EXAMINER and found.account_id != call.account_id):
        raise errors.no_such_bucket(name)
    errors.check_owner(call, owner, found.account_id)
    errors.refuse_unheard(call, "lock" in found.settings or owner != "ExpectedBucketOwner")
    if call.source.entrance == "console" and owner == "ExpectedBucketOwner" and call.source.region != found.region:
        call.source = replace(call.source, region=found.region)  # where the console asks for it
    if found.settings.get("trail") and not call.operation.writes:
        for read in readers:
            read(call, found)
    return found


def bucket(call: Call, Bucket: str, **_: Any) -> Target:
    return of_bucket(find(call, Bucket))


def of_bucket(row: Bucket, action: str = "") -> Target:
    return Target(
        arn=f"arn:aws:s3:::{row.name}",
        row=row,
        account_id=row.account_id,
        policy=row.policy,
        action=action,
        restrict_public=blocks(row)["RestrictPublicBuckets"],
        granted=granted(row, row.acl, BUCKET_ACL, f"arn:aws:s3:::{row.name}"),
        tags=row.tags if by_tags(row) else {},
        context=_context(row),
    )


def by_tags(row: Bucket) -> bool:
    """Whether the bucket's tags are condition keys, of its objects too."""
    return bool(row.settings.get("abac") == "Enabled")


def _context(row: Bucket) -> dict[str, Any]:
    tags = row.tags if by_tags(row) else {}
    return {"s3:ResourceAccount": row.account_id, **{f"s3:BucketTag/{name}": value for name, value in tags.items()}}


def of_object(row: Bucket, key: str, found: Object | None, action: str = "") -> Target:
    arn = f"arn:aws:s3:::{row.name}/{key}"
    context = _context(row)
    if found is not None:
        context |= {f"s3:ExistingObjectTag/{name}": value for name, value in found.tags.items()}
    return Target(
        arn=arn,
        row=found,
        account_id=row.account_id,
        policy=row.policy,
        action=action,
        restrict_public=blocks(row)["RestrictPublicBuckets"],
        granted=granted(row, found.acl if found else [], OBJECT_ACL, arn) + granted(row, row.acl, WRITE_ACL, arn),
        tags=row.tags if by_tags(row) else {},
        context=context,
        loaded=row,
    )


def blocks(row: Bucket) -> dict[str, bool]:
    """The effective Block Public Access settings: the bucket's and the account's, combined to the strictest."""
    own = row.block_public
    if not hasattr(row, "account_block"):
        whole = AccountBlock.objects.filter(pk=row.account_id).values_list("block_public", flat=True).first() or {}
    else:
        whole = row.account_block or {}
    return {name: bool(own.get(name) or whole.get(name)) for name in SETTINGS}


def granted(
    row: Bucket, acl: list[dict[str, str]], table: Mapping[str, tuple[str, ...]], arn: str
) -> tuple[dict[str, Any], ...]:
    """What an ACL grants, as statements beside the bucket policy's; none where ACLs are off."""
    if row.ownership == "BucketOwnerEnforced" or not acl:
        return ()
    ignore = blocks(row)["IgnorePublicAcls"]
    found = []
    for grant in acl:
        if ignore and grant["Grantee"] in (ALL_USERS, AUTHENTICATED):
            continue
        permissions = table if grant["Permission"] == "FULL_CONTROL" else (grant["Permission"],)
        found.append(_statement(grant["Grantee"], [a for p in permissions for a in table.get(p, ())], arn))
    return tuple(found)


def _statement(grantee: str, actions: list[str], arn: str) -> dict[str, Any]:
    statement: dict[str, Any] = {"Sid": "AccessControlList", "Effect": "Allow", "Action": actions, "Resource": arn}
    if grantee == AUTHENTICATED:
        anybody = {"StringNotEquals": {"aws:PrincipalType": "Anonymous"}}
        return {**statement, "Principal": "*", "Condition": anybody}
    return {**statement, "Principal": "*" if grantee == ALL_USERS else {"AWS": grantee}}


def object_(call: Call, Bucket: str, Key: str, VersionId: str | None = None, **_: Any) -> Target:
    """An object, or the version asked for; a version has actions of its own."""
    row = find(call, Bucket)
    check_version(row, VersionId)
    found = version(row, Key, VersionId)
    action = call.operation.action
    if VersionId is not None and not action.endswith("Version"):
        action = VERSION_ACTIONS.get(action, action + "Version")
    return of_object(row, Key, found, action)


def check_version(row: Bucket, version_id: str | None) -> None:
    """Raises InvalidArgument for what is no version's id, or none of a bucket that never had versions."""
    if version_id == "":
        raise errors.invalid("versionId", "Version id cannot be the empty string", "")
    well_formed = version_id is None or version_id == "null" or (row.versioning and VERSION.fullmatch(version_id))
    if not well_formed:
        raise errors.invalid("versionId", "Invalid version id specified", version_id)


LATEST = Prepared(lambda bucket, key: Object.objects.filter(bucket_id=bucket, key=key, latest=True), int, str)
VERSIONED = Prepared(
    lambda bucket, key, version: Object.objects.filter(bucket_id=bucket, key=key, version=version), int, str, str
)


def version(row: Bucket, key: str, version_id: str | None = None) -> Object | None:
    return LATEST.first(row.pk, key) if version_id is None else VERSIONED.first(row.pk, key, version_id)


def current(found: Object | None) -> int | None:
    """The row of an object that is there, None under a delete marker too."""
    return found.pk if found is not None and not found.marker else None


def new_version(key: str) -> str:
    """A version's id: 32 characters, as S3's are. Its second half tells that it was given to this key."""
    start = secrets.token_urlsafe(12).replace("-", ".")
    return start + _mark(key, start)


def was_version(key: str, version_id: str) -> bool:
    """Whether a key once had a version of this id."""
    return hmac.compare_digest(_mark(key, version_id[:16]), version_id[16:])


def _mark(key: str, start: str) -> str:
    text = f"{start} {key}".encode("utf-8", "surrogatepass")
    digest = hmac.digest(settings.SECRET_KEY.encode(), text, "sha256")
    return base64.urlsafe_b64encode(digest[:12]).decode().replace("-", ".")


def new_object(
    call: Call, Bucket: str, Key: str, Tagging: str | None = None, ACL: str | None = None, **_: Any
) -> list[Target]:
    """Writing may need to tag, grant and lock too. S3 guide: "Required permissions for S3 API operations"."""
    row = find(call, Bucket)
    if (size := len(Key.encode("utf-8", "surrogatepass"))) > MOST_KEY:
        raise AwsError("KeyTooLongError", "Your key is too long", 400, Size=str(size), MaxSizeAllowed=str(MOST_KEY))
    found = version(row, Key)
    targets = [of_object(row, Key, found, "s3:PutObject")]
    if Tagging:
        targets.append(of_object(row, Key, found, "s3:PutObjectTagging"))
    if ACL or any(name in call.given for name in GRANTS):
        targets.append(of_object(row, Key, found, "s3:PutObjectAcl"))
    if "ObjectLockMode" in call.given or "ObjectLockRetainUntilDate" in call.given:
        targets.append(of_object(row, Key, found, "s3:PutObjectRetention"))
    if "ObjectLockLegalHoldStatus" in call.given:
        targets.append(of_object(row, Key, found, "s3:PutObjectLegalHold"))
    return targets


def existing(call: Call, key: str, method: str = "") -> Object:
    """The object found. One that is missing is only admitted to whoever may list the bucket.

    `method` is given for what hangs on an object, such as its tags: a delete marker is told by it.
    Raises NoSuchKey, NoSuchVersion, MethodNotAllowed.
    """
    found, version_id = call.target.row, call.params.get("VersionId")
    if found is not None and not found.marker:
        return found
    if (found is None or version_id is None) and call.caller.kind != callers.EXAMINER:
        call.require("s3:ListBucket", of_bucket(call.target.loaded))
    if found is not None and (version_id is not None or method):
        error = errors.method_not_allowed(method or ("HEAD" if call.operation.api_name == "HeadObject" else "GET"))
        error.headers["Allow"] = "DELETE"
    else:
        error = errors.no_such_key(key) if version_id is None else errors.no_such_version(key, version_id)
    if found is not None:
        error.headers |= {"x-amz-delete-marker": "true", "x-amz-version-id": found.version}
    raise error
