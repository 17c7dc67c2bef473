"""A JSON answer without a query, and a signed-in list of fifty rows from one query."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template import engines
from django.urls import include, path

from iamlab.services.iam.models import User

TABLE = """<!doctype html><title>Users</title><h1>Users</h1><table>
{% for name, created in rows %}<tr><td><a href="{% url 'bare-user' name %}">{{ name }}</a></td>
<td>{{ created|date:"c" }}</td></tr>{% endfor %}</table>"""


def answer(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"User": {"UserName": "mario", "Path": "/", "Arn": "arn:aws:iam::111122223333:user/mario"}})


@login_required
def table(request: HttpRequest) -> HttpResponse:
    rows = User.objects.order_by("name_lower").values_list("name", "created")[:50]
    return HttpResponse(engines["django"].from_string(TABLE).render({"rows": rows}, request))


urlpatterns = [
    path("bare/json", answer),
    path("bare/users/<str:name>/", answer, name="bare-user"),
    path("bare/users/", table),
    path("", include("iamlab.urls")),
]
