"""The cast of the console's tests: a person with an account, its root user, its other users, and a stranger."""

from datetime import UTC, datetime

import pytest

from iamlab.console.session import Session
from iamlab.door import authenticate, sessions
from iamlab.people.models import create_guest
from iamlab.sandbox import controls
from iamlab.services import callers
from iamlab.services.accounts.models import Account
from iamlab.services.callers import Source
from iamlab.services.iam.models import User
from iamlab.services.sts import tokens

ACCOUNT = "111122223333"


@pytest.fixture
def person(db):
    return create_guest()[0]


@pytest.fixture
def stranger(db):
    return create_guest()[0]


@pytest.fixture
def account(person):
    return open_account(person)


def open_account(person) -> Account:
    sandbox = controls.create(person, "tests", throttled=False)
    return Account.objects.create(
        id=ACCOUNT,
        sandbox=sandbox,
        name="lab",
        email="root@example.com",
        email_lower="root@example.com",
        created=datetime.now(UTC).replace(microsecond=0),
    )


def signed_in(person, account, kind: str, principal: str, label: str) -> Session:
    now = datetime.now(UTC).replace(microsecond=0)
    issued = int(now.timestamp())
    claims = {"kind": kind, "account": account.pk, "principal": principal, "issued": issued, "console": True}
    token = tokens.issue({**claims, "expires": issued + 12 * 3600}).token
    answer = {"AccountId": account.pk, "Kind": kind, "Principal": principal, "Label": label}
    row = sessions.open_session(person, {**answer, "SessionToken": token, "Issued": now})
    return Session(row.pk, person, account, authenticate.console_session(row), Source(), label)


@pytest.fixture
def root(person, account) -> Session:
    """The root user's console session."""
    return signed_in_as_root(person, account)


def signed_in_as_root(person, account) -> Session:
    return signed_in(person, account, callers.ROOT, account.pk, "root")


@pytest.fixture
def user(root):
    """A console session of a new user, with the managed policies named: user("mario", "AmazonS3ReadOnlyAccess")."""

    def sign_in(name: str, *policies: str, **statements: str) -> Session:
        root.call("iam:CreateUser", {"UserName": name})
        for policy in policies:
            root.call("iam:AttachUserPolicy", {"UserName": name, "PolicyArn": f"arn:aws:iam::aws:policy/{policy}"})
        for number, document in statements.items():
            params = {"UserName": name, "PolicyName": number, "PolicyDocument": document}
            root.call("iam:PutUserPolicy", params)
        row = User.objects.get(account_id=root.account.pk, name=name)
        return signed_in(root.person, root.account, callers.USER, row.unique_id, name)

    return sign_in


@pytest.fixture
def browser_of(client, person):
    """The person's browser: Django's client, signed in to iamlab."""
    client.force_login(person)
    return client
