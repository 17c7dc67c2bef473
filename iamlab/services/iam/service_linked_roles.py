"""Service-linked roles. IAM User Guide: "Create a service-linked role"."""

import json
import uuid
from typing import Any

from iamlab.policy.catalog import managed_policy
from iamlab.services.accounts.models import keep_document
from iamlab.services.iam import roles
from iamlab.services.iam.loading import delete
from iamlab.services.iam.models import Attachment, DeletionTask, InlinePolicy, Role
from iamlab.services.iam.names import unique_id
from iamlab.services.operations import AwsError, Call, Target, operation

PREFIX = "AWSServiceRoleFor"
POLICIES = "arn:aws:iam::aws:policy/aws-service-role/"
# Service: (the role's name behind AWSServiceRoleFor, its policy). Each service's guide: "Using service-linked roles".
SERVICES = {
    "access-analyzer.amazonaws.com": ("AccessAnalyzer", "AccessAnalyzerServiceRolePolicy"),
    "autoscaling.amazonaws.com": ("AutoScaling", "AutoScalingServiceRolePolicy"),
    "backup.amazonaws.com": ("Backup", "AWSBackupServiceLinkedRolePolicyForBackup"),
    "batch.amazonaws.com": ("Batch", "BatchServiceRolePolicy"),
    "cloudtrail.amazonaws.com": ("CloudTrail", "CloudTrailServiceRolePolicy"),
    "config.amazonaws.com": ("Config", "AWSConfigServiceRolePolicy"),
    "custom-resource.application-autoscaling.amazonaws.com": (
        "ApplicationAutoScaling_CustomResource",
        "AWSApplicationAutoScalingCustomResourcePolicy",
    ),
    "dynamodb.application-autoscaling.amazonaws.com": (
        "ApplicationAutoScaling_DynamoDBTable",
        "AWSApplicationAutoscalingDynamoDBTablePolicy",
    ),
    "ecs.amazonaws.com": ("ECS", "AmazonECSServiceRolePolicy"),
    "eks.amazonaws.com": ("AmazonEKS", "AmazonEKSServiceRolePolicy"),
    "elasticache.amazonaws.com": ("ElastiCache", "ElastiCacheServiceRolePolicy"),
    "elasticbeanstalk.amazonaws.com": ("ElasticBeanstalk", "AWSElasticBeanstalkServiceRolePolicy"),
    "elasticfilesystem.amazonaws.com": ("AmazonElasticFileSystem", "AmazonElasticFileSystemServiceRolePolicy"),
    "elasticloadbalancing.amazonaws.com": ("ElasticLoadBalancing", "AWSElasticLoadBalancingServiceRolePolicy"),
    "es.amazonaws.com": ("AmazonElasticsearchService", "AmazonElasticsearchServiceRolePolicy"),
    "guardduty.amazonaws.com": ("AmazonGuardDuty", "AmazonGuardDutyServiceRolePolicy"),
    "inspector2.amazonaws.com": ("AmazonInspector2", "AmazonInspector2ServiceRolePolicy"),
    "kafka.amazonaws.com": ("Kafka", "KafkaServiceRolePolicy"),
    "macie.amazonaws.com": ("AmazonMacie", "AmazonMacieServiceRolePolicy"),
    "organizations.amazonaws.com": ("Organizations", "AWSOrganizationsServiceTrustPolicy"),
    "rds.amazonaws.com": ("RDS", "AmazonRDSServiceRolePolicy"),
    "redshift.amazonaws.com": ("Redshift", "AmazonRedshiftServiceLinkedRolePolicy"),
    "securityhub.amazonaws.com": ("SecurityHub", "AWSSecurityHubServiceRolePolicy"),
    "spot.amazonaws.com": ("EC2Spot", "AWSEC2SpotServiceRolePolicy"),
    "ssm.amazonaws.com": ("AmazonSSM", "AmazonSSMServiceRolePolicy"),
    "sso.amazonaws.com": ("SSO", "AWSSSOServiceRolePolicy"),
    "support.amazonaws.com": ("Support", "AWSSupportServiceRolePolicy"),
    "trustedadvisor.amazonaws.com": ("TrustedAdvisor", "AWSTrustedAdvisorServiceRolePolicy"),
}
SUFFIXED = {"autoscaling.amazonaws.com"}  # whose roles may be told apart by a suffix


def role_name(AWSServiceName: str, CustomSuffix: str = "") -> str:
    """Raises InvalidInput for a service that has no such roles, or none with a suffix."""
    if AWSServiceName not in SERVICES:
        raise AwsError("InvalidInput", f"Service {AWSServiceName} does not have a service-linked role.")
    if CustomSuffix and AWSServiceName not in SUFFIXED:
        raise AwsError("InvalidInput", f"Custom suffix is not allowed for {AWSServiceName}")
    return PREFIX + SERVICES[AWSServiceName][0] + (f"_{CustomSuffix}" if CustomSuffix else "")


def new_target(call: Call, AWSServiceName: str, CustomSuffix: str = "", **_: Any) -> Target:
    name = role_name(AWSServiceName, CustomSuffix)
    return Target(arn=roles.arn(call.account_id, f"/aws-service-role/{AWSServiceName}/", name))


def service_key(call: Call, AWSServiceName: str, **_: Any) -> dict[str, str | list[str]]:
    return {"iam:AWSServiceName": AWSServiceName}


@operation("iam:CreateServiceLinkedRole", target=new_target, context=service_key)
def create_service_linked_role(
    call: Call, AWSServiceName: str, Description: str = "", CustomSuffix: str = ""
) -> dict[str, Any]:
    name = role_name(AWSServiceName, CustomSuffix)
    if roles.find(call.account_id, name) is not None:
        message = f"Service role name {name} has been taken in this account, please try a different suffix."
        raise AwsError("InvalidInput", message)
    statement = {
        "Action": ["sts:AssumeRole"],
        "Effect": "Allow",
        "Principal": {"Service": [AWSServiceName]},
    }
    trust = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    row = Role.objects.create(
        account_id=call.account_id,
        name=name,
        name_lower=name.lower(),
        path=f"/aws-service-role/{AWSServiceName}/",
        unique_id=unique_id("role"),
        trust=keep_document(trust),
        description=Description,
        service_linked=AWSServiceName,
        created=call.now,
    )
    policy = managed_policy(POLICIES + SERVICES[AWSServiceName][1])
    if policy is not None:
        Attachment.objects.create(
            account_id=call.account_id, holder=row.unique_id, policy_arn=policy.arn, created=call.now
        )
    described = roles.describe(row, trust)
    return {"Role": described | ({"Description": Description} if Description else {})}


@operation("iam:DeleteServiceLinkedRole", target=roles.target)
def delete_service_linked_role(call: Call, RoleName: str) -> dict[str, Any]:
    """AWS asks the service first; here nothing uses the role, so it goes at once and the task has succeeded."""
    row = roles.existing(call)
    if not row.service_linked:
        raise roles.no_such_role(RoleName)
    Attachment.objects.filter(holder=row.unique_id).delete()
    InlinePolicy.objects.filter(holder=row.unique_id).delete()
    task = DeletionTask.objects.create(
        account_id=call.account_id,
        task_id=f"task{row.path}{row.name}/{uuid.uuid4()}",
        role_arn=roles.arn(call.account_id, row.path, row.name),
    )
    delete(call, roles.existing)
    return {"DeletionTaskId": task.task_id}


def task_target(call: Call, DeletionTaskId: str) -> Target:
    task = DeletionTask.objects.filter(account_id=call.account_id, task_id=DeletionTaskId).first()
    if task is not None:
        return Target(arn=task.role_arn, row=task)
    path_and_name = DeletionTaskId.removeprefix("task").rpartition("/")[0]
    return Target(arn=roles.arn(call.account_id, path_and_name or "/", ""))


@operation("iam:GetServiceLinkedRoleDeletionStatus", target=task_target)
def get_service_linked_role_deletion_status(call: Call, DeletionTaskId: str) -> dict[str, Any]:
    if call.target.row is None:
        raise AwsError("NoSuchEntity", f"Task {DeletionTaskId} cannot be found.")
    return {"Status": "SUCCEEDED"}
