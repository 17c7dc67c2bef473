"""Checks follow what happens: latches, regressions, mistakes, needs, names bound, going back."""

import gc
import time

import pytest

from iamlab.labs import attempts, clockwork, performing, results, runner, scoring
from iamlab.labs.asking import question_data
from iamlab.labs.models import CheckFact
from iamlab.labs.view import View
from iamlab.sandbox import snapshots
from tests.labs.conftest import step

pytestmark = pytest.mark.django_db
CREATE = "iam create-group --group-name Readers"
DELETE = "iam delete-group --group-name Readers"


def fact(attempt, name="group"):
    return CheckFact.objects.get(attempt=attempt, step=name)


def actors(attempt):
    """What actors did in the last move of the clock."""
    return attempt.happenings.filter(kind="clock").last().data["actors"]


def test_check_that_holds_fails_again_and_names_what_undid_it(begin, do):
    attempt = begin(step("group", {"exists": "group/Readers"}))
    do(attempt, CREATE)
    assert fact(attempt).status == "pass"
    do(attempt, DELETE)
    assert fact(attempt).status == "fail"
    assert fact(attempt).undone["event"] == "DeleteGroup"
    assert fact(attempt).undone["by"] == "root"
    assert "Readers" in fact(attempt).undone["object"]
    do(attempt, CREATE)
    assert (fact(attempt).status, fact(attempt).undone) == ("pass", {})


def test_what_undid_a_check_is_never_older_than_its_pass(begin, do):
    """A read may undo one, too: then it is named, and not the change that came before the pass."""
    none = {"event": {"name": "List*", "by": "root", "count": "none", "since": {"name": "CreateGroup"}}}
    attempt = begin(step("group", none))
    do(attempt, CREATE)
    assert fact(attempt).status == "pass"
    do(attempt, "iam list-users")
    assert (fact(attempt).status, fact(attempt).undone["event"]) == ("fail", "ListUsers")


def test_clock_that_undoes_a_check_blames_no_call(begin, do):
    attempt = begin(step("group", {"event": {"name": "CreateGroup", "within": 3600}}))
    do(attempt, CREATE)
    clockwork.move(attempt, 86400)
    assert (fact(attempt).status, fact(attempt).undone) == ("fail", {"event": ""})


def test_check_that_latches_once_stays_passed(begin, do):
    attempt = begin(step("group", {"exists": "group/Readers"}, check={"latch": "once"}))
    do(attempt, CREATE, DELETE)
    assert fact(attempt).status == "pass"
    assert scoring.score(attempt).auto == 100


def test_first_mistake_that_fits_gives_its_message_with_the_learners_names(begin, do):
    mistakes = [
        {"when": {"exists": "group/readers"}, "code": "name-case", "say": "It is called readers in {{account}}."},
        {"when": {"exists": "group/*"}, "code": "other", "say": "Another."},
    ]
    attempt = begin(step("group", {"exists": "group/Readers"}, check={"mistakes": mistakes}))
    do(attempt, "iam create-group --group-name readers")
    found = fact(attempt)
    assert (found.code, found.message) == ("name-case", f"It is called readers in {attempt.bound['account']}.")
    assert found.tries == {"name-case": 1}
    do(attempt, "iam delete-group --group-name readers", "iam create-group --group-name other")
    assert fact(attempt).code == "other"


def test_check_waits_for_the_step_that_it_needs(begin, do):
    attempt = begin(
        step("keys", {"keys_of": {"principal": "root", "count": 0}}, check={"needs": ["group"]}),
        step("group", {"exists": "group/Readers"}),
    )
    assert fact(attempt, "keys").status == "blocked"
    assert scoring.score(attempt).auto == 0
    do(attempt, CREATE)
    runner.examine(attempt)
    assert fact(attempt, "keys").status == "pass"


def test_name_is_bound_once_and_anew_when_its_object_is_gone(begin, do):
    bind = {"who": {"name": "CreateUser", "by": "root", "field": "userName", "type": "user", "until": "your user"}}
    attempt = begin(step("group", {"member": {"user": "{{who}}", "group": "Readers"}}), bind=bind)
    do(attempt, "iam create-user --user-name anna", "iam create-user --user-name ben")
    assert attempt.bound["who"] == "anna"
    do(attempt, "iam delete-user --user-name anna")
    assert attempt.bound["who"] == "ben"
    do(attempt, CREATE, "iam add-user-to-group --user-name ben --group-name Readers")
    assert fact(attempt).status == "pass"


def test_a_name_goes_along_when_its_object_is_renamed(begin, do):
    bind = {"who": {"name": "CreateUser", "by": "root", "field": "userName", "type": "user", "until": "your user"}}
    attempt = begin(step("group", {"member": {"user": "{{who}}", "group": "Readers"}}), bind=bind)
    do(
        attempt,
        CREATE,
        "iam create-user --user-name anna",
        "iam add-user-to-group --user-name anna --group-name Readers",
    )
    do(attempt, "iam update-user --user-name anna --new-user-name bella")
    assert (attempt.bound["who"], fact(attempt).status) == ("bella", "pass")
    do(attempt, "iam update-user --user-name bella --new-user-name clara")
    assert (attempt.bound["who"], fact(attempt).status) == ("clara", "pass")
    attempts.undo(attempt)
    assert (attempt.bound["who"], fact(attempt).status) == ("bella", "pass")


def test_two_tabs_count_a_try_once(begin, do):
    mistakes = [{"when": {"exists": "group/readers"}, "code": "name-case", "say": "Case."}]
    attempt = begin(step("group", {"exists": "group/Readers"}, check={"mistakes": mistakes}))
    other_tab = type(attempt).objects.select_related("sandbox", "lab_version").get(pk=attempt.pk)
    do(attempt, "iam create-group --group-name readers")
    runner.catch_up(other_tab)
    assert fact(attempt).tries == {"name-case": 1}
    assert attempt.happenings.filter(kind="check", data__code="name-case").count() == 1


def test_two_who_look_at_the_same_moment_count_an_event_once(begin, monkeypatch):
    mistakes = [{"when": {"exists": "group/readers"}, "code": "name-case", "say": "Case."}]
    attempt = begin(step("group", {"exists": "group/Readers"}, check={"mistakes": mistakes}))
    instructor = type(attempt).objects.select_related("sandbox", "lab_version").get(pk=attempt.pk)
    performing.perform(
        attempt.sandbox, [{"as": "root", "run": "aws iam create-group --group-name readers"}], attempt.bound, {}
    )
    bind = runner.bind

    def bind_while_the_other_looks(lab, view):
        monkeypatch.setattr(runner, "bind", bind)
        runner.catch_up(instructor)
        return bind(lab, view)

    monkeypatch.setattr(runner, "bind", bind_while_the_other_looks)
    runner.catch_up(attempt)
    assert attempt.happenings.filter(kind="check", data__code="name-case").count() == 1
    assert fact(attempt).tries == {"name-case": 1}


def test_authors_error_costs_no_points(begin, do):
    wrong = {"field": {"of": "group/Readers", "path": "length(", "value": 1}}
    attempt = begin(step("group", wrong), step("other", {"exists": "group/Readers"}))
    do(attempt, CREATE)
    assert fact(attempt).status == "error"
    assert "group/it" in fact(attempt).message
    assert scoring.score(attempt).auto == 100


def test_check_in_error_holds_up_no_later_step_and_weighs_as_before(begin, do):
    wrong = {"field": {"of": "group/Readers", "path": "GroupName", "op": "matches", "value": "("}}
    right = {"exists": "group/Readers"}
    both = step("first", right)
    both["checks"] = [*both["checks"], {"id": "broken", "title": "broken", "test": wrong, "say": "It is broken."}]
    attempt = begin(both, step("later", {"exists": "group/Readers"}, check={"needs": ["first"]}))
    assert scoring.score(attempt).auto == 0  # a group that is not there has no name to match
    do(attempt, CREATE)
    assert fact(attempt, "later").status == "pass"
    assert scoring.score(attempt).auto == 100


def test_check_is_stopped_when_its_time_is_up_and_reported(begin, do, monkeypatch, caplog):
    """Every read asks whether there is time left, so the last of a long row is never made."""
    reads = []
    ask = View._ask
    monkeypatch.setattr(View, "_ask", lambda view, name, params: reads.append(name) or ask(view, name, params))
    monkeypatch.setattr(results, "LIMIT", 0.0)
    slow = {"all": [{"exists": "user/*"}, {"exists": "bucket/*"}]}
    attempt = begin(step("group", slow), id="slow")
    assert reads == ["iam:ListUsers"]
    assert fact(attempt).status == "error"
    assert "Lab slow 1.0.0, check group/it: stopped after 0 ms" in caplog.text


@pytest.mark.slow
def test_garbage_of_the_whole_process_is_not_a_checks_own_time(begin, do, monkeypatch):
    monkeypatch.setattr(results, "LIMIT", 0.1)
    ask = View._ask

    def after_collecting(view, name, params):
        until = time.thread_time() + 3 * results.LIMIT
        while time.thread_time() < until:
            gc.collect()
        return ask(view, name, params)

    monkeypatch.setattr(View, "_ask", after_collecting)
    attempt = begin(step("group", {"exists": "group/Readers"}))
    do(attempt, CREATE)
    runner.examine(attempt)
    assert fact(attempt).status == "pass"


def test_what_has_passed_stays_while_its_check_is_stopped(begin, do, monkeypatch):
    attempt = begin(step("group", {"exists": "group/Readers"}))
    do(attempt, CREATE)
    monkeypatch.setattr(View, "_ask", lambda *_: 1 / 0)
    runner.examine(attempt)
    assert (fact(attempt).status, scoring.score(attempt).auto) == ("pass", 100)


def test_what_is_handed_in_stays_as_it_was(begin, do):
    attempt = begin(step("group", {"exists": "group/Readers"}))
    do(attempt, CREATE)
    attempts.submit(attempt)
    do(attempt, DELETE)
    assert runner.examine(attempt) is False
    assert (fact(attempt).status, scoring.score(attempt).auto) == ("pass", 100)


def test_undo_takes_back_change_after_change_with_its_checks(begin, do):
    attempt = begin(
        step("group", {"exists": "group/Readers"}, check={"latch": "once"}),
        step("user", {"event": {"name": "CreateUser"}}, check={"latch": "once"}),
    )
    do(attempt, CREATE, "iam create-user --user-name anna")
    attempts.undo(attempt)
    assert (fact(attempt, "group").status, fact(attempt, "user").status) == ("pass", "fail")
    attempts.undo(attempt)
    assert fact(attempt, "group").status == "fail"
    assert scoring.score(attempt).auto == 0
    with pytest.raises(attempts.Refused, match="Nothing to undo"):
        attempts.undo(attempt)


def test_undo_leaves_what_came_to_pass_before_the_change_that_it_takes_back(begin, do):
    attempt = begin(
        step("read", {"event": {"name": "ListUsers"}}, check={"latch": "once"}),
        step("after", {"event": {"name": "ListRoles"}}, check={"latch": "once"}),
    )
    do(attempt, CREATE, "iam list-users", DELETE, "iam list-roles")
    attempts.undo(attempt)
    assert (fact(attempt, "read").status, fact(attempt, "after").status) == ("pass", "fail")


def test_undo_of_a_reset_forgets_what_was_done_after_the_reset(begin, do):
    attempt = begin(step("read", {"event": {"name": "ListUsers"}}, check={"latch": "once"}))
    do(attempt, CREATE)
    attempts.reset(attempt)
    do(attempt, "iam list-users")
    assert fact(attempt, "read").status == "pass"
    attempts.undo(attempt)
    assert fact(attempt, "read").status == "fail"


def test_name_is_nobodys_once_who_bore_it_is_gone(begin, do):
    bind = {"who": {"name": "CreateUser", "by": "root", "field": "userName", "type": "user", "until": "your user"}}
    attempt = begin(
        step("group", {"exists": "user/{{who}}"}, check={"say": "Where is {{who}}?", "latch": "hold"}), bind=bind
    )
    do(attempt, "iam create-user --user-name anna", "iam delete-user --user-name anna")
    assert (fact(attempt).status, fact(attempt).message) == ("fail", "Where is your user?")
    do(attempt, "iam create-user --user-name ben")
    assert (fact(attempt).status, attempt.bound["who"]) == ("pass", "ben")


def test_reset_restores_checks_clock_and_names_but_hides_nothing(begin, do):
    bind = {"who": {"name": "CreateUser", "by": "root", "field": "userName", "type": "user", "until": "your user"}}
    attempt = begin(step("group", {"event": {"name": "CreateUser"}}, check={"latch": "once"}), bind=bind)
    do(attempt, {"as": "root", "run": "aws iam create-user --user-name anna", "wait": 3600})
    attempts.reset(attempt)
    attempt.sandbox.refresh_from_db()
    assert fact(attempt).status == "fail"
    assert attempt.sandbox.clock_offset == 0
    assert "who" not in attempt.bound
    assert attempt.happenings.filter(kind="check", data__status="pass").exists()
    attempts.undo(attempt)
    assert fact(attempt).status == "pass"
    assert attempt.bound["who"] == "anna"


def test_jump_to_a_checkpoint_and_forth_again(begin, do):
    attempt = begin(step("group", {"exists": "group/Readers"}), step("user", {"exists": "user/anna"}))
    do(attempt, CREATE, "iam create-user --user-name anna")
    after = attempt.sandbox.snapshots.get(kind="checkpoint", name="After: group")
    attempts.jump(attempt, after)
    assert (fact(attempt, "group").status, fact(attempt, "user").status) == ("pass", "fail")
    attempts.jump(attempt, attempt.sandbox.snapshots.get(name="Before the jump"))
    assert fact(attempt, "user").status == "pass"


def test_what_if_is_discarded_or_kept_and_not_submitted_in_between(begin, do):
    attempt = begin(step("group", {"exists": "group/Readers"}))
    attempts.what_if(attempt)
    do(attempt, CREATE)
    with pytest.raises(attempts.Refused, match="Keep it or discard it"):
        attempts.submit(attempt)
    attempts.end_what_if(attempt, adopt=False)
    assert fact(attempt).status == "fail"
    attempts.what_if(attempt)
    do(attempt, CREATE)
    attempts.end_what_if(attempt, adopt=True)
    attempts.submit(attempt)
    assert attempt.frozen["score"] == 100


def test_what_is_tried_leaves_no_trace_in_what_counts(begin, do):
    mistakes = [{"when": {"exists": "group/readers"}, "code": "name-case", "say": "Case."}]
    attempt = begin(
        step("group", {"exists": "group/Readers"}, check={"mistakes": mistakes}),
        step("user", {"event": {"name": "CreateUser"}}, check={"latch": "once"}),
    )
    attempts.what_if(attempt)
    do(attempt, "iam create-group --group-name readers", "iam create-user --user-name anna")
    assert [fact(attempt, name).status for name in ("group", "user")] == ["fail", "fail"]
    for act in (attempts.reset, lambda one: attempts.jump(one, one.start), attempts.what_if):
        with pytest.raises(attempts.Refused, match="Keep it or discard it first"):
            act(attempt)
    attempts.undo(attempt)
    attempts.undo(attempt)
    with pytest.raises(attempts.Refused, match="Nothing to undo"):
        attempts.undo(attempt)
    do(attempt, "iam create-user --user-name anna")
    attempts.end_what_if(attempt, adopt=False)
    assert [fact(attempt, name).status for name in ("group", "user")] == ["fail", "fail"]
    assert fact(attempt).tries == {}
    assert not attempt.steps.exclude(passed=None).exists()
    assert scoring.score(attempt).auto == 0


def test_what_if_goes_on_from_a_checkpoint_and_comes_back_to_the_present(begin, do):
    attempt = begin(step("group", {"exists": "group/Readers"}), step("user", {"exists": "user/anna"}))
    do(attempt, CREATE, "iam create-user --user-name anna")
    early = attempt.sandbox.snapshots.get(kind="checkpoint", name="After: group")
    attempts.what_if(attempt, early)
    assert [one["GroupName"] for one in View(attempt).named("group", "*")] == ["Readers"]
    assert View(attempt).named("user", "*") == []
    assert scoring.score(attempt).auto == 100
    attempts.end_what_if(attempt, adopt=False)
    assert [one["UserName"] for one in View(attempt).named("user", "*")] == ["anna"]
    assert scoring.score(attempt).auto == 100
    attempts.what_if(attempt, early)
    do(attempt, DELETE)
    attempts.end_what_if(attempt, adopt=True)
    assert [fact(attempt, name).status for name in ("group", "user")] == ["fail", "fail"]


def test_change_of_another_learners_account_is_no_checkpoint_of_mine(begin, do):
    mine, other = begin(step("group", {"exists": "group/Readers"})), begin(step("group", {"exists": "group/Readers"}))
    with pytest.raises(attempts.Refused, match="another account"):
        attempts.jump(mine, snapshots.take(other.sandbox, kind="checkpoint"))


def test_actors_act_as_the_clock_moves_and_their_failure_shows(begin, do):
    job = {
        "name": "backup", "as": "key/root", "from": "203.0.113.9", "every": 86400,
        "lines": [{"run": "aws sts get-caller-identity"}],
    }  # fmt: skip
    attempt = begin(step("group", {"addresses": {"by": "root", "count": 1}}), actors=[job])
    key = {"as": "root", "run": "aws iam create-access-key --query AccessKey.AccessKeyId --output text", "save": "key"}
    do(attempt, {**key, "from": "203.0.113.9"})
    before = clockwork.now(attempt)
    clockwork.move(attempt, 2 * 86400)
    assert (clockwork.now(attempt) - before).days == 2
    assert actors(attempt)[0] == {"name": "backup", "runs": 2, "failed": 0, "said": ""}
    assert fact(attempt).status == "pass"
    attempts.reset(attempt)
    clockwork.move(attempt, 86400)
    assert "no active access key" in actors(attempt)[0]["said"]


def test_identity_is_quiet_only_when_time_has_passed_without_it(begin, do):
    attempt = begin(step("group", {"quiet": {"by": "root", "days": 7}}))
    assert fact(attempt).status == "fail"
    clockwork.move(attempt, 8 * 86400)
    assert fact(attempt).status == "pass"
    do(attempt, CREATE)
    assert fact(attempt).status == "fail"


@pytest.mark.parametrize("chosen", ["", "²", "9" * 5000])
def test_a_mangled_checkpoint_is_told(client, learner, begin, chosen):
    attempt = begin(step("group", {"exists": "group/Readers"}))
    client.force_login(learner)
    response = client.post(f"/attempts/{attempt.pk}/jump/", {"checkpoint": chosen}, follow=True)
    assert "Choose a checkpoint." in response.content.decode()


def test_prediction_stands_beside_what_came_of_it(begin, do):
    """The first try counts as the prediction, and of the calls only one that comes after it."""
    options = [
        {"id": "yes", "text": "Yes", "why": "No.", "means": "allow"},
        {"id": "no", "text": "No", "why": "Right.", "means": "implicit_deny", "right": True},
    ]
    question = {"id": "q", "kind": "predict", "text": "May anna?", "options": options}
    question |= {"run": {"name": "ListUsers", "by": "user/anna"}, "until": {"name": "Put*Policy"}}
    attempt = begin(step("ask", {"answer": "q"}), questions=[question])
    ask = {"as": "user/anna", "run": "aws iam list-users"}
    do(attempt, "iam create-user --user-name anna", {**ask, "error": "AccessDenied"})

    def compared():
        return question_data(attempt, question, list(attempt.answers.order_by("pk")), {})["compared"]

    assert compared() is None
    attempts.answer(attempt, question, "yes", True)
    attempts.answer(attempt, question, "no", False)
    assert compared() is None
    do(attempt, {**ask, "error": "AccessDenied"})
    found = compared()
    assert (found["as_said"], found["sure"]) == (False, True)
    assert found["said"] == "Yes"
    assert found["came"] == "it is refused, because no identity-based policy allows the iam:ListUsers action"
    assert found["call"] == "ListUsers by user/anna"
    question["until"] = {"name": "CreateUser"}
    assert compared() is None


def test_prediction_of_a_sign_in_stands_beside_how_it_went(begin, do):
    options = [
        {"id": "in", "text": "In", "why": "No.", "means": "allow"},
        {"id": "stopped", "text": "Stopped", "why": "Right.", "means": "failure", "right": True},
    ]
    question = {"id": "q", "kind": "predict", "text": "And?", "options": options}
    question["run"] = {"name": "ConsoleLogin", "by": "root"}
    attempt = begin(step("ask", {"answer": "q"}), questions=[question])
    attempts.answer(attempt, question, "stopped", True)
    wrong = {"Email": "root@x.example", "Password": "not this one"}
    do(attempt, {"as": "visitor", "call": "signin:ConsoleLogin", "params": wrong, "error": "FailedAuthentication"})
    found = question_data(attempt, question, list(attempt.answers.all()), {})["compared"]
    assert (found["as_said"], found["said"], found["call"]) == (True, "Stopped", "ConsoleLogin by root")
    assert found["came"] == "it failed: FailedAuthentication"


def test_no_pattern_runs_away_with_what_a_learner_wrote(begin, do):
    """A pattern that backtracks would try two to the power of sixty ways here."""
    field = {"of": "group/*", "path": "GroupName", "op": "matches", "value": "^(a+)+$"}
    attempt = begin(step("group", {"field": field}))
    do(attempt, f"iam create-group --group-name {'a' * 60}-")
    assert fact(attempt).status == "fail"
    do(attempt, f"iam create-group --group-name {'a' * 60}")
    assert fact(attempt).status == "pass"


def test_bonus_adds_to_the_mark_and_its_step_passes_without_it(begin, do):
    group, user = step("group", {"exists": "group/Readers"}), step("user", {"exists": "user/anna"})
    better = {"id": "better", "title": "better", "test": {"exists": "user/bob"}, "say": "Not asked.", "bonus": 4}
    most = {"id": "most", "title": "most", "test": {"exists": "user/carl"}, "say": "Not asked.", "bonus": 4}
    group["checks"] = [*group["checks"], better, most]
    attempt = begin(group, user)
    do(attempt, CREATE)
    assert attempt.steps.get(step="group").passed is not None
    assert scoring.score(attempt).auto == 50
    do(attempt, "iam create-user --user-name bob")
    assert scoring.score(attempt).auto == 54
    do(attempt, "iam create-user --user-name carl")
    assert scoring.score(attempt).auto == 55
    do(attempt, "iam create-user --user-name anna")
    assert scoring.score(attempt).auto == 100


def test_attempt_goes_on_as_its_lab_was_when_it_began(begin, do):
    """Its checks, messages and weights are those of its version, whatever the lab has become since."""
    old = begin(step("group", {"exists": "group/Readers"}))
    new = begin(step("group", {"exists": "group/Writers"}), step("more", {"exists": "user/anna"}), version="2.0.0")
    for attempt in (old, new):
        do(attempt, "iam create-group --group-name Readers")
    assert (old.lab_version.version, new.lab_version.version) == ("1.0.0", "2.0.0")
    assert [attempt.checks.get(step="group").status for attempt in (old, new)] == ["pass", "fail"]
    assert [scoring.score(attempt).auto for attempt in (old, new)] == [100, 0]
