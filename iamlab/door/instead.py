"""Whom a user who is refused could be instead: the roles that they may take, and as which they would be allowed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Case, OuterRef, Subquery, Value, When

from iamlab.door.authorise import Judgement, judge, principal_context
from iamlab.door.judging import as_role
from iamlab.policy.arns import caller_from
from iamlab.policy.compile import compile_document
from iamlab.policy.evaluate import evaluate
from iamlab.policy.statement import Statement
from iamlab.services import applicable, callers, clock
from iamlab.services.accounts.models import Document
from iamlab.services.callers import Caller
from iamlab.services.iam import documents
from iamlab.services.iam.models import Role
from iamlab.services.sts.roles import target_of

MOST = 100  # roles whose trust is read, those first that name the user
ASSUME = "sts:AssumeRole"
MFA, EXTERNAL_ID = "aws:MultiFactorAuthPresent", "sts:ExternalId"
# What describes the caller, and what describes the thing acted on: neither goes along to another question.
OF_THE_CALLER = tuple(
    f"aws:{name}".lower()
    for name in ("Principal", "userid", "username", "TokenIssueTime", "MultiFactorAuth", "FederatedProvider")
)
ORGANIZATION = "aws:principalorg"  # the account's, whoever of it calls
OF_THE_TARGET = tuple(f"aws:{name}".lower() for name in ("Resource", "RequestTag/", "TagKeys"))
Context = dict[str, str | list[str]]


@dataclass(frozen=True, slots=True)
class Taking:
    """A role as which the request would be allowed; `needs` are the keys that the request lacks for taking it."""

    arn: str
    path: str
    name: str
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Roles:
    """The roles of a user's account that may let the user in, with what applies to them at hand."""

    user: Caller
    rows: tuple[Role, ...] = ()
    more: bool = False  # than were looked at


def at_hand(user: Caller) -> Roles:
    """What the questions after this ask of a user and their roles, in as few queries as for one; none for others."""
    if user.kind != callers.USER:
        return Roles(user)
    named_first = Case(When(principals__has_key=user.unique_id, then=Value(0)), default=Value(1))
    text = Document.objects.filter(pk=OuterRef("trust")).values("text")
    own = Role.objects.filter(account_id=user.account_id, service_linked="").annotate(text=Subquery(text))
    read: list[Any] = list(own.order_by(named_first, "name")[: MOST + 1])
    documents.keep({row.trust: row.text for row in read})
    rows = tuple(row for row in read[:MOST] if _names(row.text, user))
    applicable.gather(user.account_id, [user, *(as_role(user.world, row) for row in rows)])
    return Roles(user, rows, len(read) > MOST)


def _names(trust: str, user: Caller) -> bool:
    """Whether a trust policy is about the user at all, whatever else it asks."""
    caller = caller_from(user.arn, None)
    trusting = compile_document(trust).select(ASSUME, "resource").allows
    return any(one.principals is None or one.principals.grants(caller) for one in trusting)


def found(roles: Roles, judgements: Iterable[Judgement]) -> list[tuple[Taking, ...]]:
    """For each judgement of the user's the roles that would do: those first that may be taken as things are."""
    taken: dict[str, tuple[str, ...] | None] = {}
    return [tuple(sorted(_allowing(roles, one, taken), key=lambda role: len(role.needs))) for one in judgements]


def _allowing(roles: Roles, judged: Judgement, taken: dict[str, tuple[str, ...] | None]) -> Iterable[Taking]:
    asked = judged.request
    # STS is asked before a role is taken; and it is the same session that would take the next.
    if judged.allowed or asked.action.lower().startswith("sts:"):
        return
    for row in roles.rows:
        if row.unique_id not in taken:
            taken[row.unique_id] = _needs(roles.user, row, asked.context)
        needs = taken[row.unique_id]
        if needs is not None and _allows(roles.user, row, judged, with_mfa=MFA in needs):
            yield Taking(_arn(row), row.path, row.name, needs)


def _arn(row: Role) -> str:
    return f"arn:aws:iam::{row.account_id}:role{row.path}{row.name}"


def _needs(user: Caller, row: Role, given: Mapping[str, Any]) -> tuple[str, ...] | None:
    """What is missing for taking a role: () where nothing is, None where no second factor or external id helps."""
    context: Context = {key: value for key, value in given.items() if _goes_along(key)}
    context["sts:RoleSessionName"] = user.name
    tried = [(), (MFA,), (EXTERNAL_ID,), (MFA, EXTERNAL_ID)]
    return next((needs for needs in tried if _taken(user, row, _with(context, row, needs))), None)


def _goes_along(key: str) -> bool:
    return key.lower().startswith(("aws:", "sts:")) and not key.lower().startswith(OF_THE_TARGET)


def _taken(user: Caller, row: Role, context: Context | None) -> bool:
    return context is not None and judge(user, ASSUME, target_of(_arn(row), row), context).allowed


def _with(context: Context, row: Role, needs: tuple[str, ...]) -> Context | None:
    """The context with a second factor or the external id that the role's trust asks for; None where it asks none."""
    more = _mfa() if MFA in needs else {}
    if EXTERNAL_ID in needs:
        wanted = _external_id(row)
        if wanted is None:
            return None
        more[EXTERNAL_ID] = wanted
    replaced = {key.lower() for key in more}
    return {**{key: value for key, value in context.items() if key.lower() not in replaced}, **more}


def _mfa() -> Context:
    return {MFA: "true", "aws:MultiFactorAuthAge": "0"}


def _external_id(row: Role) -> str | None:
    trust = compile_document(applicable.texts({row.trust})[row.trust])
    trusting: Iterable[Statement] = trust.select(ASSUME, "resource").allows
    asked = [one for statement in trusting for one in statement.compile().conditions]
    return next((value for one in asked if one.lower == EXTERNAL_ID.lower() for value in one.values), None)


def _of_the_caller(key: str) -> bool:
    return key.startswith(OF_THE_CALLER) and not key.startswith(ORGANIZATION)


def _allows(user: Caller, row: Role, judged: Judgement, *, with_mfa: bool) -> bool:
    """The same request by a session of the role, begun now and named after the user as the console names it."""
    asked, now = judged.request, clock.now(user.world)
    session = replace(as_role(user.world, row), session_name=user.name, issued=now)
    session = replace(session, arn=f"{session.arn.rpartition('/')[0]}/{user.name}")
    had = {key: value for key in _mfa() if (value := asked.lookup(key.lower())) is not None}
    second_factor = _mfa() if with_mfa else had
    others = {key: value for key, value in asked.context.items() if not _of_the_caller(key.lower())}
    request = replace(
        asked,
        principal=session.arn,
        session_issuer=session.principal_arn,
        context={**others, **principal_context(session, now), **second_factor},
    )
    applied = applicable.of_caller(session)
    policies = applied.policies(judged.resource_policy, asked.resource, judged.granted, judged.rcps)
    return evaluate(request, policies).allowed
