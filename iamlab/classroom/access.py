"""Who may see and do what in a class. Whoever may not is told that there is nothing: 404."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect

from iamlab.classroom.models import Assignment, Class, Enrolment, Role, Work
from iamlab.labs.models import Attempt
from iamlab.people.models import Person
from iamlab.services.accounts.models import Sandbox

STAFF = (Role.INSTRUCTOR, Role.ASSISTANT, Role.OBSERVER)  # who sees the learners' work
HELPERS = (Role.INSTRUCTOR, Role.ASSISTANT)  # who acts on it
View = Callable[..., HttpResponseBase]


def may_make_classes(person: Person) -> bool:
    return person.is_instructor or person.is_superuser


def place(person: Person, class_id: int, roles: tuple[str, ...]) -> Enrolment:
    """The person's place in a class, with the class. Raises Http404 for other people and other roles."""
    found = (
        Enrolment.objects.select_related("klass", "person")
        .filter(klass_id=class_id, person=person, role__in=roles)
        .first()
    )
    if found is None:
        raise Http404
    return found


def class_page(*roles: str) -> Callable[[View], View]:
    """Hands a view the person's place in the class of the address, for the roles named (all without any)."""

    def decorate(view: View) -> View:
        @login_required
        @wraps(view)
        def page(request: HttpRequest, class_id: int, *args: Any, **kwargs: Any) -> HttpResponseBase:
            assert isinstance(request.user, Person)
            mine = place(request.user, class_id, roles or tuple(Role.values))
            if request.method == "POST" and mine.klass.archived is not None and view.__name__ not in OF_ARCHIVED:
                messages.error(
                    request, "The class is archived: it is to be read only. An instructor can open it again."
                )
                return redirect("class", class_id=class_id)
            return view(request, mine, *args, **kwargs)

        return page

    return decorate


OF_ARCHIVED = {"archive", "anonymise"}  # what may still be done to an archived class


def assignment_of(klass: Class, pk: int) -> Assignment:
    """An assignment of this class. Raises Http404 for another's."""
    found = Assignment.objects.select_related("klass").filter(klass=klass, pk=pk).first()
    if found is None:
        raise Http404
    return found


def attempt_of(klass: Class, pk: int) -> Attempt:
    """An attempt at an assignment of this class, by somebody who is in it. Raises Http404 for any other."""
    found = (
        Attempt.objects.select_related("sandbox", "start", "lab_version", "person", "work__assignment__klass")
        .defer("lab_version__data")
        .filter(pk=pk, work__assignment__klass=klass, person__enrolments__klass=klass)
        .first()
    )
    if found is None:
        raise Http404
    return found


def may_override(mine: Enrolment) -> bool:
    return mine.role == Role.INSTRUCTOR or (mine.role == Role.ASSISTANT and mine.klass.assistants_override)


def staff_of_attempt(person: Person, sandbox: Sandbox) -> bool:
    """The rule for the sandbox's viewers: staff of the class that the sandbox's attempt is for, while it has names."""
    return Work.objects.filter(
        attempt__sandbox=sandbox,
        assignment__klass__anonymised=None,
        assignment__klass__enrolments__person=person,
        assignment__klass__enrolments__role__in=STAFF,
    ).exists()
