"""Every address of the URLconf, filled in with what a furnished world holds: for tests that go over all of them."""

import re
from collections.abc import Iterator
from functools import partial
from typing import Any

from django.test import Client
from django.urls import URLResolver, get_resolver

from tools.pages import POLICY

PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")
# What an address's parameters are, by the beginning of its name where the same word means several things.
VALUES: dict[str, dict[str, str]] = {
    "": {
        "tab": "permissions",
        "key": "review",
        "policy": "Own",
        "arn": POLICY,
        "bucket": "customer-bills",
        "kind": "csv",
        "code": "LEARN7",
        "lab_id": "first-bill",
        "step_id": "{step}",
        "step": "{step}",
        "check_id": "{check}",
        "question_id": "{question}",
        "tier": "1",
        "session_id": "{session}",
        "event_id": "{refused}",
        "public_id": "{sandbox}",
        "account": "{account}",
        "key_id": "{key}",
        "instance_id": "{instance}",
        "target": "{account}",
        "policy_id": "{scp}",
        "scope": "resource",
        "state": "enable",
        "draft_id": "{draft}",
        "class_id": "{klass}",
        "attempt_id": "{work}",
        "pk": "{assignment}",
        "event": "1",
        "name": "mario",
    },
    "user-credential": {"service": "git", "kind": "service", "act": "reset"},
    "own-credential": {"service": "git", "kind": "service", "act": "reset"},
    "own-upload": {"kind": "ssh"},
    "contact": {"kind": "security"},
    "user-upload": {"kind": "x509"},
    "policies-act": {"act": "attach"},
    "group": {"name": "billing", "tab": "users"},
    "role": {"name": "Clerk"},
    "trail": {"name": "audit"},
    "provider": {"arn": "arn:aws:iam::{account}:oidc-provider/token.example.com"},
    "bucket": {"tab": "objects"},
    "organization-unit": {"target": "{unit}"},
    "organization-move": {"target": "{member}"},
    "organization-remove": {"target": "{member}"},
    "organization-close": {"target": "{member}"},
    "sign-up-step": {"name": "email"},
    "lab-": {"pk": "{attempt}", "name": "bill.txt"},
    "attempt": {"pk": "{attempt}"},
    "certificate": {"pk": "{attempt}"},
    "class-": {"pk": "{learner}", "key": "nothing"},
    "come-back": {"key": "nothing"},
    "timeline-why": {"event_id": "{judged}"},
    "own-lab": {"pk": "{own_lab}", "name": "house.svg"},
    "class-many": {"pk": "{assignment}"},
    "class-act": {"pk": "{assignment}"},
}
# What an address asks for beside its path.
QUERIES = {
    "group-simulate": "actions=s3:PutObject&resource=*",
    "budget": "name=monthly",
    "budget-edit-start": "name=monthly",
    "events-compare": "selected={refused}&selected={made}",
    "object": "key=2026/february.txt",
    "object-open": "key=2026/february.txt",
    "object-metadata": "key=2026/february.txt",
    "objects-storage": "key=2026/february.txt",
    "objects-encryption": "key=2026/february.txt",
    "object-acl": "key=2026/february.txt",
    "object-download": "key=2026/february.txt",
    "object-tags": "key=2026/february.txt",
    "object-hold": "key=2026/february.txt",
    "object-retention": "key=2026/february.txt",
}
# A wizard's steps carry its name; this is where each begins.
WIZARDS = {
    "user-create": "iam/users/create/",
    "user-permissions": "iam/users/details/mario/add-permissions/",
    "console-access": "iam/users/details/mario/console-access/",
    "access-key": "iam/users/details/mario/create-access-key/",
    "policy-create": "iam/policies/create/",
    "role-create": "iam/roles/create/",
    "bucket-create": "s3/bucket/create/",
    "trail-create": "cloudtrail/trails/create/",
    "instance-launch": "ec2/launch/",
    "budget-create": "billing/budgets/create/",
    "budget-edit": "billing/budgets/edit/?name=monthly",
}


def patterns(found: list[Any] | None = None, prefix: str = "") -> Iterator[tuple[str, str]]:
    """Name and route of every address, the operator's admin site aside."""
    for one in get_resolver().url_patterns if found is None else found:
        if not isinstance(one, URLResolver):
            yield one.name, prefix + str(one.pattern)
        elif one.app_name != "admin":
            yield from patterns(one.url_patterns, prefix + str(one.pattern))


def value(name: str, parameter: str) -> str:
    """That of the longest beginning that fits."""
    fitting = [start for start in VALUES if name.startswith(start) and parameter in VALUES[start]]
    return VALUES[max(fitting, key=len)][parameter]


def _filled(name: str, match: re.Match[str]) -> str:
    return value(name, match[1])


def templates() -> dict[str, str]:
    """Address by name, with {words} for what a world names."""
    found = {name: "/" + PARAMETER.sub(partial(_filled, name), route) for name, route in patterns()}
    return {name: f"{path}?{QUERIES[name]}" if name in QUERIES else path for name, path in found.items()}


def drafts(browser: Client, session: str) -> dict[str, str]:
    """An address of its first step for every wizard, begun."""
    return {name: browser.get(f"/console/{session}/{path}").url for name, path in WIZARDS.items()}


def filled(name: str, template: str, world: dict[str, str], begun: dict[str, str]) -> str:
    """The address. A wizard's own step is that where it begins."""
    if name in begun:
        return begun[name]
    wizard = next((one for one in begun if name.startswith(f"{one}-")), "")
    return template.format(**world, draft=begun[wizard].rstrip("/").split("/")[-2] if wizard else "")
