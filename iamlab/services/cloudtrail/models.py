"""The record of every call: CloudTrail's event, with the request context and the policies that applied."""

from django.db import models

from iamlab.services.accounts.models import Account
from iamlab.services.callers import HOME


class Event(models.Model):
    """One call. Order is the order of `id`; `time` is the sandbox's clock, `real_time` the world's."""

    id = models.BigAutoField(primary_key=True)
    account = models.ForeignKey(Account, models.CASCADE, db_index=False)  # event_order begins with it
    event_id = models.CharField(max_length=36)  # a UUID
    time = models.DateTimeField()
    real_time = models.DateTimeField()
    source = models.CharField(max_length=64)  # iam.amazonaws.com
    region = models.CharField(max_length=64, default=HOME)  # where it happened
    name = models.CharField(max_length=128)
    username = models.CharField(max_length=128, blank=True)
    access_key_id = models.CharField(max_length=40, blank=True)
    principal = models.CharField(max_length=64, blank=True)  # unique id of the identity behind the call
    read_only = models.BooleanField()
    data = models.BooleanField(default=False)  # what AWS would show only in a trail
    error = models.CharField(max_length=128, blank=True)
    resources = models.TextField(blank=True)  # lines of "type name"
    record = models.TextField()  # JSON, as CloudTrail shows it
    context = models.TextField(blank=True)  # JSON: action, resource, condition keys of the decision
    policies = models.CharField(max_length=64, blank=True)  # digest of the PolicySet that applied

    class Meta:
        indexes = [
            models.Index(fields=["account", "id"], name="event_order"),
            models.Index(
                fields=["account", "region", "id"], name="event_changes", condition=models.Q(read_only=False)
            ),  # what Event history shows first
            models.Index(fields=["event_id"], name="event_by_id"),
            models.Index(fields=["access_key_id", "id"], name="event_by_key"),
            models.Index(fields=["principal", "id"], name="event_by_principal"),
            models.Index(
                fields=["principal", "time"], name="event_sign_ins", condition=models.Q(name="ConsoleLogin", error="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.event_id}"


class PolicySet(models.Model):
    """Which policies applied, by layer, label and digest; kept once by content."""

    digest = models.CharField(max_length=64, primary_key=True)
    text = models.TextField()

    def __str__(self) -> str:
        return self.digest


class Trail(models.Model):
    """A trail as it was set up, and how far its log files are written."""

    account = models.ForeignKey(Account, models.CASCADE)
    region = models.CharField(max_length=32)  # its home Region
    name = models.CharField(max_length=128)
    bucket = models.CharField(max_length=255)
    settings = models.JSONField(default=dict)  # parameters of CreateTrail and UpdateTrail, by their API names
    selectors = models.JSONField(null=True)  # as PutEventSelectors took them; None before
    tags = models.JSONField(default=dict)
    started = models.DateTimeField(null=True)
    stopped = models.DateTimeField(null=True)
    logging = models.BooleanField(default=False)
    delivered = models.BigIntegerField(default=0)  # the last event that was written or passed over
    delivered_at = models.DateTimeField(null=True)
    attempted = models.DateTimeField(null=True)
    failure = models.CharField(
        max_length=64, blank=True
    )  # what kept the last files from being written, beside a policy

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "region", "name"], name="one_trail_per_name")]

    def __str__(self) -> str:
        return self.arn

    @property
    def arn(self) -> str:
        return f"arn:aws:cloudtrail:{self.region}:{self.account_id}:trail/{self.name}"
