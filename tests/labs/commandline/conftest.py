"""What the real `aws` command makes of our lines and responses, asked once."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from iamlab.door import authenticate
from iamlab.door.calls import call
from iamlab.labs.commandline import State, run
from iamlab.sandbox import lab_accounts
from iamlab.services.operations import AwsError
from tests.labs.commandline.aws_lines import FILES

SCRIPT = Path(__file__).with_name("real_aws.py")


@pytest.fixture(scope="session")
def real_aws(tmp_path_factory):
    """real_aws(lines=[...], responses=[...]) -> the answers of the real command, in a folder that holds FILES."""
    folder = tmp_path_factory.mktemp("aws")
    for name, content in FILES.items():
        (folder / name).write_bytes(content)
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "PYTHONIOENCODING": "utf-8",
    }

    def ask(**asked):
        done = subprocess.run(
            [sys.executable, str(SCRIPT)],
            input=json.dumps(asked), capture_output=True, text=True, cwd=folder, env=environment, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return ask


@pytest.fixture
def keys(db):
    """Root's access key of a fresh account."""
    return lab_accounts.open_account("111122223333", reset=True)


def connect(credentials, region):
    """Calls through the door by a key, checked as far as a key without a signature can be."""
    found = authenticate.credentials(credentials.access_key_id, credentials.session_token)
    if credentials.secret_access_key != found.secret:
        raise AwsError("SignatureDoesNotMatch", "The signature does not match.", 403)
    return lambda operation, params: call(found.caller, operation, params)


class Machine:
    """A virtual machine on which lines run one after another."""

    def __init__(self, keys):
        profile = {"aws_access_key_id": keys["AccessKeyId"], "aws_secret_access_key": keys["SecretAccessKey"]}
        self.state = State(profiles={"default": profile}, files=dict(FILES))

    def __call__(self, line):
        """The Output of a line; the state goes on from it."""
        output = run(line, state=self.state, connect=connect)
        self.state = output.state
        return output

    def prints(self, line):
        """The standard output of a line that succeeds."""
        output = self(line)
        assert (output.stderr, output.exit_code) == ("", 0)
        return output.stdout


@pytest.fixture
def machine(keys):
    return Machine(keys)
