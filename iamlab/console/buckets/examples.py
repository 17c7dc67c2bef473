"""Bucket policies to begin from. S3 User Guide: "Examples of Amazon S3 bucket policies"."""

import json
from typing import Any


def statements(account: str, bucket: str) -> list[tuple[str, dict[str, Any]]]:
    """Title and statement of each, with this account and this bucket."""
    here = f"arn:aws:s3:::{bucket}"
    return [
        (
            "Let one user read the objects",
            {
                "Sid": "LetMarioRead",
                "Effect": "Allow",
                "Principal": {"AWS": f"arn:aws:iam::{account}:user/mario"},
                "Action": "s3:GetObject",
                "Resource": f"{here}/*",
            },
        ),
        (
            "Let another account list the bucket and write its objects",
            {
                "Sid": "LetPartnerWrite",
                "Effect": "Allow",
                "Principal": {"AWS": "arn:aws:iam::444455556666:root"},
                "Action": ["s3:ListBucket", "s3:PutObject"],
                "Resource": [here, f"{here}/*"],
            },
        ),
        (
            "Refuse what is not sent over TLS",
            {
                "Sid": "OnlyTLS",
                "Effect": "Deny",
                "Principal": "*",
                "Action": "s3:*",
                "Resource": [here, f"{here}/*"],
                "Condition": {"Bool": {"aws:SecureTransport": "false"}},
            },
        ),
        (
            "Let everybody read the objects (Block Public Access has to be off)",
            {
                "Sid": "PublicRead",
                "Effect": "Allow",
                "Principal": "*",
                "Action": "s3:GetObject",
                "Resource": f"{here}/*",
            },
        ),
    ]


def documents(account: str, bucket: str) -> list[tuple[str, str]]:
    """Title and text of each."""
    return [
        (title, json.dumps({"Version": "2012-10-17", "Statement": [one]}, indent=2))
        for title, one in statements(account, bucket)
    ]
