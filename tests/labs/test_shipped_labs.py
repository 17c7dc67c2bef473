"""Every shipped lab is well formed and proves itself."""

import pytest

from iamlab.labs import content, selftest, validator

FOLDERS = content.folders()


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_lab_is_well_formed(folder):
    assert [str(problem) for problem in validator.problems(folder) if problem.severity == "error"] == []


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_start_earns_nothing_solution_everything_and_mistakes_their_codes(folder):
    assert selftest.test_lab(content.read(folder)) == []


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_every_prediction_can_be_compared_with_what_came(folder):
    predictions = [question for question in content.read(folder)["questions"] if question["kind"] == "predict"]
    assert [question["id"] for question in predictions if "run" not in question] == []
