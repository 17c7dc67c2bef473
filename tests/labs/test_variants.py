"""Variants: the same task with other names for each attempt. The labs' specification, "Attempts", and docs/labs.md."""

import contextlib
import re
import shutil

import pytest
from django.urls import reverse

from iamlab.labs import attempts, content, performing, scoring, selftest, validator, variants
from iamlab.labs.vocabulary import fill
from iamlab.people.models import create_guest
from iamlab.people.views import BACKEND
from tests.labs.conftest import START, step

pytestmark = pytest.mark.django_db
VARIED = {
    "colleague": {"until": "a colleague", "of": ["pia", "ann", "zoe"]},
    "bucket": {"until": "a bucket", "of": ["notes", "texts", "plans"]},
}
FIXED = {"groups", "mario-saves-a-bill"}  # whose names the article gives
DIFFICULT = [lab["id"] for lab in content.catalogue().values() if lab["mode"] != "guided" and lab["id"] not in FIXED]


def made(begin, **more):
    there = step("there", {"exists": "user/{{colleague}}"}, check={"say": "There is no *{{colleague}}*."})
    return begin(there, variants=VARIED, **more)


def names(attempt):
    return attempt.variant, attempt.bound["colleague"], attempt.bound["bucket"]


@pytest.mark.drawn
def test_every_attempt_has_another_variant_and_so_has_who_sits_beside(begin, learner):
    first, second, third, fourth = (names(made(begin)) for _ in range(4))
    assert sorted([first, second, third]) == [
        ("1", "pia", "notes"), ("2", "ann", "texts"), ("3", "zoe", "plans"),
    ]  # fmt: skip
    assert fourth == first
    neighbours = [create_guest()[0] for _ in range(2)]
    lab = {"id": "made", "variants": VARIED}
    assert len({variants.draw(person, {**lab, "id": "other"}) for person in (learner, *neighbours)}) == 3


@pytest.mark.drawn
def test_lab_without_variants_has_none(begin):
    assert begin(step("there", {"exists": "user/anna"})).variant == ""


def test_names_stay_through_start_reset_and_what_is_chosen(begin, do):
    start = [*START, {"as": "root", "run": "aws s3 mb s3://{{account}}-{{bucket}}"}]
    attempt = made(
        begin, start=start, bind={"group": {"name": "CreateGroup", "field": "groupName", "until": "a group"}}
    )
    assert attempt.checks.get().message == "There is no *pia*."
    do(attempt, "iam create-group --group-name a", "iam create-user --user-name ann")
    assert attempt.checks.get().status == "fail"
    do(attempt, "iam create-user --user-name pia")
    assert attempt.checks.get().status == "pass"
    attempts.reset(attempt)
    assert (attempt.checks.get().status, attempt.bound["colleague"], attempt.bound.get("group")) == (
        "fail",
        "pia",
        None,
    )
    account = attempt.sandbox.accounts.get().pk
    do(attempt, f"s3api head-bucket --bucket {account}-notes")


def test_answers_are_those_of_the_variant(begin):
    question = {"id": "who", "kind": "text", "text": "Who?", "accept": ["{{colleague}}"], "why": "Yes."}
    attempt = begin(step("asked", {"answer": "who"}), questions=[question], variants=VARIED)
    assert not attempts.answer(attempt, question, "ann").correct
    assert attempts.answer(attempt, question, "Pia").correct


def test_every_lab_that_is_more_than_guided_has_three_variants():
    assert {tuple(variants.of(content.catalogue()[name])) for name in DIFFICULT} == {("1", "2", "3")}


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in DIFFICULT if name != "bp-root"])  # whose people the learner names
def test_what_a_neighbour_did_does_not_solve_it(learner, name):
    lab = content.catalogue()[name]
    attempt = attempts.begin(learner, lab, variant="2")
    for part in fill(lab["solution"], variants.names(lab, "1")):
        for line in part["lines"]:
            with contextlib.suppress(performing.LineFailed):  # it speaks of somebody who is not there
                selftest.solve(attempt, lab, [line])
    assert scoring.score(attempt).auto < lab["pass_at"]


@pytest.mark.parametrize("name", DIFFICULT)
@pytest.mark.slow
def test_no_page_shows_a_name_that_is_not_filled_in(client, learner, name):
    client.force_login(learner, BACKEND)
    lab = content.catalogue()[name]
    counts = client.get(reverse("lab-rubric", args=[name])).content.decode()
    attempt = attempts.begin(learner, lab, variant="3")
    pages = [counts]
    for each in lab["steps"]:
        attempts.open_step(attempt, each["id"])
        pages.append(client.get(reverse("attempt", args=[attempt.pk])).content.decode())
    for figure in lab["media"]:
        pages.append(client.get(reverse("lab-media", args=[attempt.pk, figure])).content.decode())
    shown = re.sub(r"<[^>]*>", " ", "".join(pages))  # ids in the markup stay the same
    assert set(re.findall(r"\{\{\w+\}\}", shown)) == set()
    said = [spec["of"] for spec in lab["variants"].values()]
    assert any(re.search(rf"\b{re.escape(values[2])}\b", shown) for values in said)
    assert not [values[0] for values in said if re.search(rf"\b{re.escape(values[0])}\b", shown)]


@pytest.fixture
def folder(tmp_path):
    shutil.copytree(content.CONTENT / "way-up", tmp_path / "way-up")
    return tmp_path / "way-up"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("of: [vera, nina, olga]", "of: [vera, nina]", "2 values where others have 3"),
        ("of: [vera, nina, olga]", "of: [vera, nina, vera]", "'vera' stands here twice"),
        ("of: [vera, nina, olga]", "of: [vera]", "give two or more"),
        ("of: [vera, nina, olga]", "of: [vera, nina, '{{vera}}']", "is nothing that a text can say"),
        ("of: [vera, nina, olga]", "of: vera", "of has the wrong kind of value"),
        ("{until: a user, of: [vera", "{of: [vera", "until"),
        ("  vera: {until", "  account: {until", "{{account}} is bound otherwise too"),
        ("  vera: {until", "  a name: {until", "'a name' is no name"),
        ("title: Find it", 'title: "Find {{vera}}"', "differs from learner to learner"),
        ("summary: A harmless", 'summary: "{{vera}}, a harmless', "differs from learner to learner"),
        ('user: "{{vera}}"', 'user: "{{veronica}}"', "{{veronica}} is bound nowhere"),
    ],
)
def test_validator_tells_what_is_wrong_with_variants(folder, old, new, said):
    file = folder / "lab.yaml"
    text = file.read_text()
    assert old in text
    text = text.replace(old, new, 1)
    if "summary" in old:
        text = re.sub(r"^(summary: .*)$", r'\1"', text, flags=re.MULTILINE)
    file.write_text(text)
    assert [one for one in validator.problems(folder) if said in str(one)], list(map(str, validator.problems(folder)))


@pytest.mark.slow
def test_self_test_proves_each_variant(folder):
    """A mistake in one of three is found, and the sentence says in which."""
    file = folder / "solution.yaml"
    file.write_text(file.read_text().replace("{{vera}}", "vera"))
    found = selftest.test_lab(content.read(folder))
    assert found and all(one.startswith(("in variant 2: ", "in variant 3: ")) for one in found)
