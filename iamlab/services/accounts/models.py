"""One learner's private world (Sandbox), its 12-digit accounts, and policy documents kept by content."""

import hashlib
import secrets

from django.conf import settings
from django.db import models
from django.utils import timezone


def new_revision() -> str:
    return secrets.token_hex(8)


def new_public_id() -> str:
    return secrets.token_hex(8)


class Sandbox(models.Model):
    """A private simulated world: accounts, one bucket and alias namespace, one clock."""

    public_id = models.CharField(max_length=32, unique=True, default=new_public_id)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="sandboxes")
    title = models.CharField(max_length=120, blank=True)
    # Renewed by every write that bears on policy, by restore and by reset: caches are keyed by it.
    revision = models.CharField(max_length=32, default=new_revision)
    clock_offset = models.BigIntegerField(default=0)  # seconds to add to real time
    throttled = models.BooleanField(default=True)
    created = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name_plural = "sandboxes"

    def __str__(self) -> str:
        return self.title or self.public_id


class Account(models.Model):
    """A simulated AWS account and its root user. Times are the sandbox's."""

    id = models.CharField(max_length=12, primary_key=True)
    sandbox = models.ForeignKey(Sandbox, models.CASCADE, related_name="accounts")
    name = models.CharField(max_length=50)
    email = models.CharField(max_length=64)
    email_lower = models.CharField(max_length=64)
    root_password = models.CharField(max_length=128, blank=True)
    root_password_changed = models.DateTimeField(null=True, blank=True)
    root_sessions_valid_from = models.DateTimeField(null=True, blank=True)
    alias = models.CharField(max_length=63, blank=True)
    plan = models.CharField(max_length=10, blank=True)
    iam_billing_access = models.BooleanField(default=False)
    details = models.JSONField(default=dict, blank=True)  # contact, support plan, card hold: what sign-up asked for
    created = models.DateTimeField()
    # Set by CloseAccount, and when the world went back to before the account was registered: its events stay, nobody
    # can sign in.
    closed = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sandbox", "email_lower"], name="one_root_user_per_email"),
            models.UniqueConstraint(
                fields=["sandbox", "alias"], condition=~models.Q(alias=""), name="one_account_per_alias"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.id})"


class Document(models.Model):
    """The text of a policy, kept once by its digest and never changed, so that old events can be explained."""

    digest = models.CharField(max_length=64, primary_key=True)
    text = models.TextField()

    def __str__(self) -> str:
        return self.digest


def keep_document(text: str) -> str:
    """Store a policy's text and return its digest (SHA-256, hex)."""
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    Document.objects.bulk_create([Document(digest=digest, text=text)], ignore_conflicts=True)
    return digest


def new_account_id() -> str:
    """A free 12-digit id: random, so that ids tell nothing and are unique everywhere."""
    while True:
        candidate = str(secrets.randbelow(9 * 10**11) + 10**11)
        if not Account.objects.filter(pk=candidate).exists():
            return candidate
