"""Addresses of the questions about decisions, each under a console session, and of the fidelity page."""

from django.urls import path

from iamlab.insight import fidelity, identity_tokens, saml_responses, views, who_has

urlpatterns = [
    path("fidelity/", fidelity.page, name="fidelity"),
    path("console/<str:session_id>/why/<str:event_id>/", views.why, name="why"),
    path("console/<str:session_id>/identity-token/", identity_tokens.page, name="identity-token"),
    path("console/<str:session_id>/saml-response/", saml_responses.page, name="saml-response"),
    path("console/<str:session_id>/evaluator/", views.evaluator, name="evaluator"),
    path("console/<str:session_id>/who-can/", views.who_can, name="who-can"),
    path("console/<str:session_id>/who-has/", who_has.page, name="who-has"),
]
