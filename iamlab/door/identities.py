"""Callers by name, for calls that the lab's own machinery makes: start states, solutions, actors, the self-test."""

import re
from dataclasses import replace
from datetime import timedelta

from iamlab.door import authenticate, judging
from iamlab.door.authorise import judge
from iamlab.services import callers, clock
from iamlab.services.callers import Caller, World
from iamlab.services.ec2.models import Instance
from iamlab.services.iam.models import AccessKey, InstanceProfile
from iamlab.services.iam.names import TEMPORARY, key_id
from iamlab.services.operations import AwsError, Target

EC2 = "ec2.amazonaws.com"
ROLE = re.compile(r"role/(?P<role>[^:]+)(?::(?P<session>.+))?")


def caller_as(world: World, account_id: str, name: str) -> Caller:
    """visitor, root, user/NAME (a console session), key/NAME (their active key), role/NAME[:SESSION], instance/NAME
    (the role of a running instance, by its id or its tag Name) or a service.

    `root+mfa` and `user/NAME+mfa` have given a second factor. Raises NoSuchEntity.
    """
    if name == "visitor":
        return authenticate.anonymous(world)
    name, _, extra = name.partition("+")
    asker = Caller(callers.EXAMINER, account_id, world)
    if name.startswith("key/"):
        return _by_key(world, account_id, name.removeprefix("key/"))
    if name.startswith("instance/"):
        name = _role_of_instance(world, account_id, name.removeprefix("instance/"))
    if match := ROLE.fullmatch(name):
        caller = judging.principal_of(asker, f"role/{match['role']}")
        session = match["session"] or "iamlab"
        arn = caller.arn.rpartition("/")[0] + f"/{session}"
        caller = replace(caller, session_name=session, arn=arn)
    else:
        caller = judging.principal_of(asker, name)
    if caller.kind == callers.SERVICE:
        return replace(caller, account_id=account_id)
    now = clock.now(world)
    return replace(
        caller,
        access_key_id=key_id(TEMPORARY, caller.account_id),
        issued=now,
        expires=now + timedelta(hours=12),
        mfa_at=now if extra == "mfa" else None,
        console=caller.kind in (callers.ROOT, callers.USER),
    )


def _by_key(world: World, account_id: str, user: str) -> Caller:
    """Whoever the user's newest active key stands for, as a signed request would find out; root's for "root"."""
    rows = AccessKey.objects.filter(account_id=account_id, active=True)
    rows = rows.filter(user=None) if user == "root" else rows.filter(user__name=user)
    key_id = rows.order_by("-pk").values_list("key_id", flat=True).first()
    if key_id is None:
        raise AwsError("NoSuchEntity", f"{user} has no active access key.", 404)
    return replace(authenticate.credentials(key_id).caller, world=world)


def _role_of_instance(world: World, account_id: str, name: str) -> str:
    """role/NAME:INSTANCE-ID of an instance, as its metadata service would hand out credentials. Raises NoSuchEntity."""
    rows = Instance.objects.filter(account_id=account_id, terminated=None).order_by("-pk")
    row = next((row for row in rows if name in (row.instance_id, row.tags.get("Name"))), None)
    if row is None:
        raise AwsError("NoSuchEntity", f"There is no running instance {name}.", 404)
    profiles = InstanceProfile.objects.select_related("role").filter(account_id=account_id, unique_id=row.profile_id)
    profile = profiles.first() if row.profile_id else None
    if profile is None or profile.role is None:
        raise AwsError("NoSuchEntity", f"The instance {name} has no role: it finds no credentials.", 404)
    role = profile.role
    service = Caller(callers.SERVICE, account_id, world, name=EC2, unique_id=EC2)
    arn = f"arn:aws:iam::{account_id}:role{role.path}{role.name}"
    target = Target(arn=arn, row=role, account_id=account_id, policy=role.trust)
    context = {"aws:PrincipalIsAWSService": "true", "aws:PrincipalServiceName": EC2}
    if not judge(service, "sts:AssumeRole", target, context).allowed:
        raise AwsError("NoSuchEntity", f"EC2 may not take the role {role.name}: its trust policy does not say so.", 404)
    return f"role/{role.name}:{row.instance_id}"
