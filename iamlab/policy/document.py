"""JSON text to policy document: the grammar, and the answers AWS gives when a document is refused on saving.

AWS: "Grammar of the IAM JSON policy language". Findings that do not stop a document from being saved are in
`validate.py`.
"""

import json
from typing import Any

from . import positions
from .grammar import ORGANIZATIONS, SYNTAX
from .positions import JsonError
from .refusals import CHECKS

KINDS = ("identity", "session", "trust", "bucket", "scp", "rcp")

# Characters without white space, as counted for managed policies and for the sum of an identity's inline policies.
MANAGED_LIMIT, TRUST_LIMIT, SESSION_LIMIT = 6144, 2048, 2048
INLINE_LIMITS = {"user": 2048, "group": 5120, "role": 10240}
ORGANIZATION_LIMIT = 5120  # SCPs and RCPs; white space counts
BUCKET_LIMIT = 20 * 1024  # bytes


NO_JSON = "This policy contains invalid Json"


class MalformedPolicy(Exception):
    """A text that is no policy; `message` in AWS's words, `line` and `column` count from 1 (0 where unknown)."""

    def __init__(self, message: str, line: int = 0, column: int = 0):
        super().__init__(message)
        self.message, self.line, self.column = message, line, column


def loads(text: str) -> Any:
    """JSON of a policy text. Raises MalformedPolicy with the place of the error."""
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise MalformedPolicy(SYNTAX, error.lineno, error.colno) from error
    except (RecursionError, ValueError) as error:
        raise MalformedPolicy(SYNTAX) from error


def size(text: str) -> int:
    """Characters of a document without white space, as IAM counts them (AWS: "IAM and AWS STS quotas")."""
    return len("".join(text.split()))


def parse(text: str, kind: str) -> Any:
    """The document of a policy text of a kind: identity, session, trust, bucket, scp, rcp.

    Raises MalformedPolicy with the first of AWS's answers that holds and the place it speaks of.
    """
    try:
        root = positions.parse(text)
    except JsonError as error:
        message = {"scp": ORGANIZATIONS, "rcp": ORGANIZATIONS, "trust": NO_JSON}.get(kind, SYNTAX)
        raise MalformedPolicy(message, *positions.line_and_column(text, error.offset)) from error
    for check in CHECKS:
        for message, node in check(root, kind):
            message = ORGANIZATIONS if kind in ("scp", "rcp") else message
            raise MalformedPolicy(message, *positions.line_and_column(text, node.start))
    return loads(text)
