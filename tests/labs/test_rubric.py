"""What counts in a lab can be read before it begins: points by step and group, prices of help, what comes on top."""

import re

import pytest
from django.urls import reverse

from iamlab.classroom.models import Assignment, Class, Enrolment, Role
from iamlab.labs import content
from iamlab.people.views import BACKEND

pytestmark = pytest.mark.django_db


@pytest.fixture
def site(client, learner):
    client.force_login(learner, BACKEND)
    return client


def text(site, lab: str, **more) -> str:
    answer = site.get(reverse("lab-rubric", args=[lab]), **more)
    assert answer.status_code == 200
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def test_each_step_has_its_points_under_its_group(site):
    """As the specification's table of the first lab has them; they are 100 together."""
    shown = text(site, "account-setup")
    for row in ("Register 16", "Register an account 1 3", "Protect root with a second factor 1 8",
                "Find the users to read 0",
                "Set your own password policy 6 12", "Billing 10", "Together 100"):  # fmt: skip
        assert row in shown
    assert "At least fourteen characters (2)" in shown


def test_prices_of_help_and_of_wrong_tries_stand_there(site):
    shown = text(site, "groups")
    for line in (
        "points there: free",
        "which screen: 10 %",
        "What to enter: 30 %",
        "Show me: 50 %",
        "Passed with 70 of 100",
    ):
        assert line in shown
    assert "Of a question each wrong try" in shown and "Of a question each wrong try" not in text(site, "bp-mfa")


def test_it_is_told_in_the_learners_language(site):
    german = content.catalogue()["first-bill"]["i18n"]["de"]["title"]
    assert german in text(site, "first-bill", headers={"Accept-Language": "de"})


def test_the_catalogue_and_what_a_class_sets_lead_there(site, learner):
    url = reverse("lab-rubric", args=["groups"])
    assert f'href="{url}"' in site.get(reverse("home")).content.decode()
    klass = Class.objects.create(name="Cloud")
    Enrolment.objects.create(klass=klass, person=learner, role=Role.LEARNER, name="Lena")
    Assignment.objects.create(klass=klass, lab="groups", title="Groups")
    page = site.get(reverse("class", args=[klass.pk])).content.decode()
    assert f'href="{url}?set=1"' in page
    begin = reverse("lab-begin", args=["groups"])
    assert begin in site.get(url).content.decode() and begin not in site.get(f"{url}?set=1").content.decode()


def test_a_lab_that_is_not_there_is_not_found(site):
    assert site.get(reverse("lab-rubric", args=["nothing"])).status_code == 404


def test_a_lab_is_begun_in_either_mode(site):
    shown = site.get(reverse("lab-rubric", args=["groups"])).content.decode()
    assert '<button class="btn" type="submit" name="mode" value="graded">Start graded</button>' in shown
    begun = site.post(reverse("lab-begin", args=["groups"]), {"mode": "graded"}, follow=True).content.decode()
    assert '<span class="badge">Graded</span>' in begun
