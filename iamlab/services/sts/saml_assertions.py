"""Reading SAML responses: what a signed assertion says, and of that only what the signature covers.

SAML 2.0 core; IAM User Guide: "Configure SAML assertions for the authentication response".
"""

import base64
import binascii
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from lxml import etree
from signxml import SignatureConfiguration, XMLVerifier
from signxml.exceptions import InvalidSignature, SignXMLException

from iamlab.services.sts import saml_encryption

PROTOCOL, ASSERTION = "urn:oasis:names:tc:SAML:2.0:protocol", "urn:oasis:names:tc:SAML:2.0:assertion"
METADATA, SIGNATURE = "urn:oasis:names:tc:SAML:2.0:metadata", "http://www.w3.org/2000/09/xmldsig#"
NAMES = {"p": PROTOCOL, "a": ASSERTION, "md": METADATA, "ds": SIGNATURE}
SUCCESS = "urn:oasis:names:tc:SAML:2.0:status:Success"
FORMAT = "urn:oasis:names:tc:SAML:2.0:nameid-format:"


class NotSaml(Exception):
    """The text is no SAML response, or its signature does not cover an assertion."""


@dataclass(frozen=True, slots=True)
class Assertion:
    """`ends` is the earliest of the times that it must be used by, `session_ends` when the session must be over."""

    identifier: str
    issuer: str
    issued: datetime
    subject: str
    subject_type: str
    recipient: str
    audiences: tuple[str, ...]
    starts: datetime | None
    ends: datetime | None
    session_ends: datetime | None
    attributes: dict[str, list[str]]

    def first(self, name: str) -> str:
        return next(iter(self.attributes.get(name, ())), "")


def parse(text: bytes) -> Any:
    """A document's root element, without entities and what they could fetch. Raises NotSaml."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True)
    try:
        root = etree.fromstring(text, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise NotSaml("not XML") from error
    if root.getroottree().docinfo.doctype:
        raise NotSaml("a document type")
    return root


def response(encoded: str) -> Any:
    """The root element of a response in base64. Raises NotSaml."""
    try:
        text = base64.b64decode("".join(encoded.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise NotSaml("not base64") from error
    root = parse(text)
    if root.tag != f"{{{PROTOCOL}}}Response":
        raise NotSaml("no response")
    return root


def is_success(root: Any) -> bool:
    """Whether the identity provider says that its user has signed in."""
    codes = root.xpath("./p:Status/p:StatusCode/@Value", namespaces=NAMES)
    return codes[:1] == [SUCCESS]


def entity_id(metadata: str) -> str:
    return parse(metadata.encode()).get("entityID", "")


def certificates(metadata: str) -> list[x509.Certificate]:
    """The certificates that an identity provider signs with."""
    found = parse(metadata.encode()).xpath(
        ".//md:IDPSSODescriptor/md:KeyDescriptor[not(@use) or @use='signing']//ds:X509Certificate/text()",
        namespaces=NAMES,
    )
    read = []
    for text in found:
        try:
            read.append(x509.load_der_x509_certificate(base64.b64decode("".join(text.split()))))
        except ValueError:
            continue  # a certificate that cannot be read signs nothing
    return read


def is_encrypted(root: Any) -> bool:
    return root.find(f"{{{ASSERTION}}}EncryptedAssertion") is not None


def signed_by(root: Any, trusted: list[x509.Certificate], keys: list[RSAPrivateKey]) -> Any:
    """The one assertion that a signature covers, on itself or on the whole response. Raises NotSaml, NotReadable.

    An encrypted one is read with `keys`: a signature on itself is within, one on the response covers what is encrypted.
    """
    for element in (_opened(root, keys), root):
        if element.find(f"{{{SIGNATURE}}}Signature") is None:
            continue
        for certificate in trusted:
            covered = _covered(element, certificate)
            if covered is not None and covered.tag == element.tag:
                return covered if element is not root else _opened(covered, keys)
    raise NotSaml("no valid signature")


def _opened(root: Any, keys: list[RSAPrivateKey]) -> Any:
    """A response's one assertion, decrypted if need be. Raises NotSaml, NotReadable."""
    found = root.xpath("./a:Assertion | ./a:EncryptedAssertion", namespaces=NAMES)
    if len(found) != 1:
        raise NotSaml("not one assertion")
    if found[0].tag == f"{{{ASSERTION}}}Assertion":
        return found[0]
    element = parse(saml_encryption.decrypted(found[0], keys))
    if element.tag != f"{{{ASSERTION}}}Assertion":
        raise NotSaml("no assertion within")
    return element


def _covered(element: Any, certificate: x509.Certificate) -> Any:
    """What the signature of an element covers, or None where it does not hold."""
    config = SignatureConfiguration(location="./", expect_references=1)
    try:
        result = XMLVerifier().verify(
            etree.tostring(element), x509_cert=certificate, id_attribute="ID", expect_config=config
        )
    except (InvalidSignature, SignXMLException, etree.LxmlError, ValueError):
        return None
    return None if isinstance(result, list) else result.signed_xml


def read(element: Any) -> Assertion:
    """What an assertion says. Raises NotSaml where it lacks what every assertion has."""
    name = element.find("./a:Subject/a:NameID", NAMES)
    data = element.find("./a:Subject/a:SubjectConfirmation/a:SubjectConfirmationData", NAMES)
    conditions = element.find("./a:Conditions", NAMES)
    issued = _time(element.get("IssueInstant"))
    if name is None or data is None or issued is None:
        raise NotSaml("incomplete")
    ends = [_time(one.get("NotOnOrAfter")) for one in (data, conditions) if one is not None]
    statement = element.find("./a:AuthnStatement", NAMES)
    attributes: dict[str, list[str]] = {}
    for attribute in element.iterfind("./a:AttributeStatement/a:Attribute", NAMES):
        values = [_text(value) for value in attribute.iterfind("./a:AttributeValue", NAMES)]
        attributes.setdefault(attribute.get("Name", ""), []).extend(values)
    return Assertion(
        identifier=element.get("ID", ""),
        issuer=_text(element.find("./a:Issuer", NAMES)),
        issued=issued,
        subject=_text(name),
        subject_type=name.get("Format", "").removeprefix(FORMAT),
        recipient=data.get("Recipient", ""),
        audiences=tuple(_text(one) for one in element.iterfind(".//a:AudienceRestriction/a:Audience", NAMES)),
        starts=_time(conditions.get("NotBefore")) if conditions is not None else None,
        ends=min((end for end in ends if end is not None), default=None),
        session_ends=_time(statement.get("SessionNotOnOrAfter")) if statement is not None else None,
        attributes=attributes,
    )


def _text(element: Any) -> str:
    return "".join(element.itertext()).strip() if element is not None else ""


def _time(text: str | None) -> datetime | None:
    """Raises NotSaml."""
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise NotSaml("not a time") from error
    return found.replace(tzinfo=found.tzinfo or UTC)
