"""Principals of trust and bucket policies: tied to unique ids when saved, so that a namesake made later is not trusted.

IAM User Guide: "AWS JSON policy elements: Principal".
"""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from django.db.models import Q

from iamlab.services.accounts.models import Account, keep_document
from iamlab.services.iam import documents, quotas
from iamlab.services.iam.models import Role, User
from iamlab.services.operations import AwsError, Call

IDENTITY = re.compile(r"arn:aws:iam::(\d{12}):(user|role)(/(?:.*/)?)([^/]+)")
UNIQUE_ID = re.compile(r"(AIDA|AROA)[A-Z0-9]+")
SERVICE = re.compile(r"[a-z0-9.-]+\.(amazonaws\.com(\.cn)?|amazon\.com|aws\.internal)")
MODELS: dict[str, type[User] | type[Role]] = {"user": User, "role": Role}
KINDS = {"AIDA": "user", "AROA": "role"}


followers: list[Callable[[Call, str, str], None]] = []  # services whose resources' policies name identities too


def check(call: Call, text: str) -> dict[str, str]:
    """Users and roles that a trust policy names: {unique id: ARN}. Raises MalformedPolicyDocument, LimitExceeded."""
    documents.check(text, documents.TRUST)
    if documents.size(text) > quotas.QUOTAS["ACLSizePerRole"]:
        raise quotas.exceeded("ACLSizePerRole")
    return resolve(call, list(principals(json.loads(text))))


def principals(document: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Each principal of a document with its kind: ("AWS", "arn:...")."""
    for statement in statements(document):
        element = statement.get("Principal", statement.get("NotPrincipal"))
        for kind, values in element.items() if isinstance(element, dict) else ():
            for value in [values] if isinstance(values, str) else values:
                yield kind, value


def statements(document: dict[str, Any]) -> list[dict[str, Any]]:
    found = document["Statement"]
    return found if isinstance(found, list) else [found]


def resolve(call: Call, named: list[tuple[str, str]]) -> dict[str, str]:
    """Users and roles of this sandbox must exist; what is outside it cannot be looked up and is taken as it is. The
    id of who is gone is refused: "you must either remove the principal ID or replace it" (AWS Knowledge Center).
    """
    found: dict[str, str] = {}
    wanted: dict[str, tuple[str, str, str, str]] = {}
    for kind, value in named:
        match = IDENTITY.fullmatch(value)
        if kind == "Service" and not SERVICE.fullmatch(value):
            raise invalid("SERVICE", value)
        if kind == "AWS" and match:
            wanted[value] = match.groups()  # type: ignore[assignment]
        elif kind == "AWS" and UNIQUE_ID.fullmatch(value):
            found[value] = _with_id(call, value)
        elif kind == "AWS" and not re.fullmatch(r"\*|\d{12}|arn:aws:(iam|sts)::\d{12}:\S+", value):
            raise invalid("AWS", value)
    ours = set(
        Account.objects.filter(
            sandbox_id=call.caller.world.sandbox_id, id__in={parts[0] for parts in wanted.values()}
        ).values_list("id", flat=True)
    )
    for arn, (account_id, kind, path, name) in wanted.items():
        if account_id in ours:
            row = MODELS[kind].objects.filter(account_id=account_id, name_lower=name.lower()).first()
            if row is None or (row.name, row.path) != (name, path):
                raise invalid("AWS", arn)
            found[row.unique_id] = arn
    return found


def _with_id(call: Call, value: str) -> str:
    """The ARN of the user or role that has an id."""
    kind = KINDS[value[:4]]
    row = MODELS[kind].objects.filter(account__sandbox_id=call.caller.world.sandbox_id, unique_id=value).first()
    if row is None:
        raise invalid("AWS", value)
    return f"arn:aws:iam::{row.account_id}:{kind}{row.path}{row.name}"


def invalid(kind: str, value: str) -> AwsError:
    return AwsError("MalformedPolicyDocument", f'Invalid principal in policy: "{kind}":"{value}"')


def replace_principal(call: Call, unique_id: str, value: str) -> None:
    """Let the trust and bucket policies that name an identity name it `value`: its new ARN, or its bare id once it is
    gone.
    """
    named = Role.objects.filter(account__sandbox_id=call.caller.world.sandbox_id).filter(
        Q(principals__has_key=unique_id)
    )
    for role in named:
        role.trust = renamed(role.trust, role.principals[unique_id], value)
        role.principals = {**role.principals, unique_id: value}
        role.save(update_fields=["trust", "principals"])
    for follow in followers:
        follow(call, unique_id, value)


def renamed(digest: str, old: str, new: str) -> str:
    """The digest of a policy that calls a principal by its new name."""
    return keep_document(spelled(documents.text(digest), {old: new}))


def spelled(text: str, names: dict[str, str]) -> str:
    """A policy whose principals bear these names: what is saved has ARNs for the ids that were given."""
    document = json.loads(text)
    if not any(value in names for _, value in principals(document)):
        return text
    for statement in statements(document):
        for element in ("Principal", "NotPrincipal"):
            if isinstance(statement.get(element), dict):
                _swap(statement[element], names)
    return json.dumps(document)


def _swap(element: dict[str, Any], new: dict[str, str]) -> None:
    for kind, values in element.items():
        element[kind] = new.get(values, values) if isinstance(values, str) else [new.get(one, one) for one in values]
