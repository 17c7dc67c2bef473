"""Setting a lab to a class, changing it, extending it for one learner; and a learner's beginning it."""

from operator import attrgetter

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from iamlab.classroom import access, acts, work
from iamlab.classroom.forms import AssignmentForm, when
from iamlab.classroom.models import Enrolment, Extension, Role
from iamlab.classroom.views.classes import frame
from iamlab.labs import attempts
from iamlab.people.models import Person
from iamlab.people.numbers import is_number


@access.class_page(Role.INSTRUCTOR)
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, mine: Enrolment) -> HttpResponse:
    form = AssignmentForm(request.POST or None, klass=mine.klass, initial={"lab": request.GET.get("lab", "")})
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, f"{form.instance} is set.")
        return redirect("class", class_id=mine.klass_id)
    back = reverse("class", args=[mine.klass_id])
    context = {"form": form, "title": "Set a lab", "submit": "Set it", "back": back, "klass": mine.klass}
    return render(request, "classroom/form.html", context, status=422 if form.is_bound else 200)


@access.class_page(Role.INSTRUCTOR)
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, mine: Enrolment, pk: int) -> HttpResponse:
    """Marks are derived, so that a changed due date or rule corrects every one of them at once."""
    assignment = access.assignment_of(mine.klass, pk)
    form = AssignmentForm(request.POST or None, instance=assignment, klass=mine.klass)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, "Saved. Every mark follows.")
        return redirect("class", class_id=mine.klass_id)
    people = sorted(mine.klass.enrolments.filter(role=Role.LEARNER), key=attrgetter("order"))
    own = {one.person_id: one for one in Extension.objects.filter(assignment=assignment)}
    extended = [(person, own[person.person_id]) for person in people if person.person_id in own]
    more = {"people": people, "extended": extended, "begun": assignment.works.exists()}
    context = frame(mine, "", form=form, assignment=assignment, **more)
    return render(request, "classroom/assignment.html", context, status=422 if form.is_bound else 200)


@access.class_page(Role.INSTRUCTOR)
@require_POST
def remove(request: HttpRequest, mine: Enrolment, pk: int) -> HttpResponse:
    """Take back what was set by mistake, as long as nobody has begun it: work is never lost with it."""
    assignment = access.assignment_of(mine.klass, pk)
    if assignment.works.exists():
        messages.error(request, "Somebody has begun it. Let it close instead: nobody begins it after that.")
        return redirect("assignment-edit", class_id=mine.klass_id, pk=assignment.pk)
    assignment.delete()
    messages.success(request, f"{assignment} is not set any more.")
    return redirect("class", class_id=mine.klass_id)


@access.class_page(*access.HELPERS)
@require_POST
def extend(request: HttpRequest, mine: Enrolment, pk: int) -> HttpResponse:
    """One learner's own due date, or none any more."""
    assignment = access.assignment_of(mine.klass, pk)
    chosen = request.POST.get("learner", "")
    learner = mine.klass.enrolments.filter(pk=chosen, role=Role.LEARNER).first() if is_number(chosen) else None
    if learner is None:
        raise Http404
    field = when("Due")
    try:
        due = field.clean(request.POST.get("due", ""))
    except ValidationError:
        messages.error(request, "That is no date and time.")
        return redirect("assignment-edit", class_id=mine.klass_id, pk=assignment.pk)
    acts.extend(assignment, [learner.person_id], mine.person, due)
    until = f"until {due:%-d %B %Y, %H:%M} UTC" if due is not None else "the class's due date again"
    messages.success(request, f"{learner} has {until}.")
    return redirect("assignment-edit", class_id=mine.klass_id, pk=assignment.pk)


@access.class_page(Role.LEARNER)
@require_POST
def begin(request: HttpRequest, mine: Enrolment, pk: int) -> HttpResponse:
    """The assignment's lab in its mode; asked twice, the attempt that is open is given again."""
    assert isinstance(request.user, Person)
    task = next((task for task in work.tasks(request.user, mine.klass_id) if task.assignment.pk == pk), None)
    if task is None:
        raise Http404
    try:
        attempt = work.begin(request.user, task)
    except attempts.Refused as error:
        messages.error(request, str(error))
        return redirect("class", class_id=mine.klass_id)
    return redirect("attempt", pk=attempt.pk)
