"""manage.py lab_account: a fresh account with root access keys, for tools and tests."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from iamlab.sandbox import lab_accounts


class Command(BaseCommand):
    help = "Prints root's access keys of a fresh account that no person owns."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--account-id", required=True, help="12 digits")
        parser.add_argument("--reset", action="store_true", help="empty the account if it exists")
        parser.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, *, account_id: str, reset: bool, **options: Any) -> None:
        if not (account_id.isascii() and account_id.isdigit() and len(account_id) == 12):
            raise CommandError("An account id has 12 digits.")
        try:
            key = lab_accounts.open_account(account_id, reset=reset)
        except lab_accounts.Taken as error:
            raise CommandError(str(error)) from error
        if options["json"]:
            self.stdout.write(json.dumps(key))
        else:
            self.stdout.write("\n".join(f"{name}: {value}" for name, value in key.items()))
