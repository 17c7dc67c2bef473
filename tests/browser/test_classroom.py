"""One lesson in two browsers: a class is made, joined and worked in; the instructor sees, helps, marks, takes out."""

import csv
import re

import pytest
from playwright.sync_api import expect

from iamlab.people.models import Person

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
PASSWORD = "correct-horse-battery"


@pytest.fixture
def teacher(live_server, new_context):
    """The instructor's browser, signed in."""
    Person.objects.create_user("imani", password=PASSWORD, display_name="Imani", is_instructor=True)
    page = new_context(viewport={"width": 1400, "height": 900}).new_page()
    page.goto(f"{live_server.url}/sign-in/")
    page.get_by_label("Username").fill("imani")
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("main").get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Home", exact=True)).to_be_visible()
    return page


@pytest.fixture
def pupil(live_server, new_context):
    """A guest's browser."""
    page = new_context(viewport={"width": 1400, "height": 900}).new_page()
    page.goto(live_server.url)
    page.get_by_role("button", name="Start as a guest").click()
    expect(page.get_by_role("heading", name="Home", exact=True)).to_be_visible()
    return page


def make_class(page) -> str:
    """The code of a new class with one lab set."""
    page.get_by_role("link", name="Classes").click()
    page.get_by_role("link", name="Make a class").click()
    page.get_by_label("Name").first.fill("Cloud security")
    page.get_by_role("button", name="Make the class").click()
    code = page.locator(".class-code").inner_text()
    page.get_by_role("link", name="Set a lab").click()
    page.get_by_label("Lab", exact=True).select_option("first-bill")
    page.get_by_role("button", name="Set it").click()
    expect(page.get_by_role("link", name="Heat map")).to_be_visible()
    return code


def join_and_begin(page, code: str) -> None:
    page.get_by_role("link", name="Join a class by its code").click()
    page.get_by_label("Class code").fill(code)
    page.get_by_label("Your name in the class").fill("Lena <b>")
    page.get_by_role("button", name="Join").click()
    page.get_by_role("button", name="Begin").click()
    expect(page.get_by_role("heading", name="Mario's first bill").first).to_be_visible()


def width_of(page) -> int:
    return page.evaluate("document.documentElement.scrollWidth")


def test_a_name_in_one_long_word_widens_no_page(teacher, pupil):
    code = make_class(teacher)
    pupil.get_by_role("link", name="Join a class by its code").click()
    pupil.get_by_label("Class code").fill(code)
    pupil.get_by_label("Your name in the class").fill("A" * 80)
    pupil.get_by_role("button", name="Join").click()
    pupil.get_by_role("button", name="Begin").click()
    expect(pupil.get_by_role("heading", name="Mario's first bill").first).to_be_visible()
    teacher.get_by_role("link", name="Heat map").click()
    expect(teacher.get_by_role("link", name="A" * 80)).to_be_visible()
    heat, width = teacher.url, 380
    teacher.set_viewport_size({"width": width, "height": 800})
    names = teacher.locator(".heat tbody th").first
    assert names.evaluate("cell => cell.offsetWidth") < width / 2  # the steps are seen beside it
    for address in ("", "register/", "../report/", "../many/", "../grades/regrade/", "../grades/"):
        teacher.goto(heat + address)
        assert width_of(teacher) == width, address


def register(page) -> None:
    page.get_by_role("link", name="Register an account").click()
    page.get_by_label("Root user email address").fill("boss@bills.example")
    page.get_by_label("AWS account name").fill("Bills")
    page.locator("input[name=Password]").fill("Long-and-good-1")
    page.locator("input[name=again]").fill("Long-and-good-1")
    page.get_by_role("button", name="Create account").click()
    expect(page.get_by_role("heading", name="Sign up for a simulated AWS account")).to_be_hidden()


def test_a_lesson(teacher, pupil, violations):
    code = make_class(teacher)
    join_and_begin(pupil, code)
    teacher.get_by_role("link", name="Heat map").click()
    first = teacher.locator("tbody tr").first.locator("td").first
    expect(first).to_contain_text("To do")
    assert violations(teacher) == []

    register(pupil)
    expect(first).to_contain_text("Done")  # by itself: nobody has touched this browser
    expect(teacher.locator("#h0")).to_contain_text("100 %")

    pupil.get_by_text("Ask for help").first.click()
    pupil.get_by_label("What is the matter?").fill("Who am I now?")
    pupil.get_by_role("button", name="Raise my hand").click()
    expect(teacher.get_by_role("row", name=re.compile("Lena <b>")).get_by_text("Hand up")).to_be_visible()

    teacher.get_by_role("link", name="Lena <b>").click()
    expect(teacher.get_by_text("Who am I now?").first).to_be_visible()
    expect(teacher.locator("#timeline")).to_contain_text("RegisterAccount")
    teacher.get_by_label("Message").fill("Sign in as root next.")
    teacher.get_by_role("button", name="Send").click()
    expect(teacher.locator("#flashes")).to_contain_text("stands in the learner's panel")
    pupil.reload()
    expect(pupil.get_by_text("Sign in as root next.")).to_be_visible()

    mark = teacher.locator("section", has=teacher.get_by_role("heading", name="Mark the lab by hand"))
    mark.get_by_label("Percent, 0 to 100").fill("88")
    mark.get_by_label("Comment, which the learner reads").fill("Well explained")
    mark.get_by_role("button", name="Save the mark").click()
    expect(teacher.locator("#flashes")).to_contain_text("Marked by hand.")
    assert violations(teacher) == []

    teacher.get_by_role("link", name="Marks", exact=True).click()
    row = teacher.get_by_role("row", name=re.compile("Lena <b>"))
    expect(row).to_contain_text("88")
    teacher.get_by_text("Take out").click()
    with teacher.expect_download() as download:
        teacher.get_by_role("link", name="Marks as CSV").click()
    with download.value.path().open() as file:
        (exported,) = csv.DictReader(file)
    assert (exported["learner"], exported["final"], exported["register: state"]) == ("Lena <b>", "88.0", "passed")
    assert f"{float(exported['automatic']):g}" in row.inner_text().split()
