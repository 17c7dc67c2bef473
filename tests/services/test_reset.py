"""`lab_account --reset` empties an account whatever is in it."""

import json

from django.core.management import call_command

from tests import boto
from tests.services.cloud import ACCOUNT


def test_a_role_in_an_instance_profile_is_no_obstacle(cloud, capsys):
    iam = cloud.client("iam")
    cloud.role("web", {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"})
    iam.create_instance_profile(InstanceProfileName="web")
    iam.add_role_to_instance_profile(InstanceProfileName="web", RoleName="web")
    call_command("lab_account", account_id=ACCOUNT, reset=True, json=True)
    key = json.loads(capsys.readouterr().out)
    assert boto.client("iam", key).list_roles()["Roles"] == []
    assert boto.client("iam", key).list_instance_profiles()["InstanceProfiles"] == []
