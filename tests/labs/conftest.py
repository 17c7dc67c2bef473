"""An attempt at a lab of data, and lines performed in it as its learner would."""

import pytest

from iamlab.labs import attempts, content, performing, runner
from iamlab.people.models import create_guest

START = [
    {
        "as": "visitor",
        "call": "accounts:RegisterAccount",
        "params": {"Email": "root@x.example", "AccountName": "X", "Password": "Long-and-good-1"},
    },
]


def step(name, test, **more):
    check = {"id": "it", "title": name, "test": test, "say": f"{name} is missing.", **more.pop("check", {})}
    return {"id": name, "title": name, "weight": 10, "checks": [check], **more}


@pytest.fixture
def learner(db):
    return create_guest()[0]


@pytest.fixture
def begin(learner):
    """begin(*steps, **lab) -> an attempt at a lab of these steps."""

    def begun(*steps, graded=False, **more):
        lab = {
            "id": "made", "version": "1.0.0", "title": "Made", "steps": list(steps), "start": START, "solution": [],
            "mistakes": [], "questions": [], **more,
        }  # fmt: skip
        return attempts.begin(learner, lab, graded=graded)

    return begun


@pytest.fixture
def shipped(learner):
    return lambda name, **more: attempts.begin(learner, content.catalogue()[name], **more)


@pytest.fixture
def do():
    """do(attempt, line, ...) -> each performed as root, then the checks that it touched."""

    def done(attempt, *lines, by="root"):
        for line in lines:
            given = line if isinstance(line, dict) else {"as": by, "run": f"aws {line}"}
            performing.perform(attempt.sandbox, [given], attempt.bound, {})
            runner.catch_up(attempt)

    return done
