"""/components/ and the theme switch."""

from django.urls import path

from iamlab.components import views

urlpatterns = [
    path("components/", views.components, name="components"),
    path("components/console/", views.console, name="components_console"),
    path("components/confirm/", views.confirm, name="components_confirm"),
    path("theme/", views.theme, name="theme"),
]
