"""Accounts that no person owns, for tools and tests: made or emptied in milliseconds, with keys of their root user."""

from datetime import UTC, datetime, timedelta
from typing import Any

from iamlab.sandbox import controls
from iamlab.services.accounts.models import Account, Sandbox
from iamlab.services.iam.models import AccessKey, OidcProvider, Role, SamlProvider, User
from iamlab.services.iam.names import LONG_TERM, key_id, secret_of
from iamlab.services.sts import identity_provider, saml_assertions, saml_identity_provider
from iamlab.services.transactions import writing


class Taken(Exception):
    """The id belongs to a learner's account, or exists and was not to be emptied."""


class Missing(Exception):
    """There is no such account, or no such provider in it."""


def open_account(account_id: str, *, reset: bool) -> dict[str, str]:
    """Root's access key of a fresh account. Raises Taken."""
    with writing():
        existing = Account.objects.select_related("sandbox").filter(pk=account_id).first()
        if existing is not None and (existing.sandbox.owner_id is not None or not reset):
            raise Taken(f"Account {account_id} exists already." + (" Use --reset to empty it." if not reset else ""))
        if existing is not None:
            Sandbox.objects.filter(pk=existing.sandbox_id).delete()
        return _create(account_id)


def _create(account_id: str) -> dict[str, str]:
    now = datetime.now(UTC).replace(microsecond=0)
    sandbox = controls.create(None, f"lab account {account_id}", throttled=False)
    email = f"root@{account_id}.example"
    account = Account.objects.create(
        id=account_id, sandbox=sandbox, name="lab", email=email, email_lower=email, created=now
    )
    key = key_id(LONG_TERM, account_id)
    AccessKey.objects.create(account=account, key_id=key, created=now, status_changed=now)
    return {"AccountId": account_id, "AccessKeyId": key, "SecretAccessKey": secret_of(key)}


def expire_sessions(account_id: str) -> datetime:
    """End the temporary sessions of all principals of an account; the moment up to which, by its clock.

    Raises Missing.
    """
    with writing():
        account = Account.objects.select_related("sandbox").filter(pk=account_id).first()
        if account is None:
            raise Missing(f"There is no account {account_id}.")
        moment = datetime.now(UTC) + timedelta(seconds=account.sandbox.clock_offset)
        for model in (User, Role):
            model.objects.filter(account=account).update(sessions_valid_from=moment)
        Account.objects.filter(pk=account_id).update(root_sessions_valid_from=moment)
    return moment


def identity_token(account_id: str, url: str, claims: dict[str, Any], seconds: int) -> str:
    """A token of the test provider for an OIDC provider of the account, by the account's clock. Raises Missing."""
    url = url.removeprefix(f"arn:aws:iam::{account_id}:oidc-provider/").removeprefix("https://").rstrip("/")
    provider = OidcProvider.objects.select_related("account__sandbox").filter(account_id=account_id, url=url).first()
    if provider is None:
        raise Missing(f"There is no OIDC provider {url} in account {account_id}.")
    now = int(datetime.now(UTC).timestamp()) + provider.account.sandbox.clock_offset
    own = {"iss": f"https://{url}", "iat": now, "exp": now + seconds}
    return identity_provider.issue(account_id, url, {**own, **claims})


def saml_response(account_id: str, provider: str, subject: str, attributes: dict[str, list[str]], seconds: int) -> str:
    """A response of the test provider, in base64, for a SAML provider of the account made with its metadata.

    By the account's clock. Raises Missing.
    """
    name = provider.removeprefix(f"arn:aws:iam::{account_id}:saml-provider/")
    row = SamlProvider.objects.select_related("account__sandbox").filter(account_id=account_id, name=name).first()
    if row is None:
        raise Missing(f"There is no SAML provider {name} in account {account_id}.")
    entity_id = saml_assertions.entity_id(row.metadata)
    if not saml_identity_provider.is_ours(account_id, row.metadata):
        raise Missing(f"The SAML provider {name} was not made with the test provider's metadata.")
    now = datetime.now(UTC) + timedelta(seconds=row.account.sandbox.clock_offset)
    return saml_identity_provider.response(account_id, entity_id, subject, attributes, now, seconds=seconds)
