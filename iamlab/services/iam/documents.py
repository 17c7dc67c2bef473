"""Policy documents as IAM saves them. IAM User Guide: "Grammar of the IAM JSON policy language"."""

from collections import OrderedDict
from collections.abc import Collection, Mapping

from iamlab.policy.document import MalformedPolicy, parse, size
from iamlab.services.accounts.models import Document
from iamlab.services.operations import AwsError

__all__ = ["check", "size", "text", "texts"]  # size: characters that count towards a quota

IDENTITY, TRUST = "identity", "trust"
KEPT_TEXTS = 1_000  # documents, of at most 20 KB each
_texts: OrderedDict[str, str] = OrderedDict()


def check(text: str, kind: str = IDENTITY) -> None:
    """Raise MalformedPolicyDocument where a document is none that IAM would save."""
    try:
        parse(text, kind)
    except MalformedPolicy as error:
        raise AwsError("MalformedPolicyDocument", error.message) from error


def texts(digests: Collection[str]) -> dict[str, str]:
    """The documents of digests.

    A digest's text never changes, so that what was read is kept: many principals are judged by one bucket's policy.
    """
    found = {digest: _texts[digest] for digest in digests if digest in _texts}
    if unread := set(digests) - found.keys():
        read = dict(Document.objects.filter(digest__in=unread).values_list("digest", "text"))
        found |= read
        keep(read)
    return found


def keep(read: Mapping[str, str]) -> None:
    """Have ready what was read already, beside the rows that name it."""
    _texts.update(read)
    while len(_texts) > KEPT_TEXTS:
        _texts.popitem(last=False)


def text(digest: str) -> str:
    return Document.objects.get(pk=digest).text
