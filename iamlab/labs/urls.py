"""Addresses of the landing page, home and the labs."""

from django.urls import path

from iamlab.labs import home, past_views, preview, progress_views, rubric, statement_views, views
from iamlab.labs.terminal import terminal

urlpatterns = [
    path("", home.landing, name="landing"),
    path("start/", home.start, name="start"),
    path("home/", home.home, name="home"),
    path("progress/", progress_views.overview, name="progress"),
    path("progress/review/", progress_views.review, name="review"),
    path("progress/<row:pk>/certificate/", progress_views.certificate, name="certificate"),
    path("free-play/", home.free_play, name="free-play"),
    path("phone/<str:public_id>/", home.phone, name="phone"),
    path("terminal/<slug:public_id>/", terminal, name="terminal"),
    path("labs/<slug:lab_id>/", rubric.page, name="lab-rubric"),
    path("labs/<slug:lab_id>/begin/", views.begin, name="lab-begin"),
    path("preview/", preview.page, name="lab-preview"),
    path("preview/changed/", preview.changed, name="lab-preview-changed"),
    path("preview/proof/", preview.proof, name="lab-preview-proof"),
    path("preview/media/<str:name>", preview.media, name="lab-preview-media"),
    path("preview/steps/<slug:step>/", preview.try_it, name="lab-preview-try"),
    # /attempts/<attempt>/
    path("attempts/<row:pk>/", views.attempt, name="attempt"),
    path("attempts/<row:pk>/live/", views.live, name="lab-live"),
    path("attempts/<row:pk>/check/", views.check, name="lab-check"),
    path("attempts/<row:pk>/steps/<slug:step_id>/", views.step, name="lab-step"),
    path("attempts/<row:pk>/steps/<slug:step_id>/hints/<row:tier>/", views.hint, name="lab-hint"),
    path("attempts/<row:pk>/steps/<slug:step_id>/note/", views.note, name="lab-note"),
    path("attempts/<row:pk>/steps/<slug:step_id>/<slug:check_id>/dispute/", views.dispute, name="lab-dispute"),
    path("attempts/<row:pk>/questions/<slug:question_id>/", views.answer, name="lab-answer"),
    path("attempts/<row:pk>/questions/<slug:question_id>/statements/", statement_views.page, name="lab-statements"),
    path("attempts/<row:pk>/language/", views.language, name="lab-language"),
    path("attempts/<row:pk>/help/", views.ask, name="lab-help"),
    path("attempts/<row:pk>/media/<str:name>", views.media, name="lab-media"),
    path("attempts/<row:pk>/files/<str:name>", views.file, name="lab-file"),
    path("attempts/<row:pk>/checkpoint/", past_views.checkpoint, name="lab-checkpoint"),
    path("attempts/<row:pk>/clock/", views.move_clock, name="lab-clock"),
    path("attempts/<row:pk>/what-if/", past_views.what_if, name="lab-what-if"),
    path("attempts/<row:pk>/steps/<slug:step_id>/break/", views.break_it, name="lab-break"),
    path("attempts/<row:pk>/steps/<slug:step_id>/show/", views.show, name="lab-show"),
    path("attempts/<row:pk>/steps/<slug:step_id>/begin/", views.to_step, name="lab-to-step"),
    path("attempts/<row:pk>/undo/", past_views.undo, name="lab-undo"),
    path("attempts/<row:pk>/reset/", past_views.reset, name="lab-reset"),
    path("attempts/<row:pk>/jump/", past_views.jump, name="lab-jump"),
    path("attempts/<row:pk>/submit/", views.submit, name="lab-submit"),
    path("attempts/<row:pk>/read/", views.read, name="lab-read"),
]
