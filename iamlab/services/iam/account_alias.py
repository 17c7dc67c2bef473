"""The account's alias. IAM User Guide: "Create an alias for your AWS account ID"."""

from typing import Any

from iamlab.services import paging
from iamlab.services.accounts.models import Account
from iamlab.services.operations import AwsError, Call, operation

# Aliases are unique across AWS: these stand for what somebody out there has taken.
RESERVED = {"admin", "amazon", "aws", "bills", "company", "demo", "example", "prod", "production", "root", "test"}


@operation("iam:CreateAccountAlias")
def create_account_alias(call: Call, AccountAlias: str) -> dict[str, Any]:
    """An account has one alias: a new one takes the place of the old."""
    if AccountAlias.isdigit() and len(AccountAlias) == 12:
        message = f"The account alias {AccountAlias} must not be a 12-digit number."
        raise AwsError("ValidationError", message)
    taken = Account.objects.filter(sandbox_id=call.caller.world.sandbox_id, alias=AccountAlias)
    if AccountAlias in RESERVED or taken.exists():
        raise AwsError("EntityAlreadyExists", f"The account alias {AccountAlias} already exists.")
    Account.objects.filter(pk=call.account_id).update(alias=AccountAlias)
    return {}


@operation("iam:DeleteAccountAlias")
def delete_account_alias(call: Call, AccountAlias: str) -> dict[str, Any]:
    if not Account.objects.filter(pk=call.account_id, alias=AccountAlias).update(alias=""):
        raise AwsError("NoSuchEntity", f"The account alias {AccountAlias} cannot be found.")
    return {}


@operation("iam:ListAccountAliases")
def list_account_aliases(call: Call, Marker: str | None = None, MaxItems: int | None = None) -> dict[str, Any]:
    aliases = Account.objects.exclude(alias="").filter(pk=call.account_id).values_list("alias", flat=True)
    return paging.page_of_list("AccountAliases", list(aliases), str, Marker, MaxItems)
