"""Resource ARNs: their form, and whether they name something that the service has."""

from collections.abc import Iterator
from difflib import get_close_matches

from .. import catalog
from ..catalog.regions import PARTITIONS, REGIONS
from ..globs import glob, split_segments
from .model import Found, Leaf, Policy, shown
from .patterns import all_stars, is_pattern, matching_formats, runs_on, without_variables

MOST = 400  # resources of one document that are compared with the formats
# Accounts of AWS's own that stand where a number stands.
NAMED_ACCOUNTS = ("aws", "aws-managed", "amazon", "cloudfront")

RECOVERY_POINTS = "${Vendor}"  # AWS Backup's are filed under the service backed up, which may be its own
TYPICAL = {"iam": "user/${UserNameWithPath}", "lambda": "function:${FunctionName}"}
# These two services do not even take a `*` for a Region that their ARNs do not have; elsewhere, and for an account, it
# stands for the empty text.
REFUSED_ON_SAVING = ("s3", "iam")

# AWS's own resources of these services (documents, views) have ARNs without an account.
OWNED_BY_AWS = ("ssm", "resource-explorer-2", "servicecatalog", "catalog")

UNREADABLE = {
    "INVALID_ARN_PREFIX",
    "MISSING_ARN_FIELD",
    "INVALID_ARN_RESOURCE",
    "INVALID_SERVICE",
    "INVALID_ARN_SERVICE_CASE",
    "WILDCARD_IN_SERVICE_NAME",
}


def check(policy: Policy) -> Iterator[Found]:
    wanted = [leaf for s in policy.statements for leaf in (*s.resources, *s.not_resources)]
    for leaf in wanted[:MOST]:
        yield from check_arn(leaf, policy.has_variables)


def check_arn(leaf: Leaf, has_variables: bool) -> Iterator[Found]:
    text = leaf.text
    if all_stars(text):
        return
    segments = split_segments(text, variables=has_variables)
    if segments[0] != "arn":
        mend = 'Write "*" for everything, or an ARN such as "arn:aws:s3:::amzn-s3-demo-bucket/*".'
        message = f"{shown(text)} is no ARN: an ARN begins with `arn:`."
        yield Found("INVALID_ARN_PREFIX", leaf.place, message, mend)
        return
    if len(segments) < 6:
        message = f"{shown(text)} has {len(segments)} of the six parts of an ARN."
        mend = "Write arn:partition:service:region:account:resource; parts may be empty, their colons not."
        yield Found("MISSING_ARN_FIELD", leaf.place, message, mend)
        return
    segments = [without_variables(segment) for segment in segments]
    yield from _partition(leaf, segments[1])
    yield from _service(leaf, segments[2])
    yield from _region(leaf, segments[3])
    yield from _account(leaf, segments[4])
    if segments[2] in catalog.arn_formats():
        yield from _resource(leaf, segments[2], segments)


def is_readable(leaf: Leaf, has_variables: bool) -> bool:
    """Whether the ARN names a kind of resource that exists."""
    return not any(found.code in UNREADABLE for found in check_arn(leaf, has_variables))


def _partition(leaf: Leaf, partition: str) -> Iterator[Found]:
    if not any(map(glob(partition), PARTITIONS)):
        message = f"There is no partition {shown(partition)} in AWS."
        yield Found("INVALID_PARTITION", leaf.place, message, "Write `aws` in the second place: arn:aws:...")


def _service(leaf: Leaf, service: str) -> Iterator[Found]:
    known = catalog.arn_formats()
    if service in known:
        return
    if is_pattern(service):
        message = f"The service of {shown(leaf.text)} holds a wildcard."
        mend = "Name the service in full, so that services of the future are not covered by accident."
        yield Found("WILDCARD_IN_SERVICE_NAME", leaf.place, message, mend)
    elif service.lower() in known:
        mend = f"Write `{service.lower()}`."
        yield Found("INVALID_ARN_SERVICE_CASE", leaf.place, f"{shown(service)} must be in lower case in an ARN.", mend)
    elif service not in catalog.services():
        near = get_close_matches(service.lower(), known, n=1, cutoff=0.6) if len(service) < 64 else []
        mend = f"Did you mean `{near[0]}`?" if near else "Write the service's prefix in the third place."
        yield Found("INVALID_SERVICE", leaf.place, f"There is no service {shown(service)} in ARNs.", mend)


def _region(leaf: Leaf, region: str) -> Iterator[Found]:
    if region and not any(map(glob(region), REGIONS)):
        near = get_close_matches(region, REGIONS, n=1, cutoff=0.6) if len(region) < 64 else []
        mend = f"Did you mean `{near[0]}`?" if near else 'Write a Region such as "eu-west-1", or "*".'
        yield Found("INVALID_ARN_REGION", leaf.place, f"There is no Region {shown(region)}.", mend)


def _account(leaf: Leaf, account: str) -> Iterator[Found]:
    digits = account.isascii() and account.isdigit() and len(account) == 12
    if account and not digits and not is_pattern(account) and account not in NAMED_ACCOUNTS:
        message = f"{shown(account)} is no account ID: that has twelve digits."
        yield Found("INVALID_ARN_ACCOUNT", leaf.place, message, "Write the twelve digits without dashes.")


def _resource(leaf: Leaf, service: str, segments: list[str]) -> Iterator[Found]:
    arn, known = ":".join(segments), catalog.arn_formats()[service]
    if service == "backup":
        known += catalog.arn_formats()[RECOVERY_POINTS]
    formats = matching_formats(arn, known)
    if not formats:
        if service != "iam" and any(runs_on(arn, form) for form in known):  # IAM's paths are looked at on saving
            return
        examples = sorted((form.split(":", 5)[5] for form in catalog.arn_formats()[service]), key=len)
        examples = [example for example in examples if "/$" in example or ":$" in example] or examples
        close = get_close_matches(segments[5], examples, n=1, cutoff=0.4) if len(segments[5]) < 200 else []
        near = close[0] if close else TYPICAL.get(service, examples[0])
        message = f"{shown(segments[5])} is no resource of {shown(service)}."
        yield Found("INVALID_ARN_RESOURCE", leaf.place, message, f"Resources look like {shown(near)}.")
        return
    yield from _where(leaf, service, segments[3], [form.split(":", 5)[3] for form in formats], "REGION")
    yield from _where(leaf, service, segments[4], [form.split(":", 5)[4] for form in formats], "ACCOUNT")


def _where(leaf: Leaf, service: str, given: str, wanted: list[str], what: str) -> Iterator[Found]:
    """Region or account against the formats: some resources have none, others must have one."""
    word = {"REGION": "Region", "ACCOUNT": "account"}[what]
    refused = what == "REGION" and service in REFUSED_ON_SAVING
    if given and not any(wanted) and not (all_stars(given) and not refused):
        message = f"The ARN of this kind of resource has no {word}, but {shown(given)} stands in its place."
        mend = f"Leave the {word} empty, its colon stays."
        yield Found(f"ARN_{what}_NOT_ALLOWED", leaf.place, message, mend)
    elif not given and all(wanted) and not (what == "ACCOUNT" and service in OWNED_BY_AWS):
        message = f"The ARN of this kind of resource has {'an' if what == 'ACCOUNT' else 'a'} {word}."
        yield Found(f"MISSING_ARN_{what}", leaf.place, message, f'Write the {word} between the colons, or "*".')
