"""The page of a question for the deciding statement: it reads the account's policies, which the panel beside each page
leaves to this one."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from iamlab.labs import content, deciding, translations
from iamlab.labs.asking import question_data
from iamlab.labs.view import View
from iamlab.labs.views import back, own_attempt


@login_required
@require_safe
def page(request: HttpRequest, pk: int, question_id: str) -> HttpResponse:
    """The statements as they are now; the panel takes the form only."""
    attempt = own_attempt(request, pk)
    lab = translations.lab_of(attempt)
    question = content.question_of(lab, question_id)
    if question is None or question["kind"] != "statement":
        raise Http404
    tries = list(attempt.answers.filter(question=question_id, review=False).order_by("pk"))
    offered = deciding.options(question, View(attempt))
    context = {
        "attempt": attempt,
        "question": question_data(attempt, question, tries, content.names(lab, attempt.bound), offered),
        "came": {"back": back(request, attempt)},
        "asked": True,
    }
    return render(request, "labs/statements.html", context)
