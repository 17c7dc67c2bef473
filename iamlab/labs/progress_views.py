"""The learner's own pages: progress, certificates, and the review of what was missed."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from iamlab.labs import content, progress, questions
from iamlab.labs.asking import question_data
from iamlab.labs.models import Answer, Attempt
from iamlab.labs.translations import lab_of
from iamlab.labs.view import View
from iamlab.labs.views import given_answer, own_attempt
from iamlab.people.models import Person


def learner(request: HttpRequest) -> Person:
    assert isinstance(request.user, Person)
    return request.user


@login_required
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    person = learner(request)
    context = {
        "rows": progress.best(person),
        "misconceptions": progress.misconceptions(person),
        "due": len(progress.due(person)),
    }
    return render(request, "labs/progress.html", context)


@login_required
@require_safe
def certificate(request: HttpRequest, pk: int) -> HttpResponse:
    """A page to print, for a lab that was passed."""
    attempt = own_attempt(request, pk)
    row = next((row for row in progress.best(learner(request)) if row["attempt"].pk == attempt.pk), None)
    if row is None or not row["passed"]:
        raise Http404
    done = attempt.submitted or attempt.active
    return render(request, "labs/certificate.html", {"row": row, "person": learner(request), "done": done})


@login_required
@require_http_methods(["GET", "POST"])
def review(request: HttpRequest) -> HttpResponse:
    """One question at a time of those that were missed some days ago, or in a lab just done; it changes no mark."""
    said: dict[str, Any] | None = None
    if request.method == "POST":
        said = answered(request)
    waiting = to_review(request)
    if said is None and not waiting:
        return render(request, "labs/review.html", {"left": 0})
    if said is None:
        attempt, question = waiting[0]
        names = content.names(lab_of(attempt), attempt.bound)
        said = {"attempt": attempt, "question": question_data(attempt, question, [], names)}
    concept = content.concept(said["question"].get("concept") or "")
    return render(request, "labs/review.html", {**said, "concept": concept, "left": len(waiting)})


def to_review(request: HttpRequest) -> list[tuple[Attempt, dict[str, Any]]]:
    """What is due; with `of`, an attempt's key, what was missed in that one."""
    wanted = request.GET.get("of", "")
    if not wanted.isdecimal() or len(wanted) > 18:
        return progress.due(learner(request))
    return progress.missed_in(own_attempt(request, int(wanted)))


def answered(request: HttpRequest) -> dict[str, Any] | None:
    """Keep a try in a review; what to show of it. Only what is due may be answered."""
    wanted = (request.POST.get("attempt", ""), request.POST.get("question", ""))
    for attempt, question in to_review(request):
        if (str(attempt.pk), question["id"]) == wanted:
            given = given_answer(request, question)
            correct = questions.is_correct(question, given, View(attempt))
            kept = Answer.objects.create(
                attempt=attempt, question=question["id"], given=given, correct=correct, review=True
            )
            names = content.names(lab_of(attempt), attempt.bound)
            return {"attempt": attempt, "question": question_data(attempt, question, [kept], names), "after": True}
    return None
