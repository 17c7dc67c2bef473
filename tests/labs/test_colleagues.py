"""People beside the learner: they act as the clock moves, from their own addresses, with what they were told."""

import pytest

from iamlab.labs import clockwork, content, performing
from iamlab.services.iam.known_passwords import password_of
from tests.labs.conftest import START, step

pytestmark = [pytest.mark.django_db, pytest.mark.slow]  # each begins and works on a shipped lab
DAY = 86400
NAMES = ("ida", "jon", "kim")
SEATS = {"ida": "198.51.100.7", "jon": "203.0.113.44", "kim": "192.0.2.91"}
CHANGE = "arn:aws:iam::aws:policy/IAMUserChangePassword"


def statuses(attempt, step):
    return dict(attempt.checks.filter(step=step).values_list("check_id", "status"))


def codes(attempt, step):
    return dict(attempt.checks.filter(step=step).exclude(code="").values_list("check_id", "code"))


def give(do, attempt, passwords, *, reset=True):
    """A user in the group for each, with a first password."""
    for name, password in passwords.items():
        do(
            attempt,
            f"iam create-user --user-name {name}",
            f"iam create-login-profile --user-name {name} --password {password}"
            + (" --password-reset-required" if reset else ""),
            f"iam attach-user-policy --user-name {name} --policy-arn {CHANGE}",
            f"iam add-user-to-group --user-name {name} --group-name developers",
            by="user/admin",
        )


def sign_in(name, password, ip="203.0.113.200"):
    params = {"Account": "{{account}}", "UserName": name, "Password": password}
    return {"as": "visitor", "from": ip, "call": "signin:ConsoleLogin", "params": params}


def seats(attempt, name):
    """The addresses from which a user signed in."""
    view = clockwork.View(attempt)
    found = (one.whole for one in view.events("ConsoleLogin") if one.who == f"user/{name}" and not one.error)
    return {record["sourceIPAddress"] for record in found}


def test_each_signs_in_from_their_own_seat_and_chooses_a_password(shipped, do):
    attempt = shipped("bp-one-each")
    give(do, attempt, {name: f"For-{name}-alone-1" for name in NAMES})
    assert set(statuses(attempt, "users").values()) == {"pass"}
    assert set(statuses(attempt, "sign-ins").values()) == {"fail"}
    clockwork.move(attempt, DAY)
    assert statuses(attempt, "sign-ins") == dict.fromkeys(NAMES, "pass")
    assert {name: seats(attempt, name) for name in NAMES} == {name: {seat} for name, seat in SEATS.items()}
    with pytest.raises(performing.LineFailed, match="FailedAuthentication"):
        do(attempt, sign_in("ida", "For-ida-alone-1"))


def test_one_password_for_all_shows_in_the_record_and_is_mended_by_others(shipped, do):
    attempt = shipped("bp-one-each")
    give(do, attempt, dict.fromkeys(NAMES, "The-same-for-all-1"))
    clockwork.move(attempt, DAY)
    assert codes(attempt, "sign-ins") == {"ida": "shared-password", "jon": "shared-password"}
    assert seats(attempt, "ida") == {SEATS["ida"], SEATS["kim"]}
    for name in ("ida", "jon"):
        line = f"iam update-login-profile --user-name {name} --password Now-{name}-alone-1 --password-reset-required"
        do(attempt, line, by="user/admin")
    clockwork.move(attempt, DAY)
    assert statuses(attempt, "sign-ins") == dict.fromkeys(NAMES, "pass")


def test_who_keeps_the_first_password_is_known_by_it(shipped, do):
    attempt = shipped("bp-one-each")
    give(do, attempt, {name: f"For-{name}-alone-1" for name in NAMES}, reset=False)
    clockwork.move(attempt, 3 * DAY)
    assert codes(attempt, "sign-ins") == dict.fromkeys(NAMES, "known-password")


def test_learner_may_be_the_three_and_nobody_else_comes_in_their_names(shipped, do):
    attempt = shipped("bp-one-each")
    give(do, attempt, {name: f"For-{name}-alone-1" for name in NAMES})
    for name in NAMES:
        new = {"OldPassword": f"For-{name}-alone-1", "NewPassword": f"Chosen-by-{name}-1"}
        change = {"as": f"user/{name}", "from": "203.0.113.200", "call": "iam:ChangePassword", "params": new}
        do(attempt, sign_in(name, f"For-{name}-alone-1"), change)
    assert statuses(attempt, "sign-ins") == dict.fromkeys(NAMES, "pass")
    clockwork.move(attempt, 2 * DAY)
    assert statuses(attempt, "sign-ins") == dict.fromkeys(NAMES, "pass")


def test_until_they_have_users_the_three_share_one(shipped, do):
    attempt = shipped("bp-one-each")
    clockwork.move(attempt, DAY)
    assert seats(attempt, "shared-dev") == set(SEATS.values())
    do(attempt, "iam delete-login-profile --user-name shared-dev", by="user/admin")
    clockwork.move(attempt, DAY)
    moved = attempt.happenings.filter(kind="clock").latest("pk").data["actors"]
    assert {one["name"] for one in moved if one["failed"]} == {f"{name.capitalize()}, as shared-dev" for name in NAMES}


def test_what_somebody_was_told_cannot_be_typed(begin, do):
    attempt = begin(step("made", {"exists": "user/anna"}), start=START)
    do(
        attempt,
        "iam create-user --user-name anna",
        "iam create-login-profile --user-name anna --password Long-and-good-2",
    )
    account = attempt.sandbox.accounts.get().pk
    told = password_of(account, "anna")
    do(attempt, sign_in("anna", "{{password of anna}}"))
    for typed in (str.__str__(told)[:], "{{password of nobody}}", "password of anna"):
        with pytest.raises(performing.LineFailed):
            do(attempt, sign_in("anna", typed))
    assert password_of(account, "nobody") is None


ACTOR = {
    "name": "Job", "as": "root", "from": "203.0.113.9", "every": DAY,
    "lines": [{"run": "aws iam create-group --group-name made"}],
}  # fmt: skip


def test_actor_acts_only_while_there_is_a_reason(begin, do):
    attempt = begin(step("made", {"exists": "group/made"}), actors=[{**ACTOR, "when": {"exists": "user/anna"}}])
    clockwork.move(attempt, DAY)
    assert statuses(attempt, "made") == {"it": "fail"}
    do(attempt, "iam create-user --user-name anna")
    clockwork.move(attempt, DAY)
    assert statuses(attempt, "made") == {"it": "pass"}


def backup(do, attempt, *lines):
    account = attempt.sandbox.accounts.get().pk
    document = (
        '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:PutObject", '
        f'"Resource": "arn:aws:s3:::{account}-backup/*"}}}}'
    )
    do(
        attempt,
        "iam create-user --user-name BackupJob",
        f"iam put-user-policy --user-name BackupJob --policy-name Write --policy-document '{document}'",
        *lines,
        by="user/admin",
    )


def test_backup_job_may_have_a_user_of_its_own(shipped, do):
    """Best practice 7: the job runs as a role, or as its own user."""
    attempt = shipped("bp-no-root-keys")
    backup(do, attempt, "iam create-access-key --user-name BackupJob")
    assert statuses(attempt, "role") == {"may": "pass", "runs": "fail"}
    clockwork.move(attempt, DAY)
    assert set(statuses(attempt, "role").values()) == {"pass"}
    root_key = attempt.bound["root_key"]
    do(attempt, f"iam update-access-key --access-key-id {root_key} --status Inactive")
    clockwork.move(attempt, DAY)
    do(attempt, f"iam delete-access-key --access-key-id {root_key}")
    assert set(attempt.checks.values_list("status", flat=True)) == {"pass"}


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ([], ""),
        (["iam create-access-key --user-name BackupJob",
          "iam attach-user-policy --user-name BackupJob --policy-arn arn:aws:iam::aws:policy/AmazonS3FullAccess"],
         "too-broad"),
        (["iam create-access-key --user-name BackupJob",
          "iam create-login-profile --user-name BackupJob --password Backups-password-1"],
         "job-with-password"),
    ],
)  # fmt: skip
def test_backup_job_with_a_wrong_user_is_told(shipped, do, lines, code):
    attempt = shipped("bp-no-root-keys")
    backup(do, attempt, *lines)
    check = attempt.checks.get(step="role", check_id="may")
    assert (check.status, check.code) == ("fail", code)


def test_every_actor_of_a_shipped_lab_has_an_address_of_its_own():
    """Addresses for documentation, RFC 5737, or private ones."""
    actors = [actor for lab in content.catalogue().values() for actor in lab.get("actors", ())]
    assert {actor["from"].rpartition(".")[0] for actor in actors} <= {"192.0.2", "198.51.100", "203.0.113", "10.0.1"}
