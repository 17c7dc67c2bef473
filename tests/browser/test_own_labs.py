"""An instructor begins a lab from the skeleton, uploads it, waits for its self-test, and sets it to the class."""

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import expect

from iamlab.classroom.models import Class, Enrolment, Role
from iamlab.people.models import Person

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
PATIENCE = 240_000  # a self-test is a process of low priority, on a machine that may be busy


@pytest.fixture
def klass(db):
    person = Person.objects.create(username="imani", display_name="Imani", is_instructor=True)
    klass = Class.objects.create(name="Cloud security")
    Enrolment.objects.create(klass=klass, person=person, role=Role.INSTRUCTOR, name="Imani")
    return klass


@pytest.fixture
def teacher(klass, live_server, new_context):
    """The instructor's browser, signed in."""
    client = Client()
    client.force_login(klass.enrolments.get().person)
    context = new_context(base_url=live_server.url)
    cookie = client.cookies["sessionid"].value
    context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
    return context.new_page()


def test_the_skeleton_is_uploaded_proved_looked_at_and_set(teacher, klass, violations, tmp_path):
    teacher.goto(reverse("class-labs", args=[klass.pk]))
    with teacher.expect_download() as download:
        teacher.get_by_role("link", name="Download a lab to begin from").click()
    download.value.save_as(tmp_path / "my-lab.zip")
    assert violations(teacher) == []
    teacher.locator("input[type=file]").set_input_files(tmp_path / "my-lab.zip")
    teacher.get_by_role("button", name="Upload", exact=True).click()
    expect(teacher.get_by_role("heading", name="My lab")).to_be_visible()
    expect(teacher.get_by_text("Ready", exact=True)).to_be_visible(timeout=PATIENCE)
    assert violations(teacher) == []
    teacher.get_by_role("link", name="Preview").click()
    expect(teacher.get_by_role("heading", name="Make the first group")).to_be_visible()
    assert violations(teacher) == []
    teacher.get_by_role("link", name="Back to its self-test").click()
    teacher.get_by_role("link", name="Set it").click()
    expect(teacher.get_by_role("heading", name="Set a lab")).to_be_visible()
    expect(teacher.get_by_label("Lab", exact=True)).to_have_value(f"c{klass.pk}_my-lab")
    teacher.get_by_role("button", name="Set it").click()
    expect(teacher.get_by_role("link", name="Heat map of My lab")).to_be_visible()


def test_a_file_that_is_no_zip_is_told_at_the_form(teacher, klass, tmp_path, violations):
    (tmp_path / "notes.zip").write_text("no zip")
    teacher.goto(reverse("class-labs", args=[klass.pk]))
    teacher.locator("input[type=file]").set_input_files(tmp_path / "notes.zip")
    teacher.get_by_role("button", name="Upload", exact=True).click()
    expect(teacher.get_by_text("This is no .zip file that can be read")).to_be_visible()
    assert violations(teacher) == []
