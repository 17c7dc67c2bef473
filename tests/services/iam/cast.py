"""The account and the documents that IAM's tests share."""

import json

ACCOUNT = "111122223333"
READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"
ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"


def document(action="*", resource="*", effect="Allow", **more):
    """A policy of one statement as text."""
    statement = {"Effect": effect, "Action": action, "Resource": resource, **more}
    return json.dumps({"Version": "2012-10-17", "Statement": statement})


def trust(principal, action="sts:AssumeRole", **more):
    """A trust policy of one statement as text."""
    statement = {"Effect": "Allow", "Principal": principal, "Action": action, **more}
    return json.dumps({"Version": "2012-10-17", "Statement": statement})


EVERYTHING = document()
EC2 = trust({"Service": "ec2.amazonaws.com"})
