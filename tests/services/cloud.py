"""An account as its root user and others see it, through boto3 clients that the site answers in process."""

import json
from datetime import timedelta

import pytest
from botocore.exceptions import ClientError

from iamlab.services.accounts.models import Sandbox
from tests import boto

ACCOUNT = "111122223333"


class Cloud:
    """The account as its root user sees it, and clients of anybody in it."""

    def __init__(self, root):
        self.root = root

    def client(self, service, key=None):
        return boto.client(service, key or self.root)

    def move(self, **span):
        """Move the sandbox's clock."""
        Sandbox.objects.filter(accounts=ACCOUNT).update(clock_offset=int(timedelta(**span).total_seconds()))

    def user(self, name, *statements):
        """A new user's key, with one inline policy where statements are given."""
        iam = self.client("iam")
        iam.create_user(UserName=name)
        if statements:
            document = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
            iam.put_user_policy(UserName=name, PolicyName="own", PolicyDocument=document)
        return iam.create_access_key(UserName=name)["AccessKey"]

    def role(self, name, trust, *statements):
        """A new role's ARN; `trust` is the statement of its trust policy."""
        iam = self.client("iam")
        document = json.dumps({"Version": "2012-10-17", "Statement": trust})
        arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=document)["Role"]["Arn"]
        if statements:
            own = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
            iam.put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=own)
        return arn


def allow(action, resource="*", **more):
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def refusal(call, **params):
    """The whole answer to a call that must fail."""
    with pytest.raises(ClientError) as error:
        call(**params)
    return error.value.response
