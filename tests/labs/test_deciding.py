"""Which statement decides: the options are the account's statements, and the evaluator knows the right one."""

import json
import re
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from iamlab.labs import attempts, deciding, progress, runner
from iamlab.labs.view import View
from iamlab.people.views import BACKEND
from tests.labs.conftest import step

pytestmark = pytest.mark.django_db
BILL = "arn:aws:s3:::bills/may.txt"
QUESTION = {
    "id": "q",
    "kind": "statement",
    "concept": "trust-vs-permission",
    "text": "Which statement?",
    "decision": {"as": "user/mario", "action": "s3:PutObject", "resource": BILL},
    "options": [
        {"id": "bucket", "text": "The *bucket* itself.", "why": "A bucket allows nobody.", "code": "own-bucket"}
    ],
    "beside": [{"id": "trust", "role": "Writer", "why": "It only says who may *take* the role."}],
    "why": "That is what he may do.",
    "wrong": "Look at Why? once more.",
}
WRITE = {"Sid": "WriteBills", "Effect": "Allow", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::bills/*"}
READ = {"Sid": "ReadBills", "Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}
NOT = {"Sid": "Never", "Effect": "Deny", "Action": "s3:*", "Resource": "*"}
TRUST = {"Sid": "LetIn", "Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "*"}}


def document(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


@pytest.fixture
def attempt(begin, do):
    attempt = begin(step("asked", {"answer": "q"}, questions=["q"]), questions=[QUESTION])
    do(attempt, "iam create-user --user-name mario", "s3api create-bucket --bucket bills")
    return attempt


@pytest.fixture
def let(do, attempt):
    def done(*statements, name="own"):
        text = document(*statements)
        do(attempt, f"iam put-user-policy --user-name mario --policy-name {name} --policy-document '{text}'")

    return done


def offered(attempt):
    return deciding.options(QUESTION, View(attempt))


def right(attempt):
    return [one["text"] for one in offered(attempt) if one["right"]]


def address(name, attempt):
    return reverse(name, args=[attempt.pk, "q"])


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        ((WRITE, READ), ["own, an identity policy: statement WriteBills"]),
        ((READ, {**WRITE, "Sid": ""}), ["own, an identity policy: statement number 2"]),
        (
            (WRITE, {**WRITE, "Sid": "Again"}),
            [f"own, an identity policy: statement {one}" for one in ("WriteBills", "Again")],
        ),
        ((WRITE, NOT), ["own, an identity policy: statement Never"]),
        ((READ,), ["None of them: no statement decides this."]),
    ],
)
def test_the_right_one_is_what_the_evaluator_rests_on(attempt, let, statements, expected):
    let(*statements)
    assert right(attempt) == expected


def test_a_boundary_decides_nothing_alone(attempt, let, do):
    """ "A permissions boundary ... does not provide permissions on its own" (IAM User Guide)."""
    text = document(WRITE)
    do(attempt, f"iam create-policy --policy-name Bound --policy-document '{text}'")
    account = attempt.sandbox.accounts.get().pk
    bound = f"arn:aws:iam::{account}:policy/Bound"
    do(attempt, f"iam put-user-permissions-boundary --user-name mario --permissions-boundary {bound}")
    assert right(attempt) == ["None of them: no statement decides this."]
    let(WRITE)
    assert right(attempt) == ["own, an identity policy: statement WriteBills"]
    of_bound = next(one for one in offered(attempt) if one["text"].startswith("Bound"))
    assert "only says what may be allowed at most" in of_bound["trace"]


def test_a_groups_statement_tells_the_group_and_a_trust_policy_stands_beside(attempt, do):
    text, trust = document(WRITE), document(TRUST)
    do(
        attempt,
        "iam create-group --group-name billing",
        "iam add-user-to-group --group-name billing --user-name mario",
        f"iam put-group-policy --group-name billing --policy-name Theirs --policy-document '{text}'",
        f"iam create-role --role-name Writer --assume-role-policy-document '{trust}'",
    )
    assert right(attempt) == ["Theirs, an identity policy, through group billing: statement WriteBills"]
    assert "Writer, the role's trust policy: statement LetIn" in [one["text"] for one in offered(attempt)]


def answer(site, attempt, begins):
    """Look at the statements, choose one by how it begins, and read the panel afterwards."""
    page = site.get(address("lab-statements", attempt)).content.decode()
    found = re.findall(r'name="answer" value="([^"]+)"[^>]*> <span[^>]*>([^<]*)', page)
    option = next(value for value, text in found if unescape(text).startswith(begins))
    return site.post(address("lab-answer", attempt), {"answer": option}, follow=True).content.decode()


@pytest.fixture
def site(client, attempt):
    client.force_login(attempt.person, BACKEND)
    return client


def test_each_choice_is_explained_by_the_evaluator_or_the_author(site, attempt, let, do):
    let(WRITE, READ)
    trust = document(TRUST)
    do(attempt, f"iam create-role --role-name Writer --assume-role-policy-document '{trust}'")
    page = answer(site, attempt, "own, an identity policy: statement ReadBills")
    assert "It does not fit this request: its actions are <code>s3:GetObject</code>" in page
    assert attempt.checks.get().code == "trust-vs-permission"
    page = answer(site, attempt, "Writer")
    assert "It only says who may <em>take</em> the role." in page
    answer(site, attempt, "The ")
    assert attempt.checks.get().code == "own-bucket"
    page = answer(site, attempt, "own, an identity policy: statement WriteBills")
    assert "That is right." in page and "That is what he may do." in page
    assert "Yes. Statement WriteBills of own allows it" in page
    assert attempt.checks.get().status == "pass"


def test_what_was_said_stays_once_the_policies_change(site, attempt, let):
    let(READ)
    answer(site, attempt, "own")
    let(WRITE)
    shown = site.get(reverse("attempt", args=[attempt.pk])).content.decode()
    assert "statement ReadBills" in shown and "its actions are" in shown


def test_a_statement_that_has_changed_meanwhile_is_chosen_again_at_no_cost(site, attempt, let):
    let(WRITE)
    option = next(one["id"] for one in offered(attempt) if one["right"])
    let({**WRITE, "Resource": "arn:aws:s3:::bills/june.txt"})
    page = site.post(address("lab-answer", attempt), {"answer": option}, follow=True).content.decode()
    assert "The policies have changed since you looked." in page
    assert not attempt.answers.exists()


def test_a_made_up_answer_is_none(site, attempt, let):
    let(WRITE)
    for made_up in ('{"right": true}', "s-0000", "own", ""):
        site.post(address("lab-answer", attempt), {"answer": made_up})
    assert not attempt.answers.filter(correct=True).exists()


def test_before_there_is_anybody_to_ask_about_nothing_is_offered(site, attempt, do):
    do(attempt, "iam delete-user --user-name mario")
    page = site.get(address("lab-statements", attempt)).content.decode()
    assert "There is nobody to ask about yet" in page


def test_a_strangers_is_not_found(client, site, attempt, begin):
    assert site.get(reverse("lab-statements", args=[attempt.pk, "other"])).status_code == 404
    client.logout()
    assert client.get(address("lab-statements", attempt)).status_code == 302


def test_what_a_learner_wrote_is_text(site, attempt, let):
    let({**READ, "Resource": ["arn:aws:s3:::<script>alert(1)</script>", "arn:aws:s3:::`x`{{account}}"]})
    page = answer(site, attempt, "own")
    shown = site.get(address("lab-statements", attempt)).content.decode()
    assert "<script>alert(1)" not in page + shown
    assert "&lt;script&gt;alert(1)" in shown


def test_the_panel_reads_no_policy_for_it(site, attempt, let):
    """The statements are on a page of their own: the panel beside each page of the console has no query more."""
    let(WRITE)
    runner.catch_up(attempt)
    with CaptureQueriesContext(connection) as captured:
        page = site.get(reverse("attempt", args=[attempt.pk])).content.decode()
    assert "Show the statements" in page
    assert not [one for one in captured if "iam_inlinepolicy" in one["sql"]]
    with CaptureQueriesContext(connection) as captured:
        site.get(address("lab-statements", attempt))
    assert len(captured) <= 15


def test_it_does_not_come_back_in_a_review(attempt, let):
    let(READ)
    attempts.answer(attempt, QUESTION, deciding.begun(attempt, QUESTION, "own"))
    assert progress.missed_in(attempt) == []
