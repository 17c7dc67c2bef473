"""What helps a learner along, and what it costs: hints, notes, a hand up, a dispute."""

import time
from collections.abc import Callable
from typing import Any

from django.utils import timezone

from iamlab.labs import attempts, past, scoring, texts
from iamlab.labs.models import Attempt, Dispute, HelpCall, HintUse, StepFact

# Rules attempt -> whether its learner is at the open step for much longer than others were.
slow: list[Callable[[Attempt], bool]] = []
LOOK = 30  # seconds from one question of these rules to the next
MOST = 5_000  # attempts whose last one is kept in a process
_looked: dict[int, float] = {}
HINT_WAIT = 30  # seconds between the second hint and the exact one


def use_hint(attempt: Attempt, step: dict[str, Any], tier: int) -> HintUse:
    """Open a hint at the price on its button. Raises Refused while the exact one waits for the one before."""
    attempts.require_open(attempt)
    if not 1 <= tier <= len(step.get("hints", ())):
        raise attempts.Refused("There is no such hint.")
    used = {hint.tier: hint for hint in attempt.hints.filter(step=step["id"])}
    if tier == 3 and tier not in used:
        before = used.get(2)
        if before is None or (timezone.now() - before.at).total_seconds() < HINT_WAIT:
            raise attempts.Refused(
                f"The exact hint opens {HINT_WAIT} seconds after the second one. Try with that first."
            )
    price = scoring.prices(attempt.lab_version.data)[tier]
    hint, new = HintUse.objects.get_or_create(attempt=attempt, step=step["id"], tier=tier, defaults={"price": price})
    if new:
        attempts.note_happening(attempt, "hint", step["id"], tier=tier, price=price)
    return hint


def offer(attempt: Attempt) -> bool:
    """Offer a step's first hint, once and unasked, to a learner who is slow. Whether that was done now."""
    now = time.monotonic()
    if not attempt.taught or attempt.submitted is not None or now - _looked.get(attempt.pk, -LOOK) < LOOK:
        return False
    if len(_looked) >= MOST:
        _looked.clear()
    _looked[attempt.pk] = now
    if not any(rule(attempt) for rule in slow):
        return False
    fact, _ = StepFact.objects.get_or_create(attempt=attempt, step=attempt.current)
    if fact.offered is not None:
        return False
    fact.offered = timezone.now()
    fact.save(update_fields=["offered"])
    attempts.note_happening(attempt, "offer", attempt.current)
    return True


def require_no_secret(text: str) -> None:
    """Raises Refused."""
    if texts.hold_secret(text):
        raise attempts.Refused("This looks like a secret access key, so it was not kept. A secret belongs in no text.")


def keep_note(attempt: Attempt, step_id: str, text: str) -> None:
    require_no_secret(text)
    fact, _ = StepFact.objects.get_or_create(attempt=attempt, step=step_id)
    fact.note = text[:5000]
    fact.save(update_fields=["note"])


def ask_for_help(attempt: Attempt, text: str) -> HelpCall:
    """A hand up: once, until it is answered."""
    require_no_secret(text)
    waiting = attempt.help_calls.filter(answered=None).first()
    if waiting is not None:
        return waiting
    attempts.note_happening(attempt, "help", attempt.current, text=text[:500])
    return HelpCall.objects.create(attempt=attempt, step=attempt.current, text=text[:500])


def dispute(attempt: Attempt, step_id: str, check_id: str, text: str) -> Dispute:
    """My answer is right: the world as it is goes to the instructor with it."""
    require_no_secret(text)
    snapshot = past.take(attempt, "submission", f"Dispute of {step_id}/{check_id}")
    attempts.note_happening(attempt, "dispute", step_id, check=check_id, text=text[:2000])
    return Dispute.objects.create(attempt=attempt, step=step_id, check_id=check_id, text=text[:2000], snapshot=snapshot)
