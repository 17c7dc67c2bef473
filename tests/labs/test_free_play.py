"""Free play: a world without a lab."""

import pytest

from iamlab.people.models import create_guest
from iamlab.sandbox import lab_accounts
from iamlab.services.accounts.models import Account, Sandbox

pytestmark = pytest.mark.django_db


def test_a_second_click_makes_no_second_empty_world(client):
    learner = create_guest()[0]
    client.force_login(learner)
    first = client.post("/free-play/").url
    assert client.post("/free-play/").url == first
    lab_accounts.open_account("111122223333", reset=True)
    Account.objects.filter(pk="111122223333").update(sandbox=Sandbox.objects.get(owner=learner))
    assert client.post("/free-play/").url != first
