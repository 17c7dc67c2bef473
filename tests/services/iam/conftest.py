"""An account of its own for each test, and callers in it; calls go through the door."""

import pytest

from iamlab.door import authenticate
from iamlab.door.calls import call, call_many
from iamlab.sandbox import lab_accounts
from iamlab.services.operations import AwsError
from tests.services.iam.cast import ACCOUNT


class Iam:
    """IAM as one caller sees it: `iam.CreateUser(UserName="mario")`."""

    def __init__(self, key_id):
        self.key_id = key_id

    @property
    def caller(self):
        return authenticate.credentials(self.key_id).caller

    def __getattr__(self, name):
        return lambda **params: call(self.caller, f"iam:{name}", params)

    def refused(self, name, **params):
        """The error of a call that must fail, as (code, message)."""
        with pytest.raises(AwsError) as error:
            getattr(self, name)(**params)
        return error.value.code, error.value.message

    def many(self, name, many):
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
