"""manage.py lab_identity_token: an identity token of the sandbox's own test provider."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from iamlab.sandbox import lab_accounts


class Command(BaseCommand):
    help = "Prints an OpenID Connect identity token for AssumeRoleWithWebIdentity."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--account-id", required=True, help="12 digits")
        parser.add_argument("--provider", required=True, help="address of an OIDC provider of the account")
        parser.add_argument("--audience", required=True, help="one of the provider's client ids")
        parser.add_argument("--subject", required=True, help="who is signed in at the provider")
        parser.add_argument("--minutes", type=int, default=60, help="how long the token is good for")
        parser.add_argument("--claims", default="{}", help="further claims, as a JSON object")

    def handle(self, *, account_id: str, provider: str, **options: Any) -> None:
        try:
            more = json.loads(options["claims"])
        except ValueError as error:
            raise CommandError("--claims is not JSON.") from error
        if not isinstance(more, dict):
            raise CommandError("--claims is not a JSON object.")
        claims = {"aud": options["audience"], "sub": options["subject"], **more}
        try:
            token = lab_accounts.identity_token(account_id, provider, claims, options["minutes"] * 60)
        except lab_accounts.Missing as error:
            raise CommandError(str(error)) from error
        self.stdout.write(token)
