"""An instructor uploads a lab of the class's own: what is wrong with it is told by file, line and column; one without
errors proves itself outside of the server, and only then its class's learners can begin it.
"""

import io
import re
import subprocess
import zipfile
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from iamlab.classroom import own, proving, work
from iamlab.classroom.models import Assignment, Class, Enrolment, OwnLab, Role
from iamlab.labs import scoring, selftest, uploads
from iamlab.labs.beginning import BEGINNING
from iamlab.labs.models import Attempt

pytestmark = pytest.mark.slow

LAB = {name: text.format(name="readers", title="Readers") for name, text in BEGINNING.items()}


@pytest.fixture(autouse=True)
def tested(monkeypatch):
    """Self-tests are over with the request that began them; what they say is in the list, None for the real one."""
    said: list = [[]]
    real = proving.report
    monkeypatch.setattr(proving, "report", lambda lab: real(lab) if said[0] is None else said[0])
    monkeypatch.setattr(proving, "behind", proving.run)
    return said


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
    page = teacher.get(answer.url).content.decode()
    assert "a sentence of more than 35 words" in page and '<td class="mono">steps/01-group.md</td><td>1</td>' in page
    assert "Ready" in page and "The lab has errors" not in page


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


def upload(browser, klass, files=LAB) -> OwnLab:
    """A lab without errors, as it stands after its self-test."""
    answer = send(browser, klass, packed(files))
    assert answer.status_code == 302, answer.content.decode()
    return OwnLab.objects.get(pk=re.search(r"/labs/(\d+)/$", answer.url)[1])


def labs_to_set(browser, klass) -> str:
    return browser.get(reverse("assignment-new", args=[klass.pk])).content.decode()


def set_lab(browser, klass, lab: OwnLab, **more) -> Assignment:
    form = {"lab": lab.lab, "graded": "graded", "late": "none", "late_per_day": 10, "late_most": 50, "grace_hours": 0,
            "counts": "best", "points": 100, **more}  # fmt: skip
    answer = browser.post(reverse("assignment-new", args=[klass.pk]), form)
    assert answer.status_code == 302, answer.content.decode()
    return klass.assignments.latest("pk")


def test_a_lab_that_proves_itself_is_ready_and_one_that_does_not_says_why(teacher, klass, tested):
    """With the process that a server begins."""
    tested[0] = None
    good = upload(teacher, klass)
    assert (good.state, good.report) == ("ready", [])
    wrong = upload(teacher, klass, changed("solution.yaml", "--group-name Readers", "--group-name Writers"))
    assert wrong.state == "failed" and "the solution scores 0.0, not 100" in wrong.report
    page = teacher.get(reverse("own-lab", args=[klass.pk, wrong.pk])).content.decode()
    assert "the solution scores 0.0, not 100" in page and "Nobody can begin it" in page


def test_a_lab_that_never_ends_is_stopped(teacher, klass, tested, settings, monkeypatch):
    """However long that takes on a machine that has others to work for: it is processor time that is up."""
    tested[0] = ["not yet"]
    lab = upload(teacher, klass)
    line = {"as": "root", "run": "aws iam list-users"}
    lab.data["solution"][0]["lines"] += [line] * 200_000  # more than an upload may have
    lab.save()
    tested[0], settings.LAB_TEST_SECONDS = None, 3
    monkeypatch.setattr(OwnLab, "patience", lambda: 600)
    teacher.post(reverse("own-lab-test", args=[klass.pk, lab.pk]))
    lab.refresh_from_db()
    assert lab.state == "failed" and "more than 3 seconds of processor time" in lab.report[0]


def test_the_self_test_has_nothing_of_the_server_s(monkeypatch, klass):
    """Neither its database nor its key."""
    given = {}

    def ran(command, **more):
        given.update(more, command=command)
        return subprocess.CompletedProcess(command, 0, b"[]", b"")

    monkeypatch.undo()
    monkeypatch.setenv("SECRET_KEY", "of-the-server")
    monkeypatch.setattr(subprocess, "run", ran)
    assert proving.report({"id": "x"}) == []
    assert given["env"]["DATABASE_URL"].startswith("sqlite:////") and "of-the-server" not in str(given["env"])
    assert set(given["env"]) == {"PATH", "HOME", "TMPDIR", "DATABASE_URL", "SECRET_KEY", "PYTHONDONTWRITEBYTECODE"}


def test_a_process_that_dies_or_hangs_is_told_of(monkeypatch, tested):
    tested[0] = None
    monkeypatch.setattr(subprocess, "run", lambda command, **_: subprocess.CompletedProcess(command, -9, b"", b""))
    assert proving.report({}) == ["The self-test was stopped: its process ended with -9."]

    def hang(command, timeout, **_):
        raise subprocess.TimeoutExpired(command, timeout)

    monkeypatch.setattr(subprocess, "run", hang)
    assert "was not over after" in proving.report({})[0]


def test_a_lab_that_does_not_prove_itself_is_not_to_be_set(teacher, klass, tested):
    tested[0] = ["the solution scores 50, not 100"]
    lab = upload(teacher, klass)
    assert lab.lab not in labs_to_set(teacher, klass)
    form = {"lab": lab.lab, "graded": "graded", "late": "none", "counts": "best", "points": 100}
    assert teacher.post(reverse("assignment-new", args=[klass.pk]), form).status_code == 422
    assert own.lab_of(lab.lab) is None


def test_it_can_be_tested_again(teacher, klass, tested):
    tested[0] = ["the machine was slow"]
    lab = upload(teacher, klass)
    tested[0] = []
    answer = teacher.post(reverse("own-lab-test", args=[klass.pk, lab.pk]), follow=True)
    assert "Ready" in answer.content.decode() and "the machine was slow" not in answer.content.decode()


@pytest.fixture
def endless(monkeypatch):
    """Self-tests that go on behind the answer; a lab whose test began is in the list."""
    begun: list[OwnLab] = []
    monkeypatch.setattr(proving, "behind", begun.append)
    return begun


def test_the_page_asks_for_itself_while_a_lab_is_tested(teacher, klass, endless):
    lab = upload(teacher, klass)
    address = reverse("own-lab", args=[klass.pk, lab.pk])
    page = teacher.get(address).content.decode()
    assert f'hx-get="{address}" hx-trigger="every 2s"' in page and "Being tested" in page and "Look again" in page
    proving.run(endless[0])
    page = teacher.get(address).content.decode()
    assert "every 2s" not in page and "Ready" in page


def test_one_whose_process_is_gone_can_be_tested_again(teacher, klass, endless, tested):
    lab = upload(teacher, klass)
    late = timezone.now() - timedelta(seconds=OwnLab.patience() + 31)
    OwnLab.objects.filter(pk=lab.pk).update(began=late)
    address = reverse("own-lab", args=[klass.pk, lab.pk])
    page = teacher.get(address).content.decode()
    assert "was not over in its time" in page and "Test it again" in page and "every 2s" not in page
    teacher.post(reverse("own-lab-test", args=[klass.pk, lab.pk]))
    assert len(endless) == 2
    tested[0] = ["of the one that was thought to be gone"]
    endless[0].began = late
    proving.run(endless[0])  # it lived after all, and has no say any more
    assert OwnLab.objects.get(pk=lab.pk).state == "testing"


def test_an_instructor_has_one_self_test_at_a_time(teacher, klass, endless):
    upload(teacher, klass)
    second = upload(teacher, klass, changed("lab.yaml", "id: readers", "id: writers"))
    assert second.state == "waiting" and len(endless) == 1
    answer = teacher.get(reverse("own-lab", args=[klass.pk, second.pk])).content.decode()
    assert "Another lab of yours is being tested." in answer and "Test it" in answer


def test_the_server_has_few_self_tests_at_a_time(teacher, klass, endless, settings, make_person, browser_of):
    settings.LAB_TESTS = 1
    upload(teacher, klass)
    other = make_person("ines", is_instructor=True)
    Enrolment.objects.create(klass=klass, person=other, role=Role.INSTRUCTOR, name="Ines")
    second = upload(browser_of(other), klass, changed("lab.yaml", "id: readers", "id: writers"))
    assert second.state == "waiting" and len(endless) == 1


def test_a_double_click_keeps_a_lab_once(teacher, klass, endless):
    assert upload(teacher, klass) == upload(teacher, klass)
    assert OwnLab.objects.count() == 1 and len(endless) == 1


def test_a_lab_is_not_replaced_while_it_is_tested(teacher, klass, endless):
    upload(teacher, klass)
    answer = send(teacher, klass, packed(changed("lab.yaml", "version: 1.0.0", "version: 1.0.1")))
    assert answer.status_code == 422 and "is being tested" in answer.content.decode()


def test_ids_are_of_a_class_and_no_shipped_lab_has_one_like_it(teacher, klass, stranger):
    shipped = changed("lab.yaml", "id: readers", "id: first-bill")
    mine = upload(teacher, klass, shipped)
    theirs = upload(stranger, Class.objects.get(name="Another class"), shipped)
    assert len({mine.lab, theirs.lab, "first-bill"}) == 3
    assert mine.lab not in labs_to_set(stranger, theirs.klass) and theirs.lab not in labs_to_set(teacher, klass)
    assert "_" in mine.lab and not any("_" in lab for lab in own.content.catalogue())


def test_a_class_keeps_so_many_and_no_more(teacher, klass, monkeypatch):
    monkeypatch.setattr(own, "MOST", 1)
    upload(teacher, klass)
    answer = send(teacher, klass, packed(changed("lab.yaml", "id: readers", "id: writers")))
    assert answer.status_code == 422 and "at most. Take one away first." in answer.content.decode()


def test_a_learner_does_the_lab_from_the_assignment_to_100_points(teacher, klass, learner, pupil):
    lab = upload(teacher, klass)
    assert "Labs of this class" in labs_to_set(teacher, klass)
    assignment = set_lab(teacher, klass, lab)
    assert assignment.title == "Readers"
    for name, args in (("heat", [klass.pk, assignment.pk]), ("grades", [klass.pk, assignment.pk])):
        assert teacher.get(reverse(name, args=args)).status_code == 200
    assert "Make the first group" in teacher.get(reverse("heat", args=[klass.pk, assignment.pk])).content.decode()
    assert "Readers" in pupil.get("/home/").content.decode()
    rubric = pupil.get(reverse("lab-rubric", args=[lab.lab])).content.decode()
    assert "Make the first group" in rubric and "/begin/" not in rubric
    begun = pupil.post(reverse("assignment-begin", args=[klass.pk, assignment.pk]))
    attempt = Attempt.objects.get(person=learner)
    assert begun.url == reverse("attempt", args=[attempt.pk])
    assert "Make the group" in pupil.get(begun.url).content.decode()
    for part in lab.data["solution"]:
        selftest.solve(attempt, lab.data, part["lines"])
    pupil.post(reverse("lab-submit", args=[attempt.pk]))
    attempt.refresh_from_db()
    assert scoring.score(attempt).effective == 100
    assert "Where you were" in pupil.get("/home/").content.decode()
    assert "Readers" in pupil.get("/progress/").content.decode()
    assert "Readers" in pupil.get(reverse("certificate", args=[attempt.pk])).content.decode()
    teacher.post(reverse("grades-release", args=[klass.pk, assignment.pk]), {"all": "1"})
    for name, args in (
        ("heat-step", [klass.pk, assignment.pk, "group"]), ("grades-csv", [klass.pk, assignment.pk]),
        ("events-csv", [klass.pk, assignment.pk]), ("report", [klass.pk, assignment.pk]),
        ("evidence", [klass.pk, attempt.pk]), ("attempt-timeline", [klass.pk, attempt.pk]),
        ("regrade", [klass.pk, assignment.pk]), ("grades", [klass.pk, assignment.pk]),
    ):  # fmt: skip
        answer = teacher.get(reverse(name, args=args))
        assert answer.status_code == 200, name
        if name in ("grades", "grades-csv"):
            text = b"".join(answer) if answer.streaming else answer.content
            assert b"100" in text and b"Lena" in text
    assert pupil.get(reverse("my-work", args=[klass.pk, attempt.pk])).status_code == 200


def test_nobody_else_begins_it_or_learns_of_it(teacher, klass, pupil, stranger):
    lab = upload(teacher, klass)
    rubric, begin = reverse("lab-rubric", args=[lab.lab]), reverse("lab-begin", args=[lab.lab])
    assert pupil.get(rubric).status_code == 404  # not set yet
    assignment = set_lab(teacher, klass, lab)
    assert pupil.get(rubric).status_code == 200
    for browser in (stranger, pupil, teacher):
        assert browser.post(begin).status_code == 404
    assert stranger.get(rubric).status_code == 404
    own_pages = [("own-lab", []), ("own-lab-test", []), ("own-lab-remove", []), ("own-lab-preview", [])]
    for name, more in [*own_pages, ("own-lab-try", ["group"]), ("own-lab-media", ["house.svg"])]:
        for browser in (stranger, pupil):
            address = reverse(name, args=[klass.pk, lab.pk, *more])
            assert {browser.get(address).status_code, browser.post(address).status_code} == {404}
    assert pupil.get(reverse("lab-skeleton", args=[klass.pk])).status_code == 404
    another = Class.objects.get(name="Another class")
    form = {"lab": lab.lab, "graded": "graded", "late": "none", "counts": "best", "points": 100}
    assert stranger.post(reverse("assignment-new", args=[another.pk]), form).status_code == 422
    for name in ("own-lab", "own-lab-preview"):
        assert stranger.get(reverse(name, args=[another.pk, lab.pk])).status_code == 404
    assert stranger.post(reverse("assignment-begin", args=[klass.pk, assignment.pk])).status_code == 404


def test_a_new_version_is_for_who_begins_after_it_is_ready(teacher, klass, learner, tested):
    first = upload(teacher, klass)
    set_lab(teacher, klass, first)
    attempt = work.begin(learner, work.tasks(learner)[0])
    tested[0] = ["it does not prove itself"]
    newer = changed("lab.yaml", "title: Readers", "title: Readers of bills")
    newer["lab.yaml"] = newer["lab.yaml"].replace("version: 1.0.0", "version: 1.1.0")
    wrong = upload(teacher, klass, newer)
    assert own.lab_of(first.lab)["version"] == "1.0.0" and wrong.state == "failed"
    tested[0] = []
    teacher.post(reverse("own-lab-test", args=[klass.pk, wrong.pk]))
    assert own.lab_of(first.lab)["version"] == "1.1.0"
    assert list(own.of_class(klass).values_list("version", flat=True)) == ["1.1.0"]
    attempt.refresh_from_db()
    assert attempt.lab_version.data["title"] == "Readers"
    attempt.submitted = timezone.now()
    attempt.save()
    again = work.begin(learner, work.tasks(learner)[0])
    assert again.lab_version.data["title"] == "Readers of bills" and again.number == 2


def test_a_patch_regrades_and_more_does_not(teacher, klass, learner):
    lab = upload(teacher, klass)
    assignment = set_lab(teacher, klass, lab)
    attempt = work.begin(learner, work.tasks(learner)[0])
    selftest.solve(attempt, lab.data, [{"as": "root", "run": "aws iam create-group --group-name Readers2"}])
    pupil_mark = scoring.score(attempt).effective
    patched = changed("lab.yaml", "test: {exists: group/Readers}", "test: {exists: group/Readers*}")
    patched["lab.yaml"] = patched["lab.yaml"].replace("version: 1.0.0", "version: 1.0.1")
    upload(teacher, klass, patched)
    teacher.post(reverse("regrade", args=[klass.pk, assignment.pk]), {"judge": "1"})
    attempt = Attempt.objects.get(pk=attempt.pk)
    assert (pupil_mark, scoring.score(attempt).effective, attempt.lab_version.version) == (0, 100, "1.0.1")


def test_a_lab_that_is_set_is_not_taken_away_and_another_is(teacher, klass, learner):
    lab = upload(teacher, klass)
    assignment = set_lab(teacher, klass, lab)
    address = reverse("own-lab-remove", args=[klass.pk, lab.pk])
    assert "It is set as Readers." in teacher.post(address, follow=True).content.decode()
    teacher.post(reverse("assignment-remove", args=[klass.pk, assignment.pk]))
    assert "is gone." in teacher.post(address, follow=True).content.decode()
    assert not OwnLab.objects.exists()
    assert teacher.post(address).status_code == 404


def test_a_lab_that_an_operator_took_away_is_told_to_be_gone_and_work_goes_on(teacher, klass, learner, pupil):
    lab = upload(teacher, klass)
    assignment = set_lab(teacher, klass, lab)
    attempt = work.begin(learner, work.tasks(learner)[0])
    OwnLab.objects.all().delete()
    attempt.submitted = timezone.now()
    attempt.save()
    assert "not on this server any more" in pupil.get(reverse("class", args=[klass.pk])).content.decode()
    for name in ("heat", "grades", "grades-csv"):
        assert teacher.get(reverse(name, args=[klass.pk, assignment.pk])).status_code == 200
    assert pupil.get(reverse("attempt", args=[attempt.pk])).status_code == 200


def test_pages_ask_as_much_of_the_database_with_many_labs_as_with_one(teacher, klass, pupil):
    counts = []
    addresses = [reverse("class-labs", args=[klass.pk]), reverse("assignment-new", args=[klass.pk])]
    addresses += [reverse("class", args=[klass.pk]), "/home/"]
    for number in range(5):
        set_lab(teacher, klass, upload(teacher, klass, changed("lab.yaml", "id: readers", f"id: lab-{number}")))
        if number in (0, 4):
            for browser, address in [(teacher, one) for one in addresses] + [(pupil, one) for one in addresses[2:]]:
                browser.get(address)
                with CaptureQueriesContext(connection) as captured:
                    assert browser.get(address).status_code == 200
                counts.append(len(captured))
    half = len(counts) // 2
    assert counts[:half] == counts[half:] and max(counts) <= 15


def test_a_hostile_title_is_text_wherever_it_stands(teacher, klass, learner, pupil):
    title = "<script>alert(1)</script>\u202eLab"
    lab = upload(teacher, klass, changed("lab.yaml", "title: Readers", f'title: "{title}"'))
    assignment = set_lab(teacher, klass, lab)
    attempt = work.begin(learner, work.tasks(learner)[0])
    pages = [
        (teacher, reverse("class-labs", args=[klass.pk])), (teacher, reverse("own-lab", args=[klass.pk, lab.pk])),
        (teacher, reverse("class", args=[klass.pk])), (teacher, reverse("heat", args=[klass.pk, assignment.pk])),
        (pupil, "/home/"), (pupil, reverse("lab-rubric", args=[lab.lab])), (pupil, "/progress/"),
        (pupil, reverse("attempt", args=[attempt.pk])), (teacher, reverse("assignment-new", args=[klass.pk])),
    ]  # fmt: skip
    for browser, address in pages:
        page = browser.get(address).content.decode()
        assert "<script>alert" not in page and "alert(1)" in page, address


def test_a_script_in_a_figure_does_not_run(teacher, klass, learner, pupil):
    figure = '<svg xmlns="http://www.w3.org/2000/svg"><title>x</title><script>alert(1)</script></svg>'
    text = LAB["steps/01-group.md"] + "\n![A house](house.svg)\n\n<script>alert(2)</script>\n"
    lab = upload(teacher, klass, {**LAB, "media/house.svg": figure, "steps/01-group.md": text})
    set_lab(teacher, klass, lab)
    attempt = work.begin(learner, work.tasks(learner)[0])
    page = pupil.get(reverse("attempt", args=[attempt.pk])).content.decode()
    assert "alert(1)" not in page and "alert(2)" not in page and "house.svg" in page
    answer = pupil.get(reverse("lab-media", args=[attempt.pk, "house.svg"]))
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert answer.headers["Content-Security-Policy"].endswith("sandbox")


@pytest.mark.slow
def test_the_skeleton_can_be_uploaded_as_it_is(teacher, klass, tested):
    tested[0] = None
    answer = teacher.get(reverse("lab-skeleton", args=[klass.pk]))
    assert answer.headers["Content-Disposition"] == 'attachment; filename="my-lab.zip"'
    sent = send(teacher, klass, answer.content, "my-lab.zip")
    lab = OwnLab.objects.get()
    assert sent.url == reverse("own-lab", args=[klass.pk, lab.pk])
    assert (lab.state, lab.warnings, lab.report) == ("ready", [], [])


def test_the_preview_shows_all_that_a_learner_may_get_to_see(teacher, klass):
    lab = upload(teacher, klass)
    page = teacher.get(reverse("own-lab-preview", args=[klass.pk, lab.pk])).content.decode()
    for text in (
        "holds permissions for many people", "There is no group <em>Readers</em>.", "Your group is called",
        '<span class="badge">name-case</span>', "Look at <em>User groups</em>", "root: aws iam create-group",
    ):  # fmt: skip
        assert text in page, text


def test_nothing_of_a_preview_runs(teacher, klass):
    figure = '<svg xmlns="http://www.w3.org/2000/svg"><title>x</title><script>alert(1)</script></svg>'
    text = (
        "<script>alert(2)</script>\n\n![A house](house.svg) [go](https://example.org)\n\n<img src=x onerror=alert(3)>\n"
    )
    wrong = changed("lab.yaml", "What holds the permissions", "<img src=x onerror=alert(4)>What holds the permissions")
    lab = upload(teacher, klass, {**wrong, "media/house.svg": figure, "steps/01-group.md": text})
    page = teacher.get(reverse("own-lab-preview", args=[klass.pk, lab.pk])).content.decode()
    media = reverse("own-lab-media", args=[klass.pk, lab.pk, "house.svg"])
    assert f'src="{media}"' in page and "alert" not in page.replace('role="alert', "") and "onerror" not in page
    answer = teacher.get(media)
    assert answer.headers["Content-Type"] == "image/svg+xml"
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert answer.headers["Content-Security-Policy"].endswith("sandbox")
    assert teacher.get(reverse("own-lab-media", args=[klass.pk, lab.pk, "other.svg"])).status_code == 404


def test_an_instructor_tries_a_lab_that_is_ready(teacher, klass, instructor):
    lab = upload(teacher, klass)
    address = reverse("own-lab-try", args=[klass.pk, lab.pk, "group"])
    assert address in teacher.get(reverse("own-lab-preview", args=[klass.pk, lab.pk])).content.decode()
    begun = teacher.post(address)
    attempt = Attempt.objects.get(person=instructor)
    assert begun.url == reverse("attempt", args=[attempt.pk]) and not attempt.taught
    assert "Make the group" in teacher.get(begun.url).content.decode()
    assert teacher.post(reverse("own-lab-try", args=[klass.pk, lab.pk, "nothing"])).status_code == 404


def test_nothing_is_made_of_a_lab_that_is_not_ready(teacher, klass, tested):
    """It may have been made to keep a server busy."""
    tested[0] = ["it does not prove itself"]
    lab = upload(teacher, klass)
    preview = reverse("own-lab-preview", args=[klass.pk, lab.pk])
    assert preview not in teacher.get(reverse("own-lab", args=[klass.pk, lab.pk])).content.decode()
    assert teacher.get(preview).status_code == 404
    assert teacher.post(reverse("own-lab-try", args=[klass.pk, lab.pk, "group"])).status_code == 404
    assert not Attempt.objects.exists()


def test_a_translated_lab_is_previewed_in_its_languages(teacher, klass):
    told = {"i18n/de/lab.yaml": "title: Leser\n", "i18n/de/steps/01-group.md": "Mach die Gruppe `Readers`.\n"}
    lab = upload(teacher, klass, {**LAB, **told})
    page = teacher.get(reverse("own-lab-preview", args=[klass.pk, lab.pk]) + "?language=de").content.decode()
    assert "Mach die Gruppe" in page and 'lang="de"' in page and "Leser" in page
