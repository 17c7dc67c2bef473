"""Access keys. IAM User Guide: "Manage access keys for IAM users"."""

from collections.abc import Sequence
from typing import Any

from iamlab.services import paging
from iamlab.services.accounts.models import Account
from iamlab.services.iam import activity, quotas, users
from iamlab.services.iam.loading import grouped, loaded, with_loaded
from iamlab.services.iam.models import AccessKey, User
from iamlab.services.iam.names import LONG_TERM, key_id, secret_of
from iamlab.services.operations import AwsError, Call, Target, operation
from iamlab.services.prepared import Prepared

Owner = User | Account  # the root user's keys hang on the account alone


def owned(call: Call) -> Any:
    """The keys of the call's user, or of the root user."""
    owner = users.existing(call)
    if isinstance(owner, Account):
        return AccessKey.objects.filter(account=owner, user=None)
    return AccessKey.objects.filter(user=owner)


def owner_name(owner: Owner) -> str:
    return "root" if isinstance(owner, Account) else owner.name


def key_of(call: Call, AccessKeyId: str) -> AccessKey:
    """Raises NoSuchEntity."""
    row = owned(call).filter(key_id=AccessKeyId).first()
    if row is None:
        raise no_such_key(AccessKeyId)
    return row


def no_such_key(key_id: str) -> AwsError:
    return AwsError("NoSuchEntity", f"The Access Key with id {key_id} cannot be found.")


def _with_use(**wanted: Any) -> Any:
    """Some keys, oldest first, each with its owner and its last use."""
    rows = AccessKey.objects.filter(**wanted).select_related("user", "account").order_by("pk")
    return rows.annotate(**activity.newest_use("access_key_id", "key_id"))


OF_USERS = Prepared(lambda users: _with_use(user_id__in=users), [int])
BY_ID = Prepared(lambda account_id, ids: _with_use(account_id=account_id, key_id__in=ids), str, [str])


def keys_of(rows: Sequence[Owner]) -> dict[Any, list[AccessKey]]:
    """The keys of some owners by the owner's key, oldest first."""
    accounts = [row.pk for row in rows if isinstance(row, Account)]
    if accounts:
        found = _with_use(account__in=accounts, user=None)
        return grouped((key.account_id, key) for key in found)
    return grouped((key.user_id, key) for key in OF_USERS.all([row.pk for row in rows]))


@operation("iam:CreateAccessKey", target=users.whoever)
def create_access_key(call: Call, UserName: str | None = None) -> dict[str, Any]:
    """The secret is shown this once."""
    owner = users.existing(call)
    quotas.check_room("AccessKeysPerUser", owned(call).count())
    row = AccessKey.objects.create(
        account_id=call.account_id,
        user=owner if isinstance(owner, User) else None,
        key_id=key_id(LONG_TERM, call.account_id),
        created=call.now,
        status_changed=call.now,
    )
    return {
        "AccessKey": {
            "UserName": owner_name(owner),
            "AccessKeyId": row.key_id,
            "Status": "Active",
            "SecretAccessKey": secret_of(row.key_id),
            "CreateDate": row.created,
        }
    }


@operation("iam:ListAccessKeys", target=users.whoever, bulk=with_loaded(users.bulk_targets, keys_of))
def list_access_keys(
    call: Call, UserName: str | None = None, Marker: str | None = None, MaxItems: int | None = None
) -> dict[str, Any]:
    name, found = owner_name(users.existing(call)), loaded(call, keys_of)
    call.kept_rows(AccessKey).update((row.key_id, row) for row in found)  # a page asks for their last use next
    page = paging.page_of_list("AccessKeyMetadata", found, lambda row: f"{row.pk:020}", Marker, MaxItems)
    page["AccessKeyMetadata"] = [
        {
            "UserName": name,
            "AccessKeyId": row.key_id,
            "Status": "Active" if row.active else "Inactive",
            "CreateDate": row.created,
        }
        for row in page["AccessKeyMetadata"]
    ]
    return page


@operation("iam:UpdateAccessKey", target=users.whoever)
def update_access_key(call: Call, AccessKeyId: str, Status: str, UserName: str | None = None) -> dict[str, Any]:
    row = key_of(call, AccessKeyId)
    if Status == "Expired":
        raise AwsError("InvalidInput", "An access key cannot be set to Expired.")
    row.active, row.status_changed = Status == "Active", call.now
    row.save(update_fields=["active", "status_changed"])
    return {}


@operation("iam:DeleteAccessKey", target=users.whoever)
def delete_access_key(call: Call, AccessKeyId: str, UserName: str | None = None) -> dict[str, Any]:
    key_of(call, AccessKeyId).delete()
    return {}


def key_targets(many: list[dict[str, Any]], call: Call) -> list[Target]:
    """The owners of keys, with the key and its last use: one query for all."""
    account_id = call.account_id
    keys, wanted = call.kept_rows(AccessKey), {params["AccessKeyId"] for params in many}
    keys.update((row.key_id, row) for row in BY_ID.all(account_id, wanted - keys.keys()))
    targets = []
    for params in many:
        row = keys.get(params["AccessKeyId"])
        if row is None:  # whose it is cannot be told
            target = Target(arn=users.arn(account_id, "/", "*"))
        elif row.user is None:
            target = Target(arn=f"arn:aws:iam::{account_id}:root", row=row)
        else:
            target = users.target_of(account_id, row.user.name, row.user)
            target.row = row
        target.loaded = activity.used(row) if row is not None else None
        targets.append(target)
    return targets


def key_target(call: Call, AccessKeyId: str) -> Target:
    return key_targets([{"AccessKeyId": AccessKeyId}], call)[0]


@operation("iam:GetAccessKeyLastUsed", target=key_target, bulk=key_targets)
def get_access_key_last_used(call: Call, AccessKeyId: str) -> dict[str, Any]:
    """From the events made with the key, refused calls too. A key whose owner cannot be told is refused."""
    row: AccessKey | None = call.target.row
    if row is None:
        what = f"iam:GetAccessKeyLastUsed on resource: access key {AccessKeyId}"
        raise AwsError("AccessDenied", f"User: {call.caller.arn} is not authorized to perform {what}")
    use: activity.Use | None = call.target.loaded
    last: dict[str, Any] = {"ServiceName": "N/A", "Region": "N/A"}
    if use is not None:
        last = {"LastUsedDate": use.time, "ServiceName": use.service, "Region": use.region}
    return {"UserName": owner_name(row.user or row.account), "AccessKeyLastUsed": last}
