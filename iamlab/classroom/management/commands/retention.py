"""manage.py retention: takes the names out of classes whose time is up; to be run each day."""

from typing import Any

from django.core.management.base import BaseCommand

from iamlab.classroom import privacy


class Command(BaseCommand):
    help = "Anonymise archived classes whose names have been kept for as long as they may be."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only say which")

    def handle(self, *args: Any, **options: Any) -> None:
        for klass in privacy.due():
            if not options["dry_run"]:
                privacy.anonymise(klass)
            self.stdout.write(f"{'Would anonymise' if options['dry_run'] else 'Anonymised'} {klass} ({klass.pk})")
