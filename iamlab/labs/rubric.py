"""What counts in a lab, to be read before it begins: points by step, what help costs, when it is passed."""

from itertools import groupby
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from iamlab.labs import content, scoring, translations
from iamlab.labs.models import Attempt
from iamlab.labs.texts import inline
from iamlab.people.models import Person

MODES = {
    "guided": "Every step is told, one after the other.",
    "faded": "The steps are told, and less of the way as they go on.",
    "challenge": "The goal is told. The way is yours to find.",
}
HELP = {1: "A nudge: a question that points there", 2: "A pointer: which screen", 3: "What to enter", 4: "Show me"}
Lab = dict[str, Any]


@login_required
@require_safe
def page(request: HttpRequest, lab_id: str) -> HttpResponse:
    assert isinstance(request.user, Person)
    catalogue = content.catalogue()
    lab = content.told_to(request.user, lab_id)
    if lab is None:
        raise Http404
    spoken = translations.spoken(request.user) or translations.of_browser(request, catalogue.values())
    told = translations.translate(lab, lab["i18n"][spoken]) if spoken in lab.get("i18n", {}) else lab
    context = {
        "lab": told,
        "lang": translations.attribute(lab, spoken),
        "mode": MODES.get(lab.get("mode", ""), ""),
        "pass_at": lab.get("pass_at", 70),
        "groups": groups(told),
        "of": f"{sum(step.get('weight', 0) for step in lab['steps']):g}",
        "extra": extra(told),
        "extra_most": f"{scoring.BONUS_MOST:g}",
        "prices": [(HELP[tier], round(price * 100)) for tier, price in scoring.prices(lab).items()],
        "questions": any("answer" in check["test"] for _, check in content.checks_of(lab)),
        "set": "set" in request.GET or lab_id not in catalogue,  # as a class sets it: it begins there, not here
        "begun": Attempt.objects.filter(person=request.user, lab=lab_id).exists(),
    }
    return render(request, "labs/rubric.html", context)


def groups(lab: Lab) -> list[dict[str, Any]]:
    """The rows of the rubric: steps with their points, under the name that the author gave their group."""
    names = content.names(lab, {})
    found = []
    for name, each in groupby(lab["steps"], lambda step: step.get("group", "")):
        steps = list(each)
        own = [
            {
                "title": inline(step["title"], names),
                "checks": sum(not check.get("bonus") for check in step.get("checks", ())),
                "points": f"{step.get('weight', 0):g}",
            }
            for step in steps
        ]
        found.append({"name": name, "steps": own, "points": f"{sum(step.get('weight', 0) for step in steps):g}"})
    return found


def extra(lab: Lab) -> list[tuple[str, str]]:
    """What is better than asked, each with the points that it adds."""
    names = content.names(lab, {})
    checks = [check for _, check in content.checks_of(lab) if check.get("bonus")]
    return [(inline(check["title"], names), f"{check['bonus']:g}") for check in checks]
