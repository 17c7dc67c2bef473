"""The lab's own pages and buttons: begin, look at a step, hint, answer, note, help, clock, submit."""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header, url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import push_url, reswap, retarget

from iamlab.door import sessions
from iamlab.labs import (
    attempts,
    beside,
    clockwork,
    content,
    deciding,
    helping,
    panel,
    questions,
    runner,
    seen,
    showing,
    translations,
    variants,
    wheres,
    working,
)
from iamlab.labs.models import Attempt
from iamlab.people.models import Person
from iamlab.sandbox import controls

View = Callable[..., HttpResponse]
TWICE = timedelta(seconds=5)  # a button pressed again within that meant the same attempt


def own_attempt(request: HttpRequest, pk: int) -> Attempt:
    """The person's own attempt; anybody else's is not found."""
    assert isinstance(request.user, Person)
    found = beside.OWN.first(request.user.pk, pk)
    if found is None:
        raise Http404
    return found


def acting(view: Callable[..., HttpResponse | None]) -> View:
    """A button of the panel: POST, on one's own attempt, back to where it was pressed; a refusal is said there."""

    @login_required
    @require_POST
    @wraps(view)
    def wrapped(request: HttpRequest, pk: int, **parts: Any) -> HttpResponse:
        attempt = own_attempt(request, pk)
        try:
            done = view(request, attempt, **parts)
        except attempts.Refused as error:
            messages.error(request, str(error))
            done = None
        if done is None and request.headers.get("HX-Target") == "lab-panel":
            return in_place(request, attempt)
        return done or HttpResponseRedirect(onward(request, attempt))

    return wrapped


def in_place(request: HttpRequest, attempt: Attempt) -> HttpResponse:
    """The panel anew, the page beside it as it is: what is half typed there stays, and a secret shown once."""
    found = seen.anew(attempt)
    page = back(request, attempt)
    behind = beside.is_behind(attempt, found)
    shown = beside.shown(attempt, found, page, wheres.session_of(page), behind=behind)
    answer = render(request, "labs/in_place_panel.html", {"lab_panel": shown})
    return push_url(answer, False)  # a boosted form pushes its address else, and reloading that is no page


def back(request: HttpRequest, attempt: Attempt) -> str:
    """The page that the panel stands beside, as its forms and its polling name it."""
    wanted = request.POST.get("back") or request.GET.get("back", "")
    ours = url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()})
    return wanted if wanted and ours else f"/attempts/{attempt.pk}/"


def onward(request: HttpRequest, attempt: Attempt) -> str:
    """The page that the panel stood beside; the way into the lab where that is no more, as the learner is told: going
    back took the page's user away, or the clock ended the session.
    """
    assert isinstance(request.user, Person)
    page = back(request, attempt)
    session = wheres.session_of(page)
    gone = not sessions.stands(request.user, session) if session else not controls.open_accounts(attempt.sandbox)
    if gone and session:
        messages.info(request, "Your console session is over, by its time or because its user is gone: sign in again.")
    return f"/attempts/{attempt.pk}/" if gone else page


@login_required
@require_POST
def begin(request: HttpRequest, lab_id: str) -> HttpResponse:
    """A new attempt. Asked twice in a row (a double click), the untouched attempt just begun is given again."""
    assert isinstance(request.user, Person)
    catalogue = content.catalogue()
    lab = catalogue.get(lab_id)
    if lab is None:
        raise Http404
    graded = request.POST.get("mode") == "graded"

    person, since = request.user, timezone.now() - TWICE

    def just_begun() -> Attempt | None:
        same = Attempt.objects.filter(person=person, lab=lab_id, submitted=None, graded=graded, started__gt=since)
        return same.order_by("-pk").first()

    recent = just_begun()
    if recent is None:
        language = translations.spoken(person) or translations.of_browser(request, catalogue.values())
        recent = attempts.begin(person, lab, graded=graded, language=language, instead=just_begun)
    return redirect("attempt", pk=recent.pk)


@login_required
@require_safe
def attempt(request: HttpRequest, pk: int) -> HttpResponse:
    """The way into an attempt: its sign-ins, and the panel beside them."""
    found = own_attempt(request, pk)
    request.sandbox_id = found.sandbox_id  # type: ignore[attr-defined]
    accounts = controls.open_accounts(found.sandbox)
    context = {"attempt": found, "world": found.sandbox, "accounts": accounts}
    return render(request, "labs/attempt.html", context)


@login_required
@require_safe
def live(request: HttpRequest, pk: int) -> HttpResponse:
    """What the panel polls for: nothing (204) until something changed since the cursor that it shows.

    Where another tab went on to another step, this tab's panel goes along whole.
    """
    found = own_attempt(request, pk)
    at = request.GET.get("at", "")
    same_step = request.GET.get("step") == panel.open_step(found)["id"]
    if same_step and beside.unchanged(found, at) and not helping.offer(found):
        return HttpResponse(status=204)
    facts = beside.caught_up(found)
    if same_step and facts.cursor == at:
        return HttpResponse(status=204)
    page = back(request, found)
    session = wheres.session_of(page)
    if same_step:
        shown = {**panel.data(found, facts), **beside.here(found, page, session)}
        return render(request, "labs/live.html", {"lab_panel": shown, "changed": True})
    whole = HttpResponse(beside.shown(found, facts, page, session)["fill"](get_token(request)))
    return reswap(retarget(whole, "#lab-panel"), "innerHTML")


@login_required
@require_safe
def media(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """A figure of the lab as it was pinned; nothing in it may run."""
    found = own_attempt(request, pk)
    text = translations.lab_of(found).get("media", {}).get(name)
    if text is None:
        raise Http404
    text = variants.figure(found.lab_version.data, found.variant, text)
    response = HttpResponse(text, content_type="image/svg+xml")
    response["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    return response


@login_required
@require_safe
def file(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """A file that the lab brings, to have on one's own disk and upload."""
    text = (own_attempt(request, pk).lab_version.data.get("files") or {}).get(name)
    if text is None:
        raise Http404
    named = {"Content-Disposition": content_disposition_header(True, name) or "attachment"}
    return HttpResponse(text, content_type="application/octet-stream", headers=named)


@acting
def step(request: HttpRequest, attempt: Attempt, step_id: str) -> None:
    if request.POST.get("skip"):
        attempts.skip(attempt, request.POST["skip"])
    attempts.open_step(attempt, step_id)


@acting
def check(request: HttpRequest, attempt: Attempt) -> None:
    """Check now: for reassurance, or where no script polls; checks run by themselves."""
    attempts.require_open(attempt)
    if working.is_others(attempt):
        raise attempts.Refused("Something is being done in another tab. Check again once it is.")
    attempts.follow(attempt)
    runner.examine(attempt)
    attempt.save(update_fields=["bound"])


@acting
def hint(request: HttpRequest, attempt: Attempt, step_id: str, tier: int) -> None:
    helping.use_hint(attempt, step_or_404(attempt, step_id), tier)


@acting
def answer(request: HttpRequest, attempt: Attempt, question_id: str) -> None:
    question = content.question_of(translations.lab_of(attempt), question_id)
    if question is None:
        raise Http404
    given = given_answer(request, question)
    if given in ("", [], {}):
        raise attempts.Refused(questions.incomplete(question))
    if question["kind"] == "statement":
        given = deciding.chosen(attempt, question, given)
        if given is None:
            raise attempts.Refused("The policies have changed since you looked. Choose again.")
    sure = {"sure": True, "unsure": False}.get(request.POST.get("sure", ""))
    attempts.answer(attempt, question, given, sure)


def given_answer(request: HttpRequest, question: dict[str, Any]) -> Any:
    """What the form of a question sent, in the shape that its kind is judged in."""
    if question["kind"] in ("multiple",):
        return request.POST.getlist("answer")
    if question["kind"] == "match":
        chosen = {pair["id"]: request.POST.get(f"match-{pair['id']}", "") for pair in question["pairs"]}
        return chosen if all(chosen.values()) else {}
    if question["kind"] == "order":
        places = {item["id"]: request.POST.get(f"place-{item['id']}", "") for item in question["items"]}
        if set(places.values()) != {str(place) for place in range(1, len(places) + 1)}:
            return []
        return sorted(places, key=lambda item: int(places[item]))
    return request.POST.get("answer", "")[:500]


@acting
def language(request: HttpRequest, attempt: Attempt) -> None:
    attempts.speak(attempt, request.POST.get("language", ""))


@acting
def note(request: HttpRequest, attempt: Attempt, step_id: str) -> None:
    helping.keep_note(attempt, step_id, request.POST.get("note", ""))
    messages.success(request, "Your note is kept.")


@acting
def ask(request: HttpRequest, attempt: Attempt) -> None:
    helping.ask_for_help(attempt, request.POST.get("text", ""))
    if attempt.taught:
        messages.info(request, "Your hand is up. Your instructor sees it; go on meanwhile if you can.")


@acting
def move_clock(request: HttpRequest, attempt: Attempt) -> None:
    seconds = clockwork.MOVES.get(request.POST.get("by", ""))
    if seconds is None:
        raise attempts.Refused("Choose how far to move the clock.")
    clockwork.move(attempt, seconds)
    messages.success(request, f"It is now {clockwork.now(attempt):%d %B %Y, %H:%M} in this account.")


@acting
def break_it(request: HttpRequest, attempt: Attempt, step_id: str) -> None:
    step = step_or_404(attempt, step_id)
    attempts.break_it(attempt, step)
    messages.warning(request, "Something in the account was changed. Find out what, and mend it.")


@acting
def show(request: HttpRequest, attempt: Attempt, step_id: str) -> None:
    showing.show(attempt, step_or_404(attempt, step_id))
    messages.info(request, "Done before your eyes: the calls stand in the panel. Now go back and do it yourself.")


@acting
def to_step(request: HttpRequest, attempt: Attempt, step_id: str) -> None:
    showing.to_step(attempt, step_or_404(attempt, step_id))
    messages.info(request, "The account is as this step expects it; the panel lists what was done for you.")


def step_or_404(attempt: Attempt, step_id: str) -> dict[str, Any]:
    found = content.step_of(attempt.lab_version.data, step_id)
    if found is None:
        raise Http404
    return found


@acting
def dispute(request: HttpRequest, attempt: Attempt, step_id: str, check_id: str) -> None:
    helping.dispute(attempt, step_id, check_id, request.POST.get("text", ""))
    reader = "your instructor" if attempt.taught else "whoever runs this server"
    messages.info(request, f"Sent to {reader}, with the account as it is now.")


@acting
def submit(request: HttpRequest, attempt: Attempt) -> HttpResponse:
    attempts.submit(attempt)
    return redirect("attempt", pk=attempt.pk)


@acting
def read(request: HttpRequest, attempt: Attempt) -> None:
    attempt.messages.filter(read=None).update(read=timezone.now())
