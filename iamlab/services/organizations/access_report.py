"""Last access over an organization. IAM API Reference: "GenerateOrganizationsAccessReport"."""

import uuid
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any

from iamlab.policy.catalog import services
from iamlab.services import paging
from iamlab.services.cloudtrail.models import Event
from iamlab.services.iam import activity, documents
from iamlab.services.iam.activity import Use
from iamlab.services.iam.granted_services import granted
from iamlab.services.iam.models import Report
from iamlab.services.operations import AwsError, Call, Target, operation
from iamlab.services.organizations import tree
from iamlab.services.organizations.models import Organization, OrganizationAttachment

KIND = "organization"
TRACKED = timedelta(days=400)
DAWN = datetime.min.isoformat()


def target(call: Call, EntityPath: str, **_: Any) -> Target:
    return Target(arn=f"arn:aws:iam::{call.account_id}:access-report/{EntityPath}")


def policy_key(call: Call, OrganizationsPolicyId: str | None = None, **_: Any) -> dict[str, Any]:
    return {"iam:OrganizationsPolicyId": OrganizationsPolicyId} if OrganizationsPolicyId else {}


@operation("iam:GenerateOrganizationsAccessReport", target=target, context=policy_key)
def generate_organizations_access_report(
    call: Call, EntityPath: str, OrganizationsPolicyId: str | None = None
) -> dict[str, Any]:
    report = Report.objects.create(
        account_id=call.account_id,
        kind=KIND,
        job_id=str(uuid.uuid4()),
        subject=EntityPath,
        content=OrganizationsPolicyId or "",
        created=call.now,
    )
    return {"JobId": report.job_id}


@operation("iam:GetOrganizationsAccessReport")
def get_organizations_access_report(
    call: Call,
    JobId: str,
    MaxItems: int | None = None,
    Marker: str | None = None,
    SortKey: str = "SERVICE_NAMESPACE_ASCENDING",
) -> dict[str, Any]:
    """The services that the SCPs of the path leave open, with the last use of each by an account below it."""
    report = Report.objects.filter(account_id=call.account_id, kind=KIND, job_id=JobId).first()
    if report is None:
        raise AwsError("NoSuchEntity", f"Job with id {JobId} cannot be found.")
    answer: dict[str, Any] = {"JobCreationDate": report.created, "JobCompletionDate": report.created}
    organization, steps = tree.of_account(call.account_id), report.subject.split("/")
    if organization is None or organization.account_id != call.account_id:
        message = "The report can be generated with the management account of an organization only."
        return {**answer, "JobStatus": "FAILED", "ErrorDetails": {"Code": "NOT_MANAGEMENT", "Message": message}}
    paths = account_paths(organization)
    below = {account_id: path for account_id, path in paths.items() if path[: len(steps)] == steps}
    if not below and not is_unit(organization, steps):
        error = {"Code": "ENTITY_NOT_FOUND", "Message": f"The entity path {report.subject} cannot be found."}
        return {**answer, "JobStatus": "FAILED", "ErrorDetails": error}
    accessible = services_open(organization, steps, report.content)
    used = last_uses(report, below)
    details = in_order([describe(one, used.get(one, {}), below) for one in sorted(accessible)], SortKey)
    numbered = [(f"{number:05}", detail) for number, detail in enumerate(details)]
    page = paging.page_of_list("AccessDetails", numbered, lambda one: one[0], Marker, MaxItems)
    page["AccessDetails"] = [detail for _, detail in page["AccessDetails"]]
    return {
        **answer,
        "JobStatus": "COMPLETED",
        "NumberOfServicesAccessible": len(accessible),
        "NumberOfServicesNotAccessed": len(accessible - set(used)),
        **page,
    }


def account_paths(organization: Organization) -> dict[str, list[str]]:
    """The path of each account: organization, root, units, account."""
    parents = dict(organization.units.values_list("id", "parent"))
    found = {}
    for account_id, at in organization.members.values_list("account_id", "parent"):
        path = [account_id]
        while at != organization.root_id:
            path.append(at)
            at = parents[at]
        found[account_id] = [organization.id, organization.root_id, *reversed(path)]
    return found


def is_unit(organization: Organization, steps: list[str]) -> bool:
    """Whether a path without an account below it leads to a unit all the same."""
    parents = dict(organization.units.values_list("id", "parent"))
    chain = [organization.root_id]
    for step in steps[2:]:
        if parents.get(step) != chain[-1]:
            return False
        chain.append(step)
    return steps[:2] == [organization.id, organization.root_id]


def services_open(organization: Organization, steps: list[str], policy_id: str) -> set[str]:
    """What the SCPs of every level down the path allow, or the one policy asked about."""
    if not organization.scps or steps[-1] == organization.account_id:  # the management account is not bound
        return set(services())
    levels = [[policy_id]] if policy_id else attached(organization, steps[1:])
    texts = texts_of(organization, {one for level in levels for one in level})
    allowed = set(services())
    for level in levels:
        allowed &= set().union(*(granted(texts[one]) for one in level if one in texts))
    return allowed


def attached(organization: Organization, targets: list[str]) -> list[list[str]]:
    rows = OrganizationAttachment.objects.filter(organization=organization, target__in=targets)
    found: dict[str, list[str]] = {target: [] for target in targets}
    for target, policy_id in rows.values_list("target", "policy_id"):
        if policy_id != tree.RCP_FULL_ACCESS:
            found[target].append(policy_id)
    return list(found.values())


def texts_of(organization: Organization, policy_ids: Collection[str]) -> dict[str, str]:
    own = organization.policies.filter(pk__in=policy_ids, kind=tree.SCP).values_list("id", "document")
    digests = dict(own)
    kept = documents.texts(set(digests.values()))
    found = {policy_id: kept[digest] for policy_id, digest in digests.items()}
    return found | ({tree.FULL_ACCESS: tree.FULL_ACCESS_TEXT} if tree.FULL_ACCESS in policy_ids else {})


def last_uses(report: Report, account_ids: Iterable[str]) -> dict[str, dict[str, Use]]:
    """Service -> account -> its last use."""
    since = report.created - TRACKED
    events = Event.objects.filter(account_id__in=list(account_ids), time__gte=since, time__lte=report.created)
    found: dict[str, dict[str, Use]] = {}
    for (account_id, _), use in activity.last_uses(events, "account_id", "source").items():
        found.setdefault(use.service, {})[account_id] = use
    return found


def describe(namespace: str, by_account: dict[str, Use], paths: dict[str, list[str]]) -> dict[str, Any]:
    described: dict[str, Any] = {"ServiceName": services()[namespace], "ServiceNamespace": namespace}
    if by_account:
        last = max(by_account, key=lambda account_id: by_account[account_id].time)
        described |= {
            "Region": by_account[last].region,
            "EntityPath": "/".join(paths[last]),
            "LastAuthenticatedTime": by_account[last].time,
        }
    return described | {"TotalAuthenticatedEntities": len(by_account)}


def in_order(details: list[dict[str, Any]], SortKey: str) -> list[dict[str, Any]]:
    def key(detail: dict[str, Any]) -> str:
        if SortKey.startswith("SERVICE_NAMESPACE"):
            return detail["ServiceNamespace"]
        used = detail.get("LastAuthenticatedTime")
        return used.isoformat() if used else DAWN

    return sorted(details, key=key, reverse=SortKey.endswith("DESCENDING"))
