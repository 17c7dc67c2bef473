"""docs/console.md: each row has a state, and what it calls done opens."""

import re
from pathlib import Path

import pytest
from django.urls import resolve

TEXT = (Path(__file__).resolve().parents[2] / "docs" / "console.md").read_text()
ROWS = [[cell.strip() for cell in line.split("|")[1:-1]] for line in TEXT.splitlines() if line.startswith("| ")][1:]


def filled(address: str) -> str:
    return re.sub("[A-Z]{2,}", lambda match: match[0].lower(), address)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0][:30])
def test_a_row_has_addresses_or_a_reason(row):
    _, state, addresses, reason = row
    assert state in ("done", "part", "left out")
    assert bool(addresses) == (state != "left out")
    assert reason or state == "done"


@pytest.mark.parametrize("address", re.findall(r"`(/[^`]*)`", TEXT))
def test_an_address_is_one_of_the_site(address):
    resolve(filled(address))
