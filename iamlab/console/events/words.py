"""An event in one plain sentence: who did what to what, and how it ended."""

import re
from typing import Any

# What was done, by the event's name; {parameters} are named where the resources alone do not tell.
VERBS = {
    "ConsoleLogin": "signed in to the console",
    "SwitchRole": "switched to a role",
    "CheckMfa": "gave a password and was asked for a code",
    "AssumeRole": "took the role",
    "GetCallerIdentity": "asked who they are",
    "PutObject": "wrote the object",
    "GetObject": "read the object",
    "HeadObject": "looked at the object",
    "DeleteObject": "deleted the object",
    "DeleteObjects": "deleted objects in",
    "AddUserToGroup": "added {userName} to the group {groupName}",
    "RemoveUserFromGroup": "took {userName} out of the group {groupName}",
    "AttachUserPolicy": "attached {policyArn} to the user {userName}",
    "AttachGroupPolicy": "attached {policyArn} to the group {groupName}",
    "AttachRolePolicy": "attached {policyArn} to the role {roleName}",
    "DetachUserPolicy": "detached {policyArn} from the user {userName}",
    "DetachGroupPolicy": "detached {policyArn} from the group {groupName}",
    "DetachRolePolicy": "detached {policyArn} from the role {roleName}",
    "CreateAccessKey": "created an access key for {userName}",
    "UpdateAccessKey": "set the access key {accessKeyId} of {userName} to {status}",
    "DeleteAccessKey": "deleted the access key {accessKeyId} of {userName}",
    "CreateLoginProfile": "gave {userName} a password for the console",
    "UpdateLoginProfile": "changed the console password of {userName}",
    "DeleteLoginProfile": "took the console password from {userName}",
    "PutUserPolicy": "wrote the inline policy {policyName} of the user {userName}",
    "PutGroupPolicy": "wrote the inline policy {policyName} of the group {groupName}",
    "PutRolePolicy": "wrote the inline policy {policyName} of the role {roleName}",
    "DeleteUserPolicy": "deleted the inline policy {policyName} of the user {userName}",
    "DeleteGroupPolicy": "deleted the inline policy {policyName} of the group {groupName}",
    "DeleteRolePolicy": "deleted the inline policy {policyName} of the role {roleName}",
    "RunInstances": "launched instances",
    "TerminateInstances": "terminated",
    "AssociateIamInstanceProfile": "gave an instance profile to",
    "DisassociateIamInstanceProfile": "took the instance profile away from an instance",
    "ReplaceIamInstanceProfileAssociation": "gave another instance profile to an instance",
    "AssumeRoleWithSAML": "came by a SAML response and took the role",
    "AssumeRoleWithWebIdentity": "came by an identity token and took the role",
    "DecodeAuthorizationMessage": "had a refusal explained",
    "ExitRole": "left the role",
    "PasswordRecoveryRequested": "asked for a link to reset the password of the root user",
    "PasswordRecoveryCompleted": "reset the password of the root user",
    "PasswordUpdated": "changed the password of the root user",
    "EmailUpdated": "changed the email address of the root user",
    "PutAccountName": "renamed the account",
    "PutContactInformation": "changed the contact information of the account",
    "RegisterAccount": "signed up for an account",
    "ChangePassword": "changed their own password",
    "SetDefaultPolicyVersion": "made {versionId} the default version of {policyArn}",
    # AWS Organizations
    "AttachPolicy": "attached the policy {policyId} to {targetId}",
    "DetachPolicy": "detached the policy {policyId} from {targetId}",
    "EnablePolicyType": "enabled policies of the type {policyType}",
    "DisablePolicyType": "disabled policies of the type {policyType}, which detached them all",
    "CreatePolicy": "created the policy {name}",
    "UpdatePolicy": "changed the policy {policyId}",
    "DeletePolicy": "deleted the policy {policyId}",
    "DescribePolicy": "looked at the policy {policyId}",
    "ListPoliciesForTarget": "listed the policies that are attached to {targetId}",
    "ListTargetsForPolicy": "listed what the policy {policyId} is attached to",
    "CreateOrganization": "founded the organization",
    "LeaveOrganization": "left the organization with their account",
    "CreateAccount": "had a new account made in the organization",
    "CloseAccount": "closed the account {accountId}",
    "DescribeAccount": "looked at the account {accountId}",
    "MoveAccount": "moved the account {accountId} from {sourceParentId} to {destinationParentId}",
    "RemoveAccountFromOrganization": "removed the account {accountId} from the organization",
    "DescribeCreateAccountStatus": "asked how far the making of an account is",
    "ListCreateAccountStatus": "listed the accounts that are being made",
    "ListAccountsForParent": "listed the accounts in {parentId}",
    "ListChildren": "listed what is in {parentId}",
    "ListParents": "asked where {childId} is",
    "ListRoots": "looked at the root of the organization",
    "CreateOrganizationalUnit": "created the organizational unit {name} in {parentId}",
    "UpdateOrganizationalUnit": "changed the organizational unit {organizationalUnitId}",
    "DeleteOrganizationalUnit": "deleted the organizational unit {organizationalUnitId}",
    "DescribeOrganizationalUnit": "looked at the organizational unit {organizationalUnitId}",
    "ListOrganizationalUnitsForParent": "listed the organizational units in {parentId}",
    "RegisterDelegatedAdministrator": "let the account {accountId} administer {servicePrincipal}",
    "DeregisterDelegatedAdministrator": "let the account {accountId} administer {servicePrincipal} no more",
    "ListDelegatedServicesForAccount": "listed the services that the account {accountId} administers",
    "EnableAWSServiceAccess": "let {servicePrincipal} act in the organization",
    "DisableAWSServiceAccess": "let {servicePrincipal} act in the organization no more",
    "ListAWSServiceAccessForOrganization": "listed the services that may act in the organization",
}
STARTS = {
    "Create": "created the",
    "Delete": "deleted the",
    "Attach": "attached the",
    "Detach": "detached the",
    "Put": "put the",
    "Update": "changed the",
    "Get": "read the",
    "List": "listed the",
    "Describe": "looked at the",
    "Start": "started the",
    "Stop": "stopped the",
    "Add": "added the",
    "Remove": "removed the",
    "Tag": "tagged the",
    "Untag": "untagged the",
    "Enable": "enabled the",
    "Deactivate": "deactivated the",
    "Lookup": "looked up the",
    "Generate": "had made the",
    "Simulate": "simulated the",
    "Head": "looked at the",
    "Abort": "gave up the",
    "Close": "closed the",
    "Complete": "completed the",
    "Copy": "copied the",
    "Deregister": "took away the",
    "Disable": "disabled the",
    "Move": "moved the",
    "Register": "registered the",
    "Reset": "reset the",
    "Restore": "restored the",
    "Resync": "synchronized the",
    "Set": "set the",
    "Upload": "uploaded the",
}


def who(record: dict[str, Any]) -> str:
    identity = record.get("userIdentity", {})
    kind = identity.get("type")
    if kind == "Root":
        return "The root user"
    if kind == "AssumedRole":
        role, _, session = identity.get("arn", "").rpartition(":")[2].removeprefix("assumed-role/").partition("/")
        return f"{session} as role {role}"
    return identity.get("userName") or identity.get("invokedBy") or "Somebody not signed in"


def verb(name: str) -> str:
    if name in VERBS and "{" not in VERBS[name]:
        return VERBS[name]
    words = re.findall(r"[A-Z]+(?![a-z])|[A-Z][a-z]*|\d+", name)
    start = STARTS.get(words[0])
    rest = " ".join(word if word.isupper() else word.lower() for word in words[1:])
    return f"{start} {rest}" if start else f"called {name}"


def told(record: dict[str, Any], resources: list[str]) -> str:
    """The verb and what it was done to; who signs in is not named twice."""
    name, given = record["eventName"], record.get("requestParameters") or {}
    wanted = re.findall(r"\{(\w+)\}", VERBS.get(name, ""))
    if wanted and all(isinstance(given.get(key), str) for key in wanted):
        short = {key: given[key].rpartition("/")[2] if key == "policyArn" else given[key] for key in wanted}
        return VERBS[name].format_map(short)
    about = ", ".join(one.removeprefix("arn:aws:s3:::") for one in resources) if name != "ConsoleLogin" else ""
    return f"{verb(name)} {about}".rstrip()


def sentence(record: dict[str, Any], resources: list[str]) -> str:
    """For example: mario wrote the object customer-bills/bill.txt: refused."""
    text = f"{who(record)} {told(record, resources)}"
    error = record.get("errorCode", "")
    if error.startswith(("AccessDenied", "Client.UnauthorizedOperation")):
        return f"{text}: refused."
    if error or record.get("errorMessage"):
        return f"{text}: failed ({error or record['errorMessage']})."
    return f"{text}."
