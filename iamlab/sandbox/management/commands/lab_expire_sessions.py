"""manage.py lab_expire_sessions: ends every temporary session of an account."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from iamlab.sandbox import lab_accounts


class Command(BaseCommand):
    help = "Ends all temporary sessions of an account's root user, users and roles; long-term keys go on."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--account-id", required=True, help="12 digits")

    def handle(self, *, account_id: str, **options: Any) -> None:
        try:
            ended = lab_accounts.expire_sessions(account_id)
        except lab_accounts.Missing as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Sessions issued before {ended:%Y-%m-%dT%H:%M:%SZ} have ended.")
