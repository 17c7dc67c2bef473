"""Questions that are not calls: what would be decided for a principal, an action, a resource and a context?"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db.models import OuterRef, Subquery, Value

from iamlab.door.authorise import Judgement, judge, request_context
from iamlab.policy.compile import Policy as CompiledPolicy
from iamlab.policy.compile import compile_policy
from iamlab.services import applicable, callers, clock, resources
from iamlab.services.accounts.models import Document
from iamlab.services.callers import Caller, Source, World
from iamlab.services.iam import roles, users
from iamlab.services.iam.models import Policy, Role, User
from iamlab.services.operations import AwsError, Target

QUESTION = Source(ip="192.0.2.10", user_agent="iamlab", secure=True)  # a made-up address: no call, no network


def judge_as(
    asker: Caller,
    principal: str,
    action: str,
    resource: str = "*",
    context: Mapping[str, str | list[str]] | None = None,
) -> Judgement:
    """Decide as if `principal` called. A principal is root, anonymous, user/NAME, role/NAME or an ARN of the account.

    Users are asked as a console session would ask (temporary credentials, no MFA); `context` overrides any key, and a
    key given as None is left out. Raises NoSuchEntity for a principal who does not exist.
    """
    return judge_all(asked_as(asker, principal), [action], resource, context or {})[0]


def asked_as(asker: Caller, principal: str) -> Caller:
    """Who a question is about, with fresh credentials. Raises NoSuchEntity."""
    caller = principal_of(asker, principal)
    if caller.kind in (callers.USER, callers.ROLE):
        caller = replace(caller, issued=clock.now(asker.world), console=caller.kind == callers.USER)
    return caller


def judge_all(caller: Caller, actions: Sequence[str], resource: str, context: Mapping[str, Any]) -> list[Judgement]:
    """Several actions on one resource, which is looked for once: a role's own policy is about STS only."""
    now, found = clock.now(caller.world), []
    targets: dict[bool, Target] = {}
    for action in actions:
        trust = action.lower().startswith("sts:")
        if trust not in targets:
            targets[trust] = resources.target_of(caller.world, resource, action)
        found.append(judge_with(caller, action, targets[trust], context, now))
    return found


def judge_with(caller: Caller, action: str, target: Target, context: Mapping[str, Any], now: datetime) -> Judgement:
    given = {key.lower() for key in context}
    full = {key: value for key, value in request_context(caller, QUESTION, now).items() if key.lower() not in given}
    full |= {key: value for key, value in context.items() if value is not None}
    return judge(caller, action, target, full)


def who_can(
    asker: Caller, action: str, resource: str, context: Mapping[str, Any] | None = None
) -> list[tuple[str, str, Judgement]]:
    """(ARN, label, judgement) of everybody of `principals`: the resource and all of them are looked for once."""
    world, account_id, now = asker.world, asker.account_id, clock.now(asker.world)
    users = User.objects.filter(account_id=account_id).order_by("name")
    roles = Role.objects.filter(account_id=account_id, service_linked="").order_by("name")
    everybody = [
        *((replace(_as_user(world, row), issued=now, console=True), f"{row.name} (user)") for row in users),
        *((replace(as_role(world, row), issued=now), f"{row.name} (role)") for row in roles),
        (_root(world, account_id), ROOT),
        (_nobody(world), ANYBODY),
    ]
    target = resources.target_of(world, resource, action)
    found = []
    for first in range(0, len(everybody), applicable.KEPT // 2):
        some = everybody[first : first + applicable.KEPT // 2]
        applicable.gather(account_id, [caller for caller, _ in some if caller.account_id == account_id])
        found += [
            (caller.principal_arn or caller.name, label, judge_with(caller, action, target, context or {}, now))
            for caller, label in some
        ]
    return found


ROOT, ANYBODY = "root (root user)", "anybody (not signed in)"


def examiner_for(caller: Caller) -> Caller:
    """Who asks on behalf of a console session: questions about decisions are no AWS call, and see the whole account."""
    return Caller(callers.EXAMINER, caller.account_id, caller.world, name="examiner", unique_id="examiner")


def principals(asker: Caller) -> list[tuple[str, str]]:
    """(ARN, label) of everybody in the asker's account who may be asked about: root, users, roles, the public."""
    account = asker.account_id
    told = ("kind", "path", "name")
    users = User.objects.filter(account_id=account).annotate(kind=Value("user")).values_list(*told)
    roles = Role.objects.filter(account_id=account, service_linked="").annotate(kind=Value("role")).values_list(*told)
    both = sorted(users.union(roles, all=True), key=lambda row: (row[0] == "role", row[2]))
    return [
        *((f"arn:aws:iam::{account}:{kind}{path}{name}", f"{name} ({kind})") for kind, path, name in both),
        (f"arn:aws:iam::{account}:root", ROOT),
        ("anonymous", ANYBODY),
    ]


ATTACHABLE_MOST = 100


def attachable(asker: Caller) -> list[CompiledPolicy]:
    """The account's own managed policies, as they could be attached to somebody."""
    text = Document.objects.filter(pk=OuterRef("document")).values("text")
    rows = Policy.objects.filter(account_id=asker.account_id).order_by("name").annotate(text=Subquery(text))
    found = rows.values_list("text", "name", "arn")[:ATTACHABLE_MOST]
    return [compile_policy(text, name, arn=arn) for text, name, arn in found]


def principal_of(asker: Caller, principal: str) -> Caller:
    """The caller that a principal would be. Raises NoSuchEntity."""
    world, account_id = asker.world, asker.account_id
    if principal == "anonymous":
        return _nobody(world)
    if principal.endswith(".amazonaws.com"):
        return Caller(callers.SERVICE, "", world, name=principal, arn=principal)
    short = principal.removeprefix(f"arn:aws:iam::{account_id}:")
    kind, _, path = short.partition("/")
    name = path.rpartition("/")[2]
    if short == "root":
        return _root(world, account_id)
    if kind == "user":
        return _user(world, account_id, name)
    if kind == "role":
        return _role(world, account_id, name)
    raise AwsError("NoSuchEntity", f"{principal} is no principal of account {account_id}.", 404)


def _nobody(world: World) -> Caller:
    return Caller(callers.ANONYMOUS, "anonymous", world, unique_id="anonymous", name="anonymous")


def _root(world: World, account_id: str) -> Caller:
    arn = f"arn:aws:iam::{account_id}:root"
    return Caller(callers.ROOT, account_id, world, arn=arn, principal_arn=arn, unique_id=account_id, name="root")


def _user(world: World, account_id: str, name: str) -> Caller:
    row = users.plain(account_id, name)
    if row is None:
        raise AwsError("NoSuchEntity", f"The user with name {name} cannot be found.", 404)
    return _as_user(world, row)


def _as_user(world: World, row: User) -> Caller:
    arn = f"arn:aws:iam::{row.account_id}:user{row.path}{row.name}"
    return Caller(
        callers.USER,
        row.account_id,
        world,
        arn=arn,
        principal_arn=arn,
        unique_id=row.unique_id,
        name=row.name,
        tags=row.tags,
        boundary=row.boundary,
    )


def _role(world: World, account_id: str, name: str) -> Caller:
    row = roles.find(account_id, name)
    if row is None:
        raise AwsError("NoSuchEntity", f"The role with name {name} cannot be found.", 404)
    return as_role(world, row)


def as_role(world: World, row: Role) -> Caller:
    return Caller(
        callers.ROLE,
        row.account_id,
        world,
        arn=f"arn:aws:sts::{row.account_id}:assumed-role/{row.name}/question",
        principal_arn=f"arn:aws:iam::{row.account_id}:role{row.path}{row.name}",
        unique_id=row.unique_id,
        name=row.name,
        session_name="question",
        tags=row.tags,
        boundary=row.boundary,
    )
