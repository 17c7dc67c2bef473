"""A test over a role's trust policy: whom does it let in, whatever their own policies say?"""

import json
import re
from collections.abc import Iterator
from typing import Any

from iamlab.labs.view import View
from iamlab.policy.compile import compile_policy
from iamlab.policy.evaluate import Policies, Request, evaluate

Spec = dict[str, Any]
Probe = tuple[Any, dict[str, str]]  # who asks, and what the request says of them
ACTIONS = ("sts:AssumeRole", "sts:AssumeRoleWithWebIdentity", "sts:AssumeRoleWithSAML")
ANYTHING = compile_policy('{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}')
ELSEWHERE = "999999999999"  # an account that stands for all others
ACCOUNT = re.compile(r"(?<!\d)\d{12}(?!\d)")
NAMED = re.compile(r"arn:aws:iam::\d{12}:(?:user|role)/[\w+=,.@/-]+")
NOT_A_NAME = re.compile(r"[^\w+=,.@-]")


def trusts(spec: Spec, view: View) -> bool:
    """Whether nobody but `only` could take a role that fits, if their own policies let them. An account's root ARN
    stands for all of that account; `context` goes along with every request, such as an external id.

    Asked of everybody in the account; of strangers in it whose names begin or end as those do that may; of the same in
    other accounts; and of the services and providers that the document names. Each has every permission, so that the
    trust policy alone decides.
    """
    roles = view.named("role", spec["role"].removeprefix("role/"))
    return bool(roles) and not any(_lets_in(role, probe) for role in roles for probe in _probes(role, spec, view))


def _document(role: dict[str, Any]) -> str:
    found = role["AssumeRolePolicyDocument"]
    return found if isinstance(found, str) else json.dumps(found)


def _lets_in(role: dict[str, Any], probe: Probe) -> bool:
    who, context = probe
    policies = Policies(identity=(ANYTHING,), resource=compile_policy(_document(role), "trust"))
    asked = ({"action": action, "resource": role["Arn"], "context": context} for action in ACTIONS)
    owner = role["Arn"].split(":")[4]
    return any(evaluate(Request(who, resource_account=owner, **one), policies).allowed for one in asked)


def _probes(role: dict[str, Any], spec: Spec, view: View) -> Iterator[Probe]:
    """Everybody who should not be let in."""
    own = role["Arn"].split(":")[4]
    text = _document(role)
    kept = {f"arn:aws:iam::{own}:{one}" if one.startswith(("user/", "role/")) else one for one in spec["only"]}
    held = {item["Arn"] for kind in ("user", "role") for item in view.details(kind).values()} - {role["Arn"]}
    near = {NOT_A_NAME.sub("", arn.rpartition("/")[2]) for arn in kept if arn.startswith("arn:")}
    names = {"stranger", *(f"{name}x" for name in near), *(f"x{name}" for name in near)}
    held |= {f"arn:aws:iam::{own}:user/{name}" for name in names} | set(NAMED.findall(text))
    for account in {ELSEWHERE, *ACCOUNT.findall(text)} - {own}:
        held |= {f"arn:aws:iam::{account}:{kind}/{name}" for kind in ("user", "role") for name in names | near}
    trusted = {arn.split(":")[4] for arn in kept if arn.endswith(":root")}
    for arn in sorted(held - kept):
        if arn.split(":")[4] not in trusted:
            who, context = _person(arn)
            yield who, {**context, **spec.get("context", {})}
    for kind, outside in _outside(json.loads(text)):
        if outside not in kept:
            yield {kind: outside}, {"aws:PrincipalIsAWSService": "true", "aws:SecureTransport": "true"}


def _person(arn: str) -> Probe:
    account, name = arn.split(":")[4], arn.rpartition("/")[2]
    context = {
        "aws:PrincipalArn": arn, "aws:PrincipalAccount": account, "aws:SecureTransport": "true",
        "aws:MultiFactorAuthPresent": "true", "aws:MultiFactorAuthAge": "60",
    }  # fmt: skip
    if ":role/" in arn:
        session = f"arn:aws:sts::{account}:assumed-role/{name}/session"
        return session, {**context, "aws:PrincipalType": "AssumedRole"}
    return arn, {**context, "aws:PrincipalType": "User", "aws:username": name}


def _outside(document: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """The services and identity providers that a trust policy names, each with its kind."""
    statements = document.get("Statement", [])
    for statement in statements if isinstance(statements, list) else [statements]:
        named = statement.get("Principal")
        for kind in ("Service", "Federated"):
            found = named.get(kind, []) if isinstance(named, dict) else []
            yield from ((kind, one) for one in (found if isinstance(found, list) else [found]))
