"""An event in one plain sentence: who did what to what, and how it ended."""

import re
from typing import Any

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
    "RunInstances": "launched instances",
    "TerminateInstances": "terminated",
    "AssociateIamInstanceProfile": "gave an instance profile to",
    "DisassociateIamInstanceProfile": "took the instance profile away from an instance",
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
    if name in VERBS:
        return VERBS[name]
    words = re.findall(r"[A-Z]+(?![a-z])|[A-Z][a-z]*|\d+", name)
    start = STARTS.get(words[0])
    rest = " ".join(word if word.isupper() else word.lower() for word in words[1:])
    return f"{start} {rest}" if start else f"called {name}"


def sentence(record: dict[str, Any], resources: list[str]) -> str:
    """For example: mario tried to write the object customer-bills/bill.txt and was refused."""
    about = f" {', '.join(resources)}" if resources else ""
    text = f"{who(record)} {verb(record['eventName'])}{about}"
    error = record.get("errorCode", "")
    if error.startswith(("AccessDenied", "Client.UnauthorizedOperation")):
        return f"{text}: refused."
    if error or record.get("errorMessage"):
        return f"{text}: failed ({error or record['errorMessage']})."
    return f"{text}."
