"""What a wizard keeps of secrets is encrypted under the server's key, for half an hour."""

from base64 import urlsafe_b64encode
from datetime import timedelta
from functools import cache
from hashlib import sha256

from cryptography.fernet import Fernet
from django.conf import settings

KEPT = timedelta(minutes=30)


@cache
def box() -> Fernet:
    key = sha256(b"console drafts " + settings.SECRET_KEY.encode()).digest()
    return Fernet(urlsafe_b64encode(key))
