"""Which pages of other origins a browser may let read a bucket's answers. S3 User Guide: "Using cross-origin resource
sharing (CORS)"; what is refused as AWS answers it, which its documentation does not tell."""

import re
from typing import Any

from iamlab.services.operations import AwsError
from iamlab.services.s3.models import Bucket

VARY = "Origin, Access-Control-Request-Headers, Access-Control-Request-Method"
NOT_ALLOWED = (
    "This CORS request is not allowed. This is usually because the evalution of Origin, request method / "
    "Access-Control-Request-Method or Access-Control-Request-Headers are not whitelisted by the resource's CORS spec."
)


def headers(sandbox_id: int, bucket: str, origin: str, method: str, asked: list[str]) -> dict[str, str]:
    """What is added to the answer to a request from another origin: nothing where no rule allows it."""
    kept = Bucket.objects.filter(sandbox_id=sandbox_id, name=bucket).values_list("settings", flat=True).first()
    return allowed(((kept or {}).get("cors") or {}).get("CORSRules", []), origin, method, asked)


def preflight(sandbox_id: int | None, bucket: str, key: str, origin: str, method: str, asked: str) -> dict[str, str]:
    """The same for a browser that asks beforehand. Raises BadRequest, AccessForbidden.

    API Reference: "OPTIONS object"."""
    if not origin:
        raise AwsError("BadRequest", "Insufficient information. Origin request header needed.", 400)
    row = Bucket.objects.filter(sandbox_id=sandbox_id, name=bucket).first() if sandbox_id is not None else None
    if row is None:
        raise _forbidden("Bucket not found", method, "BUCKET")
    if "cors" not in row.settings:
        raise _forbidden("CORS is not enabled for this bucket.", method, "BUCKET")
    if not method:
        raise AwsError("BadRequest", "Invalid Access-Control-Request-Method: null", 400)
    found = allowed(row.settings["cors"]["CORSRules"], origin, method, names_in(asked))
    if not found:
        raise _forbidden(NOT_ALLOWED, method, "OBJECT" if key else "BUCKET")
    return found


def _forbidden(why: str, method: str, kind: str) -> AwsError:
    return AwsError("AccessForbidden", f"CORSResponse: {why}", 403, Method=method or "OPTIONS", ResourceType=kind)


def names_in(asked: str) -> list[str]:
    return [name.strip().lower() for name in asked.split(",") if name.strip()]


def allowed(rules: list[dict[str, Any]], origin: str, method: str, asked: list[str]) -> dict[str, str]:
    """By the first rule that fits origin, method and each header that is asked for."""
    for rule in rules:
        fitting = next((one for one in rule["AllowedOrigins"] if _fits(one, origin)), None)
        of_headers = [one.lower() for one in rule.get("AllowedHeaders", [])]
        if fitting is None or method not in rule["AllowedMethods"]:
            continue
        if all(any(_fits(one, name) for one in of_headers) for name in asked):
            return _told(rule, origin if fitting != "*" else "*", asked)
    return {}


def _fits(pattern: str, value: str) -> bool:
    """Whether a value is what a rule says, in which a `*` stands for anything."""
    return re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), value) is not None


def _told(rule: dict[str, Any], origin: str, asked: list[str]) -> dict[str, str]:
    found = {"Access-Control-Allow-Origin": origin, "Access-Control-Allow-Methods": ", ".join(rule["AllowedMethods"])}
    if asked:
        found["Access-Control-Allow-Headers"] = ", ".join(asked)
    if rule.get("ExposeHeaders"):
        found["Access-Control-Expose-Headers"] = ", ".join(rule["ExposeHeaders"])
    if rule.get("MaxAgeSeconds") is not None:
        found["Access-Control-Max-Age"] = str(rule["MaxAgeSeconds"])
    if origin != "*":
        found["Access-Control-Allow-Credentials"] = "true"
    return {**found, "Vary": VARY}
