"""The whole sitemap of the simulated console. Parts of an address mirror those of the real one."""

from django.urls import URLPattern, URLResolver, include, path

from iamlab.console import wizard_pages
from iamlab.console.account import billing, contacts
from iamlab.console.account import changing as changing_account
from iamlab.console.account import views as account
from iamlab.console.account_settings import views as account_settings
from iamlab.console.buckets import blocks, copies, encryption, locks, object_page, objects, policy, settings, sharing
from iamlab.console.buckets import create as bucket_create
from iamlab.console.buckets import deleting as deleting_objects
from iamlab.console.buckets import views as buckets
from iamlab.console.budgets import create as budget_create
from iamlab.console.budgets import views as budgets
from iamlab.console.credential_report import views as credential_report
from iamlab.console.dashboard import views as dashboard
from iamlab.console.editor import views as editor
from iamlab.console.events import compare as event_comparison
from iamlab.console.events import views as events
from iamlab.console.groups import changing as group_changing
from iamlab.console.groups import simulate as group_simulate
from iamlab.console.groups import views as groups
from iamlab.console.home import views as home
from iamlab.console.instances import launch as instance_launch
from iamlab.console.instances import views as instances
from iamlab.console.organizations import changing as organization_changing
from iamlab.console.organizations import policies as organization_policies
from iamlab.console.organizations import units as organization_units
from iamlab.console.organizations import views as organizations
from iamlab.console.organizations import whole as organization
from iamlab.console.organizations.forms import RCP, SCP
from iamlab.console.policies import changing as policy_changing
from iamlab.console.policies import create as policy_create
from iamlab.console.policies import views as policies
from iamlab.console.providers import changing as provider_changing
from iamlab.console.providers import views as providers
from iamlab.console.roles import changing as role_changing
from iamlab.console.roles import create as role_create
from iamlab.console.roles import deleting as role_deleting
from iamlab.console.roles import detail as role_detail
from iamlab.console.roles import views as roles
from iamlab.console.search import views as search
from iamlab.console.security_credentials import views as credentials
from iamlab.console.sign_in import recovery
from iamlab.console.sign_in import views as sign_in
from iamlab.console.sign_up import views as sign_up
from iamlab.console.sign_up import walk as sign_up_walk
from iamlab.console.switch_role import views as switch_role
from iamlab.console.trails import changing as trail_changing
from iamlab.console.trails import create as trail_create
from iamlab.console.trails import views as trails
from iamlab.console.users import access_keys, console_access, create, create_group, deleting, detail
from iamlab.console.users import inline as user_inline
from iamlab.console.users import mfa as user_mfa
from iamlab.console.users import permissions as user_permissions
from iamlab.console.users import service_credentials as user_services
from iamlab.console.users import tags as user_tags
from iamlab.console.users import views as users

# /sandbox/<public id>/: before anybody is signed in
front = [
    path("sign-up/", sign_up.sign_up, name="sign-up"),
    path("sign-up/done/", sign_up_walk.done, name="sign-up-done"),
    path("sign-up/<slug:name>/", sign_up_walk.step, name="sign-up-step"),
    path("root-sign-in/", sign_in.root, name="root-sign-in"),
    path("root-sign-in/forgot/", recovery.forgot, name="root-forgot"),
    path("root-sign-in/reset/", recovery.reset, name="root-reset"),
    path("sign-in/", sign_in.user, name="sign-in-user"),
    path("mfa/", sign_in.mfa, name="sign-in-mfa"),
    path("switchrole/", switch_role.link, name="switch-role-link"),
    path("sign-in/<str:account>/", sign_in.user, name="sign-in-account"),
]

# /console/<session>/iam/users/
user_pages = [
    path("", users.users, name="users"),
    path("delete/", deleting.delete, name="users-delete"),
    path("create/", create.start, name="user-create-start"),
    path("create/<uuid:draft_id>/era/", create.switch_era, name="user-create-era"),
    path("create/<uuid:draft_id>/group/", create_group.create_group, name="user-create-group"),
    *wizard_pages.paths("create/", create.WIZARD),
    *wizard_pages.paths("add-permissions/", user_permissions.WIZARD),
    *wizard_pages.paths("console-access/", console_access.WIZARD),
    *wizard_pages.paths("create-access-key/", access_keys.WIZARD),
    path("details/<str:name>/add-permissions/", user_permissions.start, name="user-permissions-start"),
    path("details/<str:name>/remove-policies/", user_permissions.remove_policies, name="user-remove-policies"),
    path("details/<str:name>/boundary/", user_permissions.set_boundary, name="user-boundary"),
    path("details/<str:name>/boundary/remove/", user_permissions.remove_boundary, name="user-boundary-remove"),
    path("details/<str:name>/inline/", user_inline.policy, name="user-inline-create"),
    path("details/<str:name>/inline/<str:policy>/", user_inline.policy, name="user-inline"),
    path("details/<str:name>/join-groups/", user_permissions.join_groups, name="user-join-groups"),
    path("details/<str:name>/leave-groups/", user_permissions.leave_groups, name="user-leave-groups"),
    path("details/<str:name>/manage-tags/", user_tags.manage, name="user-tags"),
    path("details/<str:name>/console-access/", console_access.start, name="console-access-start"),
    path("details/<str:name>/create-access-key/", access_keys.start, name="access-key-start"),
    path("details/<str:name>/access-keys/<str:key_id>/status/", access_keys.status, name="access-key-status"),
    path("details/<str:name>/access-keys/<str:key_id>/delete/", access_keys.delete, name="access-key-delete"),
    path(
        "details/<str:name>/access-keys/<str:key_id>/description/",
        access_keys.description,
        name="access-key-description",
    ),
    path("details/<str:name>/<slug:kind>-keys/upload/", user_services.upload, name="user-upload"),
    path("details/<str:name>/generate/<slug:service>/", user_services.generate, name="user-credential-generate"),
    path("details/<str:name>/credentials/<slug:kind>/<slug:act>/", user_services.change, name="user-credential-change"),
    path("details/<str:name>/mfa/", user_mfa.assign, name="user-mfa"),
    path("details/<str:name>/mfa/enable/", user_mfa.enable, name="user-mfa-enable"),
    path("details/<str:name>/mfa/remove/", user_mfa.remove, name="user-mfa-remove"),
    path("details/<str:name>/mfa/resync/", user_mfa.resync, name="user-mfa-resync"),
    path("details/<str:name>/<str:tab>/", detail.user, name="user"),
]

# /console/<session>/iam/groups/
group_pages = [
    path("", groups.groups, name="groups"),
    path("create/", groups.create, name="group-create"),
    path("delete/", group_changing.delete, name="groups-delete"),
    path("details/<str:name>/rename/", group_changing.rename, name="group-rename"),
    path("details/<str:name>/simulate/", group_simulate.simulate, name="group-simulate"),
    path("details/<str:name>/add-users/", group_changing.add_users, name="group-add-users"),
    path("details/<str:name>/remove-users/", group_changing.remove_users, name="group-remove-users"),
    path("details/<str:name>/attach-policies/", group_changing.attach, name="group-attach"),
    path("details/<str:name>/remove-policies/", group_changing.remove_policies, name="group-remove-policies"),
    path("details/<str:name>/inline/", group_changing.inline_policy, name="group-inline-create"),
    path("details/<str:name>/inline/<str:policy>/", group_changing.inline_policy, name="group-inline"),
    path("details/<str:name>/<str:tab>/", groups.group, name="group"),
]

# /console/<session>/iam/policies/
policy_pages = [
    path("", policies.policies, name="policies"),
    path("delete/", policy_changing.delete, name="policy-delete"),
    path("create/", policy_create.start, name="policy-create-start"),
    *wizard_pages.paths("create/", policy_create.WIZARD),
    path("details/<path:arn>/edit/", policy_changing.edit, name="policy-edit"),
    path("details/<path:arn>/version/", policy_changing.version, name="policy-version"),
    path("details/<path:arn>/manage-tags/", policy_changing.tags, name="policy-tags"),
    path("details/<path:arn>/attach/", policy_changing.attach, name="policy-attach"),
    path("details/<path:arn>/detach/", policy_changing.detach, name="policy-detach"),
    path("selected/<slug:act>/", policy_changing.act, name="policies-act"),
    path("details/<path:arn>/<str:tab>/", policies.policy, name="policy"),
]

# /console/<session>/iam/roles/
role_pages = [
    path("", roles.roles, name="roles"),
    path("delete/", role_deleting.delete, name="roles-delete"),
    path("create/", role_create.start, name="role-create-start"),
    *wizard_pages.paths("create/", role_create.WIZARD),
    path("details/<str:name>/edit/", role_changing.edit, name="role-edit"),
    path("details/<str:name>/trust/", role_changing.edit_trust, name="role-trust"),
    path("details/<str:name>/attach-policies/", role_changing.attach, name="role-attach"),
    path("details/<str:name>/remove-policies/", role_changing.remove_policies, name="role-remove-policies"),
    path("details/<str:name>/boundary/", role_changing.set_boundary, name="role-boundary"),
    path("details/<str:name>/boundary/remove/", role_changing.remove_boundary, name="role-boundary-remove"),
    path("details/<str:name>/inline/", role_changing.inline_policy, name="role-inline-create"),
    path("details/<str:name>/inline/<str:policy>/", role_changing.inline_policy, name="role-inline"),
    path("details/<str:name>/manage-tags/", role_changing.manage_tags, name="role-tags"),
    path("details/<str:name>/revoke/", role_changing.revoke, name="role-revoke"),
    path("details/<str:name>/<str:tab>/", role_detail.role, name="role"),
]

# /console/<session>/iam/
iam: list[URLPattern | URLResolver] = [
    path("users/", include(user_pages)),
    path("groups/", include(group_pages)),
    path("roles/", include(role_pages)),
    path("identity-providers/", providers.providers, name="providers"),
    path("identity-providers/create/", providers.add, name="provider-add"),
    path("identity-providers/delete/", providers.delete, name="providers-delete"),
    path("identity-providers/details/<path:arn>/manage-tags/", providers.tags, name="provider-tags"),
    path(
        "identity-providers/details/<path:arn>/audiences/add/",
        provider_changing.add_audience,
        name="provider-audience-add",
    ),
    path(
        "identity-providers/details/<path:arn>/audiences/remove/",
        provider_changing.remove_audiences,
        name="provider-audiences-remove",
    ),
    path(
        "identity-providers/details/<path:arn>/thumbprints/", provider_changing.thumbprints, name="provider-thumbprints"
    ),
    path("identity-providers/details/<path:arn>/metadata/", provider_changing.metadata, name="provider-metadata"),
    path("identity-providers/details/<path:arn>/", providers.provider, name="provider"),
    path("credential-report/", credential_report.report, name="credential-report"),
    path("credential-report/download/", credential_report.download, name="credential-report-download"),
    path("policies/", include(policy_pages)),
    path("policy-completions/", editor.completions, name="policy-completions"),
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
    path("security_credentials/mfa/resync/", credentials.resync_mfa, name="resync-mfa"),
    path("security_credentials/keys/create/", credentials.create_key, name="own-key-create"),
    path("security_credentials/keys/<str:key_id>/status/", credentials.key_status, name="own-key-status"),
    path("security_credentials/keys/<str:key_id>/delete/", credentials.delete_key, name="own-key-delete"),
    path("security_credentials/keys/<str:key_id>/description/", credentials.describe_key, name="own-key-description"),
]

# /console/<session>/s3/
s3 = [
    path("buckets/", buckets.buckets, name="buckets"),
    path("open/", buckets.open_bucket, name="bucket-open"),
    path("bucket/create/", bucket_create.start, name="bucket-create-start"),
    *wizard_pages.paths("bucket/create/", bucket_create.WIZARD),
    path("bucket/delete/", buckets.delete, name="bucket-delete"),
    path("bucket/empty/", buckets.empty, name="bucket-empty"),
    path("buckets/<str:bucket>/<slug:tab>/", settings.bucket, name="bucket"),
    path("bucket/<str:bucket>/policy/", policy.edit, name="bucket-policy"),
    path("bucket/<str:bucket>/policy/delete/", policy.delete, name="bucket-policy-delete"),
    path("bucket/<str:bucket>/block/", blocks.edit, name="bucket-block"),
    path("bucket/<str:bucket>/ownership/", settings.edit_ownership, name="bucket-ownership"),
    path("bucket/<str:bucket>/acl/", sharing.edit_acl, name="bucket-acl"),
    path("bucket/<str:bucket>/cors/", sharing.edit_cors, name="bucket-cors"),
    path("bucket/<str:bucket>/versioning/", settings.edit_versioning, name="bucket-versioning"),
    path("bucket/<str:bucket>/lock/", locks.edit_lock, name="bucket-lock"),
    path("bucket/<str:bucket>/abac/", settings.edit_abac, name="bucket-abac"),
    path("bucket/<str:bucket>/encryption/", encryption.edit_encryption, name="bucket-encryption"),
    path("bucket/<str:bucket>/tags/", settings.edit_tags, name="bucket-tags"),
    path("upload/<str:bucket>/", objects.upload, name="upload"),
    path("folder/<str:bucket>/", objects.folder, name="folder-create"),
    path("objects/<str:bucket>/delete/", deleting_objects.delete, name="objects-delete"),
    path("objects/<str:bucket>/storage-class/", copies.edit_storage, name="objects-storage"),
    path("objects/<str:bucket>/encryption/", copies.edit_encryption, name="objects-encryption"),
    path("object/<str:bucket>/", object_page.detail, name="object"),
    path("object/<str:bucket>/acl/", sharing.edit_object_acl, name="object-acl"),
    path("object/<str:bucket>/download/", object_page.download, name="object-download"),
    path("object/<str:bucket>/open/", object_page.opened, name="object-open"),
    path("object/<str:bucket>/metadata/", copies.edit_metadata, name="object-metadata"),
    path("object/<str:bucket>/tags/", object_page.tags, name="object-tags"),
    path("object/<str:bucket>/hold/", locks.edit_hold, name="object-hold"),
    path("object/<str:bucket>/retention/", locks.edit_retention, name="object-retention"),
]

# /console/<session>/cloudtrail/
cloudtrail = [
    path("events/", events.history, name="events"),
    path("events/download.<slug:kind>", events.download, name="events-download"),
    path("events/compare/", event_comparison.compare, name="events-compare"),
    path("events/<str:event_id>/", events.event, name="event"),
    path("trails/", trails.trails, name="trails"),
    path("trails/create/", trail_create.start, name="trail-create-start"),
    *wizard_pages.paths("trails/create/", trail_create.WIZARD),
    path("trails/details/<str:name>/", trails.trail, name="trail"),
    path("trails/details/<str:name>/edit/", trail_changing.edit, name="trail-edit"),
    path("trails/details/<str:name>/events/", trail_changing.edit_events, name="trail-events"),
    path("trails/details/<str:name>/tags/", trail_changing.manage_tags, name="trail-tags"),
    path("trails/details/<str:name>/logging/", trail_changing.switch, name="trail-switch"),
    path("trails/details/<str:name>/delete/", trail_changing.delete, name="trail-delete"),
]

# /console/<session>/ec2/
ec2 = [
    path("instances/", instances.instances, name="instances"),
    path("instances/terminate/", instances.terminate, name="instances-terminate"),
    path("instances/<slug:instance_id>/", instances.instance, name="instance"),
    path("instances/<slug:instance_id>/role/", instances.role, name="instance-role"),
    path("launch/", instance_launch.start, name="instance-launch-start"),
    *wizard_pages.paths("launch/", instance_launch.WIZARD),
]

# /console/<session>/organizations/
organization_pages = [
    path("accounts/", organization.accounts, name="organization-accounts"),
    path("create/", organizations.create, name="organization-create"),
    path("accounts/<str:target>/", organizations.place, name="organization-place"),
    path("accounts/<str:target>/attach/", organizations.attach, name="organization-attach"),
    path("accounts/<str:target>/detach/", organizations.detach, name="organization-detach"),
    path("accounts/<str:target>/create-unit/", organization_units.create, name="organization-unit-create"),
    path("accounts/<str:target>/rename/", organization_units.rename, name="organization-unit-rename"),
    path("accounts/<str:target>/delete/", organization_units.delete, name="organization-unit-delete"),
    path("accounts/<str:target>/move/", organization_units.move, name="organization-move"),
    path("accounts/<str:target>/remove/", organization_units.remove, name="organization-remove"),
    path("accounts/<str:target>/close/", organization_units.close, name="organization-close"),
    path("tags/<str:target>/", organization.manage_tags, name="organization-tags"),
    path("settings/", organization.settings, name="organization-settings"),
    path("settings/delete/", organization.delete, name="organization-delete"),
    path("leave/", organization.leave, name="organization-leave"),
    path("add-account/", organization_units.add_account, name="organization-account-create"),
    path("policies/", organization_policies.policies, {"kind": SCP}, name="organization-policies"),
    path("policies/create/", organization_policies.create, {"kind": SCP}, name="organization-policies-create"),
    path("resource-control-policies/", organization_policies.policies, {"kind": RCP}, name="organization-rcps"),
    path(
        "resource-control-policies/create/",
        organization_policies.create,
        {"kind": RCP},
        name="organization-rcps-create",
    ),
    path("policies/<str:policy_id>/", organization_policies.policy, name="organization-policy"),
    path("policies/<str:policy_id>/edit/", organization_changing.edit, name="organization-policy-edit"),
    path("policies/<str:policy_id>/delete/", organization_changing.delete, name="organization-policy-delete"),
    path("policies/<str:policy_id>/attach/", organization_changing.attach, name="organization-policy-attach"),
    path("policies/<str:policy_id>/detach/", organization_changing.detach, name="organization-policy-detach"),
    path("types/<slug:scope>/<slug:state>/", organization_changing.switch, name="organization-type"),
]

# /console/<session>/billing/budgets/; a budget's name may be "..", so that it does not stand in an address
budget_pages = [
    path("", budgets.budgets, name="budgets"),
    path("delete/", budgets.delete, name="budgets-delete"),
    path("details/", budgets.budget, name="budget"),
    path("create/", budget_create.start, name="budget-create-start"),
    path("edit/", budget_create.edit, name="budget-edit-start"),
    *wizard_pages.paths("create/", budget_create.CREATE),
    *wizard_pages.paths("edit/", budget_create.EDIT),
]

session: list[URLPattern | URLResolver] = [
    path("", home.home, name="console"),
    path("sign-out/", sign_in.sign_out, name="sign-out-session"),
    path("new-password/", sign_in.new_password, name="new-password"),
    path("switch-role/", switch_role.switch, name="switch-role"),
    path("switch-back/", switch_role.back, name="switch-back"),
    path("account/", account.account, name="account"),
    path("account/name/", changing_account.name, name="account-name"),
    path("account/email/", changing_account.email, name="account-email"),
    path("account/contact-information/", changing_account.contact, name="contact-information"),
    path("account/contacts/<slug:kind>/", contacts.edit, name="contact"),
    path("account/contacts/<slug:kind>/delete/", contacts.delete, name="contact-delete"),
    path("account/billing-access/", account.billing_access, name="billing-access"),
    path("billing/", billing.home, name="billing"),
    path("billing/bills/", billing.bills, name="bills"),
    path("billing/budgets/", include(budget_pages)),
    path("iam/", include(iam)),
    path("iam/", include(own)),
    path("organizations/", include(organization_pages)),
    path("search/", search.search, name="search"),
    path("s3/", include(s3)),
    path("cloudtrail/", include(cloudtrail)),
    path("ec2/", include(ec2)),
]

urlpatterns = [
    path("sandbox/<str:public_id>/", include(front)),
    path("console/<str:session_id>/", include(session)),
]
