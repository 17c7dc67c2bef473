"""Filters and pages of EC2's lists. EC2 User Guide: "Filter your resources"."""

from collections.abc import Callable, Mapping
from fnmatch import fnmatchcase
from typing import Any

from iamlab.services import paging
from iamlab.services.operations import AwsError

MOST = 200  # filters and values of a request
Read = Callable[[Any], list[str]]  # the values that something has for a filter


def chosen(items: list[Any], given: list[dict[str, Any]] | None, readers: Mapping[str, Read]) -> list[Any]:
    """Those that fit all filters, each by any of its values; * and ? are wildcards. Raises InvalidParameterValue."""
    if sum(len(one.get("Values") or ()) for one in given or ()) > MOST:
        raise AwsError(
            "FilterLimitExceeded", f"The maximum number of filter values specified on a single call is {MOST}"
        )
    for one in given or ():
        read = reader(readers, one.get("Name") or "")
        wanted = one.get("Values") or []
        items = [item for item in items if any(fits(value, wanted) for value in read(item))]
    return items


def reader(readers: Mapping[str, Read], name: str) -> Read:
    if name in readers:
        return readers[name]
    if name.startswith("tag:") and "tag-key" in readers:
        return lambda item: [value for key, value in item.tags.items() if key == name[4:]]
    raise AwsError("InvalidParameterValue", f"The filter '{name[:100]}' is invalid")


def fits(value: str, wanted: list[str]) -> bool:
    # Of fnmatch's signs EC2 knows * and ? only.
    return any(fnmatchcase(value, pattern.replace("[", "[[]")) for pattern in wanted)


def page(name: str, items: list[Any], size: int | None, token: str | None, least: int = 5) -> dict[str, Any]:
    """A page of what is in order. Raises InvalidParameterValue."""
    if size is not None and not least <= size <= 1000:
        message = f"Value ( {size} ) for parameter maxResults is invalid. Expecting a value between {least} and 1000."
        raise AwsError("InvalidParameterValue", message)
    numbered = [(f"{number:06}", item) for number, item in enumerate(items)]
    try:
        found = paging.page_of_list(name, numbered, lambda pair: pair[0], token, size or 1000)
    except AwsError as error:
        raise AwsError("InvalidParameterValue", "Unable to parse pagination token") from error
    answer: dict[str, Any] = {name: [item for _, item in found[name]]}
    return answer | ({"NextToken": found["Marker"]} if "Marker" in found else {})
