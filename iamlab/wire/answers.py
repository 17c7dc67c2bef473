"""What the wire answers, before it is a response of Django's or of the server's."""

from dataclasses import dataclass

from django.http.response import ResponseHeaders


@dataclass(slots=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes = b""


def sendable(headers: dict[str, str]) -> dict[str, str]:
    """Headers as HTTP takes them; what is not latin-1 is encoded. Raises BadHeaderError for a line's end in a value."""
    if all(value.isascii() and value.isprintable() for value in headers.values()):
        return headers
    return dict(ResponseHeaders(headers).items())
