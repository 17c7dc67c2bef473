"""A lab of a class's own as its learners will see it, with all that it may say; trying it; a folder to begin from."""

import io
import zipfile

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from iamlab.classroom import access
from iamlab.classroom.models import Enrolment, OwnLab, Role
from iamlab.classroom.views.classes import frame
from iamlab.labs import attempts, beginning, content, performing, preview, showing

SKELETON = "my-lab"


def ready_or_404(mine: Enrolment, pk: int) -> OwnLab:
    """A lab that has proved itself, also that its texts are shown at once: of no other anything is made here."""
    found = OwnLab.objects.filter(klass=mine.klass, pk=pk, state=OwnLab.State.READY).first()
    if found is None:
        raise Http404
    return found


@access.class_page(Role.INSTRUCTOR)
@require_safe
def page(request: HttpRequest, mine: Enrolment, pk: int) -> HttpResponse:
    """Every step with its text, questions, checks, messages, hints and solution."""
    lab = ready_or_404(mine, pk)

    def try_at(step: str) -> str:
        return reverse("own-lab-try", args=[mine.klass_id, pk, step]) if mine.klass.archived is None else ""

    media = reverse("own-lab-media", args=[mine.klass_id, pk, "x"]).removesuffix("x")
    context = frame(mine, "class-labs", own=lab, **preview.in_language(request, lab.data, media, try_at))
    return render(request, "classroom/own_lab_preview.html", context)


@access.class_page(Role.INSTRUCTOR)
@require_safe
def media(request: HttpRequest, mine: Enrolment, pk: int, name: str) -> HttpResponse:
    return preview.figure(ready_or_404(mine, pk).data, name)


@access.class_page(Role.INSTRUCTOR)
@require_POST
def try_it(request: HttpRequest, mine: Enrolment, pk: int, step: str) -> HttpResponse:
    """An attempt of the instructor's own, which counts nowhere, with the steps before this one done."""
    lab = ready_or_404(mine, pk)
    found = content.step_of(lab.data, step)
    if found is None:
        raise Http404
    try:
        attempt = attempts.begin(mine.person, lab.data, language=request.POST.get("language", "")[:16])
        if found is not lab.data["steps"][0]:
            showing.to_step(attempt, found)
    except (performing.LineFailed, attempts.Refused) as error:
        messages.error(request, f"The lab does not get there: {error}")
        return redirect("own-lab-preview", class_id=mine.klass_id, pk=pk)
    return redirect("attempt", pk=attempt.pk)


@access.class_page(Role.INSTRUCTOR)
@require_safe
def skeleton(request: HttpRequest, mine: Enrolment) -> HttpResponse:
    """A lab of one step that proves itself, to be changed and uploaded."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in beginning.files(SKELETON).items():
            archive.writestr(f"{SKELETON}/{name}", text)
    named = {"Content-Disposition": f'attachment; filename="{SKELETON}.zip"'}
    return HttpResponse(made.getvalue(), content_type="application/zip", headers=named)
