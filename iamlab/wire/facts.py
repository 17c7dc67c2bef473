"""The raw facts of an HTTP request, as they were sent and signed, out of a WSGI environment."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote_to_bytes

from iamlab.services.operations import AwsError

HEADER_BYTES = 16 * 1024  # of all headers and the query together
SMALL_BODY = 1 * 2**20  # of a request that carries no object


@dataclass(slots=True)
class Facts:
    """`path` and `query` as sent, percent-encoded; header names in lower case, values as latin-1 strings."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]

    @property
    def decoded_path(self) -> bytes:
        return unquote_to_bytes(self.path)


def facts_of(environ: Mapping[str, Any]) -> Facts:
    """Raises RequestHeaderSectionTooLarge."""
    headers: dict[str, str] = {}
    size = 0
    for name, value in environ.items():
        if name.startswith("HTTP_"):
            headers[name[5:].replace("_", "-").lower()] = value
            size += len(name) + len(value)
    for name, header in (("CONTENT_TYPE", "content-type"), ("CONTENT_LENGTH", "content-length")):
        if environ.get(name):
            headers[header] = environ[name]
    query = environ.get("QUERY_STRING", "")
    if size + len(query) > HEADER_BYTES:
        message = "Your request header and query parameters exceed the maximum allowed size"
        raise AwsError("RequestHeaderSectionTooLarge", message, 400, MaxSizeAllowed=str(HEADER_BYTES))
    return Facts(environ["REQUEST_METHOD"], _path(environ), query, headers)


def _path(environ: Mapping[str, Any]) -> str:
    """The path as sent: gunicorn keeps it; elsewhere it is written anew from the decoded one."""
    raw = environ.get("RAW_URI", "")
    if raw.startswith("/"):
        return raw.partition("?")[0].partition("#")[0]
    return quote((environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", "/")).encode("latin-1", "replace"))


def read_body(request: Any, limit: int) -> bytes:
    """The body. Raises EntityTooLarge over `limit` bytes, IncompleteBody when the client ended early.

    Not request.body, which stops at DATA_UPLOAD_MAX_MEMORY_SIZE; and Django's stream ends at Content-Length, which a
    chunked request lacks.
    """
    environ = request.environ
    chunked = environ.get("HTTP_TRANSFER_ENCODING", "").lower() == "chunked" and environ.get("wsgi.input_terminated")
    length = int(environ["CONTENT_LENGTH"]) if environ.get("CONTENT_LENGTH", "").isdecimal() else 0
    if length > limit:
        raise too_large(length, limit)
    try:
        body = environ["wsgi.input"].read(limit + 1) if chunked else request.read(limit + 1)
    except OSError as error:  # what gunicorn raises for a connection cut or a broken chunk
        raise incomplete() from error
    if len(body) > limit:
        raise too_large(len(body), limit)
    if not chunked and len(body) < length:
        raise incomplete()
    return body


def too_large(size: int, limit: int) -> AwsError:
    message = "Your proposed upload exceeds the maximum allowed size"
    return AwsError("EntityTooLarge", message, 400, ProposedSize=str(size), MaxSizeAllowed=str(limit))


def incomplete() -> AwsError:
    message = "You did not provide the number of bytes specified by the Content-Length HTTP header"
    return AwsError("IncompleteBody", message, 400)
