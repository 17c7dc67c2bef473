"""The sandbox's own SAML identity provider: its metadata for CreateSAMLProvider, and responses that it signs.

Each account and entity id has a key of its own, derived and never stored. IAM User Guide: "SAML 2.0 federation".
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from xml.sax.saxutils import escape, quoteattr

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from django.conf import settings
from lxml import etree
from signxml import DigestAlgorithm, SignatureMethod, XMLSigner

from iamlab.services.sts.saml_assertions import (
    ASSERTION,
    METADATA,
    PROTOCOL,
    SIGNATURE,
    SUCCESS,
    certificates,
    entity_id,
)

ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # of the curve P-256
SIGN_IN = "https://signin.aws.amazon.com/saml"
AUDIENCE = "urn:amazon:webservices"
ATTRIBUTES = "https://aws.amazon.com/SAML/Attributes/"
PERSISTENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"
BEARER = "urn:oasis:names:tc:SAML:2.0:cm:bearer"
PASSWORD = "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport"
EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"


@lru_cache(maxsize=256)
def _key(account_id: str, entity_id: str) -> ec.EllipticCurvePrivateKey:
    name = f"saml identity provider {account_id} {entity_id}".encode()
    digest = hmac.digest(settings.SECRET_KEY.encode(), name, hashlib.sha512)
    return ec.derive_private_key(int.from_bytes(digest) % (ORDER - 1) + 1, ec.SECP256R1())


@lru_cache(maxsize=256)
def _certificate(account_id: str, entity_id: str) -> x509.Certificate:
    key = _key(account_id, entity_id)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "iamlab test identity provider")])
    start = datetime(2020, 1, 1, tzinfo=UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, start, start + timedelta(days=36500))
    return builder.sign(key, SHA256(), ecdsa_deterministic=True)


def is_ours(account_id: str, document: str) -> bool:
    """Whether this provider can sign for what a metadata document describes: the document may be written anew."""
    ours = _key(account_id, entity_id(document)).public_key()
    return any(one.public_key() == ours for one in certificates(document))


def metadata(account_id: str, entity_id: str) -> str:
    """The document that CreateSAMLProvider wants."""
    body = base64.b64encode(_certificate(account_id, entity_id).public_bytes(Encoding.DER)).decode()
    return (
        f'<EntityDescriptor xmlns="{METADATA}" entityID={quoteattr(entity_id)}>'
        f'<IDPSSODescriptor protocolSupportEnumeration="{PROTOCOL}"><KeyDescriptor use="signing">'
        f'<ds:KeyInfo xmlns:ds="{SIGNATURE}"><ds:X509Data><ds:X509Certificate>{body}</ds:X509Certificate></ds:X509Data>'
        f"</ds:KeyInfo></KeyDescriptor><NameIDFormat>{PERSISTENT}</NameIDFormat>"
        '<SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" '
        f"Location={quoteattr(entity_id)}/></IDPSSODescriptor></EntityDescriptor>"
    )


def response(
    account_id: str,
    entity_id: str,
    subject: str,
    attributes: Mapping[str, Sequence[str]],
    now: datetime,
    *,
    seconds: int = 300,
    status: str = SUCCESS,
) -> str:
    """A response in base64, with a signed assertion where the status is Success; AWS's attributes by their short names.

    An attribute whose name has a scheme already keeps it.
    """
    head = (
        f'<p:Response xmlns:p="{PROTOCOL}" xmlns="{ASSERTION}" ID="_{secrets.token_hex(16)}" Version="2.0" '
        f'IssueInstant="{_iso(now)}" Destination="{SIGN_IN}"><Issuer>{escape(entity_id)}</Issuer>'
        f"<p:Status><p:StatusCode Value={quoteattr(status)}/></p:Status></p:Response>"
    )
    root = etree.fromstring(head)
    if status == SUCCESS:
        root.append(_signed(account_id, entity_id, subject, attributes, now, now + timedelta(seconds=seconds)))
    return base64.b64encode(etree.tostring(root)).decode()


def _signed(
    account_id: str,
    entity_id: str,
    subject: str,
    attributes: Mapping[str, Sequence[str]],
    now: datetime,
    end: datetime,
) -> etree._Element:
    identifier = f"_{secrets.token_hex(16)}"
    stated = "".join(
        f"<Attribute Name={quoteattr(name if '://' in name else ATTRIBUTES + name)}>"
        + "".join(f"<AttributeValue>{escape(value)}</AttributeValue>" for value in values)
        + "</Attribute>"
        for name, values in attributes.items()
    )
    assertion = etree.fromstring(
        f'<Assertion xmlns="{ASSERTION}" ID="{identifier}" Version="2.0" IssueInstant="{_iso(now)}">'
        f'<Issuer>{escape(entity_id)}</Issuer><ds:Signature xmlns:ds="{SIGNATURE}" Id="placeholder"/>'
        f'<Subject><NameID Format="{PERSISTENT}">{escape(subject)}</NameID><SubjectConfirmation Method="{BEARER}">'
        f'<SubjectConfirmationData NotOnOrAfter="{_iso(end)}" Recipient="{SIGN_IN}"/></SubjectConfirmation></Subject>'
        f'<Conditions NotBefore="{_iso(now)}" NotOnOrAfter="{_iso(end)}"><AudienceRestriction>'
        f"<Audience>{AUDIENCE}</Audience></AudienceRestriction></Conditions>"
        f'<AuthnStatement AuthnInstant="{_iso(now)}"><AuthnContext><AuthnContextClassRef>{PASSWORD}'
        f"</AuthnContextClassRef></AuthnContext></AuthnStatement>"
        f"<AttributeStatement>{stated}</AttributeStatement></Assertion>"
    )
    signer = XMLSigner(
        signature_algorithm=SignatureMethod.ECDSA_SHA256,
        digest_algorithm=DigestAlgorithm.SHA256,
        c14n_algorithm=EXCLUSIVE,
    )
    certificate = _certificate(account_id, entity_id)
    key = _key(account_id, entity_id)
    return signer.sign(assertion, key=key, cert=[certificate], reference_uri=f"#{identifier}", id_attribute="ID")


def _iso(when: datetime) -> str:
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
