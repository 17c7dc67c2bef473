"""Snapshots of a world: which rows there were, table by table, each table's rows kept once by content."""

from django.db import models

from iamlab.services.accounts.models import Sandbox


class Chunk(models.Model):
    """The rows of one table in one world, packed; kept once by digest."""

    digest = models.CharField(max_length=64, primary_key=True)
    data = models.BinaryField()

    def __str__(self) -> str:
        return self.digest


class Snapshot(models.Model):
    """A world at one moment. `tables` names the chunk of each table; `event` is the last event before it."""

    sandbox = models.ForeignKey(Sandbox, models.CASCADE, related_name="snapshots")
    tables = models.JSONField()
    clock_offset = models.BigIntegerField(default=0)
    event = models.BigIntegerField(default=0)
    name = models.CharField(max_length=120, blank=True)  # of a checkpoint or branch; "" for history
    kind = models.CharField(max_length=12, default="history")  # history, checkpoint, start, branch, submission
    taken = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["sandbox", "event"], name="snapshot_by_event")]

    def __str__(self) -> str:
        return self.name or f"after event {self.event}"
