"""manage.py lab_saml_assertion: a signed response of the sandbox's own SAML identity provider."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from iamlab.sandbox import lab_accounts


class Command(BaseCommand):
    help = "Prints a SAML response in base64, for AssumeRoleWithSAML."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--account-id", required=True, help="12 digits")
        parser.add_argument("--provider", required=True, help="name of a SAML provider of the account")
        parser.add_argument("--role", required=True, help="ARN of the role that the subject may take")
        parser.add_argument("--subject", required=True, help="who is signed in at the provider")
        parser.add_argument("--session-name", help="name of the role session; the subject by default")
        parser.add_argument("--minutes", type=int, default=5, help="how long the response is good for, at most 5")
        parser.add_argument("--attributes", default="{}", help="further attributes, as a JSON object of texts or lists")

    def handle(self, *, account_id: str, provider: str, role: str, subject: str, **options: Any) -> None:
        try:
            more = json.loads(options["attributes"])
        except ValueError as error:
            raise CommandError("--attributes is not JSON.") from error
        if not isinstance(more, dict):
            raise CommandError("--attributes is not a JSON object.")
        name = provider.removeprefix(f"arn:aws:iam::{account_id}:saml-provider/")
        attributes = {
            "Role": f"{role},arn:aws:iam::{account_id}:saml-provider/{name}",
            "RoleSessionName": options["session_name"] or subject,
            **more,
        }
        texts = {key: value if isinstance(value, list) else [str(value)] for key, value in attributes.items()}
        try:
            found = lab_accounts.saml_response(account_id, name, subject, texts, options["minutes"] * 60)
        except lab_accounts.Missing as error:
            raise CommandError(str(error)) from error
        self.stdout.write(found)
