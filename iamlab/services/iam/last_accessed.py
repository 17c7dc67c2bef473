"""When services were last used, by jobs that are done at once. IAM User Guide: "Refine permissions using last accessed
information"; API Reference: "GenerateServiceLastAccessedDetails".
"""

import uuid
from collections.abc import Collection
from datetime import timedelta
from typing import Any

from iamlab.policy.catalog import ManagedPolicy, services
from iamlab.services import paging
from iamlab.services.cloudtrail.models import Event
from iamlab.services.iam import activity, held_policies, principals
from iamlab.services.iam.activity import Use
from iamlab.services.iam.granted_services import granted
from iamlab.services.iam.models import Attachment, Group, Policy, Report, Role, User
from iamlab.services.operations import AwsError, Call, Target, operation

TRACKED = timedelta(days=400)
KIND = "access"
SERVICE_LEVEL, ACTION_LEVEL = "SERVICE_LEVEL", "ACTION_LEVEL"


def target(call: Call, Arn: str, **_: Any) -> Target:
    return principals.target_of(call, Arn)


@operation("iam:GenerateServiceLastAccessedDetails", target=target)
def generate_service_last_accessed_details(call: Call, Arn: str, Granularity: str = SERVICE_LEVEL) -> dict[str, Any]:
    principals.existing(call)
    report = Report.objects.create(
        account_id=call.account_id,
        kind=KIND,
        job_id=str(uuid.uuid4()),
        subject=Arn,
        granularity=Granularity,
        created=call.now,
    )
    call.kept_rows(Report)[report.job_id] = report
    return {"JobId": report.job_id}


def job(call: Call, JobId: str) -> Report:
    """Raises NoSuchEntity."""
    report = call.kept_rows(Report).get(JobId)
    if report is None:
        report = Report.objects.filter(account_id=call.account_id, kind=KIND, job_id=JobId).first()
    if report is None:
        raise AwsError("NoSuchEntity", f"Job with id {JobId} cannot be found.")
    return report


def subject(call: Call, report: Report) -> User | Group | Role | Policy | ManagedPolicy:
    call.targets = [principals.target_of(call, report.subject)]
    return principals.existing(call)


def entities(account_id: str, row: Any) -> dict[str, User | Role]:
    """The users and roles whose use counts: the one itself, a group's users, or whoever holds a policy."""
    if isinstance(row, User | Role):
        return {row.unique_id: row}
    if isinstance(row, Group):
        return {user.unique_id: user for user in User.objects.filter(memberships__group=row)}
    holders = Attachment.objects.filter(account_id=account_id, policy_arn=row.arn).values("holder")
    members = User.objects.filter(memberships__group__unique_id__in=holders)
    users = (User.objects.filter(unique_id__in=holders) | members).distinct()
    found: list[User | Role] = [*users, *Role.objects.filter(unique_id__in=holders)]
    return {one.unique_id: one for one in found}


def texts_of(account_id: str, row: Any) -> Collection[str]:
    if isinstance(row, User | Group | Role):
        return [held.text for held in held_policies.of_entity(row)]
    return held_policies.managed_texts(account_id, {row.arn}).values()


def last_uses(report: Report, ids: Collection[str], *columns: str) -> dict[tuple[str, ...], Use]:
    """The last use by (principal, *columns), of the tracking period up to the job. Refused calls count."""
    since = report.created - TRACKED
    events = Event.objects.filter(account_id=report.account_id, time__gte=since, time__lte=report.created)
    return activity.last_uses(events.filter(principal__in=ids), "principal", *columns)


def describe(namespace: str, by_entity: dict[str, Use], who: dict[str, User | Role]) -> dict[str, Any]:
    described: dict[str, Any] = {"ServiceName": services()[namespace], "ServiceNamespace": namespace}
    if by_entity:
        last = max(by_entity, key=lambda unique_id: by_entity[unique_id].time)
        described |= {
            "LastAuthenticated": by_entity[last].time,
            "LastAuthenticatedEntity": principals.arn_of(who[last]),
            "LastAuthenticatedRegion": by_entity[last].region,
        }
    return described | {"TotalAuthenticatedEntities": len(by_entity)}


def done(report: Report) -> dict[str, Any]:
    return {"JobStatus": "COMPLETED", "JobCreationDate": report.created, "JobCompletionDate": report.created}


@operation("iam:GetServiceLastAccessedDetails")
def get_service_last_accessed_details(
    call: Call, JobId: str, Marker: str | None = None, MaxItems: int | None = None
) -> dict[str, Any]:
    """Every service that the subject's policies allow, used or not."""
    report = job(call, JobId)
    row = subject(call, report)
    who = entities(call.account_id, row)
    allowed = sorted(set().union(*map(granted, texts_of(call.account_id, row))))
    page = paging.page_of_list("ServicesLastAccessed", allowed, str, Marker, MaxItems)
    used: dict[str, dict[str, Use]] = {}
    for (unique_id, _), use in last_uses(report, who, "source").items():
        used.setdefault(use.service, {})[unique_id] = use
    described = [describe(namespace, used.get(namespace, {}), who) for namespace in page["ServicesLastAccessed"]]
    if report.granularity == ACTION_LEVEL:
        add_actions(described, last_uses(report, who, "source", "name"), who)
    page["ServicesLastAccessed"] = described
    return {**done(report), "JobType": report.granularity, **page}


def add_actions(
    described: list[dict[str, Any]], found: dict[tuple[str, ...], Use], who: dict[str, User | Role]
) -> None:
    """The actions used of each service, each with who used it last."""
    newest: dict[tuple[str, str], tuple[str, Use]] = {}
    for (unique_id, _, action), use in found.items():
        known = newest.get((use.service, action))
        if known is None or known[1].time < use.time:
            newest[use.service, action] = (unique_id, use)
    for one in described:
        one["TrackedActionsLastAccessed"] = [
            {
                "ActionName": action,
                "LastAccessedEntity": principals.arn_of(who[unique_id]),
                "LastAccessedTime": use.time,
                "LastAccessedRegion": use.region,
            }
            for (service, action), (unique_id, use) in sorted(newest.items())
            if service == one["ServiceNamespace"]
        ]


@operation("iam:GetServiceLastAccessedDetailsWithEntities")
def get_service_last_accessed_details_with_entities(
    call: Call, JobId: str, ServiceNamespace: str, Marker: str | None = None, MaxItems: int | None = None
) -> dict[str, Any]:
    """Who could have used a service, and when each last did."""
    report = job(call, JobId)
    if ServiceNamespace not in services():
        raise AwsError("InvalidInput", f"Invalid service namespace: {ServiceNamespace}")
    row = subject(call, report)
    who = entities(call.account_id, row)
    source = f"{ServiceNamespace}.amazonaws.com"
    used = {key[0]: use for key, use in last_uses(report, who, "source").items() if key[1] == source}
    entries = sorted((principals.arn_of(one), unique_id) for unique_id, one in who.items())
    page = paging.page_of_list("EntityDetailsList", entries, lambda entry: entry[0], Marker, MaxItems)
    page["EntityDetailsList"] = [
        {"EntityInfo": entity(who[unique_id])}
        | ({"LastAuthenticated": used[unique_id].time} if unique_id in used else {})
        for _, unique_id in page["EntityDetailsList"]
    ]
    return {**done(report), **page}


def entity(row: User | Role) -> dict[str, str]:
    return {
        "Arn": principals.arn_of(row),
        "Name": row.name,
        "Type": type(row).__name__.upper(),
        "Id": row.unique_id,
        "Path": row.path,
    }
