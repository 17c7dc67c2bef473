"""The one view of the plain project."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path


def answer(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"User": {"UserName": "mario", "Path": "/", "Arn": "arn:aws:iam::111122223333:user/mario"}})


urlpatterns = [path("bare/json", answer)]
