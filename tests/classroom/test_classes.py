"""Making a class, joining it by code, and who is told that there is nothing."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from iamlab.classroom import codes
from iamlab.classroom.models import Class, Enrolment, JoinFailure, Role


def join(client, code, name="Ana"):
    return client.post("/classroom/join/", {"code": code, "name": name})


def test_an_instructor_makes_a_class_and_is_its_instructor(teacher):
    answer = teacher.post("/classroom/new/", {"name": "Logs", "term_name": "Autumn", "retention_days": 90})
    klass = Class.objects.get(name="Logs")
    assert answer.url == f"/classroom/{klass.pk}/"
    assert (klass.term.name, klass.enrolments.get().role) == ("Autumn", Role.INSTRUCTOR)
    assert klass.code in teacher.get(answer.url).content.decode()
    assert not set(klass.code) & set("0O1I") and len(klass.code) == 6


def test_a_learner_makes_none(pupil):
    assert pupil.get("/classroom/new/").status_code == 404
    assert "Make a class" not in pupil.get("/classroom/").content.decode()


def test_a_code_in_small_letters_with_a_space_joins(klass, make_person, browser_of):
    client, code = browser_of(make_person("ana")), klass.code.lower()
    assert join(client, f"{code[:3]} {code[3:]}").status_code == 302
    assert klass.enrolments.get(person__username="ana").name == "Ana"
    join(client, klass.code, "Somebody else")
    assert klass.enrolments.filter(person__username="ana").count() == 1


@pytest.mark.parametrize(("name", "status"), [("Ali\u200creza", 302), ("\u2800", 422), ("Ana\u202e", 422)])
def test_a_learner_s_name_can_be_shown(klass, make_person, browser_of, name, status):
    assert join(browser_of(make_person("ana")), klass.code, name).status_code == status


def test_the_link_of_a_class_takes_a_newcomer_to_it_by_one_click(klass, client):
    link = f"/classroom/join/{klass.code}/"
    page = client.get(link, follow=True)
    start, hidden = re.search(
        r'<form method="post" action="(/start/)">.*?name="next" value="([^"]+)".*?Start as a guest',
        page.content.decode(),
        re.DOTALL,
    ).groups()
    assert (start, hidden) == ("/start/", link)
    joining = client.post(start, {"next": hidden}, follow=True)
    assert joining.redirect_chain == [(link, 302)]
    client.post(link, {"code": joining.context["form"]["code"].value(), "name": "Ana"})
    assert klass.enrolments.get(name="Ana").person.is_guest


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_a_newcomer_is_led_nowhere_else(client, db, elsewhere):
    assert client.post("/start/", {"next": elsewhere}).url == "/home/"


@pytest.mark.parametrize("changed", ["code_expires", "archived"])
def test_an_expired_code_and_that_of_an_archived_class_take_nobody(klass, make_person, browser_of, changed):
    Class.objects.filter(pk=klass.pk).update(**{changed: timezone.now() - timedelta(minutes=1)})
    assert join(browser_of(make_person("ana")), klass.code).status_code == 422
    assert klass.enrolments.count() == 1


def test_guessing_codes_is_throttled_even_when_the_last_guess_is_right(klass, make_person, browser_of):
    client = browser_of(make_person("mallory"))
    for _ in range(codes.BY_PERSON):
        assert join(client, "AAAAAA").status_code == 422
    assert (join(client, klass.code).status_code, klass.enrolments.count()) == (429, 1)
    JoinFailure.objects.update(at=timezone.now() - timedelta(minutes=11))
    assert join(client, klass.code).status_code == 302


def test_guests_made_one_after_the_other_share_their_address(klass, make_person, browser_of):
    for number in range(codes.BY_ADDRESS):
        codes.note_failure(make_person(f"guest-{number}").pk, "127.0.0.1")
    assert join(browser_of(make_person("mallory")), klass.code).status_code == 429


@pytest.mark.slow
def test_right_codes_of_a_whole_class_behind_one_address_are_no_guesses(klass, make_person, browser_of):
    for number in range(codes.BY_ADDRESS + 5):
        assert join(browser_of(make_person(f"pupil-{number}")), klass.code).status_code == 302


@pytest.mark.parametrize("name", ["class-edit", "class-people", "class-roster", "assignment-new"])
def test_learners_and_strangers_are_told_that_there_is_nothing(klass, pupil, stranger, client, name):
    url = reverse(name, args=[klass.pk])
    assert [pupil.get(url).status_code, stranger.get(url).status_code] == [404, 404]
    assert client.get(url).url.startswith("/sign-in/")


@pytest.mark.parametrize("name", ["class-code", "class-archive"])
def test_so_they_are_with_what_changes_the_class(klass, pupil, stranger, name):
    url = reverse(name, args=[klass.pk])
    assert [pupil.post(url).status_code, stranger.post(url).status_code] == [404, 404]
    klass.refresh_from_db()
    assert klass.archived is None


def test_an_archived_class_is_read_but_not_changed(klass, teacher, assignment):
    teacher.post(reverse("class-archive", args=[klass.pk]))
    assert "to be read only" in teacher.get(reverse("class", args=[klass.pk])).content.decode()
    refused = teacher.post(reverse("class-code", args=[klass.pk]), follow=True)
    assert "The class is archived" in refused.content.decode()
    code = klass.code
    klass.refresh_from_db()
    assert klass.code == code
    teacher.post(reverse("class-archive", args=[klass.pk]))
    klass.refresh_from_db()
    assert klass.archived is None


def test_an_observer_sees_and_changes_nothing(klass, assignment, make_person, browser_of):
    who = make_person("olga")
    Enrolment.objects.create(klass=klass, person=who, role=Role.OBSERVER, name="Olga")
    client = browser_of(who)
    assert client.get(reverse("heat", args=[klass.pk, assignment.pk])).status_code == 200
    assert client.post(reverse("assignment-extend", args=[klass.pk, assignment.pk])).status_code == 404


def test_queries_of_my_classes_do_not_grow_with_them(teacher, instructor, django_assert_num_queries):
    for number in range(20):
        klass = Class.objects.create(name=f"Class {number}")
        Enrolment.objects.create(klass=klass, person=instructor, role=Role.INSTRUCTOR)
    with django_assert_num_queries(3):
        teacher.get("/classroom/")


def test_a_class_without_anybody_says_how_they_come(teacher, klass, assignment):
    for page in ("heat", "grades"):
        shown = teacher.get(reverse(page, args=[klass.pk, assignment.pk])).content.decode()
        assert "Nobody is in the class yet" in shown and "Give out the class code" in shown
    edit = teacher.get(reverse("assignment-edit", args=[klass.pk, assignment.pk])).content.decode()
    assert "Nobody is in the class yet" in edit and 'id="extend-learner"' not in edit


def test_a_learner_of_a_class_that_is_over_still_finds_their_work(teacher, pupil, klass, attempt):
    teacher.post(reverse("class-archive", args=[klass.pk]))
    shown = pupil.get(reverse("class", args=[klass.pk])).content.decode()
    assert "Nothing is set yet" not in shown and "This class is to be read only" in shown
    assert reverse("my-work", args=[klass.pk, attempt.pk]) in shown
    assert pupil.get(reverse("my-work", args=[klass.pk, attempt.pk])).status_code == 200
    assert "First bill" not in pupil.get("/home/").content.decode()
