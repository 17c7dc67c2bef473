"""The lesson map names labs and steps that exist."""

import re
from pathlib import Path

import pytest

from iamlab.labs import content

MAP = Path(__file__).resolve().parents[2] / "docs" / "lesson-map.md"
ROWS = [line.strip("| \n").split(" | ") for line in MAP.read_text().splitlines() if re.match(r"\| [A-Z]", line)]


@pytest.mark.parametrize(("taught", "labs", "steps"), ROWS)
def test_each_lesson_has_its_step(taught, labs, steps):
    found = [content.catalogue()[lab] for lab in labs.split(", ")]
    known = {step["id"] for lab in found for step in lab["steps"]}
    assert set(steps.split(", ")) <= known
    for lab in found:
        assert {step["id"] for step in lab["steps"]} & set(steps.split(", ")), lab["id"]
