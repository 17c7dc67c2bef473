"""Passwords that somebody was told: of a password set earlier nothing is kept but its hash, and that is enough here."""

import secrets

from django.contrib.auth.hashers import check_password

from iamlab.services.iam.models import LoginProfile


class Known(str):
    """The password that a user has now, as a lab's people know it. As a text it is random: nobody can type it."""

    stored: str


def password_of(account_id: str, user: str) -> Known | None:
    """What somebody would type who was told the user's password; None where there is none."""
    rows = LoginProfile.objects.filter(account_id=account_id, user__name_lower=user.lower())
    stored = rows.values_list("password", flat=True).first()
    if stored is None:
        return None
    known = Known(secrets.token_urlsafe(24))
    known.stored = stored
    return known


def fits(password: str, stored: str) -> bool:
    """Whether a password is the one behind a hash. Equal passwords of one account's users have equal hashes."""
    return password.stored == stored if isinstance(password, Known) else check_password(password, stored)
