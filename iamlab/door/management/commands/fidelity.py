"""`manage.py fidelity`: docs/fidelity.md, from the registry of operations."""

from typing import Any

from django.core.management.base import BaseCommand

from iamlab.door.fidelity import document


class Command(BaseCommand):
    help = "Prints which operations of AWS are performed, stored and not simulated, and the known differences."
    requires_system_checks = []

    def handle(self, **options: Any) -> None:
        self.stdout.write(document(), ending="")
