"""Coming in: the landing page, a guest by one click, and home: my accounts, and where I was."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from iamlab.labs import content, scoring, translations
from iamlab.labs.models import Attempt
from iamlab.people import pace
from iamlab.people.demo import SIGN_INS
from iamlab.people.models import Person, create_guest
from iamlab.people.views import BACKEND, next_of, tell_link
from iamlab.sandbox import controls
from iamlab.sandbox.phone import devices

FREE_PLAY = "Free play"


@require_safe
def landing(request: HttpRequest) -> HttpResponse:
    people = SIGN_INS if settings.DEMO and Person.objects.filter(username=SIGN_INS[0]["username"]).exists() else []
    return render(request, "landing.html", {"demo": settings.DEMO, "demo_people": people})


@require_POST
def start(request: HttpRequest) -> HttpResponse:
    """One click: a guest, at home or where a link led to. Who is signed in already stays who they are."""
    if not isinstance(request.user, Person):
        if not pace.may_start(request.META.get("REMOTE_ADDR", "")):
            messages.error(request, "Many people are starting just now. Wait a minute, then try again.")
            return redirect("landing")
        guest, key = create_guest()
        login(request, guest, BACKEND)
        tell_link(request, key)
    return HttpResponseRedirect(next_of(request))


@login_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The catalogue, my attempts and my accounts. Queries do not grow with their number."""
    person = request.user
    assert isinstance(person, Person)
    attempts = list(Attempt.objects.filter(person=person).select_related("lab_version").order_by("-active", "-pk"))
    marks = scoring.scores(attempts)
    latest: dict[str, Attempt] = {}
    for attempt in attempts:
        latest.setdefault(attempt.lab, attempt)
    catalogue = content.catalogue()
    newest = max(attempts, key=lambda attempt: attempt.pk, default=None)
    language = (newest.language if newest else "") or translations.of_browser(request, catalogue.values())
    labs = [lab_card(lab, latest.get(lab["id"]), marks, language) for lab in catalogue.values()]
    last = attempts[0] if attempts else None
    resume: dict[str, Any] | None
    if last is not None and last.lab not in catalogue:  # a class's own, or one that is not shipped any more
        resume = lab_card(last.lab_version.data, last, marks, language)
    else:
        resume = next((card for card in labs if last is not None and card["attempt"] == last), None)
    context = {
        "chapters": by_chapter(labs),
        "resume": resume,
        "worlds": controls.of_person(person),
        "guest": person.is_guest,
    }
    return render(request, "labs/home.html", context)


def by_chapter(labs: list[dict[str, Any]]) -> list[tuple[str, list[dict[str, Any]]]]:
    """Cards under the catalogue's headings; what no heading names comes last."""
    headings = {name: heading for heading, names in content.chapters().items() for name in names}
    found: dict[str, list[dict[str, Any]]] = {heading: [] for heading in [*content.chapters(), "More labs"]}
    for card in labs:
        found[headings.get(card["id"], "More labs")].append(card)
    return [(heading, cards) for heading, cards in found.items() if cards]


def lab_card(
    lab: dict[str, Any], attempt: Attempt | None, marks: dict[int, scoring.Score], language: str
) -> dict[str, Any]:
    """A lab as the catalogue shows it, in the learner's language where it can, with their latest attempt."""
    told = lab.get("i18n", {}).get(language)
    return {
        "id": lab["id"],
        "title": translations.found(told, ["title"]) or lab["title"],
        "summary": translations.found(told, ["summary"]) or lab.get("summary", ""),
        "lang": translations.attribute(lab, language),
        "other_languages": translations.others(lab, language),
        "minutes": lab["minutes"],
        "steps": len(lab["steps"]),
        "concepts": [content.concept(one) for one in lab.get("concepts", ())],
        "attempt": attempt,
        "score": round(marks[attempt.pk].effective) if attempt else None,
        "passed": attempt is not None and marks[attempt.pk].effective >= lab.get("pass_at", 70),
    }


@login_required
@require_POST
def free_play(request: HttpRequest) -> HttpResponse:
    """A world without a lab: it begins at sign-up. One where nobody has signed up yet is given again."""
    assert isinstance(request.user, Person)
    worlds = controls.of_person(request.user)
    empty = next((world for world in worlds if world.title == FREE_PLAY and not world.accounts.all()), None)
    sandbox = empty or controls.create(request.user, FREE_PLAY)
    return redirect("sign-up", public_id=sandbox.public_id)


@login_required
@require_safe
def phone(request: HttpRequest, public_id: str) -> HttpResponse:
    """The codes of the devices in a world of one's own."""
    assert isinstance(request.user, Person)
    sandbox = controls.by_public_id(public_id)
    if sandbox.owner_id != request.user.pk:
        raise Http404
    return render(request, "labs/phone.html", {"devices": devices(sandbox)})
