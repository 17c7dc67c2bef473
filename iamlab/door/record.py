"""The record of a call: CloudTrail's event, whatever happened. CloudTrail User Guide: "CloudTrail record contents"."""

import json
import uuid
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any

from django.db import connection, transaction

from iamlab.door.shown import S3_NAMES, answered, resources, s3_parameters, visible
from iamlab.door.storing import Row, store
from iamlab.services import callers, clock, statements
from iamlab.services.callers import Caller
from iamlab.services.cloudtrail.models import PolicySet
from iamlab.services.operations import AwsError, Call, Operation, model
from iamlab.services.sts.messages import encoded

# What a parameter names, for the event's resources.
RESOURCE_TYPES = {
    "UserName": "AWS::IAM::User",
    "GroupName": "AWS::IAM::Group",
    "RoleName": "AWS::IAM::Role",
    "RoleArn": "AWS::IAM::Role",
    "PolicyArn": "AWS::IAM::Policy",
    "PolicyName": "AWS::IAM::Policy",
    "InstanceProfileName": "AWS::IAM::InstanceProfile",
    "AccessKeyId": "AWS::IAM::AccessKey",
    "SerialNumber": "AWS::IAM::MfaDevice",
    "Bucket": "AWS::S3::Bucket",
    "BudgetName": "AWS::Budgets::Budget",
    "InstanceId": "AWS::EC2::Instance",
    "InstanceIds": "AWS::EC2::Instance",
}
CONSOLE, S3_CONSOLE = "AWS Internal", "[S3Console/0.4]"
OWN_NAMES = {"AccessDenied": "AccessDenied", "ValidationError": "ValidationException"}


@dataclass(slots=True)
class Pending:
    rows: list[Row] = field(default_factory=list)
    stored: set[str] = field(default_factory=set)  # ids of the events that were held, and stored
    changed: bool = False


_pending: ContextVar[Pending | None] = ContextVar("pending events", default=None)
_kept_sets: set[str] = set()
_json = json.JSONEncoder(separators=(",", ":"), default=str).encode


@contextmanager
def recording() -> Iterator[None]:
    """Hold the events of reads, refusals and failures of one HTTP request, and store them together at its end."""
    token = _pending.set(Pending())
    try:
        yield
    finally:
        try:
            flush()
        finally:
            _pending.reset(token)


def flush() -> None:
    """Store what is held now: before a response's first byte, and before anything judges the events."""
    pending = _pending.get()
    if pending is not None and pending.rows:
        rows, pending.rows = pending.rows, []
        pending.stored.update(row[1] for row in rows)
        store(rows)


def keep(row: Row) -> None:
    """Hold an event until the request's end; without a request, store it at once."""
    pending = _pending.get()
    if pending is None:
        store([row])
    else:
        pending.rows.append(row)


def take_pending() -> list[Row]:
    """What is held, to be stored in a change's own transaction, ahead of the change's event."""
    pending = _pending.get()
    if pending is None:
        return []
    rows, pending.rows, pending.changed = pending.rows, [], True
    return rows


def changed() -> bool:
    """Whether this HTTP request has made a change so far, or tried to."""
    pending = _pending.get()
    return pending is not None and pending.changed


def stored() -> Collection[str]:
    """The ids of the events that this HTTP request held and has stored so far: its own, when it has changed nothing."""
    pending = _pending.get()
    return pending.stored if pending is not None else ()


def happened() -> bool:
    """Whether this HTTP request has made a call so far."""
    pending = _pending.get()
    return pending is not None and bool(pending.changed or pending.rows or pending.stored)


def keep_policy_set(digest: str, text: str) -> None:
    """Store which policies applied, once by content."""
    if digest in _kept_sets or _is_in_transaction(digest):
        return
    PolicySet.objects.bulk_create([PolicySet(digest=digest, text=text)], ignore_conflicts=True)
    transaction.on_commit(partial(_remember, digest))


def _is_in_transaction(digest: str) -> bool:
    """Whether this transaction has stored a set already: whatever of it is undone takes its callbacks along."""
    waiting = (callback for _, callback, *_ in connection.run_on_commit)
    return any(isinstance(one, partial) and one.func is _remember and one.args == (digest,) for one in waiting)


def _remember(digest: str) -> None:
    """Only what is stored for good is never stored again: events of other worlds hang on the same row."""
    if len(_kept_sets) > 10_000:
        _kept_sets.clear()
    _kept_sets.add(digest)


def row_of(call: Call, result: dict[str, Any] | None, error: AwsError | None) -> Row:
    """The event of a call, ready to be stored."""
    operation, caller, event_id = call.operation, call.caller, str(uuid.uuid4())
    service = model(operation.service)
    if error is not None and error.code == "UnauthorizedOperation":
        error.message += f". Encoded authorization failure message: {encoded(event_id)}"
    record = record_of(call, result, error, event_id)
    account_id = call.record.pop("recipientAccountId", None) or _recipient(call)
    record["recipientAccountId"] = account_id
    values = (
        account_id,
        event_id,
        statements.time(call.now),
        statements.time(datetime.now(UTC)),
        f"{service.endpoint_prefix if operation.service != 'signin' else 'signin'}.amazonaws.com",
        record["eventName"],
        _username(caller),
        caller.access_key_id,
        caller.unique_id[:64],  # longer where it is a provider's and a subject's
        not operation.writes,
        operation.data_event,
        _error_code(operation.service, error.code) if error is not None else "",
        "\n".join(_resources(call)),
        _json(record),
        _json(call.decision.stored()) if call.decision is not None else "",
        call.decision.policy_set if call.decision is not None else "",
        call.source.region[:64],
    )
    if error is not None:
        error.event_id = event_id
    return values


def is_nobodys(call: Call) -> bool:
    """Whether there is no account in whose event history the call could stand."""
    return call.caller.kind == callers.ANONYMOUS and not (call.targets and call.target.account_id)


def _recipient(call: Call) -> str:
    if call.caller.kind == callers.ANONYMOUS and not is_nobodys(call):
        return call.target.account_id
    return call.caller.account_id


def record_of(call: Call, result: dict[str, Any] | None, error: AwsError | None, event_id: str) -> dict[str, Any]:
    """The JSON record as CloudTrail shows it."""
    operation, caller = call.operation, call.caller
    shapes = model(operation.service).operation_model(operation.api_name)
    refused = error is not None and error.refuses
    record: dict[str, Any] = {
        "eventVersion": "1.11",
        "userIdentity": identity(caller),
        "eventTime": clock.iso(call.now),
        "eventSource": f"{operation.service}.amazonaws.com",
        "eventName": call.source.event_name or _name(operation),
        "awsRegion": call.source.region,
        "sourceIPAddress": call.source.ip,
        "userAgent": _agent(call),
    }
    if error is not None and operation.service != "signin":  # sign-in events tell failures in their own words
        record["errorCode"] = _error_code(operation.service, error.code)
        if error.message:
            record["errorMessage"] = error.message
    record["requestParameters"] = None if refused else _parameters(call, shapes.input_shape)
    told = operation.writes and result
    record["responseElements"] = answered(operation, result, shapes.output_shape) if told else None
    record.update(
        requestID=call.request_id,
        eventID=event_id,
        readOnly=not operation.writes,
        eventType="AwsApiCall",
        managementEvent=not operation.data_event,
        eventCategory="Data" if operation.data_event else "Management",
    )
    if found := resources(operation, call.params, call.target.account_id if call.targets else ""):
        record["resources"] = found
    if caller.console:
        record["sessionCredentialFromConsole"] = "true"
    if call.source.host:
        record["tlsDetails"] = {"clientProvidedHostHeader": call.source.host}
    record.update({name: value for name, value in call.record.items() if name != "recipientAccountId"})
    if error is not None and error.decision is not None:
        more = record.get("additionalEventData") or {}
        record["additionalEventData"] = {**more, "iamlabEncodedMessage": encoded(event_id)}
    return record


def _agent(call: Call) -> str:
    """A console makes its calls itself, from a browser or not: only sign-in events tell which browser it is."""
    agent = call.source.user_agent
    if call.caller.console and call.operation.service != "signin" and agent.startswith("Mozilla/"):
        return S3_CONSOLE if call.operation.service == "s3" else CONSOLE
    return agent


def _name(operation: Operation) -> str:
    name = operation.api_name
    return S3_NAMES.get(name, name) if operation.service == "s3" else name


def _parameters(call: Call, shape: Any) -> dict[str, Any] | None:
    if call.operation.service == "s3":
        return s3_parameters(call.params, shape, call.source.host) or None
    return visible(call.params, shape) or None


def _error_code(service: str, code: str) -> str:
    """IAM's and STS's codes carry the exception's name in CloudTrail, EC2's whose fault it is; S3's are the wire's."""
    if service == "ec2":
        return f"Client.{code}"
    if service not in ("iam", "sts") or code.endswith("Exception"):
        return code
    return OWN_NAMES.get(code, code + "Exception")


def _username(caller: Caller) -> str:
    return (caller.session_name or caller.name)[:128]


def _resources(call: Call) -> list[str]:
    found = []
    for name, kind in RESOURCE_TYPES.items():
        value = call.params.get(name)
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, str) and one:
                found.append(f"{kind} {one}".replace("\n", " "))  # a line each
    if "Bucket" in call.params and "Key" in call.params:
        found.append(f"AWS::S3::Object arn:aws:s3:::{call.params['Bucket']}/{call.params['Key']}".replace("\n", " "))
    return found


def identity(caller: Caller) -> dict[str, Any]:
    """userIdentity of a record. CloudTrail User Guide: "CloudTrail userIdentity element"."""
    if caller.kind == callers.ANONYMOUS:
        return {"type": "AWSAccount", "principalId": "", "accountId": "ANONYMOUS_PRINCIPAL"}
    if caller.kind == callers.SERVICE:
        return {"type": "AWSService", "invokedBy": caller.name}
    if caller.kind == callers.WEB:
        saml = ":saml-provider/" in caller.provider
        return {
            "type": "SAMLUser" if saml else "WebIdentityUser",
            "principalId": caller.unique_id,
            "userName": caller.name,
            "identityProvider": caller.unique_id.partition(":")[0] if saml else caller.provider,
        }
    kinds = {
        callers.ROOT: "Root",
        callers.USER: "IAMUser",
        callers.ROLE: "AssumedRole",
        callers.FEDERATED: "FederatedUser",
    }
    found: dict[str, Any] = {
        "type": kinds[caller.kind],
        "principalId": _principal_id(caller),
        "arn": caller.arn,
        "accountId": caller.account_id,
        "accessKeyId": caller.access_key_id,
    }
    if caller.kind == callers.USER:
        found["userName"] = caller.name
    elif caller.alias:
        found["userName"] = caller.alias
    if caller.issued is not None:
        found["sessionContext"] = {
            "sessionIssuer": _issuer(caller),
            "webIdFederationData": {},
            "attributes": {
                "creationDate": clock.iso(caller.issued),
                "mfaAuthenticated": "true" if caller.mfa_at else "false",
            },
        }
    if caller.source_identity:
        found.setdefault("sessionContext", {})["sourceIdentity"] = caller.source_identity
    return found


def _principal_id(caller: Caller) -> str:
    if caller.kind == callers.ROLE:
        return f"{caller.unique_id}:{caller.session_name}"
    if caller.kind == callers.FEDERATED:
        return f"{caller.account_id}:{caller.session_name}"
    return caller.unique_id


def _issuer(caller: Caller) -> dict[str, str]:
    if caller.kind not in (callers.ROLE, callers.FEDERATED):
        return {}
    return {
        "type": "Role" if caller.kind == callers.ROLE else "IAMUser",
        "principalId": caller.unique_id,
        "arn": caller.principal_arn,
        "accountId": caller.account_id,
        "userName": caller.principal_arn.rpartition("/")[2],
    }
