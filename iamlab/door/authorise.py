"""Build a request's context, gather what applies, ask policy."""

from collections.abc import Mapping
from dataclasses import astuple, dataclass
from typing import Any

from iamlab.policy.denied import access_denied_message
from iamlab.policy.evaluate import OWN, Decision, Policies, Request, caller_of, evaluate, where
from iamlab.services import applicable, callers, clock
from iamlab.services.callers import Caller, Source
from iamlab.services.identity_policies import Applied
from iamlab.services.operations import AwsError, Call, Target, model

FOR_SESSIONS = ("AssumeRole", "GetCallerIdentity")  # of STS, for credentials of GetSessionToken
PRINCIPAL_TYPES = {
    callers.ROOT: "Account",
    callers.USER: "User",
    callers.ROLE: "AssumedRole",
    callers.FEDERATED: "FederatedUser",
    callers.ANONYMOUS: "Anonymous",
    callers.SERVICE: "AWSService",
}


# What each protocol calls a refusal, and how its text begins; EC2's ends with the encoded message, in its event too.
DENIED = {
    "query": ("AccessDenied", ""),
    "json": ("AccessDeniedException", ""),
    "ec2": ("UnauthorizedOperation", "You are not authorized to perform this operation. "),
}


@dataclass(slots=True)
class Judgement:
    """A decision with all that it was made from, so that it can be explained now or later."""

    request: Request
    policies: Policies
    decision: Decision
    caller: Caller
    policy_set: str = ""  # digest and text of the list of policies that applied
    policy_set_text: str = ""
    resource_policy: str = ""  # digest
    granted: tuple[dict[str, Any], ...] = ()  # statements beside it
    rcps: tuple[Applied, ...] = ()  # over the resource's account

    @property
    def allowed(self) -> bool:
        return self.decision.allowed

    def stored(self) -> dict[str, Any]:
        """What an event keeps, besides the digest of the policy set."""
        request = self.request
        return {
            "principal_key": request.principal,
            "session_issuer": request.session_issuer,
            "action": request.action,
            "resource": request.resource,
            "resource_account": request.resource_account,
            "resource_policy": self.resource_policy,
            "granted": list(self.granted),
            "rcps": [list(astuple(one)) for one in self.rcps],
            "restrict_public": request.restrict_public_buckets,
            "outcome": self.decision.outcome,
            "layer": self.decision.layer,
            "context": dict(request.context),
        }


def principal_context(caller: Caller, now: Any) -> dict[str, str | list[str]]:
    """The condition keys that describe the caller. User Guide: "AWS global condition context keys"."""
    if caller.kind == callers.WEB:
        return {"aws:FederatedProvider": caller.provider}
    context: dict[str, str | list[str]] = {
        "aws:PrincipalAccount": caller.account_id,
        "aws:PrincipalType": PRINCIPAL_TYPES[caller.kind],
        "aws:userid": _userid(caller),
    }
    if caller.kind == callers.ANONYMOUS:
        return context
    context["aws:PrincipalIsAWSService"] = "true" if caller.kind == callers.SERVICE else "false"
    if caller.kind == callers.SERVICE:
        context["aws:PrincipalServiceName"] = caller.name
        return context
    context["aws:PrincipalArn"] = caller.arn if caller.kind == callers.FEDERATED else caller.principal_arn
    if caller.kind == callers.USER:
        context["aws:username"] = caller.name
    for key, value in principal_tags(caller).items():
        context[f"aws:PrincipalTag/{key}"] = value
    if caller.issued is not None:
        context["aws:TokenIssueTime"] = clock.iso(caller.issued)
        context["aws:MultiFactorAuthPresent"] = "true" if caller.mfa_at else "false"
        if caller.mfa_at is not None:
            context["aws:MultiFactorAuthAge"] = str(int((now - caller.mfa_at).total_seconds()))
    if caller.provider:
        context["aws:FederatedProvider"] = caller.provider
    if caller.source_identity:
        context["aws:SourceIdentity"] = caller.source_identity
    return context


def principal_tags(caller: Caller) -> Mapping[str, str]:
    """The identity's tags; a session tag comes before the role's of the same key, whatever its case."""
    if not caller.session_tags:
        return caller.tags
    given = {key.lower() for key in caller.session_tags}
    return {**{k: v for k, v in caller.tags.items() if k.lower() not in given}, **caller.session_tags}


def _userid(caller: Caller) -> str:
    if caller.kind == callers.ROLE:
        return f"{caller.unique_id}:{caller.session_name}"
    if caller.kind == callers.FEDERATED:
        return f"{caller.account_id}:{caller.session_name}"
    return caller.unique_id


def request_context(caller: Caller, source: Source, now: Any) -> dict[str, str | list[str]]:
    """The condition keys of every request: the caller's, the network's, the time's."""
    context = principal_context(caller, now)
    context["aws:SourceIp"] = source.ip
    context["aws:UserAgent"] = source.user_agent
    context["aws:SecureTransport"] = "true" if source.secure else "false"
    context["aws:RequestedRegion"] = source.region
    context["aws:CurrentTime"] = clock.iso(now)
    context["aws:EpochTime"] = str(int(now.timestamp()))
    context["aws:ViaAWSService"] = "false"
    context.update(source.context)
    return context


def parameter_context(params: Mapping[str, Any]) -> dict[str, str | list[str]]:
    """Condition keys that any operation's parameters set: the tags of the request."""
    context: dict[str, str | list[str]] = {}
    tags = params.get("Tags")
    if isinstance(tags, list):
        for tag in tags:
            context[f"aws:RequestTag/{tag['Key']}"] = tag.get("Value", "")
        context["aws:TagKeys"] = [tag["Key"] for tag in tags]
    elif isinstance(params.get("TagKeys"), list):
        context["aws:TagKeys"] = list(params["TagKeys"])
    return context


def judge(caller: Caller, action: str, target: Target, context: Mapping[str, str | list[str]]) -> Judgement:
    """Decide one action on one target. The context is complete but for what the target adds."""
    applied = applicable.of_caller(caller)
    full = dict(context)
    for key, value in target.tags.items():
        full[f"aws:ResourceTag/{key}"] = value
    if target.account_id or caller.kind != callers.ANONYMOUS:
        full["aws:ResourceAccount"] = target.account_id or caller.account_id
    full.update(target.context)
    owner = target.account_id or caller.account_id
    organizations, rcps = applicable.between(
        caller.world, caller.account_id if caller.kind != callers.WEB else "", owner
    )
    full.update(organizations)
    request = Request(
        principal=_principal(caller),
        action=action,
        resource=target.arn,
        context=full,
        resource_account=target.account_id or None,
        session_issuer=caller.principal_arn if caller.kind in (callers.ROLE, callers.FEDERATED) else None,
        restrict_public_buckets=target.restrict_public,
    )
    policies = applied.policies(target.policy, target.arn, target.granted, rcps)
    decision = evaluate(request, policies)
    return Judgement(
        request, policies, decision, caller, applied.digest, applied.text, target.policy, tuple(target.granted), rcps
    )


def _principal(caller: Caller) -> Any:
    if caller.kind == callers.ANONYMOUS:
        return "anonymous"
    if caller.kind == callers.SERVICE:
        return {"Service": caller.name}
    if caller.kind == callers.WEB:
        return {"Federated": caller.provider}
    return caller.arn


def check_session(call: Call) -> None:
    """What temporary credentials are never good for, whatever policies say: those of GetFederationToken do not call
    IAM, but from a console; those of GetSessionToken only with MFA, and of STS two operations only. STS API Reference:
    "GetFederationToken", "GetSessionToken". IAM says that their token is invalid.
    """
    caller, service, name = call.caller, call.operation.service, call.operation.api_name
    federated = caller.kind == callers.FEDERATED and not caller.console
    if service == "iam" and (federated or (caller.get_session_token and caller.mfa_at is None)):
        raise AwsError("InvalidClientTokenId", "The security token included in the request is invalid.", 403)
    only_long_term = name == "GetFederationToken" and caller.kind != callers.FEDERATED and caller.issued is not None
    if only_long_term or (caller.get_session_token and service == "sts" and name not in FOR_SESSIONS):
        raise AwsError("AccessDenied", f"Cannot call {name} with session credentials", 403)


def authorise(call: Call, target: Target, action: str) -> None:
    """Judge one action of a call; keep the judgement for its event. Raises AccessDenied in AWS's words."""
    judgement = judge(call.caller, action, target, call.context)
    if call.decision is None or not judgement.allowed:
        call.decision = judgement
    if not judgement.allowed:
        raise denied(judgement, call.operation.service, target)


def denied(judgement: Judgement, service: str, target: Target) -> AwsError:
    request = judgement.request
    together = _together(request)
    message = access_denied_message(
        request,
        judgement.decision,
        requester=judgement.caller.arn or "anonymous",
        resource=target.shown or (f'"{target.arn}"' if service == "s3" and target.arn != "*" else target.arn),
        details=together,
    )
    if service == "s3" and not together:
        message = "Access Denied"
    if judgement.caller.kind == callers.WEB:
        message = f"Not authorized to perform {request.action}"
    code, opening = DENIED.get(model(service).metadata.get("protocol", ""), DENIED["query"])
    error = AwsError(code, opening + message, 400 if code == "AccessDeniedException" else 403)
    error.decision = judgement
    return error


def _together(request: Request) -> bool:
    """Whether caller and resource are of one account or organization: strangers are not told why they are refused
    (AWS: "Troubleshoot access denied (403 Forbidden) errors in Amazon S3").
    """
    caller = caller_of(request)
    if caller.account and where(request, caller) == OWN:
        return True
    organization = request.context.get("aws:PrincipalOrgID")
    return organization is not None and organization == request.context.get("aws:ResourceOrgID")
