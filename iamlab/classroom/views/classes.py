"""My classes, a class's page, making one, joining one by its code, archiving it."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from iamlab.classroom import access, codes, privacy, work
from iamlab.classroom.forms import ClassForm, JoinForm
from iamlab.classroom.models import Class, Enrolment, Role
from iamlab.labs import broken
from iamlab.labs.models import Dispute
from iamlab.people.models import Person

MOST_FAULTS = 20  # shown, the latest


def frame(mine: Enrolment, current: str, **more: Any) -> dict[str, Any]:
    """What every page of a class needs: the class, my role, the class's tabs."""
    klass = mine.klass
    staff = mine.role in access.STAFF
    tabs = [("class", "Overview")]
    if staff:
        tabs += [("class-people", "People"), ("class-disputes", "Disputed answers")]
    if staff and current:
        waiting = Dispute.objects.filter(attempt__work__assignment__klass=klass, decided=None).count()
        tabs[-1] = ("class-disputes", f"Disputed answers ({waiting})" if waiting else "Disputed answers")
    if mine.role == Role.INSTRUCTOR:
        tabs.append(("class-labs", "Own labs"))
    return {
        "klass": klass,
        "mine": mine,
        "staff": staff,
        "instructor": mine.role == Role.INSTRUCTOR,
        "class_tabs": [
            {"label": label, "url": reverse(name, args=[klass.pk]), "current": name == current} for name, label in tabs
        ],
        **more,
    }


@login_required
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """The classes that I am in, by role; three queries."""
    assert isinstance(request.user, Person)
    learners = Count("klass__enrolments", filter=Q(klass__enrolments__role=Role.LEARNER))
    places = Enrolment.objects.filter(person=request.user).select_related("klass__term").annotate(learners=learners)
    found = list(places.order_by("klass__name", "klass_id"))
    context = {
        "places": [place for place in found if place.klass.archived is None],
        "archived": [place for place in found if place.klass.archived is not None],
        "may_make": access.may_make_classes(request.user),
    }
    return render(request, "classroom/classes.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    assert isinstance(request.user, Person)
    if not access.may_make_classes(request.user):
        raise Http404
    form = ClassForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        klass = form.save()
        Enrolment.objects.create(klass=klass, person=request.user, role=Role.INSTRUCTOR, name=str(request.user)[:80])
        messages.success(request, f"The class is made. Its code is {klass.code}.")
        return redirect("class", class_id=klass.pk)
    context = {"form": form, "title": "Make a class", "submit": "Make the class", "back": reverse("classes")}
    return render(request, "classroom/form.html", context, status=422 if form.is_bound else 200)


@access.class_page(Role.INSTRUCTOR)
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, mine: Enrolment) -> HttpResponse:
    form = ClassForm(request.POST or None, instance=mine.klass)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, "Saved.")
        return redirect("class", class_id=mine.klass_id)
    back = reverse("class", args=[mine.klass_id])
    context = {"form": form, "title": "Change the class", "submit": "Save", "back": back, "klass": mine.klass}
    return render(request, "classroom/form.html", context, status=422 if form.is_bound else 200)


@login_required
@require_http_methods(["GET", "POST"])
def join(request: HttpRequest, code: str = "") -> HttpResponse:
    """By code. Wrong ones are counted by person and by address; after too many, even a right one waits."""
    assert isinstance(request.user, Person)
    name = "" if request.user.is_guest else str(request.user)
    form = JoinForm(request.POST or None, initial={"code": codes.typed(code), "name": name})
    status = 200
    if request.method == "POST":
        address = request.META.get("REMOTE_ADDR") or ""
        status = 422
        if codes.too_many(request.user.pk, address):
            form.add_error(None, "Too many wrong codes. Wait ten minutes, then try again.")
            status = 429
        elif form.is_valid():
            found = Class.objects.filter(code=form.cleaned_data["code"]).first()
            if found is not None and found.code_is_open:
                return enrol(request, found, form.cleaned_data["name"])
            codes.note_failure(request.user.pk, address)
            form.add_error("code", "No class takes this code. Look at it again, or ask your instructor.")
    context = {"form": form, "title": "Join a class", "submit": "Join", "back": reverse("classes")}
    return render(request, "classroom/form.html", context, status=status)


def enrol(request: HttpRequest, klass: Class, name: str) -> HttpResponse:
    """Joining twice is joining once."""
    assert isinstance(request.user, Person)
    _, new = Enrolment.objects.get_or_create(klass=klass, person=request.user, defaults={"name": name})
    said = f"You are in {klass}." if new else f"You are in {klass} already."
    messages.success(request, f"{said} Its instructors see your work on what they set you, and you see the same.")
    return redirect("class", class_id=klass.pk)


@access.class_page()
@require_safe
def overview(request: HttpRequest, mine: Enrolment) -> HttpResponse:
    """A learner's assignments; for staff, those with ways into their heat maps, the code, and what broke in labs."""
    if mine.role == Role.LEARNER:
        assert isinstance(request.user, Person)
        tasks = work.tasks(request.user, mine.klass_id)
        return render(request, "classroom/learner.html", frame(mine, "class", tasks=tasks))
    handed_in = Count("works", filter=Q(works__attempt__submitted__isnull=False))
    assignments = list(mine.klass.assignments.annotate(begun=Count("works"), handed_in=handed_in))
    link = request.build_absolute_uri(reverse("class-join-by", args=[mine.klass.code]))
    faults = broken.of_labs({assignment.lab for assignment in assignments})[:MOST_FAULTS]
    more = {"assignments": assignments, "join_link": link, "broken": faults}
    return render(request, "classroom/class.html", frame(mine, "class", **more))


@access.class_page(Role.INSTRUCTOR)
@require_POST
def new_code(request: HttpRequest, mine: Enrolment) -> HttpResponse:
    """A new code: the old one takes nobody any more."""
    mine.klass.code = codes.new_code()
    mine.klass.save(update_fields=["code"])
    messages.success(request, f"The class code is {mine.klass.code} now.")
    return redirect("class", class_id=mine.klass_id)


@access.class_page(Role.INSTRUCTOR)
@require_POST
def archive(request: HttpRequest, mine: Enrolment) -> HttpResponse:
    """To be read only, and back."""
    klass = mine.klass
    klass.archived = None if klass.archived is not None else timezone.now()
    klass.save(update_fields=["archived"])
    if klass.archived:
        said = f"Archived. Names are kept for {klass.retention_days} days."
    else:
        said = "The class is open again."
    messages.success(request, said)
    return redirect("class", class_id=klass.pk)


@access.class_page(Role.INSTRUCTOR)
@require_POST
def anonymise(request: HttpRequest, mine: Enrolment) -> HttpResponse:
    """Names out of an archived class before their time is up."""
    if mine.klass.archived is None or request.POST.get("sure") != "yes":
        messages.error(request, "Archive the class first, and tick the box: names do not come back.")
    else:
        privacy.anonymise(mine.klass)
        messages.success(request, "The class has no names any more; its numbers stay.")
    return redirect("class", class_id=mine.klass_id)
