"""Callers by name, for calls that the lab's own machinery makes: start states, solutions, actors, the self-test."""

import re
from dataclasses import replace
from datetime import timedelta

from iamlab.door import authenticate, judging
from iamlab.services import callers, clock
from iamlab.services.callers import Caller, World
from iamlab.services.iam.models import AccessKey
from iamlab.services.iam.names import unique_id
from iamlab.services.operations import AwsError

ROLE = re.compile(r"role/(?P<role>[^:]+)(?::(?P<session>.+))?")


def caller_as(world: World, account_id: str, name: str) -> Caller:
    """visitor, root, user/NAME (a console session), key/NAME (their active key), role/NAME[:SESSION] or a service.

    `root+mfa` and `user/NAME+mfa` have given a second factor. Raises NoSuchEntity.
    """
    if name == "visitor":
        return authenticate.anonymous(world)
    name, _, extra = name.partition("+")
    asker = Caller(callers.EXAMINER, account_id, world)
    if name.startswith("key/"):
        return _by_key(world, account_id, name.removeprefix("key/"))
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
        access_key_id=unique_id("session-key"),
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
