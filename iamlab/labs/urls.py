"""Addresses of the landing page, home and the labs."""

from django.urls import path

from iamlab.labs import home

urlpatterns = [
    path("", home.landing, name="landing"),
    path("start/", home.start, name="start"),
    path("home/", home.home, name="home"),
    path("free-play/", home.free_play, name="free-play"),
]
