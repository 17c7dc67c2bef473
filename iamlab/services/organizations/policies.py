"""Service control and resource control policies. AWS Organizations User Guide: "Authorization policies"."""

from typing import Any

from iamlab.policy import grammar
from iamlab.policy.document import MalformedPolicy, parse
from iamlab.services.accounts.models import Document, keep_document
from iamlab.services.operations import AwsError, Call, Target, operation
from iamlab.services.organizations import tagging, tree
from iamlab.services.organizations.models import Organization, OrganizationAttachment, OrganizationPolicy
from iamlab.services.organizations.organization import attach_full_access
from iamlab.services.organizations.paging import page

MOST = 5120  # characters, white space counts
PER_TARGET = 5
NOT_ENABLED = "This operation can be performed only for enabled policy types."
KINDS = {tree.SCP: "scp", tree.RCP: "rcp"}


def policy_target(call: Call, PolicyId: str, **_: Any) -> Target:
    found = tree.mine(call)
    own = tree.own_policy(found, PolicyId)
    kind = own.kind if own else tree.AWS_POLICIES.get(PolicyId, ("", tree.SCP))[1]
    return Target(
        arn=tree.policy_arn(found, PolicyId, kind), row=own, context={"organizations:PolicyType": kind}, loaded=found
    )


def new_policy(call: Call, Type: str, **_: Any) -> Target:
    """A policy to be made, by the id that it will have."""
    found, policy_id = tree.mine(call), tree.new_id("p-", 8)
    return Target(arn=tree.policy_arn(found, policy_id, Type), loaded=policy_id)


def holder(call: Call, TargetId: str, **_: Any) -> Target:
    return tree.place(tree.mine(call), TargetId)


def root_target(call: Call, RootId: str, **_: Any) -> Target:
    return tree.place(tree.mine(call), RootId)


def type_context(call: Call, PolicyType: str, **_: Any) -> dict[str, Any]:
    return {"organizations:PolicyType": PolicyType}


def kind_context(
    call: Call, Type: str = "", Filter: str = "", Tags: list[dict[str, str]] | None = None, **_: Any
) -> dict[str, Any]:
    return {"organizations:PolicyType": Type or Filter, **tagging.context(Tags)}


def summary(found: Organization, row: OrganizationPolicy | None, policy_id: str) -> dict[str, Any]:
    name, kind, description = tree.AWS_POLICIES.get(policy_id, ("", "", "")) if row is None else ("", "", "")
    if row is not None:
        name, kind, description = row.name, row.kind, row.description
    return {
        "Id": policy_id,
        "Arn": tree.policy_arn(found, policy_id, kind),
        "Name": name,
        "Description": description,
        "Type": kind,
        "AwsManaged": row is None,
    }


def checked(Content: str, kind: str) -> str:
    """The digest of a policy's text. Raises MalformedPolicyDocumentException, ConstraintViolationException."""
    if kind not in KINDS:
        raise AwsError("PolicyTypeNotAvailableForOrganizationException", f"{kind} is not simulated by iamlab.")
    if len(Content) > MOST:
        message = "You have exceeded the maximum policy size."
        raise AwsError("ConstraintViolationException", message, Reason="POLICY_CONTENT_LIMIT_EXCEEDED")
    try:
        parse(Content, KINDS[kind])
    except MalformedPolicy as error:
        said = error.message.removeprefix(grammar.ORGANIZATIONS).strip()  # what AWS says, and what iamlab adds
        message = f"{grammar.ORGANIZATIONS} {said}".strip()
        raise AwsError("MalformedPolicyDocumentException", message) from error
    return keep_document(Content)


def check_name(found: Organization, kind: str, name: str) -> None:
    if found.policies.filter(kind=kind, name=name).exists() or name in [p[0] for p in tree.AWS_POLICIES.values()]:
        raise AwsError("DuplicatePolicyException", "A policy with the same name already exists.")


@operation("organizations:CreatePolicy", target=new_policy, context=kind_context)
def create_policy(
    call: Call, Content: str, Description: str, Name: str, Type: str, Tags: list[dict[str, str]] | None = None
) -> dict[str, Any]:
    found = tree.managed(call)
    document = checked(Content, Type)
    check_name(found, Type, Name)
    row = OrganizationPolicy.objects.create(
        account_id=found.account_id,
        organization=found,
        id=call.target.loaded,
        name=Name,
        description=Description,
        kind=Type,
        document=document,
    )
    tagging.keep_at_birth(call, found, call.target, Tags)
    return {"Policy": {"PolicySummary": summary(found, row, row.pk), "Content": Content}}


@operation("organizations:DescribePolicy", target=policy_target)
def describe_policy(call: Call, PolicyId: str) -> dict[str, Any]:
    found = tree.managed(call)
    row = tree.policy(found, PolicyId)
    text = Document.objects.get(pk=row.document).text if row else tree.FULL_ACCESS_TEXT
    return {"Policy": {"PolicySummary": summary(found, row, PolicyId), "Content": text}}


@operation("organizations:UpdatePolicy", target=policy_target)
def update_policy(
    call: Call, PolicyId: str, Name: str | None = None, Description: str | None = None, Content: str | None = None
) -> dict[str, Any]:
    found = tree.managed(call)
    row = tree.policy(found, PolicyId)
    if row is None:
        raise AwsError("PolicyChangesInProgressException", "AWS keeps this policy; it cannot be changed.")
    if Name is not None and Name != row.name:
        check_name(found, row.kind, Name)
        row.name = Name
    if Description is not None:
        row.description = Description
    if Content is not None:
        row.document = checked(Content, row.kind)
    row.save()
    return describe_policy(call, PolicyId)


@operation("organizations:DeletePolicy", target=policy_target)
def delete_policy(call: Call, PolicyId: str) -> dict[str, Any]:
    found = tree.managed(call)
    row = tree.policy(found, PolicyId)
    if row is None:
        raise AwsError("ConstraintViolationException", "AWS keeps this policy; it cannot be deleted.")
    if found.attachments.filter(policy_id=PolicyId).exists():
        message = (
            "The policy is attached to one or more entities. You must detach it from all roots, OUs, and accounts "
            "before performing this operation."
        )
        raise AwsError("PolicyInUseException", message)
    tagging.keep(found, PolicyId, {})
    row.delete()
    return {}


@operation("organizations:ListPolicies", context=kind_context)
def list_policies(
    call: Call, Filter: str, NextToken: str | None = None, MaxResults: int | None = None
) -> dict[str, Any]:
    found = tree.managed(call)
    own = [summary(found, row, row.pk) for row in found.all_policies if row.kind == Filter]
    aws = [summary(found, None, key) for key, (_, kind, _) in tree.AWS_POLICIES.items() if kind == Filter]
    return page(call, "Policies", aws + own)


def attach_targets(call: Call, PolicyId: str, TargetId: str, **_: Any) -> list[Target]:
    """Both the policy and what it is attached to are acted on."""
    found = tree.mine(call)
    there, policy = tree.target_of(found, TargetId), policy_target(call, PolicyId)
    return [policy, Target(arn=there["Arn"], row=there, context=policy.context)]


@operation("organizations:AttachPolicy", target=attach_targets)
def attach_policy(call: Call, PolicyId: str, TargetId: str) -> dict[str, Any]:
    found = tree.managed(call)
    row = tree.policy(found, PolicyId)
    kind = row.kind if row else tree.AWS_POLICIES[PolicyId][1]
    if not (found.scps if kind == tree.SCP else found.rcps):
        raise AwsError("PolicyTypeNotEnabledException", NOT_ENABLED)
    here = found.attachments.filter(target=TargetId)
    if PolicyId == tree.RCP_FULL_ACCESS or here.filter(policy_id=PolicyId).exists():
        message = "A policy with the same name and type already exists on the specified target."
        raise AwsError("DuplicatePolicyAttachmentException", message)
    if here.count() >= PER_TARGET + 1:
        raise AwsError("ConstraintViolationException", f"At most {PER_TARGET} policies of a type can be attached.")
    OrganizationAttachment.objects.create(
        account_id=found.account_id, organization=found, policy_id=PolicyId, target=TargetId
    )
    return {}


@operation("organizations:DetachPolicy", target=attach_targets)
def detach_policy(call: Call, PolicyId: str, TargetId: str) -> dict[str, Any]:
    found = tree.managed(call)
    row = tree.policy(found, PolicyId)
    kind = row.kind if row else tree.AWS_POLICIES[PolicyId][1]
    if PolicyId == tree.RCP_FULL_ACCESS:
        raise AwsError("ConstraintViolationException", "RCPFullAWSAccess cannot be detached.")
    here = found.attachments.filter(target=TargetId, policy_id=PolicyId)
    if not here.exists():
        raise AwsError("PolicyNotAttachedException", "The policy isn't attached to the specified target.")
    if kind == tree.SCP and len(_of_kind(found, TargetId, tree.SCP)) == 1:
        message = "You cannot remove the last policy attached to the specified target. You must have at least one."
        raise AwsError("ConstraintViolationException", message)
    here.delete()
    return {}


def _of_kind(found: Organization, target: str, kind: str) -> list[str]:
    own = dict(found.policies.values_list("id", "kind"))
    aws = {key: value[1] for key, value in tree.AWS_POLICIES.items()}
    attached = found.attachments.filter(target=target).values_list("policy_id", flat=True)
    return [key for key in attached if {**own, **aws}.get(key) == kind]


@operation("organizations:ListPoliciesForTarget", target=holder, context=kind_context)
def list_policies_for_target(
    call: Call, TargetId: str, Filter: str, NextToken: str | None = None, MaxResults: int | None = None
) -> dict[str, Any]:
    found = tree.managed(call)
    tree.target_of(found, TargetId)
    rows = {row.pk: row for row in found.all_policies if row.kind == Filter}
    of_kind = {*rows, *(key for key, (_, kind, _) in tree.AWS_POLICIES.items() if kind == Filter)}
    everywhere = [tree.RCP_FULL_ACCESS] if Filter == tree.RCP and found.rcps else []  # AWS keeps it at every place
    here = everywhere + [key for key in found.all_attached.get(TargetId, ()) if key in of_kind]
    return page(call, "Policies", here, lambda key: summary(found, rows.get(key), key))


@operation("organizations:ListTargetsForPolicy", target=policy_target)
def list_targets_for_policy(
    call: Call, PolicyId: str, NextToken: str | None = None, MaxResults: int | None = None
) -> dict[str, Any]:
    found = tree.managed(call)
    tree.policy(found, PolicyId)
    attached = found.attachments.filter(policy_id=PolicyId).order_by("pk").values_list("target", flat=True)
    targets = tree.places(found) if PolicyId == tree.RCP_FULL_ACCESS and found.rcps else list(attached)
    return page(call, "Targets", tree.targets_of(found, targets))


@operation("organizations:EnablePolicyType", target=root_target, context=type_context)
def enable_policy_type(call: Call, RootId: str, PolicyType: str) -> dict[str, Any]:
    return _switch(call, RootId, PolicyType, True)


@operation("organizations:DisablePolicyType", target=root_target, context=type_context)
def disable_policy_type(call: Call, RootId: str, PolicyType: str) -> dict[str, Any]:
    return _switch(call, RootId, PolicyType, False)


def _switch(call: Call, root_id: str, kind: str, on: bool) -> dict[str, Any]:
    found = tree.managed(call)
    if root_id != found.root_id:
        raise AwsError("RootNotFoundException", "You specified a root that doesn't exist.")
    field = {tree.SCP: "scps", tree.RCP: "rcps"}.get(kind)
    if field is None:
        raise AwsError("PolicyTypeNotAvailableForOrganizationException", f"{kind} is not simulated by iamlab.")
    if getattr(found, field) == on:
        code = "PolicyTypeAlreadyEnabledException" if on else "PolicyTypeNotEnabledException"
        enabled = "The specified policy type is already enabled."
        raise AwsError(code, enabled if on else NOT_ENABLED)
    setattr(found, field, on)
    found.save(update_fields=[field])
    if not on:  # User Guide, "Disabling a policy type": all of its policies are detached, and none is deleted
        of_kind = [*found.policies.filter(kind=kind).values_list("pk", flat=True)]
        of_kind += [key for key, (_, awss, _) in tree.AWS_POLICIES.items() if awss == kind]
        found.attachments.filter(policy_id__in=of_kind).delete()
    elif kind == tree.SCP:  # ... and re-enabled, every place begins with FullAWSAccess alone
        attach_full_access(found, *tree.places(found))
    types = [(tree.SCP, found.scps), (tree.RCP, found.rcps)]
    root = {
        "Id": found.root_id,
        "Arn": tree.arn(found, "root", found.root_id),
        "Name": "Root",
        "PolicyTypes": [{"Type": one, "Status": "ENABLED"} for one, enabled in types if enabled],
    }
    return {"Root": root}
