"""Drafts of wizards: begun, found, claimed once, and their secrets, which nobody reads back and which do not stay."""

import json
from datetime import timedelta
from typing import Any
from uuid import UUID

from cryptography.fernet import InvalidToken
from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils import timezone

from iamlab.console.box import KEPT, box
from iamlab.console.models import DONE, OPEN, RUNNING, STOPPED, Draft
from iamlab.console.session import Session

DRAFTS_KEPT = timedelta(days=7)
RUN_TAKES = timedelta(minutes=2)  # at the very most


def begin(session: Session, wizard: str, **data: Any) -> Draft:
    """A new draft. On the way, what has been lying too long goes: secrets of half an hour, drafts of a week."""
    now = timezone.now()
    Draft.objects.filter(secrets_kept__lt=now - KEPT).update(secrets="", secrets_kept=None)
    Draft.objects.filter(person=session.person, created__lt=now - DRAFTS_KEPT).delete()
    return Draft.objects.create(person=session.person, account_id=session.account.pk, wizard=wizard, data=data)


def find(session: Session, wizard: str, draft_id: UUID) -> Draft:
    """The person's draft in this account; anybody else's is not found."""
    rows = Draft.objects.filter(pk=draft_id, person=session.person, account_id=session.account.pk, wizard=wizard)
    draft = rows.first()
    if draft is None:
        raise Http404
    return draft


def claim(draft: Draft) -> bool:
    """Whether this request is the one that makes the draft's calls: of two submits at once, one is."""
    now = timezone.now()
    lost = Q(state=RUNNING, claimed__lt=now - RUN_TAKES)  # its process died under way: the calls it made stand
    rows = Draft.objects.filter(Q(state__in=(OPEN, STOPPED)) | lost, pk=draft.pk)
    if not rows.update(state=RUNNING, claimed=now):
        return False
    draft.state = RUNNING
    return True


def secrets_of(draft: Draft) -> dict[str, str]:
    """What is kept encrypted, for half an hour."""
    if not draft.secrets or draft.secrets_kept is None or draft.secrets_kept < timezone.now() - KEPT:
        return {}
    try:
        return json.loads(box().decrypt(draft.secrets.encode()))
    except InvalidToken:
        return {}


def keep_secrets(draft: Draft, secrets: dict[str, str]) -> None:
    """Replace the draft's secrets; an empty dictionary erases them. The caller saves nothing else."""
    draft.secrets = box().encrypt(json.dumps(secrets).encode()).decode() if secrets else ""
    draft.secrets_kept = timezone.now() if secrets else None
    draft.save(update_fields=["secrets", "secrets_kept"])


def take_shown(draft: Draft) -> dict[str, str]:
    """What is shown once, erased by being read."""
    shown = secrets_of(draft)
    if draft.secrets:
        keep_secrets(draft, {})
    return shown


def spend(session: Session, wizard: str, draft_id: str) -> bool:
    """Whether this request is the one that makes the one call of a page, which bears the draft's id. A request that
    names no draft is nobody's page, and makes its call."""
    return not draft_id or bool(_page(session, wizard, draft_id).filter(state=OPEN).update(state=DONE))


def page(session: Session, wizard: str, draft_id: str) -> Draft:
    """The draft that a page was sent with; anybody else's is not found."""
    draft = _page(session, wizard, draft_id).first()
    if draft is None:
        raise Http404
    return draft


def give_back(session: Session, wizard: str, draft_id: str) -> None:
    """The call was refused: the page may be sent again."""
    if draft_id:
        _page(session, wizard, draft_id).update(state=OPEN)


def _page(session: Session, wizard: str, draft_id: str) -> QuerySet[Draft]:
    try:
        key = UUID(draft_id)
    except ValueError as error:
        raise Http404 from error
    return Draft.objects.filter(pk=key, person=session.person, account_id=session.account.pk, wizard=wizard)
