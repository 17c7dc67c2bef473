"""`aws configure`: questions and answers, set, get, list."""

import pytest

from iamlab.labs.commandline import State, run
from iamlab.labs.commandline.configure import is_secret


def answered(state, *lines):
    """The state and what was printed, line by line."""
    printed = []
    for line in lines:
        output = run(line, state=state, connect=lambda *_: pytest.fail("called"))
        assert output.stderr == ""
        state = output.state
        printed.append(output.stdout)
    return state, printed


def test_asks_four_questions():
    state, printed = answered(State(), "aws configure", "AKIA1234", "s3cret", "eu-west-1", "json")
    assert printed == [
        "AWS Access Key ID [None]: ",
        "AWS Secret Access Key [None]: ",
        "Default region name [None]: ",
        "Default output format [None]: ",
        "",
    ]
    assert state.profiles == {
        "default": {
            "aws_access_key_id": "AKIA1234",
            "aws_secret_access_key": "s3cret",
            "region": "eu-west-1",
            "output": "json",
        }
    }
    assert state.dialogue is None


def test_an_empty_answer_keeps_what_is_set_and_secrets_are_masked():
    before = {"aws_access_key_id": "AKIA1234", "aws_secret_access_key": "verys3cret", "region": "eu-west-1"}
    state, printed = answered(State(profiles={"mario": before}), "aws configure --profile mario", "", "", "", "text")
    assert printed[:3] == [
        "AWS Access Key ID [****************1234]: ",
        "AWS Secret Access Key [****************cret]: ",
        "Default region name [eu-west-1]: ",
    ]
    assert state.profiles == {"mario": {**before, "output": "text"}}


def test_only_the_second_question_is_secret():
    state, secret = State(), []
    for line in ("aws configure", "AKIA", "s3cret", "", ""):
        state, _ = answered(state, line)
        secret.append(is_secret(state))
    assert secret == [False, True, False, False, False]


def test_set_and_get():
    state, _ = answered(
        State(),
        "aws configure set region eu-west-1",
        "aws configure set profile.mario.region us-east-2",
        "aws configure set output text --profile mario",
        "aws configure set default.output json",
    )
    assert state.profiles == {
        "default": {"region": "eu-west-1", "output": "json"},
        "mario": {"region": "us-east-2", "output": "text"},
    }
    for line, value in (
        ("region", "eu-west-1"),
        ("mario.region", "us-east-2"),
        ("region --profile mario", "us-east-2"),
    ):
        assert run(f"aws configure get {line}", state=state).stdout == f"{value}\n"
    missing = run("aws configure get nothing", state=state)
    assert (missing.stdout, missing.exit_code) == ("", 1)


def test_list_masks_the_keys():
    profile = {"aws_access_key_id": "AKIA1234", "aws_secret_access_key": "verys3cret"}
    listing = run("aws configure list", state=State(profiles={"default": profile})).stdout
    assert listing.splitlines()[:5] == [
        "      Name                    Value             Type    Location",
        "      ----                    -----             ----    --------",
        "   profile                <not set>             None    None",
        "access_key     ****************1234 shared-credentials-file    ",
        "secret_key     ****************cret shared-credentials-file    ",
    ]
    assert "verys3cret" not in listing


def test_profiles_are_bounded():
    state = State()
    for number in range(30):
        state = run(f"aws configure set region x --profile p{number}", state=state).state
    assert len(state.profiles) == 20
    assert run("aws configure set region " + "x" * 3000, state=state).exit_code == 255


def test_swapped_id_and_secret_are_told_at_once():
    secret, key = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "AKIAIOSFODNN7EXAMPLE"
    state, _ = answered(State(), "aws configure", secret, key, "")
    told = run("json", state=state)
    assert "no access key ID" in told.stderr
    assert told.state.profiles["default"]["aws_secret_access_key"] == key  # as the real command does
    state, _ = answered(told.state, "aws configure", key, secret, "")
    assert run("", state=state).stderr == ""
