"""The work loads of the evaluator's benchmark, as cases of the batch format."""

import json
import random
from typing import Any

from iamlab.policy.catalog import managed_policies, managed_policy_document
from iamlab.policy.compile import compile_policy
from iamlab.policy.evaluate import Policies

ACCOUNT = "111122223333"
MARIO = f"arn:aws:iam::{ACCOUNT}:user/mario"
MANAGED = (
    "ReadOnlyAccess",
    "PowerUserAccess",
    "SecurityAudit",
    "AmazonS3FullAccess",
    "AmazonEC2FullAccess",
    "IAMUserChangePassword",
    "AmazonSQSFullAccess",
    "AWSCloudTrail_ReadOnlyAccess",
    "CloudWatchReadOnlyAccess",
    "AmazonDynamoDBReadOnlyAccess",
)


def document(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def statement(action: Any, resource: Any = "*", effect: str = "Allow", **more: Any) -> dict[str, Any]:
    return {"Effect": effect, "Action": action, "Resource": resource, **more}


def mario() -> list[dict[str, Any]]:
    """User and group, two policies, a bucket policy, 200 requests."""
    own = document(statement(["s3:ListAllMyBuckets", "s3:GetBucketLocation"]))
    group = document(
        statement(["s3:PutObject", "s3:GetObject"], "arn:aws:s3:::bills/*"),
        statement("s3:ListBucket", "arn:aws:s3:::bills"),
        statement("s3:DeleteObject", "arn:aws:s3:::bills/archive/*", "Deny"),
    )
    bucket = document(
        statement(
            "s3:*",
            ["arn:aws:s3:::bills", "arn:aws:s3:::bills/*"],
            "Deny",
            Principal="*",
            Condition={"Bool": {"aws:SecureTransport": "false"}},
        ),
        statement("s3:GetObject", "arn:aws:s3:::bills/*", Principal={"AWS": MARIO}),
    )
    actions = ["s3:PutObject", "s3:GetObject", "s3:DeleteObject", "s3:GetObjectTagging", "s3:PutObjectAcl"]
    cases = []
    for number in range(200):
        folder = "archive" if number % 7 == 0 else "2024"
        cases.append(
            case(
                actions[number % 5],
                f"arn:aws:s3:::bills/{folder}/bill-{number:04}.txt",
                [own, group],
                resourcePolicy=bucket,
            )
        )
    return cases


def realistic(count: int = 1000) -> list[dict[str, Any]]:
    """Ten AWS managed policies, an own one with conditions, a boundary, an SCP, and as many different requests."""
    named = {policy.name: policy.arn for policy in managed_policies().values()}
    policies = [json.loads(managed_policy_document(named[name])) for name in MANAGED]
    policies.append(
        document(
            statement("iam:*AccessKey*", "arn:aws:iam::*:user/${aws:username}"),
            statement("*", "*", "Deny", Condition={"BoolIfExists": {"aws:SecureTransport": "false"}}),
            statement(
                "s3:*",
                "arn:aws:s3:::secret-*",
                "Deny",
                Condition={"StringNotEquals": {"aws:PrincipalTag/team": "audit"}},
            ),
        )
    )
    boundary = document(
        statement(["s3:*", "ec2:*", "sqs:*", "dynamodb:*", "iam:*", "cloudtrail:*", "cloudwatch:*", "logs:*"])
    )
    scp = document(
        statement("*"),
        {
            "Effect": "Deny",
            "NotAction": ["iam:*", "sts:*", "s3:*"],
            "Resource": "*",
            "Condition": {"StringNotEquals": {"aws:RequestedRegion": ["eu-west-1", "us-east-1"]}},
        },
    )
    rng = random.Random(7)
    actions = [
        "s3:GetObject", "s3:PutObject", "s3:ListBucket", "ec2:DescribeInstances", "ec2:RunInstances",
        "ec2:StopInstances",
        "sqs:SendMessage", "sqs:ReceiveMessage", "dynamodb:GetItem", "dynamodb:PutItem", "iam:CreateAccessKey",
        "iam:ListUsers", "iam:GetUser", "cloudtrail:LookupEvents", "logs:GetLogEvents", "lambda:InvokeFunction",
        "kms:DescribeKey", "sns:Publish", "rds:DescribeDBInstances", "cloudwatch:GetMetricData",
    ]  # fmt: skip
    cases = []
    for number in range(count):
        action = rng.choice(actions)
        service = action.partition(":")[0]
        region = rng.choice(["eu-west-1", "us-east-1", "ap-south-1"])
        resource = f"arn:aws:{service}:{region}:{ACCOUNT}:thing/{number}"
        if service == "s3":
            resource = f"arn:aws:s3:::{rng.choice(['data', 'secret', 'logs'])}-{number % 50}/object-{number}"
        elif service == "iam":
            resource = f"arn:aws:iam::{ACCOUNT}:user/{rng.choice(['mario', 'luigi'])}"
        context = {
            "aws:username": "mario",
            "aws:SourceIp": f"203.0.113.{number % 250}",
            "aws:SecureTransport": "true",
            "aws:RequestedRegion": region,
            "aws:PrincipalTag/team": rng.choice(["audit", "red"]),
            "aws:CurrentTime": "2024-05-01T10:00:00Z",
        }
        cases.append(
            case(
                action,
                resource,
                policies,
                context=context,
                permissionsBoundaries=[boundary],
                serviceControlPolicies=[[scp]],
            )
        )
    return cases


def many_statements(count: int, shape: str = "bucket-{}/*", service: str = "s3") -> list[dict[str, Any]]:
    """One document with so many statements of one action, asked for resources of some of them."""
    statements = [statement(f"{service}:GetObject", "arn:aws:s3:::" + shape.format(number)) for number in range(count)]
    statements.append(statement("s3:GetObject", "arn:aws:s3:::present-{}/*".format("x")))
    return [
        case("s3:GetObject", f"arn:aws:s3:::bucket-{number % count}/a", [document(*statements)])
        for number in range(100)
    ]


def hostile(pattern: str, name: str) -> list[dict[str, Any]]:
    return [
        case(
            "s3:GetObject", "arn:aws:s3:::b/" + name, [document(statement("s3:GetObject", "arn:aws:s3:::b/" + pattern))]
        )
    ]


def case(action: str, resource: str, identity: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    context = more.pop("context", {"aws:SecureTransport": "true", "aws:username": "mario"})
    return {
        "principal": MARIO,
        "action": action,
        "resource": resource,
        "context": context,
        "identityPolicies": identity,
        **more,
    }


def principals(count: int) -> list[tuple[str, Policies]]:
    """Users in a hundred groups that share three hundred policies; every fifth has one of its own besides."""
    rng = random.Random(1)
    policies = [
        compile_policy(
            document(
                statement(["s3:Get*", "ec2:*"][number % 2], f"arn:aws:s3:::bucket-{number}/*" if number % 3 else "*"),
                statement("s3:*", f"arn:aws:s3:::secret-{number}/*", "Deny"),
            ),
            f"policy-{number}",
        )
        for number in range(300)
    ]
    groups = [tuple(rng.sample(policies, 4)) for _ in range(100)]
    return [
        (f"{MARIO}-{number}", Policies(groups[number % 100] + ((policies[number % 300],) if number % 5 == 0 else ())))
        for number in range(count)
    ]
