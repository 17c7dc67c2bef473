"""What S3 refuses in a bucket policy beyond the grammar: resources of others, actions that none of the resources takes,
condition keys that no action has, principals that do not exist. S3 User Guide: "Bucket policies for Amazon S3"."""

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

from iamlab.policy.catalog.keys import names_key
from iamlab.policy.catalog.reference import Action, actions
from iamlab.policy.globs import glob
from iamlab.services.iam import trust
from iamlab.services.operations import AwsError, Call
from iamlab.services.s3.models import Bucket

TYPES = ("bucket", "object")


def malformed(message: str) -> AwsError:
    return AwsError("MalformedPolicy", message, 400)


def check(call: Call, bucket: str, text: str) -> dict[str, str]:
    """The users and roles that the policy names: {unique id: ARN}. Raises MalformedPolicy."""
    document = json.loads(text)
    for statement in trust.statements(document):
        kinds = set(_resource_kinds(bucket, statement))
        _check_actions(statement, kinds)
    try:
        return trust.resolve(call, list(trust.principals(document)))
    except AwsError as error:
        raise malformed("Invalid principal in policy") from error


def rename(call: Call, unique_id: str, value: str) -> None:
    """Let the bucket policies that name an identity name it `value`."""
    world = Bucket.objects.filter(sandbox_id=call.caller.world.sandbox_id)
    for bucket in world.filter(settings__principals__has_key=unique_id):
        kept = bucket.settings["principals"]
        bucket.policy = trust.renamed(bucket.policy, kept[unique_id], value)
        bucket.settings = {**bucket.settings, "principals": {**kept, unique_id: value}}
        bucket.save(update_fields=["policy", "settings"])


trust.followers.append(rename)


def _listed(statement: dict[str, Any], *names: str) -> list[str]:
    found: str | list[str] = next((statement[name] for name in names if name in statement), [])
    return [found] if isinstance(found, str) else list(found)


def _resource_kinds(bucket: str, statement: dict[str, Any]) -> Iterator[str]:
    """What the resources are, each the bucket itself or objects in it."""
    whole = f"arn:aws:s3:::{bucket}"
    for resource in _listed(statement, "Resource", "NotResource"):
        if resource != whole and not resource.startswith(f"{whole}/"):
            raise malformed("Policy has invalid resource")
        yield "bucket" if resource == whole else "object"


def _check_actions(statement: dict[str, Any], kinds: set[str]) -> None:
    """Each action, or one that its pattern fits, must be one that a resource of the statement takes."""
    meant = []
    for pattern in _listed(statement, "Action", "NotAction"):
        fitting = _fitting(pattern)
        if not fitting:
            raise malformed("Policy has invalid action")
        taken = [one for one in fitting if kinds & _kinds(one)]
        if not taken and "Action" in statement:
            raise malformed("Action does not apply to any resource(s) in statement")
        meant += taken
    if "Action" in statement:
        _check_keys(statement, meant)


@cache
def _actions() -> dict[str, Action]:
    return {f"s3:{name}".lower(): found for name, found in actions("s3").items()}


def _fitting(pattern: str) -> list[Action]:
    fits = glob(pattern.lower())
    return [found for name, found in _actions().items() if fits(name)]


def _kinds(action: Action) -> set[str]:
    return {one.type.name for one in action.resource_types} & set(TYPES)


def _check_keys(statement: dict[str, Any], meant: list[Action]) -> None:
    """S3's own condition keys must be such as one of the actions has."""
    known = {key for action in meant for key in action.condition_keys}
    known |= {key for action in meant for one in action.resource_types for key in one.type.condition_keys}
    condition = statement.get("Condition")
    for keys in condition.values() if isinstance(condition, dict) else ():
        for key in keys:
            if key.lower().startswith("s3:") and not any(names_key(one, key) for one in known):
                message = "Conditions do not apply to combination of actions and resources in statement"
                raise malformed(message)
