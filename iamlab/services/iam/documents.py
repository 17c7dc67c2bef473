"""Policy documents as IAM saves them. IAM User Guide: "Grammar of the IAM JSON policy language"."""

from collections.abc import Collection

from iamlab.policy.document import MalformedPolicy, parse, size
from iamlab.services.accounts.models import Document
from iamlab.services.operations import AwsError

__all__ = ["check", "size", "text", "texts"]  # size: characters that count towards a quota

IDENTITY, TRUST = "identity", "trust"


def check(text: str, kind: str = IDENTITY) -> None:
    """Raise MalformedPolicyDocument where a document is none that IAM would save."""
    try:
        parse(text, kind)
    except MalformedPolicy as error:
        raise AwsError("MalformedPolicyDocument", error.message) from error


def texts(digests: Collection[str]) -> dict[str, str]:
    return dict(Document.objects.filter(digest__in=digests).values_list("digest", "text"))


def text(digest: str) -> str:
    return Document.objects.get(pk=digest).text
