"""Class codes: six characters that nobody misreads, and guessing them made slow."""

import secrets
import string
from datetime import timedelta

from django.core import signing
from django.utils import timezone

ALPHABET = "".join(sorted(set(string.ascii_uppercase + string.digits) - set("0O1I")))
LENGTH = 6
WINDOW = timedelta(minutes=10)
BY_PERSON, BY_ADDRESS = 8, 60  # wrong codes in a window; a whole class may share one address
INVITATION = "iamlab.classroom.invitation"


def new_code() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def typed(text: str) -> str:
    """A code as people type it: any case, with spaces or hyphens."""
    return "".join(text.upper().split()).replace("-", "")[:LENGTH]


def invitation_key(pk: int) -> str:
    """What an invitation's link holds; signed, so that nothing has to be stored and nothing can be guessed."""
    return signing.Signer(salt=INVITATION).sign(str(pk)).replace(":", "~")


def invitation_of(key: str) -> int | None:
    """The invitation that a link names, None for a forged one."""
    try:
        return int(signing.Signer(salt=INVITATION).unsign(key.replace("~", ":")))
    except (signing.BadSignature, ValueError):
        return None


def too_many(person_id: int, address: str) -> bool:
    """Whether this person, or this address, has guessed too often lately."""
    from iamlab.classroom.models import JoinFailure

    lately = JoinFailure.objects.filter(at__gt=timezone.now() - WINDOW)
    mine = lately.filter(person_id=person_id).count()
    return mine >= BY_PERSON or lately.filter(address=address).count() >= BY_ADDRESS


def note_failure(person_id: int, address: str) -> None:
    """Remember a wrong code for as long as it counts."""
    from iamlab.classroom.models import JoinFailure

    JoinFailure.objects.filter(at__lt=timezone.now() - WINDOW).delete()
    JoinFailure.objects.create(person_id=person_id, address=address[:64])
