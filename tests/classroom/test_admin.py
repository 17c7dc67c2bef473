"""The operator's pages: every model of people, labs and the classroom; none of the secrets; for operators only."""

import pytest
from django.apps import apps
from django.contrib import admin
from django.urls import reverse

from iamlab.people.models import Person

MODELS = [model for label in ("people", "labs", "classroom") for model in apps.get_app_config(label).get_models()]


@pytest.fixture
def operator(make_person, browser_of):
    return browser_of(make_person("root", is_staff=True, is_superuser=True))


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_model_has_its_page(operator, attempt, model):
    assert admin.site.is_registered(model)
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"
    assert operator.get(reverse(name)).status_code == 200


def test_a_person_is_shown_without_password_and_recovery_key(operator, learner):
    Person.objects.filter(pk=learner.pk).update(recovery="a-digest", password="md5$a$b")
    shown = operator.get(reverse("admin:people_person_change", args=[learner.pk])).content.decode()
    assert "lena" in shown and "a-digest" not in shown and "md5" not in shown


def test_an_operator_makes_somebody_an_instructor(operator, learner):
    url = reverse("admin:people_person_change", args=[learner.pk])
    form = {"username": "lena", "display_name": "Lena", "is_active": "on", "is_instructor": "on"}
    assert operator.post(url, form).status_code == 302
    assert Person.objects.get(pk=learner.pk).is_instructor


def test_facts_are_not_changed_by_hand(operator, attempt):
    assert operator.get(reverse("admin:labs_attempt_add")).status_code == 403
    url = reverse("admin:labs_attempt_change", args=[attempt.pk])
    assert operator.post(url, {"graded": "on"}).status_code == 403


def test_it_is_for_operators_only(pupil, teacher):
    assert [client.get("/admin/").status_code for client in (pupil, teacher)] == [302, 302]
