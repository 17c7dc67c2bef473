"""A root key of a fresh account, its users, and requests written by hand."""

from urllib.parse import urlencode

import pytest
from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from iamlab.sandbox import lab_accounts
from tests import boto

ACCOUNT = "111122223333"
ALL = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}'


@pytest.fixture
def root(db):
    return lab_accounts.open_account(ACCOUNT, reset=True)


@pytest.fixture
def iam(root):
    return boto.client("iam", root)


@pytest.fixture
def s3(root):
    made = boto.client("s3", root)
    made.create_bucket(Bucket="customer-bills")
    return made


def request(service, key, *, method="POST", path="/aws", body=b"", headers=None, scope=None):
    """A request written by hand and signed; AWS's answer to it. Without a key it is not signed."""
    wanted = AWSRequest(method, f"http://{boto.HOST}{path}", headers or {}, body)
    if key is not None:
        signer = S3SigV4Auth if service == "s3" else SigV4Auth
        credentials = Credentials(key["AccessKeyId"], key["SecretAccessKey"], key.get("SessionToken"))
        signer(credentials, scope or service, "us-east-1").add_auth(wanted)
    return boto.answered(wanted.prepare())


def form(key, service="iam", **fields):
    """A request of the query protocol."""
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    return request(service, key, body=urlencode(fields).encode(), headers=headers)


def target(key, operation, body=b"{}"):
    """A request of the JSON protocol, to CloudTrail."""
    prefix = "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101"
    headers = {"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": f"{prefix}.{operation}"}
    return request("cloudtrail", key, body=body, headers=headers)


def element(answer, tag):
    """The text of an answer's first element of that name."""
    text = answer.text
    return text.partition(f"<{tag}>")[2].partition(f"</{tag}>")[0]
