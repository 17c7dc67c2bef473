"""What the classroom adds to pages of others: the way to it, and on home what one's classes set."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from iamlab.classroom import work
from iamlab.classroom.models import Enrolment
from iamlab.people.models import Person

NAV = (("home", "Home", "/home/"), ("progress", "Progress", "/progress/"), ("classes", "Classes", "/classroom/"))


def mine(request: HttpRequest) -> dict[str, Any]:
    """Context processor: `site_nav`, and for home `home_blocks` (templates that it includes) with what they need."""
    person = getattr(request, "user", None)
    match = request.resolver_match
    if match is None or not isinstance(person, Person):
        return {}
    nav = [
        {"label": label, "url": reverse(name), "current": request.path.startswith(start)} for name, label, start in NAV
    ]
    if match.url_name != "home":
        return {"site_nav": nav}
    places = list(Enrolment.objects.filter(person=person, klass__archived=None).select_related("klass"))
    tasks = work.tasks(person) if places else []
    return {"site_nav": nav, "home_blocks": ["classroom/mine.html"], "class_tasks": tasks, "class_places": places}
