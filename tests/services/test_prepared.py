"""A prepared query finds what the queryset finds, whatever thread or value asks."""

import threading
from datetime import UTC, datetime

import pytest

from iamlab.sandbox import lab_accounts
from iamlab.services.iam import users
from iamlab.services.iam.models import User
from iamlab.services.iam.users import BY_NAME, with_last_sign_in
from iamlab.services.prepared import Prepared

pytestmark = pytest.mark.django_db
ACCOUNT = "111122223333"


@pytest.fixture
def mario():
    lab_accounts.open_account(ACCOUNT, reset=True)
    return User.objects.create(
        account_id=ACCOUNT, name="Mario", name_lower="mario", path="/", unique_id="AIDAMARIO",
        tags={"team": "à 100 %s"}, created=datetime(2024, 2, 29, tzinfo=UTC),
    )  # fmt: skip


def test_it_finds_what_the_queryset_finds(mario):
    found, wanted = BY_NAME.first(ACCOUNT, "mario"), with_last_sign_in().get(pk=mario.pk)
    columns = [field.attname for field in User._meta.concrete_fields]
    assert [getattr(found, name) for name in columns] == [getattr(wanted, name) for name in columns]
    assert found.last_sign_in is wanted.last_sign_in is None
    assert found == mario and not found._state.adding


def test_what_is_not_there_is_not_found(mario):
    for account_id, name in ((ACCOUNT, "luigi"), ("444455556666", "mario"), (ACCOUNT, "%s")):
        assert BY_NAME.first(account_id, name) is None


def test_each_use_takes_one_statement_and_sees_what_is_there_now(mario, django_assert_num_queries):
    assert BY_NAME.first(ACCOUNT, "mario").tags == {"team": "à 100 %s"}
    User.objects.filter(pk=mario.pk).update(tags={"team": "b"})
    with django_assert_num_queries(1):
        assert BY_NAME.first(ACCOUNT, "mario").tags == {"team": "b"}


def test_an_instance_can_be_saved(mario):
    found = users.find(ACCOUNT, "MARIO")
    found.path = "/team/"
    found.save(update_fields=["path"])
    assert User.objects.get(pk=mario.pk).path == "/team/"


def test_threads_compile_for_themselves():
    built = []
    prepared = Prepared(lambda name: built.append(threading.get_ident()) or User.objects.filter(name=name), 1)
    prepared.first("mario")
    prepared.first("luigi")
    assert built == [threading.get_ident()]


@pytest.mark.parametrize("count", [0, 1, 3, 10, 11, 60, 140])
def test_a_list_of_any_length_finds_what_the_queryset_finds(mario, count):
    User.objects.bulk_create(
        User(account_id=ACCOUNT, name=f"u{n}", name_lower=f"u{n}", unique_id=f"AIDA{n}", created=mario.created)
        for n in range(150)
    )
    many = Prepared(
        lambda account, names: User.objects.filter(account_id=account, name__in=names).order_by("pk"), str, [str]
    )
    for first in (0, 5):
        names = [f"u{n}" for n in range(first, first + count)]
        assert [row.name for row in many.all(ACCOUNT, names)] == names
    assert many.all("444455556666", ["u1", "u2"]) == []


def test_a_short_list_takes_the_statement_of_a_longer_one(mario, django_assert_num_queries):
    many = Prepared(lambda keys: User.objects.filter(pk__in=keys), [int])
    with django_assert_num_queries(2):
        assert [row.pk for row in many.all([mario.pk, -1, -2])] == [mario.pk]
        assert many.all({-(10**15), -5}) == []
    with django_assert_num_queries(0):
        assert many.all([]) == []
