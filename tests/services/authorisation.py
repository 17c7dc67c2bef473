"""Each operation of S3, STS, CloudTrail, Organizations, Budgets and EC2 with parameters that fit the world of
test_every_operation.py, and all that it needs there: pairs of an action and what it acts on.

Words in angle brackets stand for ids of that world.
"""

import json

ACCOUNT = "222233335555"
BUCKET, KEY = "target-bucket", "bills/target.txt"
B, O = f"arn:aws:s3:::{BUCKET}", f"arn:aws:s3:::{BUCKET}/{KEY}"  # noqa: E741
NEW = f"arn:aws:s3:::{BUCKET}/new.txt"
DOCUMENT = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}
POLICY = json.dumps(DOCUMENT)
BUCKET_POLICY = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
            "Action": "s3:GetObject",
            "Resource": f"{B}/*",
        },
    }
)
TAG = {"TagSet": [{"Key": "a", "Value": "1"}]}
BLOCKS = {"BlockPublicAcls": True, "IgnorePublicAcls": True, "BlockPublicPolicy": True, "RestrictPublicBuckets": True}
RULES = {"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]}
CORS = {"AllowedMethods": ["GET"], "AllowedOrigins": ["*"]}
AGE = {"Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 1}}
PART = {"UploadId": "none", "PartNumber": 1, "Body": b""}

# What is asked of a bucket: parameters beside it, and the action where its name differs.
OF_BUCKET = {
    "CreateBucket": ({}, ""),
    "DeleteBucket": ({}, ""),
    "DeleteBucketCors": ({}, "PutBucketCORS"),
    "DeleteBucketEncryption": ({}, "PutEncryptionConfiguration"),
    "DeleteBucketLifecycle": ({}, "PutLifecycleConfiguration"),
    "DeleteBucketOwnershipControls": ({}, "PutBucketOwnershipControls"),
    "DeleteBucketPolicy": ({}, ""),
    "DeleteBucketReplication": ({}, "PutReplicationConfiguration"),
    "DeleteBucketTagging": ({}, "PutBucketTagging"),
    "DeleteBucketWebsite": ({}, ""),
    "DeletePublicAccessBlock": ({}, "PutBucketPublicAccessBlock"),
    "GetBucketAbac": ({}, ""),
    "GetBucketAccelerateConfiguration": ({}, "GetAccelerateConfiguration"),
    "GetBucketAcl": ({}, ""),
    "GetBucketCors": ({}, "GetBucketCORS"),
    "GetBucketEncryption": ({}, "GetEncryptionConfiguration"),
    "GetBucketLifecycleConfiguration": ({}, "GetLifecycleConfiguration"),
    "GetBucketLocation": ({}, ""),
    "GetBucketLogging": ({}, ""),
    "GetBucketNotificationConfiguration": ({}, "GetBucketNotification"),
    "GetBucketOwnershipControls": ({}, ""),
    "GetBucketPolicy": ({}, ""),
    "GetBucketPolicyStatus": ({}, ""),
    "GetBucketReplication": ({}, "GetReplicationConfiguration"),
    "GetBucketRequestPayment": ({}, ""),
    "GetBucketTagging": ({}, ""),
    "GetBucketVersioning": ({}, ""),
    "GetBucketWebsite": ({}, ""),
    "GetObjectLockConfiguration": ({}, "GetBucketObjectLockConfiguration"),
    "GetPublicAccessBlock": ({}, "GetBucketPublicAccessBlock"),
    "HeadBucket": ({}, "ListBucket"),
    "ListMultipartUploads": ({}, "ListBucketMultipartUploads"),
    "ListObjectVersions": ({}, "ListBucketVersions"),
    "ListObjects": ({}, "ListBucket"),
    "ListObjectsV2": ({}, "ListBucket"),
    "PutBucketAbac": ({"AbacStatus": {"Status": "Enabled"}}, ""),
    "PutBucketAccelerateConfiguration": (
        {"AccelerateConfiguration": {"Status": "Enabled"}},
        "PutAccelerateConfiguration",
    ),
    "PutBucketAcl": ({"ACL": "private"}, ""),
    "PutBucketCors": ({"CORSConfiguration": {"CORSRules": [CORS]}}, "PutBucketCORS"),
    "PutBucketEncryption": ({"ServerSideEncryptionConfiguration": RULES}, "PutEncryptionConfiguration"),
    "PutBucketLifecycleConfiguration": ({"LifecycleConfiguration": {"Rules": [AGE]}}, "PutLifecycleConfiguration"),
    "PutBucketLogging": ({"BucketLoggingStatus": {}}, ""),
    "PutBucketNotificationConfiguration": ({"NotificationConfiguration": {}}, "PutBucketNotification"),
    "PutBucketOwnershipControls": ({"OwnershipControls": {"Rules": [{"ObjectOwnership": "ObjectWriter"}]}}, ""),
    "PutBucketPolicy": ({"Policy": BUCKET_POLICY}, ""),
    "PutObjectLockConfiguration": (
        {"ObjectLockConfiguration": {"ObjectLockEnabled": "Enabled"}},
        "PutBucketObjectLockConfiguration",
    ),
    "PutBucketRequestPayment": ({"RequestPaymentConfiguration": {"Payer": "Requester"}}, ""),
    "PutBucketTagging": ({"Tagging": TAG}, ""),
    "PutBucketVersioning": ({"VersioningConfiguration": {"Status": "Enabled"}}, ""),
    "PutBucketWebsite": ({"WebsiteConfiguration": {"IndexDocument": {"Suffix": "index.html"}}}, ""),
    "PutPublicAccessBlock": ({"PublicAccessBlockConfiguration": BLOCKS}, "PutBucketPublicAccessBlock"),
}
# What is asked of an object.
OF_OBJECT = {
    "AbortMultipartUpload": ({"UploadId": "none"}, ""),
    "CompleteMultipartUpload": ({"UploadId": "none"}, "PutObject"),
    "CreateMultipartUpload": ({}, "PutObject"),
    "DeleteObject": ({}, ""),
    "DeleteObjectTagging": ({}, ""),
    "GetObject": ({}, ""),
    "GetObjectAcl": ({}, ""),
    "GetObjectLegalHold": ({}, ""),
    "GetObjectRetention": ({}, ""),
    "GetObjectTagging": ({}, ""),
    "HeadObject": ({}, "GetObject"),
    "ListParts": ({"UploadId": "none"}, "ListMultipartUploadParts"),
    "PutObject": ({"Body": b"1"}, ""),
    "PutObjectAcl": ({"ACL": "private"}, ""),
    "PutObjectLegalHold": ({"LegalHold": {"Status": "ON"}}, ""),
    "PutObjectRetention": ({"Retention": {}}, ""),
    "PutObjectTagging": ({"Tagging": TAG}, ""),
    "RestoreObject": ({"RestoreRequest": {"Days": 1}}, ""),
    "UploadPart": (PART, "PutObject"),
}
# Configurations with ids: what each must say.
CONFIGURATIONS = {
    "Analytics": {"StorageClassAnalysis": {}},
    "IntelligentTiering": {"Status": "Enabled", "Tierings": [{"Days": 90, "AccessTier": "ARCHIVE_ACCESS"}]},
    "Inventory": {
        "Destination": {"S3BucketDestination": {"Bucket": B, "Format": "CSV"}},
        "IsEnabled": True,
        "IncludedObjectVersions": "All",
        "Schedule": {"Frequency": "Daily"},
    },
    "Metrics": {},
}
ROLE = f"arn:aws:iam::{ACCOUNT}:role/target"
TRAIL = f"arn:aws:cloudtrail:us-east-1:{ACCOUNT}:trail/target"
OF_TRAIL = {
    "CreateTrail": {"Name": "target", "S3BucketName": BUCKET},
    "DeleteTrail": {"Name": "target"},
    "GetEventSelectors": {"TrailName": "target"},
    "GetTrail": {"Name": TRAIL},
    "GetTrailStatus": {"Name": "target"},
    "PutEventSelectors": {"TrailName": "target", "EventSelectors": [{"ReadWriteType": "All"}]},
    "StartLogging": {"Name": "target"},
    "StopLogging": {"Name": "target"},
    "UpdateTrail": {"Name": "target"},
    "AddTags": {"ResourceId": TRAIL, "TagsList": [{"Key": "a", "Value": "1"}]},
    "ListTags": {"ResourceIdList": [TRAIL]},
    "RemoveTags": {"ResourceId": TRAIL, "TagsList": [{"Key": "a"}]},
}
ORG = f"arn:aws:organizations::{ACCOUNT}:"
ROOT, UNIT, MEMBER = f"{ORG}root/<org>/<root>", f"{ORG}ou/<org>/<unit>", f"{ORG}account/<org>/<member>"
SCP = f"{ORG}policy/<org>/service_control_policy/<policy>"
KIND = "SERVICE_CONTROL_POLICY"
SERVICE = "config.amazonaws.com"
ORGANIZATIONS = {
    "AttachPolicy": ({"PolicyId": "<policy>", "TargetId": "<unit>"}, [SCP, UNIT]),
    "CloseAccount": ({"AccountId": "<member>"}, [MEMBER]),
    "CreateAccount": ({"Email": "new@bills.example", "AccountName": "New"}, ["*"]),
    "CreateOrganization": ({}, ["*"]),
    "CreateOrganizationalUnit": ({"ParentId": "<root>", "Name": "New"}, [ROOT]),
    "CreatePolicy": ({"Content": POLICY, "Description": "", "Name": "New", "Type": KIND}, [f"{SCP[:-8]}p-*"]),
    "DeleteOrganization": ({}, ["*"]),
    "DeleteOrganizationalUnit": ({"OrganizationalUnitId": "<unit>"}, [UNIT]),
    "DeletePolicy": ({"PolicyId": "<policy>"}, [SCP]),
    "DescribeAccount": ({"AccountId": "<member>"}, [MEMBER]),
    "DeregisterDelegatedAdministrator": ({"AccountId": "<member>", "ServicePrincipal": SERVICE}, [MEMBER]),
    "DescribeCreateAccountStatus": ({"CreateAccountRequestId": "car-examplecreateaccountrequestid111"}, ["*"]),
    "DescribeOrganization": ({}, ["*"]),
    "DescribeOrganizationalUnit": ({"OrganizationalUnitId": "<unit>"}, [UNIT]),
    "DescribePolicy": ({"PolicyId": "<policy>"}, [SCP]),
    "DetachPolicy": ({"PolicyId": "<policy>", "TargetId": "<member>"}, [SCP, MEMBER]),
    "DisableAWSServiceAccess": ({"ServicePrincipal": SERVICE}, ["*"]),
    "DisablePolicyType": ({"RootId": "<root>", "PolicyType": KIND}, [ROOT]),
    "EnableAWSServiceAccess": ({"ServicePrincipal": SERVICE}, ["*"]),
    "EnablePolicyType": ({"RootId": "<root>", "PolicyType": KIND}, [ROOT]),
    "LeaveOrganization": ({}, ["*"]),
    "ListAWSServiceAccessForOrganization": ({}, ["*"]),
    "ListAccounts": ({}, ["*"]),
    "ListAccountsForParent": ({"ParentId": "<unit>"}, [UNIT]),
    "ListChildren": ({"ParentId": "<root>", "ChildType": "ACCOUNT"}, [ROOT]),
    "ListCreateAccountStatus": ({}, ["*"]),
    "ListDelegatedAdministrators": ({}, ["*"]),
    "ListDelegatedServicesForAccount": ({"AccountId": "<member>"}, [MEMBER]),
    "ListOrganizationalUnitsForParent": ({"ParentId": "<root>"}, [ROOT]),
    "ListParents": ({"ChildId": "<member>"}, [MEMBER]),
    "ListPolicies": ({"Filter": KIND}, ["*"]),
    "ListPoliciesForTarget": ({"TargetId": "<member>", "Filter": KIND}, [MEMBER]),
    "ListRoots": ({}, ["*"]),
    "ListTagsForResource": ({"ResourceId": "<unit>"}, [UNIT]),
    "ListTargetsForPolicy": ({"PolicyId": "<policy>"}, [SCP]),
    "MoveAccount": (
        {"AccountId": "<member>", "SourceParentId": "<root>", "DestinationParentId": "<unit>"},
        [MEMBER, ROOT, UNIT],
    ),
    "RegisterDelegatedAdministrator": ({"AccountId": "<member>", "ServicePrincipal": SERVICE}, [MEMBER]),
    "RemoveAccountFromOrganization": ({"AccountId": "<member>"}, [MEMBER]),
    "TagResource": ({"ResourceId": "<policy>", "Tags": [{"Key": "a", "Value": "1"}]}, [SCP]),
    "UntagResource": ({"ResourceId": "<member>", "TagKeys": ["a"]}, [MEMBER]),
    "UpdateOrganizationalUnit": ({"OrganizationalUnitId": "<unit>", "Name": "Other"}, [UNIT]),
    "UpdatePolicy": ({"PolicyId": "<policy>", "Name": "Other"}, [SCP]),
}
BUDGET = f"arn:aws:budgets::{ACCOUNT}:budget/"
NAMED = {"AccountId": ACCOUNT, "BudgetName": "target"}
LIMIT = {"BudgetType": "COST", "TimeUnit": "MONTHLY", "BudgetLimit": {"Amount": "10", "Unit": "USD"}}
ALERT = {"NotificationType": "ACTUAL", "ComparisonOperator": "GREATER_THAN", "Threshold": 80}
OTHER_ALERT = {**ALERT, "Threshold": 90}
ANNA, BEA = ({"SubscriptionType": "EMAIL", "Address": f"{name}@bills.example"} for name in ("anna", "bea"))
# Each with its action and the name of what it acts on.
BUDGETS = {
    "CreateBudget": ("Modify", "new", {"AccountId": ACCOUNT, "Budget": {"BudgetName": "new", **LIMIT}}),
    "CreateNotification": ("Modify", "target", {**NAMED, "Notification": OTHER_ALERT, "Subscribers": [ANNA]}),
    "CreateSubscriber": ("Modify", "target", {**NAMED, "Notification": ALERT, "Subscriber": BEA}),
    "DeleteBudget": ("Modify", "target", NAMED),
    "DeleteNotification": ("Modify", "target", {**NAMED, "Notification": ALERT}),
    "DeleteSubscriber": ("Modify", "target", {**NAMED, "Notification": ALERT, "Subscriber": ANNA}),
    "DescribeBudget": ("View", "target", NAMED),
    "DescribeBudgetNotificationsForAccount": ("View", "*", {"AccountId": ACCOUNT}),
    "DescribeBudgets": ("View", "*", {"AccountId": ACCOUNT}),
    "DescribeNotificationsForBudget": ("View", "target", NAMED),
    "DescribeSubscribersForNotification": ("View", "target", {**NAMED, "Notification": ALERT}),
    "UpdateBudget": ("Modify", "target", {"AccountId": ACCOUNT, "NewBudget": {"BudgetName": "target", **LIMIT}}),
    "UpdateNotification": ("Modify", "target", {**NAMED, "OldNotification": ALERT, "NewNotification": OTHER_ALERT}),
    "UpdateSubscriber": (
        "Modify",
        "target",
        {**NAMED, "Notification": ALERT, "OldSubscriber": ANNA, "NewSubscriber": BEA},
    ),
}
BUDGET_TAGS = {
    "ListTagsForResource": {},
    "TagResource": {"ResourceTags": [{"Key": "a", "Value": "1"}]},
    "UntagResource": {"ResourceTagKeys": ["a"]},
}
INSTANCE = f"arn:aws:ec2:us-east-1:{ACCOUNT}:instance/<instance>"
IMAGE = "ami-0abcdef1234567890"
PROFILE = {"Name": "target"}
# A launch uses or makes all of these, and gives away the role of its profile.
LAUNCH = {
    "ImageId": IMAGE,
    "InstanceType": "t3.micro",
    "MinCount": 1,
    "MaxCount": 1,
    "IamInstanceProfile": PROFILE,
    "TagSpecifications": [{"ResourceType": "instance", "Tags": [{"Key": "Name", "Value": "web"}]}],
}
LAUNCHED = [
    ("ec2:RunInstances", f"arn:aws:ec2:us-east-1:{ACCOUNT}:instance/*"),
    ("ec2:RunInstances", f"arn:aws:ec2:us-east-1::image/{IMAGE}"),
    ("ec2:RunInstances", f"arn:aws:ec2:us-east-1:{ACCOUNT}:subnet/<subnet>"),
    ("ec2:RunInstances", f"arn:aws:ec2:us-east-1:{ACCOUNT}:security-group/<group>"),
    ("ec2:RunInstances", f"arn:aws:ec2:us-east-1:{ACCOUNT}:network-interface/*"),
    ("ec2:RunInstances", f"arn:aws:ec2:us-east-1:{ACCOUNT}:volume/*"),
    ("ec2:CreateTags", f"arn:aws:ec2:us-east-1:{ACCOUNT}:instance/*"),
    ("iam:PassRole", ROLE),
]
PASS = ("iam:PassRole", ROLE)
EC2 = {
    "AssociateIamInstanceProfile": ({"IamInstanceProfile": PROFILE, "InstanceId": "<instance>"}, [PASS]),
    "ReplaceIamInstanceProfileAssociation": (
        {"IamInstanceProfile": PROFILE, "AssociationId": "<association>"},
        [PASS],
    ),
    "DisassociateIamInstanceProfile": ({"AssociationId": "<association>"}, []),
    "CreateTags": ({"Resources": ["<instance>"], "Tags": [{"Key": "a", "Value": "1"}]}, []),
    "DeleteTags": ({"Resources": ["<instance>"], "Tags": [{"Key": "a"}]}, []),
    "DescribeInstanceAttribute": ({"InstanceId": "<instance>", "Attribute": "userData"}, []),
    "TerminateInstances": ({"InstanceIds": ["<instance>"]}, []),
}
EC2_LISTS = (
    "DescribeIamInstanceProfileAssociations",
    "DescribeImages",
    "DescribeInstances",
    "DescribeTags",
)
SESSION = {"RoleArn": ROLE, "RoleSessionName": "visit"}
OTHERS = {
    "s3:CopyObject": (
        {"Bucket": BUCKET, "Key": "new.txt", "CopySource": f"{BUCKET}/{KEY}"},
        [
            ("s3:GetObject", O),
            ("s3:PutObject", NEW),
            ("s3:GetObjectTagging", O),
            ("s3:PutObjectTagging", NEW),
        ],
    ),
    "s3:GetObjectAttributes": (
        {"Bucket": BUCKET, "Key": KEY, "ObjectAttributes": ["ETag"]},
        [("s3:GetObjectAttributes", O), ("s3:GetObject", O)],
    ),
    "s3:UploadPartCopy": (
        {"Bucket": BUCKET, "Key": "new.txt", "UploadId": "none", "PartNumber": 1, "CopySource": f"{BUCKET}/{KEY}"},
        [("s3:PutObject", NEW), ("s3:GetObject", O)],
    ),
    "s3:ListBuckets": ({}, [("s3:ListAllMyBuckets", "*")]),
    "s3:PutBucketReplication": (
        {
            "Bucket": BUCKET,
            "ReplicationConfiguration": {
                "Role": ROLE,
                "Rules": [{"Status": "Enabled", "Destination": {"Bucket": B}}],
            },
        },
        [("s3:PutReplicationConfiguration", B), ("iam:PassRole", ROLE)],
    ),
    "sts:AssumeRole": (
        {**SESSION, "Tags": [{"Key": "a", "Value": "1"}], "SourceIdentity": "caller"},
        [("sts:AssumeRole", ROLE), ("sts:TagSession", ROLE), ("sts:SetSourceIdentity", ROLE)],
    ),
    "sts:DecodeAuthorizationMessage": ({"EncodedMessage": "x"}, [("sts:DecodeAuthorizationMessage", "*")]),
    "sts:GetAccessKeyInfo": ({"AccessKeyId": "AKIAIOSFODNN7EXAMPLE"}, [("sts:GetAccessKeyInfo", "*")]),
    "sts:GetFederationToken": (
        {"Name": "guest"},
        [("sts:GetFederationToken", f"arn:aws:sts::{ACCOUNT}:federated-user/guest")],
    ),
    "cloudtrail:DescribeTrails": ({}, [("cloudtrail:DescribeTrails", "*")]),
    "cloudtrail:ListTrails": ({}, [("cloudtrail:ListTrails", "*")]),
    "cloudtrail:LookupEvents": ({}, [("cloudtrail:LookupEvents", "*")]),
}
# Operations that no policy of the caller's controls, or that answer for each part by itself; tested elsewhere.
ELSEWHERE = {
    "sts:AssumeRoleWithSAML",
    "sts:AssumeRoleWithWebIdentity",
    "sts:GetCallerIdentity",
    "sts:GetSessionToken",
    "s3:DeleteObjects",
}


def _table():
    for name, (params, action) in OF_BUCKET.items():
        yield f"s3:{name}", ({"Bucket": BUCKET, **params}, [(f"s3:{action or name}", B)])
    for kind, more in CONFIGURATIONS.items():
        name, one = f"{kind}Configuration", {"Bucket": BUCKET, "Id": "own"}
        whole = {**one, name: {"Id": "own", **more}}
        yield f"s3:PutBucket{name}", (whole, [(f"s3:Put{name}", B)])
        yield f"s3:DeleteBucket{name}", (one, [(f"s3:Put{name}", B)])
        yield f"s3:GetBucket{name}", (one, [(f"s3:Get{name}", B)])
        yield f"s3:ListBucket{name}s", ({"Bucket": BUCKET}, [(f"s3:Get{name}", B)])
    for name, (params, action) in OF_OBJECT.items():
        yield f"s3:{name}", ({"Bucket": BUCKET, "Key": KEY, **params}, [(f"s3:{action or name}", O)])
    for name, params in OF_TRAIL.items():
        yield f"cloudtrail:{name}", (params, [(f"cloudtrail:{name}", TRAIL)])
    for name, (params, arns) in ORGANIZATIONS.items():
        yield f"organizations:{name}", (params, [(f"organizations:{name}", arn) for arn in arns])
    for name, (action, target, params) in BUDGETS.items():
        yield f"budgets:{name}", (params, [(f"budgets:{action}Budget", BUDGET + target)])
    for name, params in BUDGET_TAGS.items():
        arn = f"{BUDGET}target"
        yield f"budgets:{name}", ({"ResourceARN": arn, **params}, [(f"budgets:{name}", arn)])
    for name, (params, more) in EC2.items():
        yield f"ec2:{name}", (params, [(f"ec2:{name}", INSTANCE), *more])
    for name in EC2_LISTS:
        yield f"ec2:{name}", ({}, [(f"ec2:{name}", "*")])
    yield "ec2:RunInstances", (LAUNCH, LAUNCHED)
    yield from OTHERS.items()


TABLE = dict(_table())
