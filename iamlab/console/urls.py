"""The whole sitemap of the simulated console. Parts of an address mirror those of the real one."""

from django.urls import URLPattern, URLResolver, include, path

from iamlab.console.account import views as account
from iamlab.console.account_settings import views as account_settings
from iamlab.console.buckets import objects, settings
from iamlab.console.buckets import views as buckets
from iamlab.console.dashboard import views as dashboard
from iamlab.console.events import views as events
from iamlab.console.security_credentials import views as credentials
from iamlab.console.sign_in import views as sign_in
from iamlab.console.sign_up import views as sign_up
from iamlab.console.switch_role import views as switch_role

# /sandbox/<public id>/: before anybody is signed in
front = [
    path("sign-up/", sign_up.sign_up, name="sign-up"),
    path("root-sign-in/", sign_in.root, name="root-sign-in"),
    path("sign-in/", sign_in.user, name="sign-in-user"),
    path("mfa/", sign_in.mfa, name="sign-in-mfa"),
    path("sign-in/<str:account>/", sign_in.user, name="sign-in-account"),
]

# /console/<session>/iam/
iam = [
    path("home/", dashboard.home, name="iam-home"),
    path("home/alias/", dashboard.alias, name="iam-alias"),
    path("home/alias/delete/", dashboard.delete_alias, name="iam-alias-delete"),
]

# /console/<session>/iam/account_settings/ and /iam/security_credentials/
own = [
    path("account_settings/", account_settings.settings, name="account-settings"),
    path("account_settings/edit/", account_settings.edit, name="password-policy-edit"),
    path("account_settings/default/", account_settings.set_default, name="password-policy-default"),
    path("security_credentials/", credentials.credentials, name="security-credentials"),
    path("security_credentials/password/", credentials.password, name="own-password"),
    path("security_credentials/mfa/", credentials.assign_mfa, name="assign-mfa"),
    path("security_credentials/mfa/enable/", credentials.enable_mfa, name="enable-mfa"),
    path("security_credentials/mfa/remove/", credentials.remove_mfa, name="remove-mfa"),
    path("security_credentials/keys/create/", credentials.create_key, name="own-key-create"),
    path("security_credentials/keys/change/", credentials.change_key, name="own-key-change"),
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
    path("new-password/", sign_in.new_password, name="new-password"),
    path("switch-role/", switch_role.switch, name="switch-role"),
    path("switch-back/", switch_role.back, name="switch-back"),
    path("account/", account.account, name="account"),
    path("account/billing-access/", account.billing_access, name="billing-access"),
    path("billing/", account.billing, name="billing"),
    path("iam/", include(iam)),
    path("iam/", include(own)),
    path("s3/", include(s3)),
    path("cloudtrail/", include(cloudtrail)),
]

urlpatterns = [
    path("sandbox/<str:public_id>/", include(front)),
    path("console/<str:session_id>/", include(session)),
]
