"""Every shipped lab is well formed and proves itself."""

import pytest

from iamlab.labs import attempts, content, runner, selftest, showing, validator

FOLDERS = content.folders()


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_lab_is_well_formed(folder):
    assert [str(problem) for problem in validator.problems(folder) if problem.severity == "error"] == []


@pytest.fixture
def overlooked(monkeypatch):
    """The checks that only a run of all of them found changed, though something that they read had been touched.

    Once the clock was moved all run anyway.
    """
    found, clocks = [], {}
    catch_up = runner.catch_up

    def all_of_them(attempt, *given, **named):
        changed = catch_up(attempt, *given, **named)
        offset = attempt.sandbox.clock_offset
        if clocks.setdefault(attempt.pk, offset) != offset:
            clocks[attempt.pk] = offset
            return changed
        before = {(fact.step, fact.check_id): fact.status + fact.code for fact in attempt.checks.all()}
        if runner.examine(attempt):
            after = {(fact.step, fact.check_id): fact.status + fact.code for fact in attempt.checks.all()}
            found.extend(sorted(after.items() - before.items()))
        return changed

    monkeypatch.setattr(runner, "catch_up", all_of_them)
    return found


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_start_earns_nothing_solution_everything_and_mistakes_their_codes(folder, overlooked):
    assert selftest.test_lab(content.read(folder)) == []
    assert overlooked == []


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_every_prediction_can_be_compared_with_what_came(folder):
    predictions = [question for question in content.read(folder)["questions"] if question["kind"] == "predict"]
    assert [question["id"] for question in predictions if "run" not in question] == []


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.parametrize("name", [folder.name for folder in FOLDERS])
def test_what_is_shown_does_all_but_answer(name, learner):
    """Show me after show me, with the answers between: the clock moves and things break where the way asks for it."""
    lab = content.catalogue()[name]
    attempt = attempts.begin(learner, lab)
    for step in lab["steps"]:
        if showing.can_show(lab, step):
            showing.show(attempt, step)
        answers = [one for part in lab["solution"] if part["step"] == step["id"] for one in part["lines"]]
        selftest.solve(attempt, lab, [one for one in answers if "answer" in one])
    open_checks = [f"{fact.step}/{fact.check_id}: {fact.message}" for fact in attempt.checks.exclude(status="pass")]
    assert open_checks == []
    assert attempt.past.get("shut", []) == []  # the right way shuts nobody out


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.parametrize("name", [folder.name for folder in FOLDERS])
def test_account_can_be_brought_to_the_last_step(name, learner):
    lab = content.catalogue()[name]
    attempt = attempts.begin(learner, lab)
    showing.to_step(attempt, lab["steps"][-1])
    asked = {(step["id"], check["id"]) for step, check in content.checks_of(lab) if "answer" in str(check["test"])}
    before = [step["id"] for step in lab["steps"][:-1]]
    left = {(fact.step, fact.check_id) for fact in attempt.checks.exclude(status="pass").filter(step__in=before)}
    assert left - asked == set()
