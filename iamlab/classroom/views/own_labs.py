"""Labs of a class's own: a folder sent as a .zip, what is wrong with it, its self-test, and taking it away."""

from dataclasses import replace
from typing import Any

from django import forms
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from iamlab.classroom import access, own, proving
from iamlab.classroom.models import Enrolment, OwnLab, Role
from iamlab.classroom.views.classes import frame
from iamlab.labs import uploads
from iamlab.labs.places import Problem

MOST_SHOWN = 200  # problems of one upload
MOST_SAID = 500  # characters of one: some name the value that they are about
LIMIT = f"Up to {uploads.ZIP_BYTES // 2**20} MiB."


class UploadForm(forms.Form):
    file = forms.FileField(
        label="The lab's folder as a .zip file",
        widget=forms.FileInput(attrs={"accept": ".zip,application/zip"}),
        error_messages={"required": "Choose a .zip file.", "empty": "The file is empty."},
    )

    def clean_file(self) -> UploadedFile:
        file: UploadedFile = self.cleaned_data["file"]
        if (file.size or 0) > uploads.ZIP_BYTES:
            raise forms.ValidationError(f"The file is larger than {uploads.ZIP_BYTES // 2**20} MiB.")
        return file


@access.class_page(Role.INSTRUCTOR)
@require_http_methods(["GET", "POST"])
def page(request: HttpRequest, mine: Enrolment) -> HttpResponse:
    """What the class has, and the form; after it, everything that is wrong with what was sent."""
    form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
    found: list[Problem] = []
    if request.method == "POST" and form.is_valid():
        try:
            found, kept = taken(mine, form.cleaned_data["file"])
            if kept is not None:
                begin_test(request, mine, kept)
                return redirect("own-lab", class_id=mine.klass_id, pk=kept.pk)
        except (uploads.Unreadable, own.Refused) as error:
            form.add_error("file", str(error))
    labs = list(own.of_class(mine.klass))
    sent = form.cleaned_data["file"].name if found else ""
    context = frame(mine, "class-labs", form=form, limit=LIMIT, labs=labs, sent=sent, **told(found))
    return render(request, "classroom/own_labs.html", context, status=422 if form.errors or found else 200)


def taken(mine: Enrolment, file: UploadedFile) -> tuple[list[Problem], OwnLab | None]:
    """What is wrong with a .zip; without errors, what is kept of it. Raises Unreadable, Refused."""
    with uploads.unpacked(file) as folder:
        problems = uploads.problems(folder)
        if any(one.severity == "error" for one in problems):
            return problems, None
        lab = uploads.read(folder)
    return [], own.keep(mine.klass, lab, shortened(problems), mine.person)


def shortened(problems: list[Problem]) -> list[Problem]:
    """Problems as a page shows them, the first ones where there are many."""
    return [replace(one, message=one.message[:MOST_SAID]) for one in problems[:MOST_SHOWN]]


def told(problems: list[Problem]) -> dict[str, Any]:
    return {"problems": shortened(problems), "count": len(problems)}


def begin_test(request: HttpRequest, mine: Enrolment, lab: OwnLab) -> None:
    """Let a lab prove itself, where it has not and nothing is in the way."""
    if lab.state == OwnLab.State.READY or lab.testing:
        return
    try:
        proving.start(lab, mine.person)
    except own.Refused as error:
        messages.info(request, str(error))


def of_class_or_404(mine: Enrolment, pk: int) -> OwnLab:
    found = own.of_class(mine.klass).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


@access.class_page(Role.INSTRUCTOR)
@require_safe
def one(request: HttpRequest, mine: Enrolment, pk: int) -> HttpResponse:
    """How a lab stands. While it is tested, the page asks for itself anew."""
    lab = of_class_or_404(mine, pk)
    problems = [Problem(file, line, column, said, "warning") for file, line, column, said in lab.warnings]
    context = frame(mine, "class-labs", lab=lab, died=lab.state == lab.State.TESTING and not lab.testing)
    return render(request, "classroom/own_lab.html", {**context, "problems": problems, "count": len(problems)})


@access.class_page(Role.INSTRUCTOR)
@require_POST
def test(request: HttpRequest, mine: Enrolment, pk: int) -> HttpResponse:
    """Let it prove itself, also again: a machine may have been slow, or its process gone."""
    begin_test(request, mine, of_class_or_404(mine, pk))
    return redirect("own-lab", class_id=mine.klass_id, pk=pk)


@access.class_page(Role.INSTRUCTOR)
@require_POST
def remove(request: HttpRequest, mine: Enrolment, pk: int) -> HttpResponse:
    try:
        gone = own.take_away(mine.klass, pk)
    except OwnLab.DoesNotExist as error:
        raise Http404 from error
    except own.Refused as error:
        messages.error(request, str(error))
        return redirect("own-lab", class_id=mine.klass_id, pk=pk)
    messages.success(request, f"{gone} is gone.")
    return redirect("class-labs", class_id=mine.klass_id)
