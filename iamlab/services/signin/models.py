"""A console session: one simulated sign-in of one person, with temporary credentials behind it."""

import secrets

from django.conf import settings
from django.db import models

from iamlab.services.accounts.models import Account


def new_session_id() -> str:
    return secrets.token_urlsafe(12)


class ConsoleSession(models.Model):
    """Its id is part of every console address, so that several identities live side by side in one browser."""

    id = models.CharField(max_length=24, primary_key=True, default=new_session_id)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="console_sessions")
    account = models.ForeignKey(Account, models.CASCADE)
    kind = models.CharField(max_length=10)  # root, user, role, federated
    principal = models.CharField(max_length=64)  # unique id; the account's id for root
    label = models.CharField(max_length=200)  # what the identity chip says
    token = models.TextField()  # the session token of the credentials behind it
    switched_from = models.ForeignKey("self", models.CASCADE, null=True, related_name="switched_to")
    colour = models.CharField(max_length=16, blank=True)
    must_change = models.BooleanField(default=False)  # a new password comes before anything else
    created = models.DateTimeField()
    expires = models.DateTimeField()  # sandbox time
    ended = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.label
