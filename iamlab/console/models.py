"""Drafts: what a learner has typed into a wizard, kept between its steps."""

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone

OPEN, RUNNING, STOPPED, DONE = "open", "running", "stopped", "done"


class Draft(models.Model):
    """One run of a wizard. It belongs to a person and an account, not to a console session: it outlives one.

    `data` holds each step's values by the step's key, `results` the calls made so far with how each went.
    `secrets` are encrypted (see drafts.py): passwords typed, and what is to be shown once.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="drafts")
    account = models.ForeignKey("accounts.Account", models.CASCADE)
    wizard = models.CharField(max_length=40)
    state = models.CharField(max_length=10, default=OPEN)
    data = models.JSONField(default=dict)
    results = models.JSONField(default=list)
    secrets = models.TextField(blank=True)
    secrets_kept = models.DateTimeField(null=True)  # real time, as all here
    claimed = models.DateTimeField(null=True)  # when a request set out to make the calls
    created = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["secrets_kept"], name="draft_secrets_by_age")]

    def __str__(self) -> str:
        return f"{self.wizard} {self.id}"
