"""Trust policies: written from the choices of Create role, and read as the list's "Trusted entities"."""

import json
from typing import Any

SERVICE, ACCOUNT, WEB, SAML, CUSTOM = "service", "account", "web", "saml", "custom"
EC2 = "ec2.amazonaws.com"
SERVICE_LINKED = "/aws-service-role/"

# The use cases of step 1: those that the console names first, then the others.
COMMON = [(EC2, "EC2"), ("lambda.amazonaws.com", "Lambda")]
OTHERS = [
    ("apigateway.amazonaws.com", "API Gateway"),
    ("backup.amazonaws.com", "AWS Backup"),
    ("batch.amazonaws.com", "Batch"),
    ("cloudformation.amazonaws.com", "CloudFormation"),
    ("cloudtrail.amazonaws.com", "CloudTrail"),
    ("codebuild.amazonaws.com", "CodeBuild"),
    ("codedeploy.amazonaws.com", "CodeDeploy"),
    ("codepipeline.amazonaws.com", "CodePipeline"),
    ("config.amazonaws.com", "Config"),
    ("dms.amazonaws.com", "DMS"),
    ("ecs-tasks.amazonaws.com", "Elastic Container Service Task"),
    ("eks.amazonaws.com", "EKS"),
    ("events.amazonaws.com", "EventBridge"),
    ("firehose.amazonaws.com", "Kinesis Firehose"),
    ("glue.amazonaws.com", "Glue"),
    ("iot.amazonaws.com", "IoT"),
    ("monitoring.rds.amazonaws.com", "RDS Enhanced Monitoring"),
    ("redshift.amazonaws.com", "Redshift"),
    ("s3.amazonaws.com", "S3"),
    ("sagemaker.amazonaws.com", "SageMaker"),
    ("scheduler.amazonaws.com", "EventBridge Scheduler"),
    ("states.amazonaws.com", "Step Functions"),
    ("ssm.amazonaws.com", "Systems Manager"),
    ("transfer.amazonaws.com", "Transfer"),
]
# Web identity providers that need no entity of their own in IAM, and the condition key of their audience.
# IAM User Guide: "Create a role for OpenID Connect federation (console)".
KNOWN_PROVIDERS = {
    "cognito-identity.amazonaws.com": ("Amazon Cognito", "cognito-identity.amazonaws.com:aud"),
    "www.amazon.com": ("Login with Amazon", "www.amazon.com:app_id"),
    "graph.facebook.com": ("Facebook", "graph.facebook.com:app_id"),
    "accounts.google.com": ("Google", "accounts.google.com:aud"),
}
SAML_SIGN_IN = "https://signin.aws.amazon.com/saml"

START = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Sid": "Statement1", "Effect": "Allow", "Principal": {}, "Action": "sts:AssumeRole"}],
    },
    indent=4,
)


def document(chosen: dict[str, Any], account_id: str) -> str:
    """The trust policy's text for what was chosen in step 1; `account_id` is one's own account."""
    if chosen["kind"] == CUSTOM:
        return chosen["PolicyDocument"]
    statement = {"Effect": "Allow", **STATEMENTS[chosen["kind"]](chosen, account_id)}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]}, indent=4)


def for_service(chosen: dict[str, Any], account_id: str) -> dict[str, Any]:
    return {"Principal": {"Service": chosen["service"]}, "Action": "sts:AssumeRole"}


def for_account(chosen: dict[str, Any], account_id: str) -> dict[str, Any]:
    trusted = chosen["account_id"] if chosen["which"] == "another" else account_id
    condition: dict[str, Any] = {}
    if chosen["external"]:
        condition["StringEquals"] = {"sts:ExternalId": chosen["external_id"]}
    if chosen["mfa"]:
        condition["Bool"] = {"aws:MultiFactorAuthPresent": "true"}
    statement: dict[str, Any] = {"Principal": {"AWS": f"arn:aws:iam::{trusted}:root"}, "Action": "sts:AssumeRole"}
    return {**statement, "Condition": condition} if condition else statement


def for_web_identity(chosen: dict[str, Any], account_id: str) -> dict[str, Any]:
    provider = chosen["provider"]
    known = KNOWN_PROVIDERS.get(provider)
    key = known[1] if known else f"{provider.partition(':oidc-provider/')[2]}:aud"
    return {
        "Principal": {"Federated": provider},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {"StringEquals": {key: chosen["audience"]}},
    }


def for_saml(chosen: dict[str, Any], account_id: str) -> dict[str, Any]:
    key, value = "SAML:aud", SAML_SIGN_IN
    if chosen["access"] == "programmatic":
        key, value = chosen["attribute"], chosen["value"]
    return {
        "Principal": {"Federated": chosen["saml_provider"]},
        "Action": "sts:AssumeRoleWithSAML",
        "Condition": {"StringEquals": {key: value}},
    }


STATEMENTS = {SERVICE: for_service, ACCOUNT: for_account, WEB: for_web_identity, SAML: for_saml}


def trusted(text: str, path: str) -> list[str]:
    """Whom a trust policy lets in, as the list says it: "AWS Service: ec2", "Account: 111122223333"."""
    found = []
    statements = json.loads(text)["Statement"]
    for statement in statements if isinstance(statements, list) else [statements]:
        principal = statement.get("Principal", {}) if statement.get("Effect") == "Allow" else {}
        for kind, values in principal.items() if isinstance(principal, dict) else (("AWS", principal),):
            for value in [values] if isinstance(values, str) else values:
                found.append(said(kind, value, path.startswith(SERVICE_LINKED)))
    return list(dict.fromkeys(found))


def said(kind: str, value: str, service_linked: bool) -> str:
    if kind == "Service":
        return f"AWS Service: {value.partition('.')[0]}{' (Service-Linked Role)' if service_linked else ''}"
    if kind == "Federated":
        return f"Identity Provider: {value}"
    if value.endswith(":root"):
        return f"Account: {value.split(':')[4]}"
    return f"Account: {value}" if value.isdigit() else f"AWS: {value}"
