"""The command line session of README.md, run with the real `aws` command as it is printed there."""

import json
import os
import re
import shlex
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

README = Path(__file__).resolve().parent.parent / "README.md"
BLOCKS = re.findall(r"^```\n(.*?)^```", README.read_text(), re.MULTILINE | re.DOTALL)


def block(start: str) -> str:
    return next(text for text in BLOCKS if text.startswith(start))


def session() -> list[tuple[str, str]]:
    """(command, what it prints) of the session."""
    parts = re.split(r"^\$ ", block("$ export"), flags=re.MULTILINE)[1:]
    return [(command, output) for command, _, output in (part.partition("\n") for part in parts)]


@pytest.fixture
def shell(live_server, tmp_path):
    """The README's two files in an empty home, with a fresh account's keys and this server's address."""
    printed = StringIO()
    call_command("lab_account", "--account-id", "123456789012", "--reset", "--json", stdout=printed)
    key = json.loads(printed.getvalue())
    credentials = block("# ~/.aws/credentials").replace("AKIA...", key["AccessKeyId"])
    credentials = credentials.replace(
        "aws_secret_access_key = ...", f"aws_secret_access_key = {key['SecretAccessKey']}"
    )
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws" / "credentials").write_text(credentials)
    (tmp_path / ".aws" / "config").write_text(
        block("# ~/.aws/config").replace("http://127.0.0.1:8000", live_server.url)
    )
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return {**kept, "HOME": str(tmp_path), "AWS_EC2_METADATA_DISABLED": "true"}


@pytest.mark.cli
@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_the_session_prints_what_the_readme_says(shell):
    aws = str(Path(sys.executable).with_name("aws"))
    (first, _), *calls = session()
    shell["AWS_PROFILE"] = first.partition("AWS_PROFILE=")[2]
    assert len(calls) >= 5
    for command, expected in calls:
        program, *words = shlex.split(command)
        assert program == "aws"
        done = subprocess.run([aws, *words], env=shell, capture_output=True, text=True, stdin=subprocess.DEVNULL)
        assert (command, done.stdout + done.stderr) == (command, expected)
