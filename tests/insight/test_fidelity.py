"""The fidelity page and its document tell of every operation what the registry says."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from iamlab.door import fidelity
from iamlab.services.operations import REGISTRY, model

ROOT = Path(__file__).resolve().parents[2]


def test_the_document_is_current():
    """Else: manage.py fidelity > docs/fidelity.md"""
    out = StringIO()
    call_command("fidelity", stdout=out)
    assert (ROOT / "docs" / "fidelity.md").read_text() == out.getvalue()


@pytest.mark.parametrize("service", fidelity.SERVICES)
def test_each_operation_of_a_model_is_told_once_and_truly(service):
    rows = fidelity.rows(service)
    assert [row.name for row in rows] == sorted(model(service).operation_names)
    simulated = {row.name for row in rows if row.how != fidelity.NOT}
    assert simulated == {name.partition(":")[2] for name in REGISTRY if name.startswith(f"{service}:")}
    assert all(row.reason for row in rows if row.how != fidelity.PERFORMED)


@pytest.mark.parametrize(
    ("service", "rules"),
    [(service, rules) for table in (fidelity.STORED, fidelity.MISSING) for service, rules in table.items()],
)
def test_no_rule_is_left_over(service, rules):
    used = {row.reason for row in fidelity.rows(service)}
    assert {reason for _, reason in rules} <= used


def test_the_page_filters(client, django_assert_num_queries, db):
    with django_assert_num_queries(0):
        text = client.get("/fidelity/").content.decode()
    assert "LookupEvents" in text and "AssumeRoleWithSAML" in text and "data events" in text
    only = client.get("/fidelity/", {"service": "sts", "how": "not simulated"}).content.decode()
    assert ">AssumeRoot<" in only
    assert ">AssumeRole<" not in only and ">CreateTrail<" not in only
    strange = client.get("/fidelity/", {"service": "<b>", "how": "x"})
    assert strange.status_code == 200 and "<b>" not in strange.content.decode()


def test_every_page_and_error_links_to_it(client, db):
    for path in ("/", "/no/such/page/"):
        assert 'href="/fidelity/"' in client.get(path).content.decode()
