"""The real aws command against the server that `make run` starts, on a database of its own."""

import json
import os
import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tools.scratch import wait_for
from tools.serve import ROOT, gunicorn

ACCOUNT = "111122223333"


@dataclass(frozen=True)
class Cli:
    """The aws command as one identity uses it: `root("iam", "create-user", "--user-name", "mario")`."""

    endpoint: str
    home: Path
    key: dict[str, str]

    def run(self, *args: str) -> subprocess.CompletedProcess[str]:
        environ = {k: v for k, v in os.environ.items() if not k.startswith("AWS_")}
        environ |= {
            "HOME": str(self.home),
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": str(self.home / "config"),
            "AWS_ACCESS_KEY_ID": self.key["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": self.key["SecretAccessKey"],
            "AWS_SESSION_TOKEN": self.key.get("SessionToken", ""),
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_PROFILE": "iamlab",
            "AWS_PAGER": "",
        }
        aws = str(Path(sys.executable).with_name("aws"))
        return subprocess.run([aws, *args], env=environ, cwd=self.home, capture_output=True, text=True, timeout=180)

    def __call__(self, *args: str):
        """What the command prints, read where it is JSON."""
        done = self.run(*args)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout) if done.stdout[:1] in ("{", "[") else done.stdout

    def refused(self, *args: str) -> str:
        done = self.run(*args)
        assert done.returncode != 0, done.stdout
        return done.stderr.strip()

    def with_key(self, key: dict[str, str]) -> "Cli":
        return Cli(self.endpoint, self.home, key)


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """The endpoint's address and the root key of a fresh account."""
    folder = tmp_path_factory.mktemp("server")
    environ = {**os.environ, "DATABASE_URL": f"sqlite:///{folder / 'db.sqlite3'}", "SECRET_KEY": "cli" * 20}

    def manage(*args: str) -> str:
        command = [sys.executable, "manage.py", *args]
        return subprocess.run(command, cwd=ROOT, env=environ, check=True, capture_output=True, text=True).stdout

    manage("migrate", "--verbosity", "0")
    key = json.loads(manage("lab_account", "--account-id", ACCOUNT, "--reset", "--json"))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    running = subprocess.Popen(gunicorn(f"127.0.0.1:{port}"), cwd=ROOT, env=environ)
    try:
        wait_for(port, running)
        yield f"http://127.0.0.1:{port}/aws", key
    finally:
        running.terminate()
        running.wait(timeout=120)


@pytest.fixture
def root(server, tmp_path):
    """The aws command with the root key, an empty home, and the profile that a learner makes."""
    endpoint, key = server
    (tmp_path / "config").write_text("[profile iamlab]\nregion = us-east-1\ns3 =\n    signature_version = s3v4\n")
    return Cli(endpoint, tmp_path, key)
