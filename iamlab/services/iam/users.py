"""IAM users. IAM User Guide: "IAM users"; API Reference: "CreateUser" and its kin."""

from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from iamlab.services import paging, prepared, statements
from iamlab.services.accounts import settings
from iamlab.services.accounts.models import Account
from iamlab.services.callers import ROOT, USER
from iamlab.services.iam import activity, boundaries, quotas, tags, trust
from iamlab.services.iam.loading import delete, keeping, named
from iamlab.services.iam.models import (
    AccessKey,
    Attachment,
    InlinePolicy,
    LoginProfile,
    Membership,
    MfaDevice,
    ServiceCredential,
    SigningCertificate,
    SshKey,
    User,
)
from iamlab.services.iam.names import unique_id
from iamlab.services.operations import AwsError, Call, Target, operation


def arn(account_id: str, path: str, name: str) -> str:
    return f"arn:aws:iam::{account_id}:user{path}{name}"


def target(call: Call, UserName: str | None = None, **_: Any) -> Target:
    """The user that a call names; its caller where it names none."""
    if UserName is None:
        UserName = own_name(call)
    if call.caller.world.kept is None:  # a call alone: the compiled query, which leaves the password unread
        return target_of(call.account_id, UserName, find(call.account_id, UserName))
    return target_of(call.account_id, UserName, named(call, with_last_sign_in(), [UserName]).get(UserName.lower()))


def find(account_id: str, name: str) -> User | None:
    return BY_NAME.first(account_id, name.lower())


def plain(account_id: str, name: str) -> User | None:
    """A user's own row, for who does not ask when they last signed in."""
    return PLAIN.first(account_id, name.lower())


@cache
def with_last_sign_in() -> Any:
    """Users, each with its password, if any, and the time that the console was last entered with it. To be filtered."""
    return User.objects.select_related("login_profile").annotate(last_sign_in=activity.LAST_SIGN_IN)


# On the path of every GetUser.
BY_NAME = prepared.Prepared(
    lambda account_id, name: with_last_sign_in().filter(account_id=account_id, name_lower=name), str, str
)
PLAIN = prepared.Prepared(
    lambda account_id, name: User.objects.filter(account_id=account_id, name_lower=name), str, str
)
ALL = paging.OfAccount(lambda account_id: with_last_sign_in().filter(account_id=account_id))
# How many users an account has, and whether one of them has that name.
HELD = "select count(*), max(case when name_lower = %s then 1 else 0 end) from iam_user where account_id = %s"


SHOWN = f"path, name, unique_id, cast(created as text), {activity.LAST_SIGN_IN.sql}"
ONE = f"select {SHOWN}, tags, boundary from iam_user where account_id = %s and name_lower = %s"
LISTED = f"""
    select {SHOWN} from iam_user
    where account_id = %s and name > %s and path >= %s and path < %s order by name limit %s"""


class Shown(NamedTuple):
    """What GetUser shows of a user. An instance of the model would cost more than the statement."""

    account_id: str
    path: str
    name: str
    unique_id: str
    created: datetime
    last_sign_in: datetime | None
    tags: dict[str, str]
    boundary: str


def shown(account_id: str, user_name: str) -> Shown | None:
    for path, name, unique, created, signed_in, tagged, boundary in statements.rows(
        ONE, [account_id, user_name.lower()]
    ):
        times = statements.moment(created), statements.moment(signed_in)
        return Shown(account_id, path, name, unique, *times, statements.document(tagged), boundary)
    return None


def listed(account_id: str, prefix: str, after: str, most: int) -> list[dict[str, Any]]:
    """Users by name, as lists show them."""
    values = [account_id, after, prefix, prefix + chr(0x10FFFF), most]
    return [_described(account_id, *row) for row in statements.rows(LISTED, values)]


def _described(account_id: str, path: str, name: str, unique_id: str, created: Any, signed_in: Any) -> dict[str, Any]:
    user = {
        "Path": path,
        "UserName": name,
        "UserId": unique_id,
        "Arn": arn(account_id, path, name),
        "CreateDate": statements.moment(created),
    }
    if signed_in:
        user["PasswordLastUsed"] = statements.moment(signed_in)
    return user


def target_of(account_id: str, name: str, row: User | Shown | None) -> Target:
    if row is None:
        return Target(arn=arn(account_id, "/", name))
    context: dict[str, Any] = {f"iam:ResourceTag/{key}": value for key, value in row.tags.items()}
    if row.boundary:
        context["iam:PermissionsBoundary"] = row.boundary
    return Target(arn=arn(account_id, row.path, row.name), row=row, tags=row.tags, context=context)


def own_name(call: Call) -> str:
    """The caller's user name, for calls that may leave it out. Raises ValidationError for callers who are no user."""
    if call.caller.kind != USER:
        raise AwsError("ValidationError", "Must specify userName when calling with non-User credentials")
    return call.caller.name


def new_target(call: Call, UserName: str, Path: str = "/", Tags: tags.Given = None, **_: Any) -> list[Target]:
    return tags.at_birth(Target(arn=arn(call.account_id, Path, UserName)), Tags, "iam:TagUser")


def renamed_target(
    call: Call, UserName: str, NewUserName: str | None = None, NewPath: str | None = None, **_: Any
) -> list[Target]:
    """A new name or path needs the permission on the user as it is and as it will be."""
    old = target(call, UserName)
    if NewUserName is None and NewPath is None:
        return [old]
    path, name = (old.row.path, old.row.name) if old.row else ("/", UserName)
    return [old, Target(arn=arn(call.account_id, NewPath or path, NewUserName or name))]


def list_target(call: Call, PathPrefix: str = "/", **_: Any) -> Target:
    return Target(shown=arn(call.account_id, PathPrefix, ""))


def bulk_targets(many: list[dict[str, Any]], call: Call) -> list[Target]:
    """The users that many calls name, in one query."""
    rows = named(call, with_last_sign_in(), [params["UserName"] for params in many])
    return [target_of(call.account_id, p["UserName"], rows.get(p["UserName"].lower())) for p in many]


def existing(call: Call, name: str | None = None) -> User:
    """The target's row. Raises NoSuchEntity."""
    if call.target.row is None:
        raise no_such_user(name or call.params.get("UserName") or call.caller.name)
    return call.target.row


def no_such_user(name: str) -> AwsError:
    return AwsError("NoSuchEntity", f"The user with name {name} cannot be found.")


def describe(row: User | Shown) -> dict[str, Any]:
    """A user as lists show it; GetUser adds tags and boundary."""
    last_sign_in = getattr(row, "last_sign_in", None)  # with_last_sign_in adds it
    return _described(row.account_id, row.path, row.name, row.unique_id, row.created, last_sign_in)


def describe_fully(row: User | Shown) -> dict[str, Any]:
    user = describe(row)
    if row.boundary:
        user["PermissionsBoundary"] = boundaries.describe(row.boundary)
    if row.tags:
        user["Tags"] = tags.shown(row.tags)
    return user


@operation("iam:CreateUser", target=new_target, context=boundaries.context, renews=False)
def create_user(
    call: Call,
    UserName: str,
    Path: str = "/",
    PermissionsBoundary: str = "",
    Tags: list[dict[str, str]] | None = None,
) -> dict[str, Any]:
    ((held, same),) = statements.rows(HELD, [UserName.lower(), call.account_id])
    if same:
        raise AwsError("EntityAlreadyExists", f"User with name {UserName} already exists.")
    quotas.check_room("UsersPerAccount", held)
    if PermissionsBoundary:
        boundaries.check(call, PermissionsBoundary)
    row = User(
        account_id=call.account_id,
        name=UserName,
        name_lower=UserName.lower(),
        path=Path,
        unique_id=unique_id("user"),
        tags=tags.read(Tags),
        boundary=PermissionsBoundary,
        created=call.now,
    )
    prepared.insert(row)
    return {"User": describe_fully(row) | tags.echoed(row.tags)}


def whoever(call: Call, UserName: str | None = None, **_: Any) -> Target:
    """The root user where a call of its own names nobody: its row is the account."""
    if UserName is None and call.caller.kind == ROOT:
        return Target(arn=call.caller.arn, row=settings.own(call))
    return target(call, UserName)


def shown_target(call: Call, UserName: str | None = None, **_: Any) -> Target:
    """The same for reading alone. The reads of a page share their rows, which `whoever` knows."""
    if call.caller.world.kept is not None or (UserName is None and call.caller.kind == ROOT):
        return whoever(call, UserName)
    name = own_name(call) if UserName is None else UserName
    return target_of(call.account_id, name, shown(call.account_id, name))


def root_user(account: Account) -> dict[str, Any]:
    arn = f"arn:aws:iam::{account.id}:root"
    user = {"Path": "/", "UserId": account.id, "Arn": arn, "CreateDate": account.created}
    signed_in = activity.last_sign_in(account.id)
    return user | ({"PasswordLastUsed": signed_in} if signed_in else {})


@operation("iam:GetUser", target=shown_target, bulk=bulk_targets)
def get_user(call: Call, UserName: str | None = None) -> dict[str, Any]:
    if isinstance(call.target.row, Account):
        return {"User": root_user(call.target.row)}
    return {"User": describe_fully(existing(call))}


@operation("iam:ListUsers", target=list_target)
def list_users(
    call: Call, PathPrefix: str = "/", Marker: str | None = None, MaxItems: int | None = None
) -> dict[str, Any]:
    if call.view is None and call.caller.world.kept is None:
        size = MaxItems or paging.DEFAULT
        found = listed(call.account_id, PathPrefix, paging.after(Marker), size + 1)
        return paging.page_of_list("Users", found, lambda user: user["UserName"], None, size)
    if call.view is not None and PathPrefix == "/":
        return ALL.page("Users", call.account_id, keeping(call, describe), call.view)
    if PathPrefix == "/":
        return ALL.listed("Users", call.account_id, keeping(call, describe), Marker, MaxItems)
    rows = paging.under_path(with_last_sign_in().filter(account_id=call.account_id), PathPrefix)
    return paging.page("Users", rows, keeping(call, describe), "name", Marker, MaxItems, call.view)


@operation("iam:UpdateUser", target=renamed_target)
def update_user(
    call: Call, UserName: str, NewPath: str | None = None, NewUserName: str | None = None
) -> dict[str, Any]:
    row = existing(call)
    if NewUserName is not None:
        taken = User.objects.filter(account_id=call.account_id, name_lower=NewUserName.lower()).exclude(pk=row.pk)
        if taken.exists():
            raise AwsError("EntityAlreadyExists", f"User with name {NewUserName} already exists.")
        row.name, row.name_lower = NewUserName, NewUserName.lower()
    if NewPath is not None:
        row.path = NewPath
    row.save(update_fields=["name", "name_lower", "path"])
    trust.replace_principal(call, row.unique_id, arn(row.account_id, row.path, row.name))
    return {}


@operation("iam:DeleteUser", target=target)
def delete_user(call: Call, UserName: str) -> dict[str, Any]:
    row = existing(call)
    for message, rows in (
        ("must detach all policies first", Attachment.objects.filter(holder=row.unique_id)),
        ("must delete policies first", InlinePolicy.objects.filter(holder=row.unique_id)),
        ("must delete login profile first", LoginProfile.objects.filter(user=row)),
        ("must delete access keys first", AccessKey.objects.filter(user=row)),
        ("must remove users from group first", Membership.objects.filter(user=row)),
        ("must delete MFA device first", MfaDevice.objects.filter(holder=row.unique_id)),
        ("must remove referenced objects first", SigningCertificate.objects.filter(user=row)),
        ("must remove referenced objects first", SshKey.objects.filter(user=row)),
        ("must remove referenced objects first", ServiceCredential.objects.filter(user=row)),
    ):
        if rows.exists():
            raise AwsError("DeleteConflict", f"Cannot delete entity, {message}.")
    trust.replace_principal(call, row.unique_id, row.unique_id)
    delete(call, existing)
    return {}


@operation("iam:PutUserPermissionsBoundary", target=boundaries.replacing(target))
def put_user_permissions_boundary(call: Call, UserName: str, PermissionsBoundary: str) -> dict[str, Any]:
    boundaries.put(call, existing(call), PermissionsBoundary)
    return {}


@operation("iam:DeleteUserPermissionsBoundary", target=target)
def delete_user_permissions_boundary(call: Call, UserName: str) -> dict[str, Any]:
    boundaries.remove(existing(call), f"The user with name {UserName} has no permissions boundary.")
    return {}


@operation("iam:TagUser", target=target)
def tag_user(call: Call, UserName: str, Tags: list[dict[str, str]]) -> dict[str, Any]:
    tags.put(existing(call), Tags)
    return {}


@operation("iam:UntagUser", target=target)
def untag_user(call: Call, UserName: str, TagKeys: list[str]) -> dict[str, Any]:
    tags.drop(existing(call), TagKeys)
    return {}


@operation("iam:ListUserTags", target=target, bulk=bulk_targets)
def list_user_tags(call: Call, UserName: str, Marker: str | None = None, MaxItems: int | None = None) -> dict[str, Any]:
    return tags.page(existing(call).tags, Marker, MaxItems)
