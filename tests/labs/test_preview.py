"""An author sees a lab's folder as its learners will, with what is wrong in it, anew at each change."""

import re
import shutil
import subprocess
import sys
import urllib.request

import pytest
from django.conf import settings as real
from django.urls import reverse

from iamlab.labs import content
from iamlab.labs.models import Attempt, CheckFact
from tools.scratch import free_port, wait_for

pytestmark = pytest.mark.django_db
PAGE = "/preview/"


@pytest.fixture
def folder(tmp_path, settings):
    shutil.copytree(content.CONTENT / "first-bill", tmp_path / "first-bill")
    settings.LAB_PREVIEW = str(tmp_path / "first-bill")
    return tmp_path / "first-bill"


def text(client, address=PAGE):
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


def change(folder, file, old, new):
    path = folder / file
    before = path.read_text()
    assert old in before
    path.write_text(before.replace(old, new, 1))


@pytest.mark.parametrize("address", [PAGE, f"{PAGE}changed/", f"{PAGE}proof/", f"{PAGE}media/x.svg"])
def test_there_is_no_preview_on_a_server_for_learners(client, address):
    assert client.get(address).status_code == 404
    assert client.post(f"{PAGE}steps/register/").status_code == 404


def test_page_shows_texts_checks_mistakes_hints_questions_and_the_solution(client, folder):
    page = text(client)
    assert "Well formed." in page
    assert "An AWS account is a closed house" in page
    assert "There is no account yet." in page
    assert '<span class="badge">object-arn</span> Your policy allows <code>s3:PutObject</code> on the bucket' in page
    assert "Who owns an account before it has any user?" in page
    assert "Working here is no permission." in page
    assert "user/mario: aws s3" in page


def test_page_speaks_the_other_languages_of_the_lab(client, folder):
    assert "Ein AWS-Konto ist ein geschlossenes Haus" in text(client, f"{PAGE}?language=de")


def test_error_is_shown_with_its_place_and_the_page_comes_back_when_it_is_mended(client, folder):
    before = (folder / "lab.yaml").read_text().partition("weight: 5")[0]
    change(folder, "lab.yaml", "weight: 5", "weight: five")
    page = text(client)
    line = before.count("\n") + 1
    assert re.search(rf"lab\.yaml:{line}:\d+</span> weight has the wrong kind of value", page)
    assert "closed house" not in page
    change(folder, "lab.yaml", "weight: five", "weight: 5")
    assert "closed house" in text(client)


def test_page_is_told_to_load_anew_once_a_file_changes(client, folder):
    at = re.search(r"changed/\?at=(-?\d+)", text(client))[1]
    same = client.get(f"{PAGE}changed/", {"at": at})
    assert (same.status_code, "HX-Refresh" in same.headers) == (204, False)
    (folder / "steps" / "11-new.md").write_text("New.")
    assert client.get(f"{PAGE}changed/", {"at": at}).headers["HX-Refresh"] == "true"


@pytest.mark.slow
def test_lab_proves_itself_on_its_page_or_says_why_not(client, folder):
    assert "It proves itself." in text(client, f"{PAGE}proof/")
    change(folder, "solution.yaml", "--group-name Admins", "--group-name Chiefs")
    assert "NoSuchEntity" in text(client, f"{PAGE}proof/")


def test_author_tries_a_step_with_those_before_it_done(client, folder):
    change(folder, "steps/06-people.md", "Mario is the one", "Mario it is")
    response = client.post(f"{PAGE}steps/people/", follow=True)
    attempt = Attempt.objects.get()
    assert response.redirect_chain[-1][0] == reverse("attempt", args=[attempt.pk])
    assert "Mario it is" in response.content.decode()
    done = set(CheckFact.objects.filter(status="pass").values_list("step", flat=True))
    assert done == {"register", "root", "administrator", "alias", "sign-in"}


def test_author_is_told_of_a_start_that_fails(client, folder):
    change(folder, "solution.yaml", "aws iam create-group", "aws iam make-group")
    page = client.post(f"{PAGE}steps/people/", follow=True).content.decode()
    assert "The lab does not get there: " in page and "aws iam make-group" in page


@pytest.mark.slow
def test_command_serves_the_page_of_a_folder(folder, tmp_path):
    port = free_port()
    command = [sys.executable, str(real.ROOT / "manage.py"), "labs", "preview", str(folder), "--port", str(port)]
    with (tmp_path / "log").open("w") as log, subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log) as running:
        try:
            said = running.stdout.readline().decode()
            assert said.startswith(f"first-bill is on http://127.0.0.1:{port}{PAGE}"), (tmp_path / "log").read_text()
            wait_for(port, running)
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{PAGE}") as answer:
                assert b"closed house" in answer.read()
        finally:
            running.terminate()
            running.wait(timeout=30)
            for left in (real.ROOT / "var").glob(f"preview-{port}.sqlite3*"):
                left.unlink()
