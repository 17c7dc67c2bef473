"""Tags on what can bear them. IAM User Guide: "Tags for AWS Identity and Access Management resources"."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from iamlab.services import paging
from iamlab.services.operations import AwsError, Target

MOST = 50
Given = Sequence[Mapping[str, str]] | None  # as a request has them


def read(Tags: Given, *, fold: bool = True) -> dict[str, str]:
    """Tags of a request as key -> value. `fold`: keys are compared without regard to case. Raises InvalidInput."""
    tags: dict[str, str] = {}
    for tag in Tags or ():
        if tag["Key"].lower().startswith("aws:"):
            raise AwsError("InvalidInput", "Tag keys starting with 'aws:' are reserved for system use")
        if tag.get("Value", "").lower().startswith("aws:"):
            raise AwsError("InvalidInput", "Tag values starting with 'aws:' are reserved for system use")
        tags[tag["Key"]] = tag.get("Value", "")
    if len({key.lower() if fold else key for key in tags}) != len(Tags or ()):
        note = " Please note that Tag keys are case insensitive." if fold else ""
        raise AwsError("InvalidInput", f"Duplicate tag keys found.{note}")
    _limit(tags)
    return tags


def at_birth(new: Target, Tags: Given, action: str) -> list[Target]:
    """What a call that makes something acts on: with tags it needs the permission to tag it as well."""
    return [new, replace(new, action=action)] if Tags else [new]


def _limit(tags: Mapping[str, str]) -> None:
    if len(tags) > MOST:
        raise AwsError("LimitExceeded", "The number of tags has reached the maximum limit.")


def put(row: Any, Tags: Sequence[Mapping[str, str]], *, fold: bool = True) -> None:
    """Add or replace tags of a row and save it."""
    given = read(Tags, fold=fold)
    row.refresh_from_db(fields=["tags"])  # as they are now, in this transaction: another call may have added some
    replaced = {key.lower() if fold else key for key in given}
    row.tags = {k: v for k, v in row.tags.items() if (k.lower() if fold else k) not in replaced} | given
    _limit(row.tags)
    row.save(update_fields=["tags"])


def drop(row: Any, TagKeys: Sequence[str], *, fold: bool = True) -> None:
    row.refresh_from_db(fields=["tags"])
    gone = {key.lower() if fold else key for key in TagKeys}
    row.tags = {k: v for k, v in row.tags.items() if (k.lower() if fold else k) not in gone}
    row.save(update_fields=["tags"])


def shown(tags: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in sorted(tags.items())]


def echoed(given: Mapping[str, str]) -> dict[str, Any]:
    """The tags of what is made, in the order in which they were given; nothing where there were none."""
    return {"Tags": [{"Key": key, "Value": value} for key, value in given.items()]} if given else {}


def page(tags: Mapping[str, str], Marker: str | None, MaxItems: int | None) -> dict[str, Any]:
    return paging.page_of_list("Tags", shown(tags), lambda tag: tag["Key"], Marker, MaxItems)
