"""Managed policies with their versions, what is attached to whom, inline policies."""

from django.db import models

from iamlab.services.accounts.models import Account


class Policy(models.Model):
    """A customer managed policy; AWS's own are in the catalogue."""

    account = models.ForeignKey(Account, models.CASCADE)
    name = models.CharField(max_length=128)
    name_lower = models.CharField(max_length=128)
    path = models.CharField(max_length=512, default="/")
    arn = models.CharField(max_length=700)
    unique_id = models.CharField(max_length=32, unique=True)
    description = models.CharField(max_length=1000, blank=True)
    default_version = models.PositiveIntegerField(default=1)
    last_version = models.PositiveIntegerField(default=1)  # numbers are never used again
    document = models.CharField(max_length=64)  # digest of the default version
    tags = models.JSONField(default=dict)
    created = models.DateTimeField()
    updated = models.DateTimeField()

    class Meta:
        verbose_name_plural = "policies"
        constraints = [models.UniqueConstraint(fields=["account", "name_lower"], name="one_policy_per_name")]
        indexes = [models.Index(fields=["account", "arn"], name="policy_arn")]

    def __str__(self) -> str:
        return self.name


class PolicyVersion(models.Model):
    account = models.ForeignKey(Account, models.CASCADE)
    policy = models.ForeignKey(Policy, models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    document = models.CharField(max_length=64)
    created = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["policy", "number"], name="one_version_per_number")]

    def __str__(self) -> str:
        return f"v{self.number}"


class Attachment(models.Model):
    """A managed policy attached to a user, group or role."""

    account = models.ForeignKey(Account, models.CASCADE)
    holder = models.CharField(max_length=32)  # unique id
    policy_arn = models.CharField(max_length=700)
    created = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["holder", "policy_arn"], name="attached_once")]
        indexes = [models.Index(fields=["account", "policy_arn"], name="attachment_policy")]

    def __str__(self) -> str:
        return f"{self.policy_arn} on {self.holder}"


class InlinePolicy(models.Model):
    account = models.ForeignKey(Account, models.CASCADE)
    holder = models.CharField(max_length=32)
    name = models.CharField(max_length=128)
    document = models.CharField(max_length=64)
    created = models.DateTimeField()

    class Meta:
        verbose_name_plural = "inline policies"
        constraints = [models.UniqueConstraint(fields=["holder", "name"], name="one_inline_policy_per_name")]

    def __str__(self) -> str:
        return self.name
