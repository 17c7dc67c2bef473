"""Every case of tests/policy/cases: derived by hand from AWS's documentation, judged by the evaluator of the door."""

import json
from pathlib import Path

import pytest

from iamlab.policy.batch import answer_line
from iamlab.policy.cases import CaseReader

CASES = Path(__file__).parent / "cases"
FILES = sorted(CASES.glob("*/*.jsonl"))


def lines(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text().splitlines()]


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_decisions(path):
    reader = CaseReader()
    wrong = []
    for case in lines(path):
        answer = answer_line(reader, json.dumps(case))
        if answer["decision"] != case["expected"] or case.get("layer", answer.get("layer")) != answer.get("layer"):
            wrong.append(f"{case['id']}: {case['why']} Expected {case['expected']}, not {answer}.")
    assert not wrong, "\n".join(wrong)


def test_cases_are_many_and_sourced():
    cases = [case for path in FILES for case in lines(path)]
    assert len(cases) >= 400
    assert len({case["id"] for case in cases}) == len(cases)
    assert all(case["why"].endswith(".") and case["doc"] for case in cases)
