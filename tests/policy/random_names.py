"""The few names of random cases: callers, actions, resources, and near misses of each."""

OWN, OTHER = "111122223333", "444455556666"
ACTIONS = [
    "s3:GetObject", "s3:PutObject", "s3:ListBucket", "S3:getobject", "s3:GetBucketPolicy", "s3:PutBucketPolicy",
    "s3:DeleteBucketPolicy", "s3:ListAllMyBuckets", "kms:Decrypt", "kms:CreateAlias", "kms:RetireGrant",
    "sqs:SendMessage", "iam:GetUser", "iam:PassRole", "iam:DeleteRole", "iam:CreatePolicyVersion", "iam:GetPolicy",
    "dynamodb:GetItem", "sts:AssumeRole", "sts:AssumeRoleWithWebIdentity", "sts:AssumeRoleWithSAML", "sts:TagSession",
    "sts:SetSourceIdentity", "sts:GetCallerIdentity", "sts:GetSessionToken", "sts:GetFederationToken", "STS:assumerole",
]  # fmt: skip
ROLES = [
    f"arn:aws:iam::{OWN}:role/app", f"arn:aws:iam::{OTHER}:role/app", f"arn:aws:iam::{OWN}:role/team/app",
    f"arn:aws:iam::{OWN}:role/aws-service-role/x.amazonaws.com/linked",
    f"arn:aws:iam::{OWN}:role/aws-reserved/sso.amazonaws.com/app", f"arn:aws:iam::{OWN}:role/App",
]  # fmt: skip
RESOURCES = {
    "s3": [
        "arn:aws:s3:::bills", "arn:aws:s3:::bills/0042.txt", "arn:aws:s3:::bills/mario/0042.txt",
        "arn:aws:s3:::Bills/a", "arn:aws:s3:::bills//", "arn:aws:s3:::bills/*", "arn:aws:s3:::bills/a:b?c",
        "arn:aws-cn:s3:::bills/a", f"arn:aws:s3:eu-west-1:{OWN}:accesspoint/bills", "arn:aws:s3:::bills/a\nb", "*",
    ],
    "kms": [
        f"arn:aws:kms:eu-west-1:{OWN}:key/1a", f"arn:aws:kms:eu-west-1:{OTHER}:key/1a",
        f"arn:aws:kms:eu-west-1:{OWN}:alias/aws/s3", f"arn:aws:kms:eu-west-1:{OWN}:alias/mine", "*",
    ],
    "sqs": [f"arn:aws:sqs:eu-west-1:{OWN}:bills", f"arn:aws:sqs:us-east-1:{OTHER}:bills", "*"],
    "dynamodb": [f"arn:aws:dynamodb:us-east-1:{OWN}:table/prod-x", f"arn:aws:dynamodb:us-east-1:{OWN}:table/p/index/i"],
    "iam": [
        f"arn:aws:iam::{OWN}:user/mario", f"arn:aws:iam::{OWN}:user/team/mario",
        "arn:aws:iam::aws:policy/ReadOnlyAccess", "*", *ROLES,
    ],
    "sts": [*ROLES, *ROLES, "*", f"arn:aws:sts::{OWN}:federated-user/mario"],
}  # fmt: skip
USERS = [
    f"arn:aws:iam::{OWN}:user/mario", f"arn:aws:iam::{OWN}:user/team/mario", f"arn:aws:iam::{OTHER}:user/mario",
    f"arn:aws-cn:iam::{OWN}:user/mario",
]  # fmt: skip
SESSIONS = [
    f"arn:aws:sts::{OWN}:assumed-role/app/s1", f"arn:aws:sts::{OTHER}:assumed-role/app/s1",
    f"arn:aws:sts::{OWN}:assumed-role/linked/s1", *ROLES[:4], f"arn:aws:sts::{OWN}:federated-user/mario",
    f"arn:aws:sts::{OTHER}:federated-user/mario",
]  # fmt: skip
ROOTS = [f"arn:aws:iam::{OWN}:root", f"arn:aws:iam::{OTHER}:root"]
OUTSIDERS = [
    {"Service": "lambda.amazonaws.com"}, {"Federated": "accounts.google.com"},
    {"Federated": f"arn:aws:iam::{OWN}:saml-provider/idp"}, "anonymous",
]  # fmt: skip
CALLERS = [*USERS, *SESSIONS, *ROOTS, *OUTSIDERS]
ISSUERS = {  # of sessions, by what stands in their ARN
    "assumed-role/app": [ROLES[0], ROLES[1], ROLES[2]],
    "assumed-role/linked": [ROLES[3]],
    "federated-user": [USERS[0], USERS[1], USERS[2], f"arn:aws:iam::{OWN}:user/luigi"],
}
AWS_PRINCIPALS = [
    "*", OWN, OTHER, *ROOTS, *ROLES, *USERS, *SESSIONS, f"arn:aws:iam::{OWN}:user/*", f"arn:aws:iam::{OWN}:user/Mario",
    "AIDAEXAMPLE", f"arn:aws:sts::{OWN}:assumed-role/app/s2", f"arn:aws:sts::{OWN}:assumed-role/app/*",
    f"arn:aws:iam::{OWN}:group/mario", f"arn:aws-cn:iam::{OWN}:root",
    "anonymous", "lambda.amazonaws.com", "accounts.google.com", f"arn:aws:iam::{OWN}:saml-provider/idp", "root", "",
]  # fmt: skip
OTHER_PRINCIPALS = {
    "Service": ["lambda.amazonaws.com", "Lambda.amazonaws.com", "ec2.amazonaws.com", USERS[0], "anonymous"],
    "Federated": ["accounts.google.com", f"arn:aws:iam::{OWN}:saml-provider/idp", "lambda.amazonaws.com", USERS[0]],
    "CanonicalUser": [OWN, USERS[0], "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be"],
}
SHORT_ARNS = [
    "arn:aws:s3", "arn:aws:s3:*", "arn:aws:s*:", "arn:*", "arn:aws:dynamodb:*:table/prod-*", "arn:aws:s3:::",
    "*:bills", "", "arn", "arn:aws:iam::*", "arn:aws:s?:::bills", "*:*", "arn:aws:s3:::*", "arn:aws:s3::bills",
]  # fmt: skip
TAILS = [
    "${aws:none}",
    "${aws:none, ''}",
    "${aws:PrincipalTag/team}",
    "${*}",
    "${",
    "${aws:username",
    "${aws:tags, ''}",
]
