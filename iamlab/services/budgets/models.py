"""Budgets of an account, each with its notifications and their subscribers."""

from django.db import models

from iamlab.services.accounts.models import Account


class Budget(models.Model):
    """A budget as it was asked for. What was spent is never kept: it is read from the bill."""

    account = models.ForeignKey(Account, models.CASCADE)
    name = models.CharField(max_length=100)
    name_lower = models.CharField(max_length=100)
    settings = models.JSONField(default=dict)  # members of the API's Budget, but for its name and times
    notifications = models.JSONField(default=list)  # of the API's NotificationWithSubscribers, without their state
    tags = models.JSONField(default=dict)
    start = models.DateTimeField()
    end = models.DateTimeField()  # AWS deletes a budget after it
    created = models.DateTimeField()
    updated = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "name"], name="one_budget_per_name")]

    def __str__(self) -> str:
        return self.name
