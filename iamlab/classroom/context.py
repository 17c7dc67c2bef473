"""What home shows of a learner's classes; asked only by a page that shows it."""

from typing import Any

from django.http import HttpRequest

from iamlab.classroom import work
from iamlab.classroom.models import Enrolment
from iamlab.people.models import Person


def mine(request: HttpRequest) -> dict[str, Any]:
    """Context processor: `home_blocks`, templates that home includes, and what they need, made when asked for."""
    person = getattr(request, "user", None)
    match = request.resolver_match
    if match is None or match.url_name != "home" or not isinstance(person, Person):
        return {}
    places = list(Enrolment.objects.filter(person=person, klass__archived=None).select_related("klass"))
    return {"home_blocks": ["classroom/mine.html"], "class_tasks": work.tasks(person), "class_places": places}
