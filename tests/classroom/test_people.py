"""Roster, invitations, roles, new passwords."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from iamlab.classroom import codes
from iamlab.classroom.models import Enrolment, Role
from iamlab.people.models import Person

ROSTER = b"""\xef\xbb\xbfname,email,role
Ana,ana@school.example,
Ben,,assistant
ana,,
,x@y.example
Cem,no-mail
Dora,,king
Lena,,
"""


def send(teacher, klass, data: bytes):
    return teacher.post(reverse("class-roster", args=[klass.pk]), {"file": SimpleUploadedFile("roster.csv", data)})


def test_good_lines_are_imported_and_each_bad_one_is_told_of_by_its_number(teacher, klass, learner):
    shown = send(teacher, klass, ROSTER).content.decode()
    assert {(one.name, one.role) for one in klass.invitations.all()} == {("Ana", "learner"), ("Ben", "assistant")}
    for number, name in ((4, "ana"), (5, ""), (6, "Cem"), (7, "Dora"), (8, "Lena")):
        assert f'<td>{number}</td><th scope="row">{name}</th>' in shown
    assert "no role king" in shown and "2 invited" in shown


def test_a_name_has_80_characters_at_most_and_none_that_cannot_be_seen(teacher, klass):
    long = "L" * 80
    shown = send(teacher, klass, f"{long}\n{long}L\nAna\u202eamiL\nBen\u200b\n".encode()).content.decode()
    assert [one.name for one in klass.invitations.all()] == [long]
    assert "longer than 80 characters" in shown
    assert shown.count("holds characters that cannot be shown") == 2


def test_names_of_all_scripts_are_taken_and_those_without_ink_are_not(teacher, klass):
    """Persian joins within words, an emoji may be made of several (Unicode Standard, 23.2 "Layout Controls")."""
    persian, student = "\u0639\u0644\u06cc\u200c\u0631\u0636\u0627", "\U0001f469\u200d\U0001f393 Zo\u00eb"
    shown = send(teacher, klass, f"{persian}\n{student}\n\u3164\n\u200d\n".encode()).content.decode()
    assert {one.name for one in klass.invitations.all()} == {persian, student}
    assert shown.count("holds characters that cannot be shown") == 2


def test_the_same_roster_twice_invites_nobody_twice(teacher, klass):
    send(teacher, klass, b"Ana\nBen\n")
    shown = send(teacher, klass, b"Ana\nBen\n").content.decode()
    assert klass.invitations.count() == 2 and "in the class already" in shown


@pytest.mark.parametrize("data", [b"\x89PNG\0\0", b"e-mail,role\na@b.example,learner\n", b""])
def test_a_file_that_is_no_roster_is_refused_as_a_whole(teacher, klass, data):
    answer = send(teacher, klass, data)
    assert answer.status_code == 422 and klass.invitations.count() == 0


@pytest.mark.parametrize("data", ["Zoë;;\nJosé;;".encode("cp1252"), "Zoë\nJosé".encode("utf-16")])
def test_what_spreadsheets_save_is_read(teacher, klass, data):
    send(teacher, klass, data)
    assert sorted(one.name for one in klass.invitations.all()) == ["José", "Zoë"]


def test_an_invitation_is_taken_once_by_whoever_has_the_link(teacher, klass, make_person, browser_of):
    send(teacher, klass, b"Ana,,assistant\n")
    link = reverse("class-invitation", args=[codes.invitation_key(klass.invitations.get().pk)])
    assert link in teacher.get(reverse("class-people", args=[klass.pk])).content.decode()
    browser_of(make_person("ana")).post(link)
    assert klass.enrolments.get(person__username="ana").role == Role.ASSISTANT
    second = browser_of(make_person("ben"))
    second.post(link)
    assert not klass.enrolments.filter(person__username="ben").exists()
    assert second.get(link.replace("~", "~x")).status_code == 404


def test_an_instructor_gives_a_learner_a_new_password_that_signs_in(teacher, klass, learner, client):
    place = klass.enrolments.get(person=learner)
    answer = teacher.post(reverse("class-password", args=[klass.pk, place.pk]), follow=True)
    password = answer.content.decode().partition("password <code>")[2].partition("<")[0]
    assert client.post("/sign-in/", {"username": "lena", "password": password}).status_code == 302


@pytest.mark.parametrize("more", ["is_instructor", "is_staff", "is_superuser"])
def test_but_not_one_who_is_more_than_a_learner(teacher, klass, make_person, more):
    target = make_person("root", **{more: True})
    place = Enrolment.objects.create(klass=klass, person=target, name="Root")
    assert teacher.post(reverse("class-password", args=[klass.pk, place.pk])).status_code == 404
    assert Person.objects.get(pk=target.pk).password == target.password


def test_an_instructor_of_another_class_resets_nobody(stranger, klass, learner):
    place = klass.enrolments.get(person=learner)
    assert stranger.post(reverse("class-password", args=[klass.pk, place.pk])).status_code == 404


def test_a_hostile_name_is_shown_as_text(teacher, klass, make_person):
    Enrolment.objects.create(klass=klass, person=make_person("mallory"), name="<img src=x onerror=alert(1)>")
    shown = teacher.get(reverse("class-people", args=[klass.pk])).content.decode()
    assert "<img src=x" not in shown and "&lt;img src=x" in shown


def test_an_instructor_cannot_leave_a_class_without_one(teacher, klass, instructor):
    mine = klass.enrolments.get(person=instructor)
    teacher.post(reverse("class-person", args=[klass.pk, mine.pk]), {"name": "Imani", "role": "learner"})
    teacher.post(reverse("class-remove", args=[klass.pk, mine.pk]))
    assert klass.enrolments.get(person=instructor).role == Role.INSTRUCTOR
