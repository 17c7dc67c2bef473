"""The target behind an ARN, for questions that are not calls: its owner, its own policy, its tags."""

import re

from iamlab.services.accounts.models import Account
from iamlab.services.callers import World
from iamlab.services.iam import users
from iamlab.services.iam.models import Policy, Role, User
from iamlab.services.operations import Target
from iamlab.services.s3 import targets

S3 = re.compile(r"arn:aws:s3:::([^/]+)(?:/(.*))?", re.DOTALL)
IAM = re.compile(r"arn:aws:iam::(\d{12}):(user|role|policy)(/(?:.*/)?)([^/]+)", re.DOTALL)


def target_of(world: World, arn: str, action: str) -> Target:
    """What an action on this ARN would act on in the sandbox; a plain target where nothing of that name exists."""
    if match := S3.fullmatch(arn):
        return _bucket_or_object(world, arn, *match.groups())
    match = IAM.fullmatch(arn)
    if match is None or not Account.objects.filter(pk=match[1], sandbox_id=world.sandbox_id).exists():
        return Target(arn=arn)
    account_id, kind, _, name = match.groups()
    if kind == "user":
        row = User.objects.filter(account_id=account_id, name=name).first()
        return users.target_of(account_id, name, row) if row else Target(arn=arn, account_id=account_id)
    if kind == "policy":
        policy = Policy.objects.filter(account_id=account_id, arn=arn).first()
        return Target(arn=arn, row=policy, tags=policy.tags if policy else {}, account_id=account_id)
    role = Role.objects.filter(account_id=account_id, name=name).first()
    trust = role.trust if role is not None and action.lower().startswith("sts:") else ""
    return Target(arn=arn, row=role, tags=role.tags if role else {}, account_id=account_id, policy=trust)


def _bucket_or_object(world: World, arn: str, name: str, key: str | None) -> Target:
    row = targets.BY_NAME.first(world.sandbox_id, name)
    if row is None:
        return Target(arn=arn)
    if key is None:
        return targets.of_bucket(row)
    return targets.of_object(row, key, targets.version(row, key))
