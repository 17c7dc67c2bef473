"""The organization and its accounts. AWS Organizations API Reference."""

import json
from typing import Any

from iamlab.services.accounts.models import Account, keep_document, new_account_id
from iamlab.services.iam.models import Attachment, Role
from iamlab.services.iam.names import unique_id
from iamlab.services.operations import AwsError, Call, Target, operation
from iamlab.services.organizations import account_requests, tagging, tree
from iamlab.services.organizations.models import Member, Organization, OrganizationAttachment
from iamlab.services.organizations.paging import page

ACCOUNTS_MOST = 10
ACCESS_ROLE = "OrganizationAccountAccessRole"
ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"


def describe(found: Organization) -> dict[str, Any]:
    types = [(tree.SCP, found.scps), (tree.RCP, found.rcps)]
    return {
        "Id": found.id,
        "Arn": tree.arn(found, "organization"),
        "FeatureSet": "ALL",
        "MasterAccountArn": tree.arn(found, "account", found.account_id),
        "MasterAccountId": found.account_id,
        "MasterAccountEmail": Account.objects.values_list("email", flat=True).get(pk=found.account_id),
        "AvailablePolicyTypes": [{"Type": kind, "Status": "ENABLED"} for kind, on in types if on],
    }


@operation("organizations:CreateOrganization")
def create_organization(call: Call, FeatureSet: str = "ALL") -> dict[str, Any]:
    if tree.of_account(call.account_id) is not None:
        raise AwsError("AlreadyInOrganizationException", "The provided account is already a member of an organization.")
    found = Organization.objects.create(
        id=tree.new_id("o-"), root_id=tree.new_id("r-", 4), account_id=call.account_id, created=call.now
    )
    join(call, found, call.account_id, "INVITED")
    attach_full_access(found, found.root_id)
    return {"Organization": describe(found)}


def join(call: Call, found: Organization, account_id: str, method: str) -> None:
    Member.objects.create(
        account_id=account_id, organization=found, parent=found.root_id, method=method, joined=call.now
    )
    attach_full_access(found, account_id)


def attach_full_access(found: Organization, *targets: str) -> None:
    """FullAWSAccess stands at every root, unit and account until somebody detaches it, or disables its kind."""
    if found.scps:
        OrganizationAttachment.objects.bulk_create(
            OrganizationAttachment(
                account_id=found.account_id, organization=found, policy_id=tree.FULL_ACCESS, target=target
            )
            for target in targets
        )


@operation("organizations:DescribeOrganization")
def describe_organization(call: Call) -> dict[str, Any]:
    return {"Organization": describe(tree.mine(call))}


@operation("organizations:DeleteOrganization")
def delete_organization(call: Call) -> dict[str, Any]:
    found = tree.managed(call)
    if found.members.count() > 1:
        message = (
            "The organization isn't empty. To delete an organization, you must first remove all accounts except the "
            "management account."
        )
        raise AwsError("OrganizationNotEmptyException", message)
    found.delete()
    return {}


def create_context(call: Call, Tags: list[dict[str, str]] | None = None, **_: Any) -> dict[str, Any]:
    return tagging.context(Tags)


@operation("organizations:CreateAccount", context=create_context)
def create_account(
    call: Call,
    Email: str,
    AccountName: str,
    RoleName: str = ACCESS_ROLE,
    IamUserAccessToBilling: str = "ALLOW",
    Tags: list[dict[str, str]] | None = None,
) -> dict[str, Any]:
    """A member account, at once; its administrators' role trusts the management account."""
    found = tree.managed(call)
    sandbox_id = call.caller.world.sandbox_id
    if found.members.count() >= ACCOUNTS_MOST:
        message = "You've exceeded the number of accounts that an organization can have."
        raise AwsError("ConstraintViolationException", message)
    status = {"Id": tree.new_id("car-", 32), "AccountName": AccountName, "RequestedTimestamp": call.now}
    if Account.objects.filter(sandbox_id=sandbox_id, email_lower=Email.lower()).exists():
        failed = {"State": "FAILED", "CompletedTimestamp": call.now, "FailureReason": "EMAIL_ALREADY_EXISTS"}
        return {"CreateAccountStatus": account_requests.keep(found, {**status, **failed})}
    account = Account.objects.create(
        id=new_account_id(),
        sandbox_id=sandbox_id,
        name=AccountName,
        email=Email,
        email_lower=Email.lower(),
        iam_billing_access=IamUserAccessToBilling == "ALLOW",
        created=call.now,
    )
    join(call, found, account.pk, "CREATED")
    access_role(call, account, RoleName)
    tagging.keep_at_birth(call, found, tree.place(found, account.pk), Tags)
    done = {"State": "SUCCEEDED", "CompletedTimestamp": call.now, "AccountId": account.pk}
    return {"CreateAccountStatus": account_requests.keep(found, {**status, **done})}


def access_role(call: Call, account: Account, name: str) -> None:
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{call.account_id}:root"},
        "Action": "sts:AssumeRole",
    }
    role = Role.objects.create(
        account=account,
        name=name,
        name_lower=name.lower(),
        unique_id=unique_id("role"),
        trust=keep_document(json.dumps({"Version": "2012-10-17", "Statement": [statement]})),
        created=call.now,
    )
    Attachment.objects.create(account=account, holder=role.unique_id, policy_arn=ADMINISTRATOR, created=call.now)


def account_target(call: Call, AccountId: str, **_: Any) -> Target:
    found = tree.mine(call)
    return Target(arn=tree.arn(found, "account", AccountId), row=found)


def member(found: Organization, account_id: str) -> Member:
    row = found.members.select_related("account").filter(pk=account_id).first()
    if row is None:
        message = "You specified an account that doesn't exist."
        raise AwsError("AccountNotFoundException", message)
    return row


@operation("organizations:DescribeAccount", target=account_target)
def describe_account(call: Call, AccountId: str) -> dict[str, Any]:
    found = tree.managed(call)
    row = member(found, AccountId)
    return {"Account": tree.describe_account(found, row.account, row)}


@operation("organizations:ListAccounts")
def list_accounts(call: Call, NextToken: str | None = None, MaxResults: int | None = None) -> dict[str, Any]:
    found = tree.managed(call)
    return page(call, "Accounts", found.all_members, lambda row: tree.describe_account(found, row.account, row))


def move_targets(call: Call, AccountId: str, SourceParentId: str, DestinationParentId: str) -> list[Target]:
    """The account and both of its parents are acted on."""
    return [tree.place(tree.mine(call), name) for name in (AccountId, SourceParentId, DestinationParentId)]


@operation("organizations:MoveAccount", target=move_targets)
def move_account(call: Call, AccountId: str, SourceParentId: str, DestinationParentId: str) -> dict[str, Any]:
    found = tree.managed(call)
    row = member(found, AccountId)
    if row.parent != SourceParentId:
        raise AwsError("SourceParentNotFoundException", "You specified a source parent that doesn't hold the account.")
    try:
        row.parent = tree.parent(found, DestinationParentId)
    except AwsError as error:
        message = "You specified a destination parent that doesn't exist."
        raise AwsError("DestinationParentNotFoundException", message) from error
    row.save(update_fields=["parent"])
    return {}


@operation("organizations:RemoveAccountFromOrganization", target=account_target)
def remove_account_from_organization(call: Call, AccountId: str) -> dict[str, Any]:
    found = tree.managed(call)
    row = member(found, AccountId)
    if row.account_id == found.account_id:
        raise AwsError(
            "MasterCannotLeaveOrganizationException", "The management account cannot leave its organization."
        )
    leave(found, AccountId)
    return {}


@operation("organizations:CloseAccount", target=account_target)
def close_account(call: Call, AccountId: str) -> dict[str, Any]:
    """A member account is closed at once: it stays in the organization for a while, but nobody can use it."""
    found = tree.managed(call)
    row = member(found, AccountId)
    if row.account_id == found.account_id:
        message = "You can't close the management account of an organization this way."
        raise AwsError("ConstraintViolationException", message, Reason="CANNOT_CLOSE_MANAGEMENT_ACCOUNT")
    if row.account.closed is not None:
        raise AwsError("AccountAlreadyClosedException", "You attempted to close an account that is already closed.")
    row.account.closed = call.now
    row.account.save(update_fields=["closed"])
    return {}


def leave(found: Organization, account_id: str) -> None:
    """An account goes, with its place, its policies and its tags; as an administrator of services it may not."""
    if found.delegates.get(account_id):
        message = "You can't remove an account that is a delegated administrator for a service. Deregister it first."
        raise AwsError("ConstraintViolationException", message, Reason="CANNOT_REMOVE_DELEGATED_ADMINISTRATOR_FROM_ORG")
    found.attachments.filter(target=account_id).delete()
    found.members.filter(pk=account_id).delete()
    tagging.keep(found, account_id, {})


@operation("organizations:LeaveOrganization")
def leave_organization(call: Call) -> dict[str, Any]:
    found = tree.mine(call)
    if found.account_id == call.account_id:
        raise AwsError(
            "MasterCannotLeaveOrganizationException", "The management account cannot leave its organization."
        )
    leave(found, call.account_id)
    return {}
