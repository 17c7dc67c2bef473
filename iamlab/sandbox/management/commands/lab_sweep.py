"""Free the room of worlds that are gone."""

from typing import Any

from django.core.management.base import BaseCommand

from iamlab.sandbox.sweeping import sweep


class Command(BaseCommand):
    help = "Deletes rows of snapshots and bodies of objects that no world and no snapshot names any more."

    def handle(self, *args: Any, **options: Any) -> None:
        chunks, bodies = sweep()
        self.stdout.write(f"{chunks} tables of snapshots and {bodies} bodies of objects deleted.")
