"""The whole sitemap of the simulated console. Parts of an address mirror those of the real one."""

from django.urls import URLPattern, URLResolver, include, path

from iamlab.console.buckets import objects, settings
from iamlab.console.buckets import views as buckets
from iamlab.console.dashboard import views as dashboard
from iamlab.console.events import views as events
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

# /console/<session>/s3/
s3 = [
    path("buckets/", buckets.buckets, name="buckets"),
    path("open/", buckets.open_bucket, name="bucket-open"),
    path("bucket/create/", buckets.create, name="bucket-create"),
    path("bucket/delete/", buckets.delete, name="bucket-delete"),
    path("bucket/empty/", buckets.empty, name="bucket-empty"),
    path("buckets/<str:bucket>/<slug:tab>/", settings.bucket, name="bucket"),
    path("bucket/<str:bucket>/policy/", settings.edit_policy, name="bucket-policy"),
    path("bucket/<str:bucket>/policy/delete/", settings.delete_policy, name="bucket-policy-delete"),
    path("bucket/<str:bucket>/block/", settings.edit_block, name="bucket-block"),
    path("bucket/<str:bucket>/ownership/", settings.edit_ownership, name="bucket-ownership"),
    path("bucket/<str:bucket>/versioning/", settings.edit_versioning, name="bucket-versioning"),
    path("bucket/<str:bucket>/tags/", settings.edit_tags, name="bucket-tags"),
    path("upload/<str:bucket>/", objects.upload, name="upload"),
    path("folder/<str:bucket>/", objects.folder, name="folder-create"),
    path("objects/<str:bucket>/delete/", objects.delete, name="objects-delete"),
    path("object/<str:bucket>/", objects.detail, name="object"),
    path("object/<str:bucket>/download/", objects.download, name="object-download"),
]

# /console/<session>/cloudtrail/
cloudtrail = [
    path("events/", events.history, name="events"),
    path("events/download.<slug:kind>", events.download, name="events-download"),
    path("events/<str:event_id>/", events.event, name="event"),
]

session: list[URLPattern | URLResolver] = [
    path("", sign_in.home, name="console"),
    path("sign-out/", sign_in.sign_out, name="sign-out-session"),
    path("iam/", include(iam)),
    path("s3/", include(s3)),
    path("cloudtrail/", include(cloudtrail)),
]

urlpatterns = [
    path("sandbox/<str:public_id>/", include(front)),
    path("console/<str:session_id>/", include(session)),
]
