"""Passwords that somebody was told: of a password set earlier nothing is kept but its hash, and that is enough here."""

import secrets

from django.contrib.auth.hashers import check_password

from iamlab.services.iam.models import LoginProfile
from iamlab.services.prepared import Prepared


class Known(str):
    """The password that a user has now, as a lab's people know it. As a text it is random: nobody can type it."""

    stored: str


OF_USER = Prepared(
    lambda account, name: LoginProfile.objects.filter(account_id=account, user__name_lower=name).only("password"),
    str,
    str,
)


def password_of(account_id: str, user: str) -> Known | None:
    """What somebody would type who was told the user's password; None where there is none."""
    profile = OF_USER.first(account_id, user.lower())
    if profile is None:
        return None
    known = Known(secrets.token_urlsafe(24))
    known.stored = profile.password
    return known


def fits(password: str, stored: str) -> bool:
    """Whether a password is the one behind a hash. Equal passwords of one account's users have equal hashes."""
    return password.stored == stored if isinstance(password, Known) else check_password(password, stored)
