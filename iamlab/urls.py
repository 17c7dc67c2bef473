"""The first level of every address."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path, register_converter

from iamlab.people.numbers import RowConverter

register_converter(RowConverter, "row")
urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("iamlab.labs.urls")),
    path("", include("iamlab.people.urls")),
    path("", include("iamlab.components.urls")),
    path("", include("iamlab.insight.urls")),
    path("", include("iamlab.console.urls")),
    path("classroom/", include("iamlab.classroom.urls")),
    path("admin/", admin.site.urls),
]

handler400 = "iamlab.components.views.bad_request"
