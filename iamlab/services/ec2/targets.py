"""Which instances a call acts on. Service Authorization Reference: "Actions, resources, and condition keys for Amazon
EC2"."""

import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from iamlab.services.ec2 import condition_keys
from iamlab.services.ec2.models import Instance
from iamlab.services.operations import AwsError, Call, Target

ID = re.compile(r"i-(?:[0-9a-f]{8}|[0-9a-f]{17})")
SHOWN_AFTER_END = timedelta(hours=1)  # a terminated instance shows for about an hour


def arn(call: Call, kind: str, name: str = "*", owner: bool = True) -> str:
    return f"arn:aws:ec2:{call.source.region}:{call.account_id if owner else ''}:{kind}/{name}"


def seen(call: Call) -> Any:
    """The instances of the account in the call's Region, those that ended long ago aside."""
    rows = Instance.objects.filter(account_id=call.account_id, region=call.source.region)
    return rows.exclude(terminated__lte=call.now - SHOWN_AFTER_END).order_by("pk")


def of_row(call: Call, instance_id: str, row: Instance | None) -> Target:
    """An instance with the keys that the reference gives it."""
    context = condition_keys.existing(call, row) if row is not None else condition_keys.region(call)
    tags = row.tags if row is not None else {}
    return Target(arn=arn(call, "instance", instance_id), row=row, tags=tags, context=context)


def check_ids(names: Sequence[str]) -> None:
    """Raises InvalidInstanceID.Malformed."""
    for name in names:
        if not ID.fullmatch(name):
            raise AwsError("InvalidInstanceID.Malformed", f'Invalid id: "{name[:100]}"')


def many(call: Call, InstanceIds: list[str], **_: Any) -> list[Target]:
    names = list(dict.fromkeys(InstanceIds))
    check_ids(names)
    if not names:
        raise AwsError("MissingParameter", "The request must contain the parameter InstanceId")
    found = {row.instance_id: row for row in seen(call).filter(instance_id__in=names)}
    return [of_row(call, name, found.get(name)) for name in names]


def one(call: Call, InstanceId: str, **_: Any) -> Target:
    return many(call, [InstanceId])[0]


def of_association(call: Call, AssociationId: str, **_: Any) -> Target:
    """The instance that an association is of."""
    row = seen(call).filter(association_id=AssociationId).first()
    return of_row(call, row.instance_id if row is not None else "*", row)


def any_resource(call: Call) -> Target:
    """Operations that only list: they act on everything."""
    return Target(context=condition_keys.region(call))


def listing(call: Call, **_: Any) -> Target:
    return any_resource(call)


def existing(call: Call) -> list[Instance]:
    """The rows of all targets. Raises InvalidInstanceID.NotFound."""
    missing = [target.arn.rpartition("/")[2] for target in call.targets if target.row is None]
    if missing:
        raise no_such(missing)
    return [target.row for target in call.targets]


def no_such(names: Sequence[str]) -> AwsError:
    text = f"ID '{names[0]}' does" if len(names) == 1 else f"IDs '{', '.join(names)}' do"
    return AwsError("InvalidInstanceID.NotFound", f"The instance {text} not exist")


def dry_run(wanted: bool | None) -> None:
    """Everything was allowed and is right, and nothing is to happen. Raises DryRunOperation."""
    if wanted:
        raise AwsError("DryRunOperation", "Request would have succeeded, but DryRun flag is set.")
