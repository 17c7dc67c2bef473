"""The real service or action that somebody who wrote an unknown one most likely meant."""

from collections import defaultdict
from difflib import get_close_matches
from functools import lru_cache

from .reference import action_names, real_name, services

LONGEST = 64  # a longer text is no misspelt name, and comparing it would cost

# What people write, from a service's or an operation's own name, where the action is called otherwise.
PREFIXES = {
    "apigw": "apigateway",
    "cognito": "cognito-idp",
    "cloudwatchlogs": "logs",
    "cloudwatch-logs": "logs",
    "cw": "cloudwatch",
    "ddb": "dynamodb",
    "efs": "elasticfilesystem",
    "elasticache-redis": "elasticache",
    "elb": "elasticloadbalancing",
    "elbv2": "elasticloadbalancing",
    "emr": "elasticmapreduce",
    "eventbridge": "events",
    "msk": "kafka",
    "parameterstore": "ssm",
    "sfn": "states",
    "stepfunctions": "states",
    "systemsmanager": "ssm",
    "vpc": "ec2",
}
COMMON_SERVICES = ("s3", "iam", "sts", "ec2", "lambda", "dynamodb", "kms", "sns", "sqs", "logs", "organizations")
OPERATIONS = {
    "cognito-idp:login": "cognito-idp:InitiateAuth",
    "lambda:invoke": "lambda:InvokeFunction",
    "s3:copyobject": "s3:PutObject",
    "s3:createmultipartupload": "s3:PutObject",
    "s3:completemultipartupload": "s3:PutObject",
    "s3:uploadpart": "s3:PutObject",
    "s3:deletebucketlifecycle": "s3:PutLifecycleConfiguration",
    "s3:deletebucketencryption": "s3:PutEncryptionConfiguration",
    "s3:deletepublicaccessblock": "s3:PutBucketPublicAccessBlock",
    "s3:deleteobjects": "s3:DeleteObject",
    "s3:getbucketencryption": "s3:GetEncryptionConfiguration",
    "s3:getbucketlifecycleconfiguration": "s3:GetLifecycleConfiguration",
    "s3:getbucketreplication": "s3:GetReplicationConfiguration",
    "s3:getpublicaccessblock": "s3:GetBucketPublicAccessBlock",
    "s3:downloadobject": "s3:GetObject",
    "s3:readobject": "s3:GetObject",
    "s3:removeobject": "s3:DeleteObject",
    "s3:uploadobject": "s3:PutObject",
    "s3:writeobject": "s3:PutObject",
    "s3:headbucket": "s3:ListBucket",
    "s3:headobject": "s3:GetObject",
    "s3:listbuckets": "s3:ListAllMyBuckets",
    "s3:listmultipartuploads": "s3:ListBucketMultipartUploads",
    "s3:listobjects": "s3:ListBucket",
    "s3:listobjectsv2": "s3:ListBucket",
    "s3:listobjectversions": "s3:ListBucketVersions",
    "s3:listparts": "s3:ListMultipartUploadParts",
    "s3:putbucketencryption": "s3:PutEncryptionConfiguration",
    "s3:putbucketlifecycleconfiguration": "s3:PutLifecycleConfiguration",
    "s3:putbucketreplication": "s3:PutReplicationConfiguration",
    "s3:putpublicaccessblock": "s3:PutBucketPublicAccessBlock",
}


@lru_cache(maxsize=512)
def nearest_service(text: str) -> str | None:
    """The prefix closest to `text` (a prefix, or a service's name), or None."""
    text = text.strip().lower()
    if text in services() or not text or len(text) > LONGEST:
        return text if text in services() else None
    if text in PREFIXES:
        return PREFIXES[text]
    squeezed = "".join(filter(str.isalnum, text))
    by_name = _prefixes_by_name()
    if squeezed in by_name:
        return by_name[squeezed]
    close = get_close_matches(text, services(), n=1, cutoff=0.7)
    return close[0] if close else None


@lru_cache(maxsize=512)
def nearest_action(text: str) -> str | None:
    """The full name of the action closest to `text`, such as "s3:PutObject" for "s3:PutObjekt", or None.

    In order: an operation that goes by another action's name; a close name in the service; the same name in another
    service; a less close name in the service.
    """
    prefix, colon, name = text.strip().lower().partition(":")
    if not colon:
        prefix, _, name = prefix.rpartition(".")  # "s3.GetObject", or no service at all
    if not name or len(text) > LONGEST * 2:
        return None
    service = nearest_service(prefix)
    known = OPERATIONS.get(f"{service}:{name}") or (service and real_name(f"{service}:{name}"))
    return known or _close(service, name, 0.82) or _elsewhere(name, service) or _close(service, name, 0.6)


def _close(service: str | None, name: str, cutoff: float) -> str | None:
    if service is None:
        return None
    names = {real.lower(): real for real in action_names(service)}
    found = get_close_matches(name, names, n=1, cutoff=cutoff)
    return f"{service}:{names[found[0]]}" if found else None


def _elsewhere(name: str, service: str | None) -> str | None:
    """An action of that very name: of a service that everybody meets, or, without a service, of the only one."""
    prefixes = _services_by_action().get(name, [])
    likely = [prefix for prefix in COMMON_SERVICES if prefix in prefixes] or (
        prefixes if service is None and len(prefixes) == 1 else []
    )
    return real_name(f"{likely[0]}:{name}") if likely else None


@lru_cache(maxsize=1)
def _services_by_action() -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for prefix in services():
        for name in action_names(prefix):
            found[name.lower()].append(prefix)
    return found


@lru_cache(maxsize=1)
def _prefixes_by_name() -> dict[str, str]:
    """Prefixes by what a service is called: "amazons3" and "s3" are both Amazon S3."""
    found: dict[str, str] = {}
    for prefix, name in services().items():
        squeezed = "".join(filter(str.isalnum, name.lower()))
        for short in (squeezed, squeezed.removeprefix("amazon"), squeezed.removeprefix("aws")):
            found.setdefault(short, prefix)
    return found
