"""Pages of Organizations' lists: NextToken, MaxResults."""

import base64
import binascii
from collections.abc import Callable, Iterable
from typing import Any

from iamlab.services.operations import AwsError, Call


def page(call: Call, name: str, items: Iterable[Any], describe: Callable[[Any], Any] | None = None) -> dict[str, Any]:
    """One page of what is listed, each described; all of it where no size is asked for. Raises InvalidInputException.

    Items may be a queryset: only those of the page are described.
    """
    everything = list(items)
    start, size = _start(call.params.get("NextToken")), call.params.get("MaxResults")
    shown = everything[start : start + size] if size else everything[start:]
    answer: dict[str, Any] = {name: [describe(item) for item in shown] if describe else shown}
    behind = start + len(shown)
    if behind < len(everything):
        answer["NextToken"] = base64.urlsafe_b64encode(f"{name}.{behind}".encode()).decode()
    return answer


def _start(token: str | None) -> int:
    if not token:
        return 0
    try:
        number = base64.urlsafe_b64decode(token.encode()).decode().rpartition(".")[2]
        if number.isdecimal() and len(number) < 10:
            return int(number)
    except (ValueError, binascii.Error):
        pass
    raise AwsError(
        "InvalidInputException", "You provided an invalid pagination token.", Reason="INVALID_PAGINATION_TOKEN"
    )
