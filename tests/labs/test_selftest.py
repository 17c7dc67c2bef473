"""What a lab's own test tells, of a lab that is broken in one place. The labs' specification, "Validator"."""

import pytest

from iamlab.labs import selftest
from iamlab.labs.models import Attempt
from iamlab.people.models import Person
from iamlab.sandbox import snapshots
from iamlab.services.accounts.models import Account, Sandbox
from tests.labs.conftest import START

pytestmark = pytest.mark.django_db


def made(name):
    return {"as": "root", "run": f"aws iam create-group --group-name {name}"}


def check(name, *mistakes, test=None, **more):
    test = test or {"exists": f"group/{name}"}
    return {
        "id": "it",
        "title": name,
        "test": test,
        "latch": "hold",
        "say": f"{name}?",
        "mistakes": [*mistakes],
        **more,
    }


def small(name):
    """The mistake that a group has been given small letters."""
    return {"when": {"exists": f"group/{name.lower()}"}, "code": "name-case", "say": f"Not {name.lower()}."}


def wrong(step, *lines, code="name-case", **more):
    return {"step": step, "check": "it", "code": code, "lines": [*lines], **more}


@pytest.fixture
def lab():
    """Two groups, either of which may come first; each can be written in small letters."""
    steps = [
        {"id": name.lower(), "title": name, "weight": 10, "checks": [check(name, small(name))]}
        for name in ("Readers", "Writers")
    ]
    return {
        "id": "two", "version": "1.0.0", "title": "Two", "steps": steps, "start": [*START], "questions": [],
        "solution": [{"step": name.lower(), "lines": [made(name)]} for name in ("Readers", "Writers")],
        "mistakes": [wrong(name, made(name)) for name in ("readers", "writers")],
    }  # fmt: skip


def test_a_lab_that_keeps_its_word_leaves_nothing_behind(lab):
    assert selftest.test_lab(lab) == []
    assert [model.objects.count() for model in (Person, Attempt, Sandbox, Account)] == [0, 0, 0, 0]


def test_start_that_earns_something_and_one_that_is_called_wrong(lab):
    lab["start"].append(made("Readers"))
    assert "the start scores 50.0, not 0: readers/it" in selftest.test_lab(lab)
    lab["start"][-1] = made("writers")
    assert "the start is called wrong: writers/it name-case" in selftest.test_lab(lab)


def test_start_that_cannot_be_made_is_told_once(lab):
    lab["start"].append({**made("Readers"), "as": "user/nobody"})
    (told,) = selftest.test_lab(lab)
    assert "create-group --group-name Readers as user/nobody" in told
    assert [model.objects.count() for model in (Person, Attempt, Sandbox)] == [0, 0, 0]


def test_solution_that_leaves_something_undone(lab):
    lab["solution"][1]["lines"] = [made("Others")]
    found = selftest.test_lab(lab)
    assert {"the solution scores 50.0, not 100", "after the solution writers/it is fail: Writers?"} <= set(found)
    assert "the solution in another order scores 50.0, not 100" in found


def test_solution_that_holds_in_one_order_only(lab):
    lab["solution"][1]["lines"].append({"as": "root", "run": "aws iam get-group --group-name Readers"})
    (told,) = selftest.test_lab(lab)
    assert "get-group --group-name Readers" in told and "NoSuchEntity" in told
    lab["steps"][1]["needs"] = ["readers"]
    assert selftest.test_lab(lab) == []


def test_mistake_that_comes_out_as_something_else(lab):
    lab["mistakes"][0]["lines"] = [made("Others")]
    assert selftest.test_lab(lab) == ["mistake readers/it name-case came out as fail  Readers?"]


def test_mistake_whose_message_is_not_what_the_check_says(lab):
    """Another mistake of the same code fits before it."""
    before = {"when": {"exists": "group/readers"}, "code": "name-case", "say": "Another sentence."}
    lab["steps"][0]["checks"][0]["mistakes"] = [{**small("Readers"), "when": {"exists": "group/re"}}, before]
    (told,) = selftest.test_lab(lab)
    assert told == "mistake readers/it name-case came out as fail name-case Another sentence."


def test_mistake_that_yields_other_codes_too(lab):
    lab["steps"][1]["checks"][0]["mistakes"][0]["code"] = lab["mistakes"][1]["code"] = "lower"
    lab["mistakes"][0]["lines"].append(made("writers"))
    assert selftest.test_lab(lab) == ["mistake readers/it name-case yields other codes too: lower"]
    lab["mistakes"][0]["also"] = ["lower"]
    assert selftest.test_lab(lab) == []


def test_mistake_that_nobody_makes(lab):
    del lab["mistakes"][1]
    (told,) = selftest.test_lab(lab)
    assert "mistake writers/it name-case: mistakes.yaml has no lines that make it" in told


def test_mistake_that_cannot_be_made_is_told_and_what_it_did_is_taken_back(lab):
    """Its first line is the solution's, which fails where it was done already."""
    lab["mistakes"][0]["lines"] = [made("Readers"), {**made("readers"), "as": "user/nobody"}]
    (told,) = selftest.test_lab(lab)
    assert told.startswith("mistake readers/it name-case: ") and "as user/nobody" in told


def test_wrong_answer_that_comes_out_as_something_else(lab):
    options = [
        {"id": "yes", "text": "Yes", "right": True, "why": "So it is."},
        {"id": "no", "text": "No", "why": "It is not.", "code": "default-allow"},
    ]
    lab["questions"] = [{"id": "q", "kind": "single", "text": "Yes?", "concept": "deny-wins", "options": options}]
    asked = check("Readers", test={"answer": "q"})
    lab["steps"][0]["checks"] = [asked]
    lab["solution"][0]["lines"] = [{"answer": "q", "give": "yes"}]
    del lab["mistakes"][0]
    assert selftest.test_lab(lab) == []
    # A mistake that fits first hides what the answer shows.
    asked["mistakes"] = [{"when": {"exists": "group/Others"}, "code": "other", "say": "Other."}]
    lab["mistakes"].append(wrong("readers", made("Others"), code="other"))
    lab["start"].append(made("Others"))
    assert "answer no to q came out as fail other" in selftest.test_lab(lab)


def test_check_that_does_not_hold_through_going_back_and_forth(lab, monkeypatch):
    restore = snapshots.restore
    monkeypatch.setattr(snapshots, "restore", lambda one: restore(one) if one.kind == "start" else None)
    found = selftest.test_lab(lab)
    assert found[0] == "going back and forth again scores 0.0, not 100"
    assert "after going back and forth again writers/it is fail: Writers?" in found


def test_every_variant_is_proved_and_named(lab):
    lab["variants"] = {"some": {"until": "some", "of": ["Others", "Readers", "Rest"]}}
    lab["start"].append(made("{{some}}"))
    found = selftest.test_lab(lab)
    assert found and all(one.startswith("in variant 2: ") for one in found)
