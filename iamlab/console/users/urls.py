"""The sitemap of IAM's users: /console/<session>/iam/users/."""

from django.urls import path

from iamlab.console import wizard_pages
from iamlab.console.users import (
    access_keys,
    console_access,
    create,
    create_group,
    deleting,
    detail,
    inline,
    mfa,
    permissions,
    service_credentials,
    tags,
    views,
)

urlpatterns = [
    path("", views.users, name="users"),
    path("delete/", deleting.delete, name="users-delete"),
    path("create/", create.start, name="user-create-start"),
    path("create/<uuid:draft_id>/era/", create.switch_era, name="user-create-era"),
    path("create/<uuid:draft_id>/group/", create_group.create_group, name="user-create-group"),
    *wizard_pages.paths("create/", create.WIZARD),
    *wizard_pages.paths("add-permissions/", permissions.WIZARD),
    *wizard_pages.paths("console-access/", console_access.WIZARD),
    *wizard_pages.paths("create-access-key/", access_keys.WIZARD),
    path("details/<str:name>/add-permissions/", permissions.start, name="user-permissions-start"),
    path("details/<str:name>/remove-policies/", permissions.remove_policies, name="user-remove-policies"),
    path("details/<str:name>/boundary/", permissions.set_boundary, name="user-boundary"),
    path("details/<str:name>/boundary/remove/", permissions.remove_boundary, name="user-boundary-remove"),
    path("details/<str:name>/inline/", inline.policy, name="user-inline-create"),
    path("details/<str:name>/inline/<str:policy>/", inline.policy, name="user-inline"),
    path("details/<str:name>/join-groups/", permissions.join_groups, name="user-join-groups"),
    path("details/<str:name>/leave-groups/", permissions.leave_groups, name="user-leave-groups"),
    path("details/<str:name>/manage-tags/", tags.manage, name="user-tags"),
    path("details/<str:name>/console-access/", console_access.start, name="console-access-start"),
    path("details/<str:name>/create-access-key/", access_keys.start, name="access-key-start"),
    path("details/<str:name>/access-keys/<str:key_id>/status/", access_keys.status, name="access-key-status"),
    path("details/<str:name>/access-keys/<str:key_id>/delete/", access_keys.delete, name="access-key-delete"),
    path(
        "details/<str:name>/access-keys/<str:key_id>/description/",
        access_keys.description,
        name="access-key-description",
    ),
    path("details/<str:name>/<slug:kind>-keys/upload/", service_credentials.upload, name="user-upload"),
    path("details/<str:name>/generate/<slug:service>/", service_credentials.generate, name="user-credential-generate"),
    path(
        "details/<str:name>/credentials/<slug:kind>/<slug:act>/",
        service_credentials.change,
        name="user-credential-change",
    ),
    path("details/<str:name>/mfa/", mfa.assign, name="user-mfa"),
    path("details/<str:name>/mfa/enable/", mfa.enable, name="user-mfa-enable"),
    path("details/<str:name>/mfa/remove/", mfa.remove, name="user-mfa-remove"),
    path("details/<str:name>/mfa/resync/", mfa.resync, name="user-mfa-resync"),
    path("details/<str:name>/<str:tab>/", detail.user, name="user"),
]
