"""manage.py lab_expire_sessions ends temporary credentials and nothing else."""

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command

from iamlab.services import clock
from tests.services.cloud import ACCOUNT, allow, refusal

TRUST = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "Action": "sts:AssumeRole"}


def expire(capsys):
    call_command("lab_expire_sessions", account_id=ACCOUNT)
    return capsys.readouterr().out


def test_temporary_sessions_end_and_keys_go_on(cloud, capsys):
    key = cloud.user("mario", allow("sts:*"))
    role = cloud.role("visitor", TRUST)
    sts = cloud.client("sts", key)
    sessions = [
        sts.assume_role(RoleArn=role, RoleSessionName="one")["Credentials"],
        sts.get_session_token()["Credentials"],
        sts.get_federation_token(Name="guest")["Credentials"],
        cloud.client("sts").get_session_token()["Credentials"],
    ]
    for session in sessions:
        cloud.client("sts", session).get_caller_identity()
    assert "have ended" in expire(capsys)
    for session in sessions:
        error = refusal(cloud.client("sts", session).get_caller_identity)["Error"]
        assert error["Code"] == "ExpiredToken"
    assert sts.get_caller_identity()["Arn"].endswith("user/mario")
    assert cloud.client("sts").get_caller_identity()["Arn"].endswith(":root")


def test_a_session_begun_afterwards_is_good(cloud, capsys):
    role = cloud.role("visitor", TRUST)
    sts = cloud.client("sts", cloud.user("mario", allow("sts:*")))
    expire(capsys)
    fresh = sts.assume_role(RoleArn=role, RoleSessionName="two")["Credentials"]
    assert cloud.client("sts", fresh).get_caller_identity()["Account"] == ACCOUNT


def test_a_session_is_as_new_as_its_token_and_not_as_its_call(cloud, capsys, monkeypatch):
    """A call that lasts into the next second began before the others' end, and its session after it."""
    role = cloud.role("visitor", TRUST)
    sts = cloud.client("sts", cloud.user("mario", allow("sts:*")))
    expire(capsys)
    now = clock.now
    monkeypatch.setattr(clock, "now", lambda world: now(world) - timedelta(seconds=2))
    fresh = sts.assume_role(RoleArn=role, RoleSessionName="slow")["Credentials"]
    monkeypatch.undo()
    assert cloud.client("sts", fresh).get_caller_identity()["Account"] == ACCOUNT


def test_an_account_that_is_not_there(db):
    with pytest.raises(CommandError, match="no account"):
        call_command("lab_expire_sessions", account_id="999999999999")


def test_a_session_is_over_in_the_second_that_it_names(cloud, monkeypatch):
    session = cloud.client("sts", cloud.user("mario")).get_session_token()["Credentials"]
    sts, over = cloud.client("sts", session), session["Expiration"]
    monkeypatch.setattr("iamlab.services.clock.now", lambda world: over - timedelta(seconds=1))
    assert sts.get_caller_identity()["Account"] == ACCOUNT
    monkeypatch.setattr("iamlab.services.clock.now", lambda world: over)
    assert refusal(sts.get_caller_identity)["Error"]["Code"] == "ExpiredToken"
