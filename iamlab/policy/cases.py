"""Cases of the batch format, one JSON object each, read into a request and its policies.

A reader keeps the documents named by the first line (`{"policies": {NAME: DOCUMENT}}`) for `{"ref": NAME}`, and one
`Policies` object for each set of documents, so that cases with the same policies share their plans.
"""

import json
from collections.abc import Mapping
from typing import Any

from .arns import caller_from
from .compile import Document, Policy, compile_document
from .conditions import text_of
from .document import MalformedPolicy
from .request import Policies, Request

KEPT_SETS = 20_000


class UnreadableCase(Exception):
    """A case that cannot be judged, and why."""


class CaseReader:
    """Reads cases, keeping what they share; with `keep=False` every document is compiled anew."""

    def __init__(self, *, keep: bool = True) -> None:
        self.compile = compile_document if keep else Document
        self.named: dict[str, Policy] = {}
        self._sets: dict[Any, Policies] = {}

    def define(self, policies: object) -> None:
        """Take in the named documents of the first line that can be read. Raises UnreadableCase for the others."""
        if not isinstance(policies, dict):
            raise UnreadableCase("policies must be an object of name to document")
        unreadable = []
        for name, document in policies.items():
            try:
                self.named[name] = Policy(self._document(document, f"policies.{name}"), name)
            except UnreadableCase as error:
                unreadable.append(str(error))
        if unreadable:
            raise UnreadableCase("; ".join(unreadable))

    def read(self, case: object) -> tuple[Request, Policies]:
        """Request and policies of one case. Raises UnreadableCase."""
        if not isinstance(case, dict):
            raise UnreadableCase("a case must be a JSON object")
        return self.request(case), self.policies(case)

    def request(self, case: Mapping[str, Any]) -> Request:
        principal = case.get("principal")
        issuer = _text(case, "sessionIssuer", optional=True)
        if not isinstance(principal, (str, dict)) or caller_from(principal, issuer).kind == "unknown":
            raise UnreadableCase("principal is none of the known forms")
        return Request(
            principal=principal,
            action=_filled(case, "action"),
            resource=_filled(case, "resource"),
            context=_context(case.get("context")),
            resource_account=_text(case, "resourceAccount", optional=True),
            session_issuer=issuer,
            restrict_public_buckets=_boolean(case, "restrictPublicBuckets"),
        )

    def policies(self, case: Mapping[str, Any]) -> Policies:
        get = case.get
        identity, boundaries, session, vpce = [
            self._flat(documents, field) if (documents := get(field)) is not None else () for field in FLAT
        ]
        scps, rcps = [self._levels(levels, field) if (levels := get(field)) is not None else () for field in LEVELS]
        document = get("resourcePolicy")
        resource = None if document is None else self._policy(document, "resourcePolicy", "resourcePolicy")
        # Documents of the same content are one object.
        key = (identity, resource, boundaries, session, vpce, scps, rcps)
        found = self._sets.get(key)
        if found is None:
            if len(self._sets) >= KEPT_SETS:
                self._sets.clear()
            found = self._sets[key] = Policies(identity, resource, boundaries, session, scps, rcps, vpce)
        return found

    def _document(self, document: object, where: str) -> Document:
        if not isinstance(document, dict):
            raise UnreadableCase(f"{where} is no policy document")
        try:
            return self.compile(document)
        except MalformedPolicy as error:
            raise UnreadableCase(f"{where} has not the shape of a policy document") from error

    def _policy(self, document: object, where: str, name: str) -> Policy:
        if isinstance(document, dict) and "Statement" not in document and isinstance(document.get("ref"), str):
            if document["ref"] not in self.named:
                raise UnreadableCase(f"{where} refers to {document['ref']!r}, which is not defined")
            return self.named[document["ref"]]
        return Policy(self._document(document, where), name)

    def _flat(self, documents: object, field: str) -> tuple[Policy, ...]:
        if not isinstance(documents, list):
            raise UnreadableCase(f"{field} must be a list of policies")
        return tuple([self._policy(one, where := f"{field}[{n}]", where) for n, one in enumerate(documents)])

    def _levels(self, levels: object, field: str) -> tuple[tuple[Policy, ...], ...]:
        if not isinstance(levels, list):
            raise UnreadableCase(f"{field} must be a list of lists of policies")
        return tuple([self._flat(level or [], f"{field}[{n}]") for n, level in enumerate(levels)])


FLAT = ("identityPolicies", "permissionsBoundaries", "sessionPolicies", "vpcEndpointPolicies")
LEVELS = ("serviceControlPolicies", "resourceControlPolicies")


def _text(case: Mapping[str, Any], field: str, *, optional: bool = False) -> str | None:
    value = case.get(field)
    if value is None and optional:
        return None
    if not isinstance(value, str):
        raise UnreadableCase(f"{field} must be a string")
    return value


def _filled(case: Mapping[str, Any], field: str) -> str:
    value = _text(case, field)
    if not value:
        raise UnreadableCase(f"{field} must not be empty")
    return value


def _boolean(case: Mapping[str, Any], field: str) -> bool:
    value = case.get(field)
    if value is not None and not isinstance(value, bool):
        raise UnreadableCase(f"{field} must be true or false")
    return bool(value)


def _context(context: object) -> dict[str, Any]:
    if context is None:
        return {}
    if not isinstance(context, dict):
        raise UnreadableCase("context must be an object")
    for key, value in context.items():
        for member in value if isinstance(value, list) else [value]:
            if member is not None and text_of(member) is None:
                raise UnreadableCase(f"context value of {key!r} must be a string or a list of strings")
    return context


def _no_constant(name: str) -> Any:
    raise ValueError(f"JSON has no {name}")


_decode = json.JSONDecoder(parse_constant=_no_constant).decode


def load_line(line: str) -> Any:
    """The JSON of one line, which may begin with a byte order mark. Raises UnreadableCase."""
    try:
        return _decode(line.removeprefix("\ufeff"))
    except (RecursionError, ValueError) as error:
        raise UnreadableCase(f"not JSON: {error}") from error
