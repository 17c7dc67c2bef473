"""A learner's timeline: why calls failed, in a sentence and with the decision; checks and words as people read them."""

import re
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from iamlab.classroom import work
from iamlab.classroom.models import Assignment, Enrolment
from iamlab.labs import helping, performing, runner
from iamlab.sandbox import history

pytestmark = pytest.mark.slow


def timeline(attempt, name="attempt-timeline") -> str:
    return reverse(name, args=[attempt.work.assignment.klass_id, attempt.pk])


def said(client, attempt, name="attempt-timeline", **query) -> str:
    """The timeline's rows as text."""
    page = client.get(timeline(attempt, name), query).content.decode()
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page[page.index('id="timeline') :])))


def ways(client, attempt, name="attempt-timeline", **query) -> list[str]:
    page = client.get(timeline(attempt, name), query).content.decode()
    return re.findall(r'href="([^"]+)">Why\?', page)


@pytest.fixture
def perform(attempt):
    """Lines in the learner's account."""

    def perform(*lines) -> None:
        performing.perform(attempt.sandbox, lines, {}, {})
        runner.catch_up(attempt)

    return perform


@pytest.fixture
def mario(attempt, solve, perform):
    """The lab's administrator is there, and a user Mario with a key and no permission."""
    solve(attempt, 3)
    perform(
        {"as": "user/anna", "run": "aws iam create-user --user-name Mario"},
        {"as": "user/anna", "run": "aws iam create-access-key --user-name Mario"},
    )


def refused(run: str, code: str = "AccessDenied") -> dict[str, str]:
    return {"as": "user/Mario", "run": run, "error": code}


def test_a_refusal_says_why_and_leads_to_the_decision(teacher, pupil, attempt, mario, perform):
    perform(refused("aws iam list-users"))
    for client, name in ((teacher, "attempt-timeline"), (pupil, "my-work")):
        assert "No. Nothing that applies to Mario allows this." in said(client, attempt, name, show="refused")
        (why,) = ways(client, attempt, name, show="refused")
        page = client.get(why).content.decode()
        assert "No. Nothing that applies to Mario allows this." in page and "iam:ListUsers" in page
        assert timeline(attempt, name) in page
        assert client.post(why).status_code == 405


def test_a_refusal_by_a_deny_names_its_statement(teacher, attempt, mario, perform):
    deny = '{"Version":"2012-10-17","Statement":{"Sid":"NoLists","Effect":"Deny","Action":"iam:List*","Resource":"*"}}'
    put = f"aws iam put-user-policy --user-name Mario --policy-name Stop --policy-document '{deny}'"
    perform({"as": "user/anna", "run": put}, refused("aws iam list-users"))
    assert "No. Statement NoLists of Stop forbids it" in said(teacher, attempt, show="refused")
    # The decision is that of the moment, whatever was changed since.
    perform({"as": "user/anna", "run": "aws iam delete-user-policy --user-name Mario --policy-name Stop"})
    (why,) = ways(teacher, attempt, show="refused")
    assert "NoLists" in teacher.get(why).content.decode()


def test_a_call_that_failed_without_being_refused_says_so_in_the_words_of_aws(teacher, attempt, mario, perform):
    perform({"as": "user/anna", "run": "aws iam get-user --user-name nobody", "error": "NoSuchEntity"})
    assert "The user with name nobody cannot be found." in said(teacher, attempt, show="refused")
    assert ways(teacher, attempt, show="refused") == []


def test_nobody_else_reads_the_decision(
    teacher, pupil, stranger, client, attempt, mario, perform, make_person, browser_of
):
    perform(refused("aws iam list-users"))
    (why,) = ways(teacher, attempt)
    other = make_person("sven")
    Enrolment.objects.create(klass=attempt.work.assignment.klass, person=other, name="Sven")
    theirs = work.begin(other, work.tasks(other)[0])
    for browser in (browser_of(other), stranger):
        assert browser.get(why).status_code == 404
    assert client.get(why).status_code == 302
    # Nor through the address of an attempt that they may see.
    moved = why.replace(f"/attempts/{attempt.pk}/", f"/attempts/{theirs.pk}/")
    assert [one.get(moved).status_code for one in (browser_of(other), teacher, pupil)] == [404] * 3


def test_a_hundred_refusals_cost_as_many_queries_as_one(teacher, attempt, mario, perform):
    perform(refused("aws iam list-users"))
    with CaptureQueriesContext(connection) as one:
        teacher.get(timeline(attempt))
    for number in range(8):
        policy = '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"sts:Get*","Resource":"*"}}'
        name = f"Policy{number}"
        put = f"aws iam put-user-policy --user-name Mario --policy-name {name} --policy-document '{policy}'"
        perform({"as": "user/anna", "run": put}, refused("aws iam list-users"), refused("aws iam list-roles"))
    with CaptureQueriesContext(connection) as many:
        assert len(ways(teacher, attempt)) == 17
    assert len(many) <= len(one) <= 28


def test_checks_are_told_by_their_titles_and_as_the_learner_read_them(teacher, attempt, solve, mistake):
    solve(attempt, 2)
    mistake(attempt, "administrator", "name-case")
    step = next(one for one in attempt.lab_version.data["steps"] if one["id"] == "administrator")
    shown = said(teacher, attempt, show="checks", step="administrator")
    message = attempt.checks.get(code="name-case").message
    assert step["title"] in shown and "does not pass (name-case)." in shown
    assert re.sub(r"[*`]", "", message) in re.sub(r" ([,.:;])", r"\1", shown)
    assert "*" not in shown


def test_what_a_learner_wrote_is_text(teacher, attempt):
    helping.ask_for_help(attempt, "*x* <b onclick=alert(1)>[y](https://elsewhere.example) {{account}}")
    page = teacher.get(timeline(attempt)).content.decode()
    assert "<b onclick" not in page and 'href="https://elsewhere' not in page
    assert "*x* <b onclick=alert(1)>[y](https://elsewhere.example) {{account}}" in unescape(page)


def test_what_the_lab_made_before_the_learner_began_is_told_as_its_own(teacher, learner, klass):
    Assignment.objects.create(klass=klass, lab="mario-saves-a-bill", title="Mario")
    begun = work.begin(learner, work.tasks(learner)[0])
    assert history.last(begun.sandbox)
    assert "the lab, as root" in said(teacher, begun, show="changes")
    performing.perform(begun.sandbox, [{"as": "user/admin", "run": "aws iam create-user --user-name eve"}], {}, {})
    newest = said(teacher, begun, show="changes").partition("iam:CreateUser")[2]
    assert newest.strip().startswith("admin eve")
