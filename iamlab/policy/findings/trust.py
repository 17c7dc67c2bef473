"""Role trust policies: who may assume the role, and how."""

import re
from collections.abc import Iterator

from ..arns import split_arn
from .model import Found, Leaf, Policy, Statement, listed, shown

ACTIONS = {
    name.lower(): name
    for name in (
        "sts:AssumeRole",
        "sts:AssumeRoleWithSAML",
        "sts:AssumeRoleWithWebIdentity",
        "sts:TagSession",
        "sts:SetSourceIdentity",
        "sts:SetContext",
    )
}
PROVIDER_HOSTS = ("accounts.google.com", "cognito-identity.amazonaws.com", "graph.facebook.com", "www.amazon.com")
PROVIDER_ARN = re.compile(r"arn:aws[a-z-]*:iam::[0-9]{12}:(saml|oidc)-provider/.+")
ROLES_ANYWHERE = "rolesanywhere.amazonaws.com"
ROLES_ANYWHERE_NEEDS = ("sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity")
GITHUB = "token.actions.githubusercontent.com"
# A condition key that belongs to a further action of the same call.
COMPANIONS = {"sts:transitivetagkeys": "sts:TagSession", "aws:requesttag/": "sts:TagSession"}


def check(policy: Policy) -> Iterator[Found]:
    if policy.type != "trust":
        return
    for statement in policy.statements:
        yield from _elements(statement)
        yield from _actions(statement)
        for leaf in _federated(statement):
            yield from _provider(statement, leaf)
        yield from _roles_anywhere(statement)
        yield from _companions(statement)
        yield from _redundant(statement)


def _elements(statement: Statement) -> Iterator[Found]:
    for name in ("Resource", "NotResource"):
        if statement.has(name):
            message = f"A trust policy has no `{name}`: it speaks of the role that it belongs to."
            yield Found("ROLE_TRUST_POLICY_SYNTAX_ERROR_RESOURCE", statement.element(name), message, "Delete it.")
    if statement.has("NotPrincipal"):
        message = "A trust policy cannot use `NotPrincipal`."
        mend = "Name with `Principal` those who may assume the role."
        yield Found("ROLE_TRUST_POLICY_SYNTAX_ERROR_NOTPRINCIPAL", statement.element("NotPrincipal"), message, mend)


def _actions(statement: Statement) -> Iterator[Found]:
    for leaf in statement.actions:
        text = leaf.text.lower()
        if text in ACTIONS or (text.startswith("sts:") and text.endswith("*")):
            continue
        message = f"{shown(leaf.text)} has no place in a trust policy, which is about assuming the role."
        yield Found(
            "UNSUPPORTED_ACTION_IN_POLICY", leaf.place, message, "Use " + listed(list(ACTIONS.values()), 6) + "."
        )


def _federated(statement: Statement) -> list[Leaf]:
    return [leaf for key, leaf in statement.principals if key == "Federated"]


def _named(statement: Statement) -> set[str]:
    return {leaf.text.lower() for leaf in statement.actions}


def _provider(statement: Statement, leaf: Leaf) -> Iterator[Found]:
    text = leaf.text
    found = PROVIDER_ARN.fullmatch(text)
    if found is None and text not in PROVIDER_HOSTS:
        message = f"{shown(text)} is no identity provider."
        mend = "Write the provider's ARN (arn:aws:iam::111122223333:oidc-provider/HOST or saml-provider/NAME)."
        yield Found("INVALID_FEDERATED_PRINCIPAL_SYNTAX_IN_ROLE_TRUST_POLICY", leaf.place, message, mend)
        return
    is_saml = found is not None and found[1] == "saml"
    right = "sts:AssumeRoleWithSAML" if is_saml else "sts:AssumeRoleWithWebIdentity"
    wrong = {"sts:assumerole", "sts:assumerolewithsaml", "sts:assumerolewithwebidentity"} - {right.lower()}
    for action in statement.actions:
        others = [key for key, _ in statement.principals if key != "Federated"]
        if action.text.lower() in wrong and not (action.text.lower() == "sts:assumerole" and others):
            message = (
                f"{shown(action.text)} is not for the {'SAML' if is_saml else 'OIDC'} provider that is named here."
            )
            yield Found("MISMATCHED_ACTION_FOR_PRINCIPAL", action.place, message, f"Write `{right}`.")
    if statement.allows and not is_saml:
        yield from _oidc(statement, leaf)


def _oidc(statement: Statement, leaf: Leaf) -> Iterator[Found]:
    host = leaf.text.partition("oidc-provider/")[2] or leaf.text
    keys = {c.name: c for c in statement.conditions}
    own = {name: c for name, c in keys.items() if name.startswith(host.lower() + ":")}
    if host.startswith(GITHUB):
        yield from _github(statement, leaf, own)
    elif not own:
        message = f"Everybody whom {shown(host)} knows may assume the role, users of strangers' applications too."
        mend = f"Add a condition on `{host[:80]}:aud` (the application) or `:sub` (the user)."
        yield Found("MISSING_CONDITION_KEY_FOR_OIDC_PRINCIPAL", leaf.place, message, mend)


def _github(statement: Statement, leaf: Leaf, own: dict) -> Iterator[Found]:
    subject = own.get(f"{GITHUB}:sub")
    if subject is None and not any(
        name.endswith((":repository", ":repository_id", ":job_workflow_ref")) for name in own
    ):
        message = "Every workflow of everybody on GitHub may assume the role."
        mend = f'Add a condition on `{GITHUB}:sub`, such as "repo:ORGANISATION/REPOSITORY:ref:refs/heads/main".'
        yield Found("MISSING_GITHUB_REPO_CONDITION_KEY", leaf.place, message, mend)
        return
    for value in subject.values if subject is not None else ():
        repository = value.text.removeprefix("repo:").split(":")[0]
        if not value.text.startswith("repo:") or repository in ("*", "") or repository.startswith("*"):
            message = f"{shown(value.text)} does not say whose repository it is."
            yield Found("MISSING_GITHUB_REPO_CONDITION_KEY", value.place, message, 'Begin with "repo:ORGANISATION/".')
        elif "*" in value.text:
            message = f"{shown(value.text)} lets in more than one repository, branch or event."
            mend = 'Name one: "repo:ORGANISATION/REPOSITORY:ref:refs/heads/main".'
            yield Found("SPECIFIC_GITHUB_REPO_AND_BRANCH_RECOMMENDED", value.place, message, mend)


def _roles_anywhere(statement: Statement) -> Iterator[Found]:
    for key, leaf in statement.principals:
        if key == "Service" and leaf.text == ROLES_ANYWHERE and statement.allows:
            named = _named(statement)
            missing = [
                action for action in ROLES_ANYWHERE_NEEDS if action.lower() not in named and "sts:*" not in named
            ]
            if missing:
                message = f"IAM Roles Anywhere cannot assume the role without {listed(missing)}."
                mend = "Add the missing actions to `Action`."
                yield Found("MISSING_ACTION_FOR_ROLES_ANYWHERE_TRUST_POLICY", leaf.place, message, mend)


def _companions(statement: Statement) -> Iterator[Found]:
    named = _named(statement)
    for condition in statement.conditions:
        for start, action in COMPANIONS.items():
            if condition.name.startswith(start) and action.lower() not in named and "sts:*" not in named:
                message = f"{shown(condition.key.text)} is about session tags, which need `{action}`."
                mend = f"Add `{action}` to `Action`."
                if statement.allows and condition.base != "Null":
                    yield Found("MISSING_ACTION_FOR_CONDITION_KEY", condition.key.place, message, mend)


def _redundant(statement: Statement) -> Iterator[Found]:
    """A session beside its own role: the role covers it."""
    roles = set()
    for key, leaf in statement.principals:
        arn = split_arn(leaf.text) if key == "AWS" else None
        if arn and arn.service == "iam" and arn.resource.startswith("role/"):
            roles.add((arn.account, arn.resource.rpartition("/")[2]))
    for key, leaf in statement.principals:
        arn = split_arn(leaf.text) if key == "AWS" else None
        if arn is None or arn.service != "sts" or not arn.resource.startswith("assumed-role/"):
            continue
        if (arn.account, arn.resource.split("/")[1]) in roles:
            message = f"The role itself is named too, which covers its session {shown(leaf.text)}."
            mend = "Delete the session, or the role if you mean this session alone."
            yield Found("REDUNDANT_PRINCIPAL_IN_ROLE_TRUST_POLICY", leaf.place, message, mend)
