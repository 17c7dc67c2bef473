"""The same lines by the real `aws` command over the wire and by ours: they print the same."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from iamlab.sandbox import lab_accounts
from tests.labs.commandline.aws_lines import FILES
from tests.labs.commandline.conftest import Machine

pytestmark = [pytest.mark.cli, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
AWS = Path(sys.executable).with_name("aws")
LINES = [
    "aws s3 mb s3://BUCKET",
    "aws s3 mb s3://amazon",
    "aws s3 cp bill.txt s3://BUCKET",
    "aws s3 cp bill.txt s3://BUCKET/a/ --content-type text/x-bill",
    "aws s3 cp nothing.txt s3://BUCKET",
    "aws s3 cp bill.txt s3://BUCKET-nobody",
    "aws s3 ls",
    "aws s3 ls s3://BUCKET --recursive --human-readable --summarize",
    "aws s3 ls s3://BUCKET/none",
    "aws s3 ls s3://BUCKET-nobody",
    "aws s3 cp s3://BUCKET/a/bill.txt copy.txt",
    "aws s3 cp s3://BUCKET/none copy.txt",
    "aws s3 cp s3://BUCKET/bill.txt -",
    "aws s3 cp s3://BUCKET/bill.txt s3://BUCKET/b/",
    "aws s3 mv s3://BUCKET/b/bill.txt s3://BUCKET/moved",
    "aws s3 sync . s3://BUCKET/all --exclude '*' --include '*.json'",
    "aws s3 rm s3://BUCKET/all --recursive --dryrun --exclude '*' --include '*.json'",
    "aws s3 rm s3://BUCKET/moved",
    "aws s3api head-object --bucket BUCKET --key bill.txt --query '[ContentLength,ContentType]'",
    "aws s3api head-object --bucket BUCKET --key none",
    "aws s3 rb s3://BUCKET",
    "aws s3 rb s3://BUCKET --force",
    "aws sts get-caller-identity --output table",
    "aws iam get-user --user-name nobody",
    "aws iam create-group --group-name billing --query Group.Arn",
    "aws iam list-groups --query 'Groups[].[GroupName,Path]' --output text",
    "aws iam list-groups --output table --query 'Groups[].{Name:GroupName,Path:Path}'",
    "aws cloudtrail lookup-events --max-items 1 --query 'Events[].Nothing'",
]


@pytest.fixture
def real(live_server, tmp_path):
    """real(line, keys) -> exit code, standard output and error of the real command in a folder with FILES."""
    for name, content in FILES.items():
        (tmp_path / name).write_bytes(content)
    # One request at a time: the test's database in memory knows no waiting.
    configuration = tmp_path / ".aws-config"
    configuration.write_text("[default]\ns3 =\n  max_concurrent_requests = 1\n")

    def run(line, keys):
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(tmp_path / "home"),
            "AWS_CONFIG_FILE": str(configuration),
            "TZ": "UTC",
            "AWS_ACCESS_KEY_ID": keys["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": keys["SecretAccessKey"],
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_ENDPOINT_URL": f"{live_server.url}/aws",
            "AWS_MAX_ATTEMPTS": "1",
        }
        words = [str(AWS), *shlex.split(line)[1:]]
        done = subprocess.run(words, capture_output=True, cwd=tmp_path, env=environment, check=False)
        return done.returncode, done.stdout.decode(), done.stderr.decode()

    return run


def comparable(text):
    """Without progress, moments, ids, and what only version 1 of the CLI says beside the error."""
    text = re.sub(r"Completed [^\r]*\r", "", text)
    text = re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", "WHEN", text)
    return sorted(line.rstrip() for line in text.replace("aws: [ERROR]: ", "").splitlines() if line.strip())


def test_they_print_the_same(real):
    theirs_keys = lab_accounts.open_account("111122223333", reset=True)
    ours = Machine(lab_accounts.open_account("444455556666", reset=True))
    different = []
    for line in LINES:
        code, out, err = real(line.replace("BUCKET", "bucket-11"), theirs_keys)
        output = ours(line.replace("BUCKET", "bucket-22"))
        same = [
            comparable(text.replace("bucket-22", "bucket-11").replace("444455556666", "111122223333"))
            for text in (output.stdout, output.stderr)
        ]
        if same != [comparable(out), comparable(err)] or bool(code) != bool(output.exit_code):
            different.append((line, (code, out, err), (output.exit_code, output.stdout, output.stderr)))
    assert different == [], "\n".join(map(repr, different))
