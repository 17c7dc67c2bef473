"""An instructor uploads a lab of the class's own: what is wrong with it is told by file, line and column."""

import io
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from iamlab.classroom.models import Enrolment, Role
from iamlab.labs import uploads
from iamlab.labs.management.commands.labs import BEGINNING

LAB = {name: text.format(name="readers", title="Readers") for name, text in BEGINNING.items()}


def packed(files) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(f"readers/{name}", data)
    return made.getvalue()


def send(browser, klass, data: bytes, name="readers.zip"):
    return browser.post(reverse("class-labs", args=[klass.pk]), {"file": SimpleUploadedFile(name, data)})


def changed(file, old, new):
    assert old in LAB[file]
    return {**LAB, file: LAB[file].replace(old, new, 1)}


def test_errors_stand_in_a_table_with_file_line_and_column(teacher, klass):
    answer = send(teacher, klass, packed(changed("lab.yaml", "weight: 10", "weight: ten")))
    page = answer.content.decode()
    line = LAB["lab.yaml"][: LAB["lab.yaml"].index("weight: 10")].count("\n") + 1
    assert answer.status_code == 422 and "The lab has errors" in page
    assert f'<td class="mono">lab.yaml</td><td>{line}</td><td>13</td>' in page
    assert "weight has the wrong kind of value: &#x27;ten&#x27;" in page


def test_a_warning_hinders_nothing(teacher, klass):
    long = " ".join(["word"] * 40) + ".\n"
    answer = send(teacher, klass, packed({**LAB, "steps/01-group.md": long}))
    page = answer.content.decode()
    assert answer.status_code == 200 and "a sentence of more than 35 words" in page
    assert "well formed" in page and "The lab has errors" not in page


def test_what_an_upload_says_of_itself_is_shown_as_text(teacher, klass):
    wrong = changed("lab.yaml", "latch: hold", 'latch: "<script>alert(1)</script>\u202e"')
    wrong["lab.yaml"] = wrong["lab.yaml"].replace("exists: group/Readers", 'exists: "<img src=x>/Readers"', 1)
    page = send(teacher, klass, packed(wrong), "<b>.zip").content.decode()
    assert "&lt;img src=x&gt;" in page and "&lt;b&gt;.zip" in page
    assert "<img src=x" not in page and "<script>alert" not in page and "<b>" not in page


def test_a_page_of_problems_is_bounded(teacher, klass):
    many = changed("lab.yaml", "concepts: [group]", f"concepts: [{', '.join(['[]'] * 3000)}]")
    page = send(teacher, klass, packed(many)).content.decode()
    assert "the first 200 of 3000" in page
    long = changed("lab.yaml", "weight: 10", f"weight: {'x' * 100_000}")
    assert len(send(teacher, klass, packed(long)).content) < 30_000


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"x" * 100, "no .zip file"),
        (b"", "The file is empty."),
        (b"x" * (uploads.ZIP_BYTES + 1), "larger than 2 MiB"),
        (packed({"../../lab.yaml": "x"}), "cannot be taken"),
    ],
)
def test_what_is_no_lab_is_refused_in_the_form(teacher, klass, data, why):
    answer = send(teacher, klass, data)
    assert answer.status_code == 422 and why in answer.content.decode()


def test_a_form_without_a_file_is_told_so(teacher, klass):
    answer = teacher.post(reverse("class-labs", args=[klass.pk]))
    assert answer.status_code == 422 and "Choose a .zip file." in answer.content.decode()
    answer = teacher.post(reverse("class-labs", args=[klass.pk]), {"file": "text"})
    assert answer.status_code == 422 and "Choose a .zip file." in answer.content.decode()


@pytest.mark.parametrize("role", [Role.LEARNER, Role.ASSISTANT, Role.OBSERVER])
def test_only_instructors_of_the_class_have_the_page(klass, make_person, browser_of, stranger, role):
    other = make_person("ola")
    Enrolment.objects.create(klass=klass, person=other, role=role, name="Ola")
    for browser in (browser_of(other), stranger):
        assert browser.get(reverse("class-labs", args=[klass.pk])).status_code == 404
        assert send(browser, klass, packed(LAB)).status_code == 404
        assert "Own labs" not in browser.get(reverse("class", args=[klass.pk])).content.decode()


def test_whose_session_is_over_signs_in_first(client, klass):
    answer = send(client, klass, packed(LAB))
    assert answer.status_code == 302 and answer.url.startswith("/sign-in/")


def test_an_archived_class_takes_no_lab(teacher, klass):
    teacher.post(reverse("class-archive", args=[klass.pk]))
    assert 'type="file"' not in teacher.get(reverse("class-labs", args=[klass.pk])).content.decode()
    assert send(teacher, klass, packed(LAB)).url == reverse("class", args=[klass.pk])
