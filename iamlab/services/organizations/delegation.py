"""Services that the organization trusts, and members that administer them. AWS Organizations User Guide: "Using AWS
Organizations with other AWS services"."""

from collections.abc import Iterable
from typing import Any

from iamlab.services import clock
from iamlab.services.operations import AwsError, Call, Target, operation
from iamlab.services.organizations import tree
from iamlab.services.organizations.models import Organization
from iamlab.services.organizations.organization import account_target, member
from iamlab.services.organizations.paging import page

# Those of AWS's list of services that integrate with Organizations, without their domain.
KNOWN = frozenset((
    "access-analyzer", "account", "aiops", "application-signals.cloudwatch", "auditmanager",
    "aws-artifact-account-sync", "backup", "bcm-data-exports", "billing-cost-management", "cloudtrail",
    "compute-optimizer", "config", "config-multiaccountsetup", "controltower", "cost-optimization-hub.bcm",
    "detective", "devops-guru", "directoryservice", "ds", "fms", "guardduty", "health", "iam", "inspector2", "ipam",
    "license-manager", "license-manager.member-account", "macie", "malware-protection.guardduty",
    "member.org.stacksets.cloudformation", "networkmanager", "notifications", "observabilityadmin",
    "opsdatasync.ssm", "ram", "reachabilityanalyzer.networkinsights", "reporting.trustedadvisor",
    "resource-explorer-2", "rolesanywhere", "securityhub", "securitylake", "servicecatalog", "servicequotas", "ssm",
    "ssm-incidents", "sso", "stacksets.cloudformation", "storage-lens.s3", "tagpolicies.tag", "wellarchitected",
))  # fmt: skip
DOMAIN = ".amazonaws.com"


def known(principal: str) -> str:
    """Raises InvalidInputException for a service that does not work with Organizations."""
    if not principal.endswith(DOMAIN) or principal.removesuffix(DOMAIN) not in KNOWN:
        message = "You specified an unrecognized service principal."
        raise AwsError("InvalidInputException", message, Reason="UNRECOGNIZED_SERVICE_PRINCIPAL")
    return principal


def context(call: Call, ServicePrincipal: str | None = None, **_: Any) -> dict[str, Any]:
    return {"organizations:ServicePrincipal": ServicePrincipal} if ServicePrincipal else {}


@operation("organizations:EnableAWSServiceAccess", context=context)
def enable_aws_service_access(call: Call, ServicePrincipal: str) -> dict[str, Any]:
    """Again changes the date."""
    found = tree.managed(call)
    found.services = {**found.services, known(ServicePrincipal): clock.iso(call.now)}
    found.save(update_fields=["services"])
    return {}


@operation("organizations:DisableAWSServiceAccess", context=context)
def disable_aws_service_access(call: Call, ServicePrincipal: str) -> dict[str, Any]:
    found = tree.managed(call)
    known(ServicePrincipal)
    found.services = {name: since for name, since in found.services.items() if name != ServicePrincipal}
    found.save(update_fields=["services"])
    return {}


@operation("organizations:ListAWSServiceAccessForOrganization")
def list_aws_service_access_for_organization(
    call: Call, NextToken: str | None = None, MaxResults: int | None = None
) -> dict[str, Any]:
    services = tree.managed(call).services
    described = [{"ServicePrincipal": name, "DateEnabled": services[name]} for name in sorted(services)]
    return page(call, "EnabledServicePrincipals", described)


def delegate_target(call: Call, AccountId: str, **_: Any) -> Target:
    return account_target(call, AccountId)


@operation("organizations:RegisterDelegatedAdministrator", target=delegate_target, context=context)
def register_delegated_administrator(call: Call, AccountId: str, ServicePrincipal: str) -> dict[str, Any]:
    found = tree.managed(call)
    if AccountId == found.account_id:
        message = "You cannot register master account/yourself as delegated administrator for your organization."
        raise AwsError(
            "ConstraintViolationException", message, Reason="CANNOT_REGISTER_MASTER_AS_DELEGATED_ADMINISTRATOR"
        )
    member(found, AccountId)
    known(ServicePrincipal)
    if ServicePrincipal in found.delegates.get(AccountId, {}):
        message = "The provided account is already a delegated administrator for your organization."
        raise AwsError("AccountAlreadyRegisteredException", message)
    _keep(found, AccountId, {**found.delegates.get(AccountId, {}), ServicePrincipal: clock.iso(call.now)})
    return {}


@operation("organizations:DeregisterDelegatedAdministrator", target=delegate_target, context=context)
def deregister_delegated_administrator(call: Call, AccountId: str, ServicePrincipal: str) -> dict[str, Any]:
    found = tree.managed(call)
    if AccountId == found.account_id:
        message = "You cannot register master account/yourself as delegated administrator for your organization."
        raise AwsError("ConstraintViolationException", message)
    member(found, AccountId)
    known(ServicePrincipal)
    held = found.delegates.get(AccountId, {})
    if ServicePrincipal not in held:
        raise not_registered()
    _keep(found, AccountId, {name: since for name, since in held.items() if name != ServicePrincipal})
    return {}


def not_registered() -> AwsError:
    message = "The provided account is not a registered delegated administrator for your organization."
    return AwsError("AccountNotRegisteredException", message)


def _keep(found: Organization, account_id: str, services: dict[str, str]) -> None:
    found.delegates = {key: value for key, value in {**found.delegates, account_id: services}.items() if value}
    found.save(update_fields=["delegates"])


@operation("organizations:ListDelegatedAdministrators", context=context)
def list_delegated_administrators(
    call: Call, ServicePrincipal: str | None = None, NextToken: str | None = None, MaxResults: int | None = None
) -> dict[str, Any]:
    found = tree.managed(call)
    if ServicePrincipal is not None:
        known(ServicePrincipal)
    since = {
        account_id: min(_dates(services, ServicePrincipal))
        for account_id, services in found.delegates.items()
        if ServicePrincipal is None or ServicePrincipal in services
    }
    rows = found.members.select_related("account").filter(pk__in=since).order_by("pk")
    return page(
        call,
        "DelegatedAdministrators",
        rows,
        lambda row: {
            **tree.describe_account(found, row.account, row),
            "DelegationEnabledDate": since[row.account_id],
        },
    )


def _dates(services: dict[str, str], principal: str | None) -> Iterable[str]:
    return services.values() if principal is None else [services[principal]]


@operation("organizations:ListDelegatedServicesForAccount", target=delegate_target)
def list_delegated_services_for_account(
    call: Call, AccountId: str, NextToken: str | None = None, MaxResults: int | None = None
) -> dict[str, Any]:
    found = tree.managed(call)
    member(found, AccountId)
    services = found.delegates.get(AccountId)
    if not services:
        raise not_registered()
    described = [{"ServicePrincipal": name, "DelegationEnabledDate": services[name]} for name in sorted(services)]
    return page(call, "DelegatedServices", described)
