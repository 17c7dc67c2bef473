"""JSON text to policy document: the grammar and its errors."""

import json
from typing import Any


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
        raise MalformedPolicy("Syntax errors in policy.", error.lineno, error.colno) from error
    except (RecursionError, ValueError) as error:
        raise MalformedPolicy("Syntax errors in policy.") from error


def parse(text: str, kind: str) -> Any:
    """The document of a policy text of a kind: identity, trust, bucket, scp, rcp, session. Raises MalformedPolicy."""
    return loads(text)
