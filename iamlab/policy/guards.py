"""What no policy decides: STS calls that are always or never possible, objects AWS keeps for itself.

AWS: "Compare AWS STS credentials", "Getting federation tokens", "AWS managed policies".
"""

from .arns import Caller, split_arn

TRUST_ACTIONS = frozenset(
    f"sts:{name}"
    for name in ("assumerole", "assumerolewithsaml", "assumerolewithwebidentity", "tagsession", "setsourceidentity")
)
BUCKET_POLICY_ACTIONS = frozenset(f"s3:{verb}bucketpolicy" for verb in ("get", "put", "delete"))

MANAGED_POLICY_ACTIONS = frozenset(
    f"iam:{name}"
    for name in (
        "createpolicy",
        "createpolicyversion",
        "deletepolicy",
        "deletepolicyversion",
        "setdefaultpolicyversion",
        "tagpolicy",
        "untagpolicy",
    )
)
RESERVED_ROLE_ACTIONS = frozenset(
    f"iam:{name}"
    for name in (
        "attachrolepolicy",
        "createrole",
        "createservicelinkedrole",
        "deleterole",
        "deleterolepermissionsboundary",
        "deleterolepolicy",
        "deleteservicelinkedrole",
        "detachrolepolicy",
        "passrole",
        "putrolepermissionsboundary",
        "putrolepolicy",
        "tagrole",
        "untagrole",
        "updateassumerolepolicy",
        "updaterole",
        "updateroledescription",
    )
)
ALIAS_ACTIONS = frozenset(f"kms:{verb}alias" for verb in ("create", "update", "delete"))
GUARDED_ACTIONS = MANAGED_POLICY_ACTIONS | RESERVED_ROLE_ACTIONS | ALIAS_ACTIONS


# Calls that policies do not decide ----------------------------------------------------------------


def without_policies(action: str, caller: Caller, request) -> str | None:
    """The outcome of the actions that no policy controls, else None; `action` in lower case."""
    if action == "sts:getcalleridentity":
        signed = caller.kind in ("user", "role", "federated-user", "root", "service")
        return "allowed" if signed else None
    if action == "sts:getsessiontoken":
        # aws:TokenIssueTime stands in the context of temporary credentials only, which cannot ask for others.
        long_term = caller.kind in ("user", "root") and request.lookup("aws:tokenissuetime") is None
        return "allowed" if long_term else "implicitDeny"
    return None


def cannot_call(action: str, caller: Caller) -> bool:
    """Callers that cannot make a call whatever their policies say; `action` in lower case."""
    if caller.kind == "root":
        return action == "sts:assumerole"
    if caller.kind == "role":
        return action == "sts:getfederationtoken"
    if caller.kind == "federated-user":
        # PassRole is a permission, not an API operation.
        return action.startswith("sts:") or (action.startswith("iam:") and action != "iam:passrole")
    return False


def is_untouchable(action: str, resource: str) -> bool:
    """Objects that no customer may change; `action` in lower case."""
    arn = split_arn(resource)
    if arn is None:
        return False
    if action in MANAGED_POLICY_ACTIONS:
        return arn.service == "iam" and arn.account == "aws" and arn.resource.startswith("policy/")
    if action in RESERVED_ROLE_ACTIONS:
        return arn.service == "iam" and arn.resource.startswith("role/aws-reserved/")
    return action in ALIAS_ACTIONS and arn.service == "kms" and arn.resource.startswith("alias/aws/")


def is_kms_key(resource: str) -> bool:
    arn = split_arn(resource) if ":kms:" in resource else None
    return arn is not None and arn.service == "kms" and arn.resource.startswith("key/")


def restricts(action: str, kind: str) -> bool:
    """Whether RestrictPublicBuckets concerns the call at all: S3, and not by an AWS service."""
    return action.lower().startswith("s3:") and kind != "service"
