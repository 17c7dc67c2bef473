"""What must be kept but not read from the table: encrypted under a key derived from the server's."""

import base64
import hashlib
from functools import lru_cache

from cryptography.fernet import Fernet
from django.conf import settings


@lru_cache(maxsize=1)
def _fernet(key: str) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(hashlib.sha256(b"kept secrets " + key.encode()).digest()))


def encrypt(text: str) -> bytes:
    return _fernet(settings.SECRET_KEY).encrypt(text.encode())


def decrypt(data: bytes) -> str:
    return _fernet(settings.SECRET_KEY).decrypt(data).decode()
