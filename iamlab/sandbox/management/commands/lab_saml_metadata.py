"""manage.py lab_saml_metadata: the metadata of the sandbox's own SAML identity provider."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from iamlab.services.sts import saml_identity_provider


class Command(BaseCommand):
    help = "Prints the metadata document that iam create-saml-provider wants."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--account-id", required=True, help="12 digits")
        parser.add_argument("--entity-id", default="https://idp.iamlab.example/saml", help="the provider's own name")

    def handle(self, *, account_id: str, entity_id: str, **options: Any) -> None:
        self.stdout.write(saml_identity_provider.metadata(account_id, entity_id), ending="")
