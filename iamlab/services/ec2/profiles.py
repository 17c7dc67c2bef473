"""Instance profiles on instances. EC2 API Reference: "AssociateIamInstanceProfile"; IAM User Guide: "Use instance
profiles"."""

from typing import Any

from iamlab.services.ec2 import filters, targets
from iamlab.services.ec2.models import Instance
from iamlab.services.ec2.places import new_id
from iamlab.services.iam import instance_profiles, roles
from iamlab.services.iam.models import InstanceProfile
from iamlab.services.operations import AwsError, Call, Target, operation

SERVICE = "ec2.amazonaws.com"


def passed(call: Call, given: dict[str, str]) -> tuple[str, str]:
    """ARN and id of the profile that a request names; whoever gives it must be allowed to pass its role.

    Raises InvalidParameterValue, InvalidParameterCombination, UnauthorizedOperation.
    """
    name, arn = given.get("Name") or "", given.get("Arn") or ""
    if name and arn:
        message = "The parameter iamInstanceProfile.name may not be used in combination with iamInstanceProfile.arn"
        raise AwsError("InvalidParameterCombination", message)
    if not name and not arn:
        raise AwsError("MissingParameter", "The request must contain the parameter iamInstanceProfile.name or .arn")
    row = found(call, name, arn)
    if row is None:
        parameter, word = ("name", "name") if name else ("arn", "ARN")
        message = f"Invalid IAM Instance Profile {word}"
        raise invalid(name or arn, parameter, message)
    if row.role is None:
        raise invalid(name or arn, "name" if name else "arn", "IAM Instance Profile has no associated IAM Roles")
    roles.require_pass(call, row.role.name, row.role, SERVICE)
    return instance_profiles.arn(call.account_id, row.path, row.name), row.unique_id


def found(call: Call, name: str, arn: str) -> InstanceProfile | None:
    wanted = name or arn.rpartition("/")[2]
    rows = InstanceProfile.objects.select_related("role").filter(account_id=call.account_id)
    row = rows.filter(name_lower=wanted.lower()).first()
    if row is not None and arn and instance_profiles.arn(call.account_id, row.path, row.name) != arn:
        return None
    return row


def invalid(value: str, parameter: str, why: str) -> AwsError:
    return AwsError(
        "InvalidParameterValue", f"Value ({value[:200]}) for parameter iamInstanceProfile.{parameter} is invalid. {why}"
    )


def put(row: Instance, profile: tuple[str, str], call: Call) -> None:
    """Set, not saved."""
    row.profile_arn, row.profile_id = profile
    row.association_id, row.associated = new_id("iip-assoc"), call.now


def shown(row: Instance, state: str) -> dict[str, Any]:
    return {
        "AssociationId": row.association_id,
        "InstanceId": row.instance_id,
        "IamInstanceProfile": {"Arn": row.profile_arn, "Id": row.profile_id},
        "State": state,
        **({"Timestamp": row.associated} if state == "associated" else {}),
    }


def running(row: Instance) -> Instance:
    """Raises IncorrectInstanceState."""
    if row.terminated is not None:
        message = f"The instance '{row.instance_id}' is not in the 'running' or 'stopped' states."
        raise AwsError("IncorrectInstanceState", message)
    return row


def replacing(call: Call, AssociationId: str, IamInstanceProfile: dict[str, str]) -> Target:
    return with_new(call, targets.of_association(call, AssociationId), IamInstanceProfile)


def associating(call: Call, InstanceId: str, IamInstanceProfile: dict[str, str]) -> Target:
    return with_new(call, targets.one(call, InstanceId), IamInstanceProfile)


def with_new(call: Call, target: Target, given: dict[str, str]) -> Target:
    """ec2:NewInstanceProfile is the profile that the instance is to have."""
    row = found(call, given.get("Name") or "", given.get("Arn") or "")
    if row is not None:
        new = {"ec2:NewInstanceProfile": instance_profiles.arn(call.account_id, row.path, row.name)}
        target.context = {**target.context, **new}
    return target


@operation("ec2:AssociateIamInstanceProfile", target=associating)
def associate_iam_instance_profile(call: Call, IamInstanceProfile: dict[str, str], InstanceId: str) -> dict[str, Any]:
    profile = passed(call, IamInstanceProfile)
    row = running(*targets.existing(call))
    if row.profile_arn:
        raise AwsError("IncorrectState", f"There is an existing association for instance {row.instance_id}")
    put(row, profile, call)
    row.save(update_fields=["profile_arn", "profile_id", "association_id", "associated"])
    return {"IamInstanceProfileAssociation": shown(row, "associating")}


def associated(call: Call, name: str) -> Instance:
    """Raises InvalidAssociationID.NotFound."""
    if call.target.row is None:
        raise AwsError("InvalidAssociationID.NotFound", f"An invalid association-id of '{name[:100]}' was given")
    row: Instance = call.target.row
    return row


@operation("ec2:ReplaceIamInstanceProfileAssociation", target=replacing)
def replace_iam_instance_profile_association(
    call: Call, IamInstanceProfile: dict[str, str], AssociationId: str
) -> dict[str, Any]:
    profile = passed(call, IamInstanceProfile)
    row = running(associated(call, AssociationId))
    put(row, profile, call)
    row.save(update_fields=["profile_arn", "profile_id", "association_id", "associated"])
    return {"IamInstanceProfileAssociation": shown(row, "associating")}


@operation("ec2:DisassociateIamInstanceProfile", target=targets.of_association)
def disassociate_iam_instance_profile(call: Call, AssociationId: str) -> dict[str, Any]:
    row = associated(call, AssociationId)
    answer = shown(row, "disassociating")
    row.profile_arn = row.profile_id = row.association_id = ""
    row.associated = None
    row.save(update_fields=["profile_arn", "profile_id", "association_id", "associated"])
    return {"IamInstanceProfileAssociation": answer}


READERS: dict[str, filters.Read] = {
    "instance-id": lambda row: [row.instance_id],
    "state": lambda row: ["associated"],
}


@operation("ec2:DescribeIamInstanceProfileAssociations", target=targets.listing)
def describe_iam_instance_profile_associations(
    call: Call,
    AssociationIds: list[str] | None = None,
    Filters: list[dict[str, Any]] | None = None,
    MaxResults: int | None = None,
    NextToken: str | None = None,
) -> dict[str, Any]:
    rows = list(targets.seen(call).exclude(association_id="").filter(terminated=None))
    if AssociationIds:
        rows = [row for row in rows if row.association_id in AssociationIds]
    items = [shown(row, "associated") for row in filters.chosen(rows, Filters, READERS)]
    return filters.page("IamInstanceProfileAssociations", items, MaxResults, NextToken)
