"""An account of its own for each test, and boto3 clients in it that the site answers in process."""

import pytest
from botocore import xform_name
from botocore.exceptions import ClientError

from iamlab.door import authenticate
from iamlab.door.calls import call_many
from iamlab.sandbox import lab_accounts
from iamlab.services.iam.names import secret_of
from tests import boto
from tests.services.iam.cast import ACCOUNT


class Iam:
    """IAM as one caller sees it: `iam.CreateUser(UserName="mario")`."""

    def __init__(self, key_id):
        self.key_id = key_id
        key = {"AccessKeyId": key_id, "SecretAccessKey": secret_of(key_id)}
        self.client = boto.client("iam", key, parameter_validation=False)

    @property
    def caller(self):
        return authenticate.credentials(self.key_id).caller

    def __getattr__(self, name):
        method = getattr(self.client, xform_name(name))

        def operation(**params):
            answer = method(**params)
            del answer["ResponseMetadata"]
            return answer

        return operation

    def refused(self, name, **params):
        """The error of a call that must fail, as (code, message)."""
        with pytest.raises(ClientError) as error:
            getattr(self, name)(**params)
        found = error.value.response["Error"]
        return found["Code"], found.get("Message", "")

    def many(self, name, many):
        """The cells of a list, as the console asks for them."""
        return call_many(self.caller, f"iam:{name}", many)

    def user(self, name, policy=None):
        """IAM as a new user sees it, with one inline policy where a document is given."""
        self.CreateUser(UserName=name)
        if policy is not None:
            self.PutUserPolicy(UserName=name, PolicyName="own", PolicyDocument=policy)
        return Iam(self.CreateAccessKey(UserName=name)["AccessKey"]["AccessKeyId"])


@pytest.fixture
def iam(db):
    return Iam(lab_accounts.open_account(ACCOUNT, reset=True)["AccessKeyId"])
