"""Addresses of the questions about decisions, each under a console session."""

from django.urls import path

from iamlab.insight import views

urlpatterns = [
    path("console/<str:session_id>/why/<str:event_id>/", views.why, name="why"),
    path("console/<str:session_id>/evaluator/", views.evaluator, name="evaluator"),
    path("console/<str:session_id>/who-can/", views.who_can, name="who-can"),
]
