"""The buttons of the way back: undo, reset, jump, checkpoint, what if."""

from django.contrib import messages
from django.http import HttpRequest

from iamlab.labs import attempts
from iamlab.labs.models import Attempt
from iamlab.labs.views import acting
from iamlab.sandbox.models import Snapshot


@acting
def undo(request: HttpRequest, attempt: Attempt) -> None:
    attempts.undo(attempt)
    messages.success(request, "The last change is undone.")


@acting
def reset(request: HttpRequest, attempt: Attempt) -> None:
    if request.POST.get("sure") != "yes":
        raise attempts.Refused("Tick the box to say that you want to go back to the start.")
    attempts.reset(attempt)
    messages.success(request, "The account is as it was at the start of the lab.")


def chosen_checkpoint(request: HttpRequest, attempt: Attempt) -> Snapshot | None:
    chosen = request.POST.get("checkpoint", "")
    return attempt.sandbox.snapshots.filter(pk=chosen).first() if chosen.isdecimal() and len(chosen) < 19 else None


@acting
def jump(request: HttpRequest, attempt: Attempt) -> None:
    snapshot = chosen_checkpoint(request, attempt)
    if snapshot is None:
        raise attempts.Refused("Choose a checkpoint.")
    attempts.jump(attempt, snapshot)
    messages.success(request, f"The account is as it was: {snapshot}.")


@acting
def checkpoint(request: HttpRequest, attempt: Attempt) -> None:
    attempts.keep_checkpoint(attempt, request.POST.get("name", ""))
    messages.success(request, "The account as it is now is kept as a checkpoint.")


@acting
def what_if(request: HttpRequest, attempt: Attempt) -> None:
    """Try something (begin), then keep it (adopt) or go back (discard)."""
    act = request.POST.get("act")
    if act == "begin":
        attempts.what_if(attempt, chosen_checkpoint(request, attempt))
        messages.info(request, "Try what you like; nothing counts. Keep it or discard it when you are done.")
    else:
        attempts.end_what_if(attempt, adopt=act == "adopt")
        messages.success(request, "Kept." if act == "adopt" else "The account is as it was before you tried.")
