"""Who is here: one row for each person, guest or claimed. Never a principal of the simulated cloud."""

import hashlib
import secrets

from django.contrib.auth.models import AbstractUser
from django.db import models


class Person(AbstractUser):
    """A learner, instructor or operator. A guest is a person without a password; claiming sets one on the same row."""

    display_name = models.CharField(max_length=80, blank=True)
    is_guest = models.BooleanField(default=False)
    is_instructor = models.BooleanField(default=False)
    # The digest of a guest's recovery key: a link shown at the start brings back who lost the cookie. It ends when they
    # claim what they made, for links are kept in histories and mails, and then a password guards it.
    recovery = models.CharField(max_length=64, blank=True, db_index=True)

    class Meta:
        verbose_name_plural = "people"

    def __str__(self) -> str:
        return self.display_name or self.username


def digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


def create_guest() -> tuple[Person, str]:
    """A person made by one click, without a password, and the key that brings them back."""
    key = secrets.token_urlsafe(18)
    guest = Person(username=f"guest-{secrets.token_hex(6)}", display_name="Guest", is_guest=True, recovery=digest(key))
    guest.set_unusable_password()
    guest.save()
    return guest, key


def renewed(guest: Person) -> str:
    """Another recovery key for a guest; the one before opens nothing any more."""
    key = secrets.token_urlsafe(18)
    guest.recovery = digest(key)
    guest.save(update_fields=["recovery"])
    return key


def recovered(key: str) -> Person | None:
    """The guest whose recovery key this is."""
    return Person.objects.filter(recovery=digest(key), is_active=True, is_guest=True).first() if key else None
