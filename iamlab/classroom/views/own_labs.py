"""Labs of a class's own: a folder sent as a .zip, what is wrong with it by file, line and column."""

from dataclasses import replace
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from iamlab.classroom import access
from iamlab.classroom.models import Enrolment, Role
from iamlab.classroom.views.classes import frame
from iamlab.labs import uploads

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
    """The form; after it, everything that is wrong with what was sent."""
    form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
    found: dict[str, Any] = {}
    if request.method == "POST" and form.is_valid():
        try:
            found = checked(form.cleaned_data["file"])
        except uploads.Unreadable as error:
            form.add_error("file", str(error))
    context = frame(mine, "class-labs", form=form, limit=LIMIT, **found)
    return render(request, "classroom/own_labs.html", context, status=422 if form.errors or found.get("wrong") else 200)


def checked(file: UploadedFile) -> dict[str, Any]:
    """What the validator says of a .zip. Raises Unreadable."""
    with uploads.unpacked(file) as folder:
        problems = uploads.problems(folder)
    wrong = sum(one.severity == "error" for one in problems)
    shown = [replace(one, message=one.message[:MOST_SAID]) for one in problems[:MOST_SHOWN]]
    return {"sent": file.name, "problems": shown, "wrong": wrong, "count": len(problems)}
