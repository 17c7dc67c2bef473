"""An account of its own for each test."""

import pytest

from iamlab.sandbox import lab_accounts
from tests.services.cloud import ACCOUNT, Cloud


@pytest.fixture
def cloud(db):
    return Cloud(lab_accounts.open_account(ACCOUNT, reset=True))
