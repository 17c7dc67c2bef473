"""call and call_many: resolve, check, load, authorise, prepare, perform, record."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db import DatabaseError, IntegrityError

from iamlab.door import record, storing
from iamlab.door.authorise import authorise, check_session, judge, parameter_context, request_context
from iamlab.door.parameters import check_parameters, known_parameters
from iamlab.services import callers, clock, statements
from iamlab.services.accounts.models import Sandbox, new_revision
from iamlab.services.callers import Caller, Source
from iamlab.services.operations import REGISTRY, AwsError, Call, Operation, Target, View
from iamlab.services.transactions import writing

OVERTAKEN = "The request was rejected because multiple requests to change this object were submitted simultaneously."
POLICY_SERVICES = ("iam", "organizations")  # whose writes bear on what principals may do


def call(
    caller: Caller,
    name: str,
    params: Mapping[str, Any] | None = None,
    source: Source | None = None,
    *,
    view: View | None = None,
) -> dict[str, Any]:
    """Make one call as `caller`; the answer is in AWS's own response shape. `view` cuts a list for a console page.

    Raises AwsError.
    """
    this = begin(caller, resolve(name), params or {}, source or Source())
    this.view = view
    if caller.kind == callers.EXAMINER:
        return _examine(this)
    try:
        check_parameters(this.operation.service, this.operation.api_name, this.params)
        load(this)
        allow(this)
        if this.operation.prepare is not None:
            this.prepared = this.operation.prepare(this, **this.params)
        if this.operation.writes:
            return _perform_and_record(this)
        result = this.operation.perform(this, **this.params) or {}
    except AwsError as error:
        _keep(this, None, error)
        raise
    _keep(this, result, None)
    return result


def resolve(name: str) -> Operation:
    """The registered operation, or AWS's error for one that is not simulated."""
    found = REGISTRY.get(name)
    if found is None:
        raise AwsError("InvalidAction", f"{name} is not simulated by iamlab. The fidelity page lists what is.")
    return found


def begin(
    caller: Caller, operation: Operation, params: Mapping[str, Any], source: Source, now: datetime | None = None
) -> Call:
    known = _known(operation.name)
    source = _at_home(operation, source)
    return Call(
        operation=operation,
        caller=caller,
        params={key: value for key, value in params.items() if value is not None and key in known},
        source=source,
        now=now or clock.now(caller.world),
        request_id=source.request_id or str(uuid.uuid4()),
        authorise=authorise,
        judge=judge,
        given=params,
    )


def _at_home(operation: Operation, source: Source) -> Source:
    """A global service is called in its own Region, wherever the request was signed for."""
    if source.region == callers.HOME or operation.service not in callers.GLOBAL_SERVICES:
        return source
    return replace(source, region=callers.HOME)


@cache
def _known(name: str) -> frozenset[str]:
    """The parameters that an operation has, and that its function takes."""
    operation = resolve(name)
    return known_parameters(operation.service, operation.api_name) & operation.parameters


def load(this: Call) -> None:
    """Find what the call acts on, once."""
    find = this.operation.target
    found = find(this, **this.params) if find is not None else Target()
    this.targets = found if isinstance(found, list) else [found]


def allow(this: Call, facts: Mapping[str, str | list[str]] | None = None) -> None:
    """Authorise every target. `facts` are those of the request, where they are known already. Raises AccessDenied."""
    check_session(this)
    this.context = dict(facts or request_context(this.caller, this.source, this.now))
    this.context.update(parameter_context(this.params))
    if this.operation.context is not None:
        this.context.update(this.operation.context(this, **this.params))
    if this.operation.unauthorised:
        return
    for target in this.targets:
        authorise(this, target, target.action or this.operation.action)


def _examine(this: Call) -> dict[str, Any]:
    """The examiner reads everything, writes nothing and leaves no record."""
    if this.operation.writes:
        raise AwsError("AccessDenied", "The examiner only reads.", 403)
    check_parameters(this.operation.service, this.operation.api_name, this.params)
    load(this)
    return this.operation.perform(this, **this.params) or {}


def _perform_and_record(this: Call) -> dict[str, Any]:
    """A change and its event stand or fall together; what was held before it is stored ahead of it."""
    held = record.take_pending()
    try:
        with writing(this.caller.world.sandbox_id):
            result = this.operation.perform(this, **this.params) or {}
            if this.operation.service in POLICY_SERVICES and this.operation.renews:
                renew(this.caller)
            elif this.caller.world.kept is not None:
                this.caller.world.kept.clear()  # rows of a page that the change may have changed
            nobodys = record.is_nobodys(this) and "recipientAccountId" not in this.record  # where an account is made
            rows = held if nobodys else [*held, _row(this, result, None)]
            if rows:
                storing.store(rows)
    except (AwsError, DatabaseError, ObjectDoesNotExist) as error:
        for row in held:
            record.keep(row)
        if _overtaken(error):
            raise AwsError("ConcurrentModification", OVERTAKEN, 409) from error
        raise
    return result


def _overtaken(error: Exception) -> bool:
    """Whether another call changed the same thing first: it made what this one makes, or took away what this changes.

    Django says a plain DatabaseError when there is no row left to save.
    """
    return isinstance(error, IntegrityError | ObjectDoesNotExist) or type(error) is DatabaseError


RENEW = f'update "{Sandbox._meta.db_table}" set revision = %s where id = %s'


def renew(caller: Caller) -> None:
    """A new revision: what was compiled for any principal of the sandbox is gathered anew."""
    caller.world.revision = new_revision()
    statements.run(RENEW, [caller.world.revision, caller.world.sandbox_id])


def _row(this: Call, result: dict[str, Any] | None, error: AwsError | None) -> record.Row:
    if this.decision is not None and this.decision.policy_set:
        record.keep_policy_set(this.decision.policy_set, this.decision.policy_set_text)
    return record.row_of(this, result, error)


def _keep(this: Call, result: dict[str, Any] | None, error: AwsError | None) -> None:
    if record.is_nobodys(this):
        return
    record.keep(_row(this, result, error))


def call_many(
    caller: Caller, name: str, many: Sequence[Mapping[str, Any]], source: Source | None = None
) -> list[dict[str, Any] | AwsError]:
    """One operation for many targets: loaded in bulk, decided one by one in memory, recorded as one row.

    Answers in order, an AwsError in place of each that was refused or failed. Reads only.
    """
    operation = resolve(name)
    if operation.writes:
        raise ValueError("call_many is for reads")
    if not many:
        return []
    source, now = _at_home(operation, source or Source()), clock.now(caller.world)
    if not source.request_id:
        source = replace(source, request_id=str(uuid.uuid4()))
    facts = request_context(caller, source, now) if caller.kind != callers.EXAMINER else None
    calls = [begin(caller, operation, params, source, now) for params in many]
    if operation.bulk is not None:
        for this, target in zip(calls, operation.bulk([one.params for one in calls], calls[0]), strict=True):
            this.targets = [target]
    answers: list[dict[str, Any] | AwsError] = []
    for this in calls:
        try:
            if not this.targets:
                load(this)
            if caller.kind != callers.EXAMINER:
                allow(this, facts)
            answers.append(operation.perform(this, **this.params) or {})
        except AwsError as error:
            answers.append(error)
    if caller.kind != callers.EXAMINER:
        first_error = next((answer for answer in answers if isinstance(answer, AwsError)), None)
        at = answers.index(first_error) if first_error is not None else 0
        calls[at].record["additionalEventData"] = {"iamlabCells": len(calls)}
        _keep(calls[at], None, first_error)
    return answers
