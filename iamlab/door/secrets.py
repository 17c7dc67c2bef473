"""What a page must carry but not show: sealed for the way to the browser and back, good for ten minutes."""

from django.core import signing

from iamlab.services.iam import secrets as kept

SECONDS = 600
SALT = "iamlab sealed"


def seal(text: str) -> str:
    return signing.dumps(kept.encrypt(text).decode(), salt=SALT)


def unseal(sealed: str) -> str:
    """The text, "" for what was not sealed here or is too old."""
    try:
        return kept.decrypt(signing.loads(sealed, salt=SALT, max_age=SECONDS).encode())
    except signing.BadSignature:
        return ""
