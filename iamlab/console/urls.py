"""The whole sitemap of the simulated console. Parts of an address mirror those of the real one."""

from django.urls import URLPattern, URLResolver, include, path

from iamlab.console.dashboard import views as dashboard
from iamlab.console.sign_in import views as sign_in
from iamlab.console.sign_up import views as sign_up

# /sandbox/<public id>/: before anybody is signed in
front = [
    path("sign-up/", sign_up.sign_up, name="sign-up"),
    path("root-sign-in/", sign_in.root, name="root-sign-in"),
    path("sign-in/", sign_in.user, name="sign-in-user"),
    path("sign-in/<str:account>/", sign_in.user, name="sign-in-account"),
]

# /console/<session>/iam/
iam = [
    path("home/", dashboard.home, name="iam-home"),
    path("home/alias/", dashboard.alias, name="iam-alias"),
    path("home/alias/delete/", dashboard.delete_alias, name="iam-alias-delete"),
]

session: list[URLPattern | URLResolver] = [
    path("", sign_in.home, name="console"),
    path("sign-out/", sign_in.sign_out, name="sign-out-session"),
    path("iam/", include(iam)),
]

urlpatterns = [
    path("sandbox/<str:public_id>/", include(front)),
    path("console/<str:session_id>/", include(session)),
]
