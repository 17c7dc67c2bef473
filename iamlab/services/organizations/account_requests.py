"""What became of the accounts that were asked for. AWS Organizations API Reference: "DescribeCreateAccountStatus"."""

from typing import Any

from iamlab.services import clock
from iamlab.services.operations import AwsError, Call, operation
from iamlab.services.organizations import tree
from iamlab.services.organizations.models import Organization
from iamlab.services.organizations.paging import page

TIMES = ("RequestedTimestamp", "CompletedTimestamp")


def keep(found: Organization, status: dict[str, Any]) -> dict[str, Any]:
    """Remember how a request ended; the status as the answer tells it."""
    kept = {name: clock.iso(value) if name in TIMES else value for name, value in status.items()}
    found.requests = [*found.requests, kept]
    found.save(update_fields=["requests"])
    return status


@operation("organizations:DescribeCreateAccountStatus")
def describe_create_account_status(call: Call, CreateAccountRequestId: str) -> dict[str, Any]:
    for status in tree.managed(call).requests:
        if status["Id"] == CreateAccountRequestId:
            return {"CreateAccountStatus": status}
    message = "We can't find a create account request with the CreateAccountRequestId that you specified."
    raise AwsError("CreateAccountStatusNotFoundException", message)


@operation("organizations:ListCreateAccountStatus")
def list_create_account_status(
    call: Call, States: list[str] | None = None, NextToken: str | None = None, MaxResults: int | None = None
) -> dict[str, Any]:
    """Newest first, those in one of the states asked for."""
    found = [status for status in reversed(tree.managed(call).requests) if not States or status["State"] in States]
    return page(call, "CreateAccountStatuses", found)
