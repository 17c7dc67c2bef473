"""Canonical user ids. S3 User Guide: "Finding the canonical user ID for your AWS account"."""

import hashlib

from iamlab.services.accounts.models import Account


def owner(account_id: str) -> dict[str, str]:
    """An account's canonical user id: 64 hex digits, here a digest of the account's id."""
    return {"ID": hashlib.sha256(account_id.encode()).hexdigest()}


def account_of(sandbox_id: int, canonical: str) -> str:
    """The account of the sandbox behind a canonical id, "" when there is none."""
    for account_id in Account.objects.filter(sandbox_id=sandbox_id).values_list("pk", flat=True):
        if owner(account_id)["ID"] == canonical:
            return account_id
    return ""
