"""The order of judgement, over cases of the batch format: `answer(case)`.

This folder is a second evaluator, written from AWS's documentation and the choices listed in docs/evaluation.md without
a look at `iamlab.policy`: slow and plain, something to hold that one against. It imports nothing of iamlab.

AWS: "Policy evaluation logic", "Cross-account policy evaluation logic", "SCP evaluation".
"""

from tests.policy.reference import conditions, principals, public
from tests.policy.reference.matching import action_matches, as_list, resource_matches

TRUST_ACTIONS = {
    "sts:assumerole", "sts:assumerolewithsaml", "sts:assumerolewithwebidentity", "sts:tagsession",
    "sts:setsourceidentity",
}  # fmt: skip
BUCKET_POLICY_ACTIONS = {"s3:getbucketpolicy", "s3:putbucketpolicy", "s3:deletebucketpolicy"}
MANAGED_POLICY_ACTIONS = {
    "iam:createpolicy", "iam:createpolicyversion", "iam:deletepolicy", "iam:deletepolicyversion",
    "iam:setdefaultpolicyversion", "iam:tagpolicy", "iam:untagpolicy",
}  # fmt: skip
RESERVED_ROLE_ACTIONS = {
    "iam:attachrolepolicy", "iam:createrole", "iam:createservicelinkedrole", "iam:deleterole",
    "iam:deleterolepermissionsboundary", "iam:deleterolepolicy", "iam:deleteservicelinkedrole",
    "iam:detachrolepolicy", "iam:passrole", "iam:putrolepermissionsboundary", "iam:putrolepolicy", "iam:tagrole",
    "iam:untagrole", "iam:updateassumerolepolicy", "iam:updaterole", "iam:updateroledescription",
}  # fmt: skip
ALIAS_ACTIONS = {"kms:createalias", "kms:updatealias", "kms:deletealias"}


class Case:
    """A case with its defaults filled in."""

    def __init__(self, case):
        self.caller = caller = principals.read(case)
        self.action, self.resource = case["action"].lower(), case["resource"]
        self.context = {key.lower(): value for key, value in (case.get("context") or {}).items()}
        arn = self.resource.split(":", 5) if self.resource.startswith("arn:") else []
        named = arn[4] if len(arn) == 6 and arn[4].isdigit() else ""
        self.account = case.get("resourceAccount") or named or caller.account
        self.other_partition = bool(caller.account and len(arn) == 6 and arn[1] != caller.partition)
        self.arn = arn if len(arn) == 6 else [""] * 6
        iam = caller.kind in principals.IAM
        self.identity = (case.get("identityPolicies") or []) if iam else []
        self.boundary = (case.get("permissionsBoundaries") or []) if iam else []
        self.session = (case.get("sessionPolicies") or []) if iam else []
        self.bucket_policy = case.get("resourcePolicy") if self.action != "iam:passrole" else None
        bound = bool(caller.account) and not caller.service_linked
        self.scps = (case.get("serviceControlPolicies") or []) if bound else []
        linking = (
            caller.kind == "service" and ":role/aws-service-role/" in self.resource and self.action in TRUST_ACTIONS
        )
        outside = caller.service_linked or linking or self.action == "kms:retiregrant"
        self.rcps = [] if outside else case.get("resourceControlPolicies") or []
        self.endpoint = case.get("vpcEndpointPolicies") or []
        self.restrict = case.get("restrictPublicBuckets") is True and self.action.startswith("s3:")

    @property
    def assumes_linked(self):
        """Whether a service assumes its service-linked role."""
        linked = ":role/aws-service-role/" in self.resource and self.action in TRUST_ACTIONS
        return linked and self.caller.kind == "service"

    def applying(self, policies, layer, effect):
        """The statements of the effect that apply, with the kinds by which they cover the caller."""
        return [
            kinds
            for policy in policies
            for statement in as_list(policy["Statement"])
            if statement.get("Effect") == effect and (kinds := self.applies(policy, statement, layer))
        ]

    def applies(self, policy, statement, layer):
        """The kinds by which a statement covers the caller, empty where some part of it does not match."""
        return self.principal(statement, layer) if all(self.parts(policy, statement, layer).values()) else set()

    def parts(self, policy, statement, layer):
        """Whether each part of the statement matches."""
        variables = policy.get("Version") == "2012-10-17"
        return {
            "action": action_matches(statement, self.action),
            "principal": bool(self.principal(statement, layer)),
            "resource": resource_matches(statement, self.resource, variables, self.context, layer),
            "condition": conditions.holds(statement.get("Condition", {}), self.context, variables),
        }

    def principal(self, statement, layer):
        if layer in ("resource", "rcp"):
            return principals.matched(statement, self.caller, bool(self.boundary))
        if layer == "vpce" and "NotPrincipal" in statement:
            return principals.matched(statement, self.caller, bool(self.boundary))
        return {"direct"}

    def allows(self, policies, layer):
        return bool(self.applying(policies, layer, "Allow"))


def answer(case):
    """(decision, layers): the layers that may be named for it, for an allowed case any."""
    return decide(Case(case))


def decide(case):
    caller, action = case.caller, case.action
    if action == "sts:getcalleridentity" and caller.kind not in ("anonymous", "provider"):
        return "allowed", set()
    if action == "sts:getsessiontoken":
        permanent = caller.kind in ("user", "root") and "aws:tokenissuetime" not in case.context
        return ("allowed", set()) if permanent else ("implicitDeny", {"guard"})
    denying = {layer for layer, policies in layers(case) if case.applying(policies, layer, "Deny")}
    own = caller.account == case.account and not case.other_partition
    if caller.kind == "root" and own and action in BUCKET_POLICY_ACTIONS:
        denying -= {"resource"}
    if denying:
        return "explicitDeny", denying
    if cannot_call(caller, action):
        return "implicitDeny", {"guard"}
    if not all(case.allows(level, "scp") for level in case.scps):
        return "implicitDeny", {"scp"}
    if case.endpoint and not case.allows(case.endpoint, "vpce"):
        return "implicitDeny", {"vpce"}
    missing = grant(case)
    if missing:
        return "implicitDeny", missing
    if aws_owned(case):
        return "implicitDeny", {"guard"}
    outsider = caller.kind != "service" and (not caller.account or caller.account != case.account)
    if case.restrict and outsider and case.bucket_policy and public.is_public(case.bucket_policy):
        return "explicitDeny", {"guard"}
    return "allowed", set()


def layers(case):
    return [
        *(("scp", level) for level in case.scps),
        *(("rcp", level) for level in case.rcps),
        ("vpce", case.endpoint),
        ("resource", [case.bucket_policy] if case.bucket_policy else []),
        ("identity", case.identity),
        ("boundary", case.boundary),
        ("session", case.session),
    ]


def cannot_call(caller, action):
    service = action.partition(":")[0]
    if caller.kind == "root":
        return action == "sts:assumerole"
    if caller.kind == "role":
        return action == "sts:getfederationtoken"
    return caller.kind == "federated-user" and (service == "sts" or (service == "iam" and action != "iam:passrole"))


def grant(case):
    """Empty where the request is granted, else the layer that did not allow it."""
    caller = case.caller
    policies = [case.bucket_policy] if case.bucket_policy else []
    given = set().union(*case.applying(policies, "resource", "Allow"))
    if not caller.account:
        return set() if "direct" in given else {"resource"}
    identity = case.allows(case.identity, "identity") or caller.kind == "root"
    limits = limiting(case)
    if case.other_partition:
        return {"resource", "identity", "guard"}
    if caller.account != case.account:
        if not given:
            return {"resource"}
        return limits if identity else {"identity"}
    if "direct" in given:
        return set()
    if given & {"role", "issuer"}:
        return limits
    if needs_resource_policy(case) and (caller.kind == "root" or "account" not in given):
        return {"resource"}
    return limits if identity else {"identity"}


def limiting(case):
    """Which of boundary and session policy does not allow; empty where the limits hold."""
    if case.boundary and not case.allows(case.boundary, "boundary"):
        return {"boundary"}
    if case.session and not case.allows(case.session, "session"):
        return {"session"}
    return {"session"} if case.caller.kind == "federated-user" and not case.session else set()


def needs_resource_policy(case):
    key = case.arn[2] == "kms" and case.arn[5].startswith("key/")
    return key or case.action in TRUST_ACTIONS


def aws_owned(case):
    """What no customer may change."""
    service, account, name = case.arn[2], case.arn[4], case.arn[5]
    if service == "iam" and account == "aws" and name.startswith("policy/"):
        return case.action in MANAGED_POLICY_ACTIONS
    if service == "iam" and name.startswith("role/aws-reserved/"):
        return case.action in RESERVED_ROLE_ACTIONS
    return service == "kms" and name.startswith("alias/aws/") and case.action in ALIAS_ACTIONS
