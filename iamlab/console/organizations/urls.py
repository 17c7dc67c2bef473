"""The sitemap of AWS Organizations: /console/<session>/organizations/."""

from django.urls import path

from iamlab.console.organizations import changing, place, policies, units, views, whole
from iamlab.console.organizations.forms import RCP, SCP

urlpatterns = [
    path("accounts/", whole.accounts, name="organization-accounts"),
    path("create/", views.create, name="organization-create"),
    path("accounts/<str:target>/", place.place, name="organization-place"),
    path("accounts/<str:target>/attach/", place.attach, name="organization-attach"),
    path("accounts/<str:target>/detach/", place.detach, name="organization-detach"),
    path("accounts/<str:target>/create-unit/", units.create, name="organization-unit-create"),
    path("accounts/<str:target>/rename/", units.rename, name="organization-unit-rename"),
    path("accounts/<str:target>/delete/", units.delete, name="organization-unit-delete"),
    path("accounts/<str:target>/move/", units.move, name="organization-move"),
    path("accounts/<str:target>/remove/", units.remove, name="organization-remove"),
    path("accounts/<str:target>/close/", units.close, name="organization-close"),
    path("tags/<str:target>/", whole.manage_tags, name="organization-tags"),
    path("settings/", whole.settings, name="organization-settings"),
    path("settings/delete/", whole.delete, name="organization-delete"),
    path("leave/", whole.leave, name="organization-leave"),
    path("add-account/", units.add_account, name="organization-account-create"),
    path("policies/", policies.policies, {"kind": SCP}, name="organization-policies"),
    path("policies/create/", policies.create, {"kind": SCP}, name="organization-policies-create"),
    path("resource-control-policies/", policies.policies, {"kind": RCP}, name="organization-rcps"),
    path(
        "resource-control-policies/create/",
        policies.create,
        {"kind": RCP},
        name="organization-rcps-create",
    ),
    path("policies/<str:policy_id>/", policies.policy, name="organization-policy"),
    path("policies/<str:policy_id>/edit/", changing.edit, name="organization-policy-edit"),
    path("policies/<str:policy_id>/delete/", changing.delete, name="organization-policy-delete"),
    path("policies/<str:policy_id>/attach/", changing.attach, name="organization-policy-attach"),
    path("policies/<str:policy_id>/detach/", changing.detach, name="organization-policy-detach"),
    path("types/<slug:scope>/<slug:state>/", changing.switch, name="organization-type"),
]
