"""My data: what is kept of me, all of it as a file, and leaving for good."""

import json

from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from iamlab.classroom import privacy
from iamlab.people.models import Person


@login_required
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    assert isinstance(request.user, Person)
    places = request.user.enrolments.select_related("klass")
    return render(request, "classroom/my_data.html", {"places": places, "person": request.user})


@login_required
@require_safe
def everything(request: HttpRequest) -> HttpResponse:
    assert isinstance(request.user, Person)
    text = json.dumps(privacy.export(request.user), indent=1, default=str)
    answer = HttpResponse(text, content_type="application/json")
    answer["Content-Disposition"] = 'attachment; filename="my-iamlab-data.json"'
    return answer


@login_required
@require_POST
def delete(request: HttpRequest) -> HttpResponse:
    """For good, after the word was typed."""
    assert isinstance(request.user, Person)
    if request.POST.get("sure") != "delete":
        messages.error(request, "Type delete to say that you mean it.")
        return redirect("my-data")
    try:
        privacy.delete(Person.objects.get(pk=request.user.pk))
    except privacy.Kept as error:
        messages.error(request, str(error))
        return redirect("my-data")
    logout(request)
    messages.success(request, "All that was yours is gone.")
    return redirect("landing")
