"""Addresses of signing in to iamlab itself."""

from django.urls import path

from iamlab.people import views

urlpatterns = [
    path("sign-in/", views.sign_in, name="sign-in"),
    path("admin/login/", views.admin_sign_in, name="admin-sign-in"),
    path("sign-out/", views.sign_out, name="sign-out"),
    path("new-link/", views.new_link, name="new-link"),
    path("claim/", views.claim, name="claim"),
    path("back/<str:key>/", views.come_back, name="come-back"),
]
