"""The raw facts of an HTTP request, as they were sent and signed, out of a WSGI environment."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any
from urllib.parse import quote, unquote_to_bytes

from django.conf import settings
from django.http import HttpRequest

from iamlab.services.operations import AwsError

HEADER_BYTES = 16 * 1024  # of all headers and the query together


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
    headers = {name[5:].replace("_", "-").lower(): value for name, value in environ.items() if name.startswith("HTTP_")}
    for name, header in (("CONTENT_TYPE", "content-type"), ("CONTENT_LENGTH", "content-length")):
        if environ.get(name):
            headers[header] = environ[name]
    return Facts(environ["REQUEST_METHOD"], _path(environ), environ.get("QUERY_STRING", ""), headers)


def check_size(http: Facts) -> None:
    """Raises RequestHeaderSectionTooLarge, and InvalidURI for a NUL character, which no database text may have."""
    if "%00" in http.path or "%00" in http.query:
        raise AwsError("InvalidURI", "Couldn't parse the specified URI.", 400)
    if len(http.query) + sum(map(len, http.headers.values())) > HEADER_BYTES:
        raise too_large()


def too_large() -> AwsError:
    message = "Your request header and query parameters exceed the maximum allowed size"
    return AwsError("RequestHeaderSectionTooLarge", message, 400, MaxSizeAllowed=str(HEADER_BYTES))


def _path(environ: Mapping[str, Any]) -> str:
    """The path as sent: gunicorn keeps it; elsewhere it is written anew from the decoded one."""
    raw = environ.get("RAW_URI", "")
    if raw.startswith("/"):
        return raw.partition("?")[0].partition("#")[0]
    return quote((environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", "/")).encode("latin-1", "replace"))


class _Asked(HttpRequest):
    """As much of a request as Django reads its host and scheme from."""

    def __init__(self, environ: dict[str, Any]) -> None:
        self.META = environ

    def _get_scheme(self) -> str | None:
        return self.META.get("wsgi.url_scheme")


def host_of(environ: dict[str, Any]) -> str:
    """The host that was asked, as Django checks it. Raises DisallowedHost."""
    if "HTTP_HOST" in environ:
        return _checked(environ["HTTP_HOST"], tuple(settings.ALLOWED_HOSTS))
    return _Asked(environ).get_host()


@lru_cache(maxsize=256)
def _checked(host: str, allowed: tuple[str, ...]) -> str:
    return _Asked({"HTTP_HOST": host}).get_host()


def secure(environ: dict[str, Any]) -> bool:
    """Whether the request came over HTTPS, to here or to the proxy that this server believes."""
    return bool(_Asked(environ).is_secure())


def absolute(environ: dict[str, Any], path: str) -> str:
    """The address of a path here. Raises DisallowedHost."""
    return f"{'https' if secure(environ) else 'http'}://{host_of(environ)}{path}"


def renamed(http: Facts, signed_headers: tuple[str, ...]) -> Facts:
    """The same with the underscores that the server took for hyphens, where the signature's list of headers has them.

    So that S3's metadata keep the names that they were given.
    """
    names = {name.replace("_", "-"): name for name in signed_headers if "_" in name}
    if not names:
        return http
    return replace(http, headers={names.get(name, name): value for name, value in http.headers.items()})
