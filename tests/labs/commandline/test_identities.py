"""Lines run as several identities: other keys, a role, a stranger."""

import json
from dataclasses import replace

ACCOUNT = "111122223333"
TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "Action": "sts:AssumeRole"}
        ],
    }
)


def test_a_virtual_mfa_device_leaves_its_seed_in_a_file(machine):
    line = "aws iam create-virtual-mfa-device --virtual-mfa-device-name phone --outfile seed --bootstrap-method"
    answer = json.loads(machine.prints(f"{line} Base32StringSeed"))
    assert set(answer["VirtualMFADevice"]) == {"SerialNumber"}
    assert len(machine.state.files["seed"]) >= 32


def test_another_profile_is_another_caller(machine):
    machine.prints("aws iam create-user --user-name mario")
    keys = json.loads(machine.prints("aws iam create-access-key --user-name mario"))["AccessKey"]
    machine.prints(f"aws configure set aws_access_key_id {keys['AccessKeyId']} --profile mario")
    machine.prints(f"aws configure set profile.mario.aws_secret_access_key {keys['SecretAccessKey']}")
    whoami = "aws sts get-caller-identity --query Arn --output text"
    assert machine.prints(f"{whoami} --profile mario") == f"arn:aws:iam::{ACCOUNT}:user/mario\n"
    assert machine.prints(whoami) == f"arn:aws:iam::{ACCOUNT}:root\n"
    assert machine("aws iam list-users --profile mario").exit_code == 254


def test_a_profile_with_a_role_takes_the_role(machine):
    machine.prints("aws iam create-user --user-name mario")
    machine.prints(f"aws iam create-role --role-name clerk --assume-role-policy-document '{TRUST}'")
    policy = "arn:aws:iam::aws:policy/AdministratorAccess"
    machine.prints(f"aws iam attach-user-policy --user-name mario --policy-arn {policy}")
    keys = json.loads(machine.prints("aws iam create-access-key --user-name mario"))["AccessKey"]
    profiles = {
        "mario": {"aws_access_key_id": keys["AccessKeyId"], "aws_secret_access_key": keys["SecretAccessKey"]},
        "clerk": {"role_arn": f"arn:aws:iam::{ACCOUNT}:role/clerk", "source_profile": "mario"},
        "loop": {"role_arn": f"arn:aws:iam::{ACCOUNT}:role/clerk", "source_profile": "loop"},
        "nobody": {"role_arn": f"arn:aws:iam::{ACCOUNT}:role/nobody", "source_profile": "mario"},
    }
    machine.state = replace(machine.state, profiles=profiles)
    whoami = "aws sts get-caller-identity --query Arn --output text --profile"
    assert machine.prints(f"{whoami} clerk") == f"arn:aws:sts::{ACCOUNT}:assumed-role/clerk/aws-cli-clerk\n"
    assert "Infinite loop" in machine(f"{whoami} loop").stderr
    assert "(AccessDenied) when calling the AssumeRole operation" in machine(f"{whoami} nobody").stderr


def test_a_refused_upload_is_told(machine):
    machine.prints("aws s3 mb s3://customer-bills")
    machine.prints("aws iam create-user --user-name mario")
    keys = json.loads(machine.prints("aws iam create-access-key --user-name mario"))["AccessKey"]
    machine.prints(f"aws configure set aws_access_key_id {keys['AccessKeyId']} --profile mario")
    machine.prints(f"aws configure set aws_secret_access_key {keys['SecretAccessKey']} --profile mario")
    refused = machine("aws s3 cp bill.txt s3://customer-bills --profile mario")
    assert (refused.stdout, refused.exit_code) == ("", 1)
    assert refused.stderr.startswith(
        "upload failed: ./bill.txt to s3://customer-bills/bill.txt "
        "An error occurred (AccessDenied) when calling the PutObject operation: "
    )
    machine.prints("aws s3 cp bill.txt s3://customer-bills")
    refused = machine("aws s3 cp s3://customer-bills/bill.txt x --profile mario")
    assert refused.stderr == "fatal error: An error occurred (403) when calling the HeadObject operation: Forbidden\n"
    refused = machine("aws s3 rm s3://customer-bills --recursive --profile mario")
    assert refused.stderr.startswith("fatal error: An error occurred (AccessDenied) when calling the ListObjectsV2")
