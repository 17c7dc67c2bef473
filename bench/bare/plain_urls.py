"""The one view of the plain project."""

import json

from django.http import HttpRequest, HttpResponse
from django.urls import path


def answer(request: HttpRequest) -> HttpResponse:
    """JSON of a known length, as iamlab's answers are: without one the server would send it in chunks."""
    user = {"UserName": "mario", "Path": "/", "Arn": "arn:aws:iam::111122223333:user/mario"}
    text = json.dumps({"User": user})
    return HttpResponse(text, headers={"Content-Type": "application/json", "Content-Length": str(len(text))})


urlpatterns = [path("bare/json", answer)]
