"""The people of a class: roster, invitations, roles, a new password, leaving."""

import secrets
from collections.abc import Callable
from operator import attrgetter

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from iamlab.classroom import access, codes, rosters
from iamlab.classroom.models import Enrolment, Invitation, Role
from iamlab.classroom.views.classes import frame
from iamlab.classroom.views.out import file_name, streamed
from iamlab.components import markup, tables
from iamlab.people import names
from iamlab.people.models import Person

COLUMNS = [
    tables.column("name", "Name", sortable=True),
    tables.column("role", "Role", sortable=True),
    tables.column("user", "iamlab user name"),
    tables.column("joined", "Joined", sortable=True),
    tables.column("acts", "Acts"),
]


@access.class_page(*access.STAFF)
@require_safe
def people(request: HttpRequest, mine: Enrolment) -> HttpResponse:
    ask = tables.asked(request, COLUMNS)
    found = sorted(mine.klass.enrolments.select_related("person"), key=attrgetter("order"))
    order: dict[str, Callable] = {"name": attrgetter("order"), "role": lambda e: e.role, "joined": lambda e: e.joined}
    cut = tables.arrange(found, ask, lambda e: f"{e.name} {e.person.username}", order)
    may = mine.role == Role.INSTRUCTOR and mine.klass.archived is None
    rows = [
        tables.row(
            str(e.pk),
            [
                str(e),
                e.get_role_display(),
                "" if mine.klass.anonymised else "guest" if e.person.is_guest else e.person.username,
                f"{e.joined:%Y-%m-%d}",
                markup.link(reverse("class-person", args=[mine.klass_id, e.pk]), "Change") if may else "",
            ],
        )
        for e in cut["items"]
    ]
    table = tables.table(
        request,
        id="people",
        title="People",
        columns=COLUMNS,
        rows=rows,
        total=cut["total"],
        found=cut["found"],
        ask=ask,
    )
    waiting = expected(request, mine) if may else []
    return render(request, "classroom/people.html", frame(mine, "class-people", table=table, waiting=waiting))


def expected(request: HttpRequest, mine: Enrolment) -> list[tuple[Invitation, str]]:
    """Who is invited and not yet here, each with the link to give them."""
    waiting = mine.klass.invitations.filter(accepted_at=None)
    return [
        (one, request.build_absolute_uri(reverse("class-invitation", args=[codes.invitation_key(one.pk)])))
        for one in sorted(waiting, key=lambda one: (names.order(one.name), one.pk))
    ]


@access.class_page(Role.INSTRUCTOR)
@require_safe
def invitations(request: HttpRequest, mine: Enrolment) -> StreamingHttpResponse:
    """The links as a file, for a letter to each."""
    rows = [[one.name, one.email, one.role, link] for one, link in expected(request, mine)]
    return streamed([["name", "email", "role", "link"], *rows], file_name("invitations", mine.klass.name))


@access.class_page(Role.INSTRUCTOR)
@require_POST
def withdraw(request: HttpRequest, mine: Enrolment, pk: int) -> HttpResponse:
    """Take an invitation back that nobody has used: its link takes nobody any more."""
    found = mine.klass.invitations.filter(pk=pk, accepted_at=None).first()
    if found is None:
        messages.warning(request, "It is used already, or gone.")
    else:
        found.delete()
        messages.success(request, f"{found} is not invited any more.")
    return redirect("class-people", class_id=mine.klass_id)


@access.class_page(Role.INSTRUCTOR)
@require_http_methods(["GET", "POST"])
def roster(request: HttpRequest, mine: Enrolment) -> HttpResponse:
    """Bring in a CSV file: every line is told of, the good ones are taken."""
    report, taken, problem = None, 0, ""
    if request.method == "POST":
        try:
            lines = list(rosters.read(text_of(request)))
            taken = rosters.bring_in(mine.klass, lines)
            report = [line for line in lines if line.problem]
        except rosters.Unreadable as error:
            problem = str(error)
    context = frame(mine, "class-people", report=report, taken=taken, problem=problem)
    status = 422 if problem else 200
    return render(request, "classroom/roster.html", context, status=status)


def text_of(request: HttpRequest) -> str:
    """The file sent, or what was pasted. Raises Unreadable."""
    file = request.FILES.get("file")
    if isinstance(file, UploadedFile):
        return rosters.decode(file.read(rosters.MOST_BYTES + 1))
    text = request.POST.get("text", "")
    if not text.strip():
        raise rosters.Unreadable("Choose a file, or paste the lines.")
    return rosters.decode(text.encode("utf-8", "replace"))


@login_required
@require_http_methods(["GET", "POST"])
def accept(request: HttpRequest, key: str) -> HttpResponse:
    """An invitation's link: whoever is signed in takes the place, once."""
    assert isinstance(request.user, Person)
    pk = codes.invitation_of(key)
    found = Invitation.objects.select_related("klass").filter(pk=pk or 0, klass__archived=None).first()
    if found is None:
        raise Http404
    if request.method == "POST" and found.accepted_at is None:
        with transaction.atomic():
            taken = Invitation.objects.filter(pk=found.pk, accepted_at=None).update(accepted_at=timezone.now())
            if taken:
                place, new = Enrolment.objects.get_or_create(
                    klass=found.klass, person=request.user, defaults={"name": found.name, "role": found.role}
                )
                Invitation.objects.filter(pk=found.pk).update(accepted=place)
        if taken:
            messages.success(request, f"You are in {found.klass}." if new else f"You are in {found.klass} already.")
            return redirect("class", class_id=found.klass_id)
        found.refresh_from_db()
    return render(request, "classroom/invitation.html", {"invitation": found})


def of_class(mine: Enrolment, pk: int) -> Enrolment:
    found = Enrolment.objects.select_related("person").filter(klass=mine.klass, pk=pk).first()
    if found is None:
        raise Http404
    return found


@access.class_page(Role.INSTRUCTOR)
@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, mine: Enrolment, pk: int) -> HttpResponse:
    """A person's name in the class and their role; an instructor keeps their own, so that a class is never without."""
    one = of_class(mine, pk)
    if request.method == "POST":
        name = names.one_line(request.POST.get("name", ""))[:80]
        role = request.POST.get("role", one.role)
        if one.pk == mine.pk or role not in Role.values:
            role = one.role
        if names.can_be_shown(name):
            one.name, one.role = name, role
            one.save(update_fields=["name", "role"])
            messages.success(request, "Saved.")
            return redirect("class-people", class_id=mine.klass_id)
        messages.error(request, "Give a name that can be shown.")
    return render(request, "classroom/person.html", frame(mine, "class-people", one=one, roles=Role.choices))


def resettable(one: Enrolment) -> bool:
    """A learner's only: neither staff of any class, nor an operator, nor somebody who makes classes."""
    person = one.person
    if one.role != Role.LEARNER or person.is_staff or person.is_superuser or person.is_instructor:
        return False
    return not person.enrolments.filter(role__in=access.STAFF).exists()


@access.class_page(Role.INSTRUCTOR)
@require_POST
def reset_password(request: HttpRequest, mine: Enrolment, pk: int) -> HttpResponse:
    """A new password for iamlab, shown once. All other sessions of the person end with it."""
    one = of_class(mine, pk)
    if not resettable(one):
        raise Http404
    password = secrets.token_urlsafe(9)
    person = one.person
    person.set_password(password)
    person.is_guest = False
    person.save(update_fields=["password", "is_guest"])
    messages.warning(
        request,
        format_html(
            "New password of {}, shown once: user name <code>{}</code>, password <code>{}</code>",
            str(one),
            person.username,
            password,
        ),
    )
    return redirect("class-person", class_id=mine.klass_id, pk=one.pk)


@access.class_page(Role.INSTRUCTOR)
@require_POST
def remove(request: HttpRequest, mine: Enrolment, pk: int) -> HttpResponse:
    """Out of the class. Their work stays theirs; the class does not see it any more."""
    one = of_class(mine, pk)
    if one.pk == mine.pk:
        messages.error(request, "You cannot take yourself out of your class.")
    else:
        mine.klass.invitations.filter(accepted=one).delete()
        one.delete()
        messages.success(request, f"{one} is not in the class any more.")
    return redirect("class-people", class_id=mine.klass_id)
