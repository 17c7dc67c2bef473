"""Who is here: one row for each person, guest or claimed. Never a principal of the simulated cloud."""

import secrets

from django.contrib.auth.models import AbstractUser
from django.db import models


class Person(AbstractUser):
    """A learner, instructor or operator. A guest is a person without a password; claiming sets one on the same row."""

    display_name = models.CharField(max_length=80, blank=True)
    is_guest = models.BooleanField(default=False)
    is_instructor = models.BooleanField(default=False)

    class Meta:
        verbose_name_plural = "people"

    def __str__(self) -> str:
        return self.display_name or self.username


def create_guest() -> Person:
    """A person made by one click, without a password."""
    guest = Person(username=f"guest-{secrets.token_hex(6)}", display_name="Guest", is_guest=True)
    guest.set_unusable_password()
    guest.save()
    return guest
