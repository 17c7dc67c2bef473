"""Encrypted SAML assertions: what the private keys of a SAML provider read.

W3C XML Encryption 1.1; IAM API Reference: "CreateSAMLProvider" (AES-GCM or AES-CBC). RSA 1.5 is not read: it is unsafe.
"""

import base64
import binascii
from collections.abc import Iterable
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

XENC, XENC11 = "http://www.w3.org/2001/04/xmlenc#", "http://www.w3.org/2009/xmlenc11#"
SIGNATURE = "http://www.w3.org/2000/09/xmldsig#"
NAMES = {"x": XENC, "x11": XENC11, "ds": SIGNATURE}
RSA_15 = f"{XENC}rsa-1_5"
OAEP_SHA1, OAEP_ANY = f"{XENC}rsa-oaep-mgf1p", f"{XENC11}rsa-oaep"
DIGESTS: dict[str, type[hashes.HashAlgorithm]] = {
    f"{SIGNATURE}sha1": hashes.SHA1,
    f"{XENC}sha256": hashes.SHA256,
    "http://www.w3.org/2001/04/xmldsig-more#sha384": hashes.SHA384,
    f"{XENC}sha512": hashes.SHA512,
}
MASKS: dict[str, type[hashes.HashAlgorithm]] = {
    f"{XENC11}mgf1sha1": hashes.SHA1,
    f"{XENC11}mgf1sha256": hashes.SHA256,
    f"{XENC11}mgf1sha384": hashes.SHA384,
    f"{XENC11}mgf1sha512": hashes.SHA512,
}
GCM = {f"{XENC11}aes{bits}-gcm": bits // 8 for bits in (128, 192, 256)}
BLOCKS = {f"{XENC}aes{bits}-cbc": bits // 8 for bits in (128, 192, 256)}
NONCE, BLOCK = 12, 16


class NotReadable(Exception):
    """No key of the provider's reads the assertion. Never says why: a reason would help who guesses."""


class NotTried(NotReadable):
    """The assertion's key is encrypted with RSA 1.5, as anybody can see who has the response."""


def decrypted(element: Any, keys: Iterable[RSAPrivateKey]) -> bytes:
    """The text of the assertion in an EncryptedAssertion. Raises NotReadable."""
    data = element.find("./x:EncryptedData", NAMES)
    if data is None:
        raise NotReadable
    locked = element.findall(".//x:EncryptedKey", NAMES)
    for key in keys:
        for one in locked:
            try:
                return _content(data, _unlocked(one, key))
            except (ValueError, InvalidTag, binascii.Error):
                continue
    raise NotTried if locked and all(_algorithm(one) == RSA_15 for one in locked) else NotReadable


def _unlocked(element: Any, key: RSAPrivateKey) -> bytes:
    """The key that the assertion is encrypted with. Raises ValueError."""
    named = _algorithm(element)
    if named not in (OAEP_SHA1, OAEP_ANY):
        raise ValueError(named)
    digest = _chosen(element, "ds:DigestMethod", DIGESTS)
    mask = _chosen(element, "x11:MGF", MASKS) if named == OAEP_ANY else hashes.SHA1()
    label = element.findtext("./x:EncryptionMethod/x:OAEPparams", namespaces=NAMES)
    padding = OAEP(MGF1(mask), digest, _bytes(label) if label else None)
    return key.decrypt(_value(element), padding)


def _content(data: Any, key: bytes) -> bytes:
    named, value = _algorithm(data), _value(data)
    if GCM.get(named) == len(key):
        return AESGCM(key).decrypt(value[:NONCE], value[NONCE:], None)
    if BLOCKS.get(named) != len(key):
        raise ValueError(named)
    decryptor = Cipher(AES(key), CBC(value[:BLOCK])).decryptor()
    text = decryptor.update(value[BLOCK:]) + decryptor.finalize()
    if not text or not 1 <= text[-1] <= BLOCK:  # the last byte tells how many to leave out, the others say nothing
        raise ValueError("padding")
    return text[: -text[-1]]


def _algorithm(element: Any) -> str:
    method = element.find("./x:EncryptionMethod", NAMES)
    return method.get("Algorithm", "") if method is not None else ""


def _chosen(element: Any, name: str, known: dict[str, type[hashes.HashAlgorithm]]) -> hashes.HashAlgorithm:
    """What a method names, SHA-1 where it names none. Raises ValueError."""
    found = element.find(f"./x:EncryptionMethod/{name}", NAMES)
    if found is None:
        return hashes.SHA1()
    chosen = known.get(found.get("Algorithm", ""))
    if chosen is None:
        raise ValueError(name)
    return chosen()


def _value(element: Any) -> bytes:
    return _bytes(element.findtext("./x:CipherData/x:CipherValue", default="", namespaces=NAMES))


def _bytes(text: str) -> bytes:
    return base64.b64decode("".join(text.split()), validate=True)
