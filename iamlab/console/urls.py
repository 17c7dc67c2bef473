"""The sitemap of the simulated console; its largest items have their own. Parts of an address mirror those of the real
one."""

from django.urls import URLPattern, URLResolver, include, path

from iamlab.console import wizard_pages
from iamlab.console.account import billing, contacts
from iamlab.console.account import changing as changing_account
from iamlab.console.account import views as account
from iamlab.console.account_settings import views as account_settings
from iamlab.console.buckets import (
    blocks,
    copies,
    encryption,
    kept,
    lifecycle,
    locks,
    object_page,
    objects,
    policy,
    publishing,
    settings,
    shares,
    sharing,
    transfers,
)
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
from iamlab.console.security_credentials import codecommit
from iamlab.console.security_credentials import views as credentials
from iamlab.console.sign_in import recovery
from iamlab.console.sign_in import views as sign_in
from iamlab.console.sign_up import views as sign_up
from iamlab.console.sign_up import walk as sign_up_walk
from iamlab.console.switch_role import views as switch_role
from iamlab.console.trails import changing as trail_changing
from iamlab.console.trails import create as trail_create
from iamlab.console.trails import views as trails

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
    path("users/", include("iamlab.console.users.urls")),
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
    path("security_credentials/codecommit/", codecommit.credentials, name="own-codecommit"),
    path("security_credentials/codecommit/<slug:kind>-keys/upload/", codecommit.upload, name="own-upload"),
    path(
        "security_credentials/codecommit/generate/<slug:service>/", codecommit.generate, name="own-credential-generate"
    ),
    path(
        "security_credentials/codecommit/credentials/<slug:kind>/<slug:act>/",
        codecommit.change,
        name="own-credential-change",
    ),
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
    path("bucket/<str:bucket>/logging/", kept.edit_logging, name="bucket-logging"),
    path("bucket/<str:bucket>/website/", kept.edit_website, name="bucket-website"),
    path("bucket/<str:bucket>/acceleration/", kept.edit_acceleration, name="bucket-acceleration"),
    path("bucket/<str:bucket>/requester-pays/", kept.edit_payment, name="bucket-payment"),
    path("bucket/<str:bucket>/lifecycle/create/", lifecycle.create, name="lifecycle-create"),
    path("bucket/<str:bucket>/lifecycle/delete/", lifecycle.delete, name="lifecycle-delete"),
    path("bucket/<str:bucket>/lifecycle/edit/", lifecycle.edit, name="lifecycle-edit"),
    path("bucket/<str:bucket>/lifecycle/enable/", lifecycle.enable, name="lifecycle-enable"),
    path("bucket/<str:bucket>/lifecycle/disable/", lifecycle.disable, name="lifecycle-disable"),
    path("bucket/<str:bucket>/tags/", settings.edit_tags, name="bucket-tags"),
    path("upload/<str:bucket>/", objects.upload, name="upload"),
    path("folder/<str:bucket>/", objects.folder, name="folder-create"),
    path("objects/<str:bucket>/delete/", deleting_objects.delete, name="objects-delete"),
    path("objects/<str:bucket>/storage-class/", copies.edit_storage, name="objects-storage"),
    path("objects/<str:bucket>/encryption/", copies.edit_encryption, name="objects-encryption"),
    path("objects/<str:bucket>/copy/", transfers.copy, name="objects-copy"),
    path("objects/<str:bucket>/move/", transfers.move, name="objects-move"),
    path("objects/<str:bucket>/make-public/", publishing.make_public, name="objects-public"),
    path("objects/<str:bucket>/total-size/", shares.total_size, name="objects-size"),
    path("object/<str:bucket>/", object_page.detail, name="object"),
    path("object/<str:bucket>/rename/", transfers.rename, name="object-rename"),
    path("object/<str:bucket>/share/", shares.share, name="object-share"),
    path("object/<str:bucket>/acl/", sharing.edit_object_acl, name="object-acl"),
    path("object/<str:bucket>/download/", object_page.download, name="object-download"),
    path("object/<str:bucket>/open/", shares.opened, name="object-open"),
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
    path("organizations/", include("iamlab.console.organizations.urls")),
    path("search/", search.search, name="search"),
    path("s3/", include(s3)),
    path("cloudtrail/", include(cloudtrail)),
    path("ec2/", include(ec2)),
]

urlpatterns = [
    path("sandbox/<str:public_id>/", include(front)),
    path("console/<str:session_id>/", include(session)),
]
