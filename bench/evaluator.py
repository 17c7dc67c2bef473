"""Decisions a second on Mario's case, warm and from the documents' text, beside a loop that only reads each case."""

import itertools
import json
import time
from collections.abc import Callable
from typing import Any

from iamlab.policy.cases import CaseReader
from iamlab.policy.evaluate import Request, evaluate

MARIO = "arn:aws:iam::111122223333:user/mario"


def document(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


# A user in a group: what the group lets him write, what he may read himself, and a bucket that refuses plain HTTP.
POLICIES = {
    "identityPolicies": [
        document({"Effect": "Allow", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::customer-bills/*"}),
        document(
            {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::customer-bills"},
            {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::customer-bills/${aws:username}/*"},
        ),
    ],
    "resourcePolicy": document(
        {
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:*",
            "Resource": ["arn:aws:s3:::customer-bills", "arn:aws:s3:::customer-bills/*"],
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        }
    ),
}
ACTIONS = ("s3:PutObject", "s3:GetObject", "s3:ListBucket", "s3:DeleteObject", "iam:CreateUser")


def cases() -> list[dict[str, Any]]:
    """Two hundred requests: five actions, on Mario's folder, another one, another bucket, over HTTPS and not."""
    folders = [f"customer-bills/mario/{n}" for n in range(10)] + [f"customer-bills/{n}" for n in range(5)]
    paths = [*folders, "customer-bills", *(f"elsewhere/{n}" for n in range(4))]
    return [
        {
            "principal": MARIO,
            "action": action,
            "resource": f"arn:aws:s3:::{path}",
            "context": {
                "aws:username": "mario",
                "aws:PrincipalArn": MARIO,
                "aws:PrincipalAccount": "111122223333",
                "aws:SourceIp": "203.0.113.7",
                "aws:SecureTransport": secure,
            },
        }
        for action, path, secure in itertools.product(ACTIONS, paths, ("true", "false"))
    ]


def rate(one_pass: Callable[[], int], seconds: float = 1.0) -> float:
    """Cases a second over whole passes, after one untimed pass."""
    one_pass()
    done, began = 0, time.perf_counter()
    while (taken := time.perf_counter() - began) < seconds:
        done += one_pass()
    return done / taken


def run() -> list[tuple[str, str]]:
    raw = [(case["principal"], case["action"], case["resource"], case["context"]) for case in cases()]
    policies = CaseReader().policies(POLICIES)
    texts = [json.dumps({**case, **POLICIES}) for case in cases()]

    def reading() -> int:
        for principal, action, resource, context in raw:
            hash((principal, action, resource, context["aws:SourceIp"]))
        return len(raw)

    def warm() -> int:
        for principal, action, resource, context in raw:
            evaluate(Request(principal, action, resource, context), policies)
        return len(raw)

    def parsing() -> int:
        for text in texts:
            json.loads(text)
        return len(texts)

    def cold() -> int:
        for text in texts:
            evaluate(*CaseReader().read(json.loads(text)))
        return len(texts)

    # In turns, the best of three each: another program on the machine makes a round slower, never faster.
    rounds = [[rate(one) for one in (reading, warm, parsing, cold)] for _ in range(3)]
    reads, decisions, parses, colds = (max(column) for column in zip(*rounds, strict=True))
    return [
        ("warm", f"{decisions:,.0f} decisions/s, 1/{reads / decisions:.0f} of the rate of reading a case"),
        ("from text", f"{colds:,.0f} decisions/s, 1/{parses / colds:.0f} of the rate of json.loads on the same text"),
    ]
