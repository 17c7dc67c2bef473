"""The calls that a Create user wizard makes, and what its review says, from the draft's data alone."""

from dataclasses import replace
from typing import Any

from iamlab.console.pickers import policy_type
from iamlab.console.runs import MADE
from iamlab.console.users.forms import ATTACH, AUTO, COPY, GROUP
from iamlab.console.wizard import Planned

CHANGE_PASSWORD = "arn:aws:iam::aws:policy/IAMUserChangePassword"


def names(data: dict[str, Any]) -> list[str]:
    """The users that are made: one today, up to ten in 2021."""
    details = data["details"]
    return [details["UserName"], *details.get("more", [])]


def permissions(data: dict[str, Any]) -> dict[str, Any]:
    """What each user gets, however it was chosen: {groups, policies, inline, boundary}."""
    chosen = data.get("permissions", {})
    how = chosen.get("how", GROUP)
    found: dict[str, Any] = {"groups": [], "policies": [], "inline": [], "boundary": ""}
    if how == GROUP:
        found["groups"] = chosen.get("groups", [])
    elif how == COPY:
        found |= chosen.get("copied", {})
    elif how == ATTACH:
        found["policies"] = chosen.get("policies", [])
    if chosen.get("use_boundary") and chosen.get("boundary"):
        found["boundary"] = chosen["boundary"][0]
    return found


def needs_change_password(data: dict[str, Any]) -> bool:
    """Who has to change their password must be allowed to: by a policy, where the account's own does not do it."""
    one = data["details"]
    has = one.get("users_may_change") or CHANGE_PASSWORD in permissions(data)["policies"]
    return bool(one["console"] and one["reset"] and not has)


def calls(data: dict[str, Any]) -> list[Planned]:
    return [call for name in names(data) for call in calls_of(name, data)]


def calls_of(name: str, data: dict[str, Any]) -> list[Planned]:
    """CreateUser first, with tags and boundary inside it; then permissions, then credentials."""
    who, gets = {"UserName": name}, permissions(data)
    params: dict[str, Any] = dict(who)
    tags = data.get("tags", {}).get("tags", [])
    if tags:
        params["Tags"] = tags
    if gets["boundary"]:
        params["PermissionsBoundary"] = gets["boundary"]
    rest = permission_calls(name, data)
    if needs_change_password(data):
        attach = {**who, "PolicyArn": CHANGE_PASSWORD}
        rest.append(Planned("iam:AttachUserPolicy", attach, "Attach policy IAMUserChangePassword"))
    rest += credentials(name, data["details"])
    return [Planned("iam:CreateUser", params, creation(name)), *(replace(one, of=creation(name)) for one in rest)]


def creation(name: str) -> str:
    """The label of the call that makes a user."""
    return f"Create user {name}"


def made(data: dict[str, Any], results: list[dict[str, Any]]) -> list[str]:
    """Those of the users that were made."""
    labels = {one["label"] for one in results if one["outcome"] == MADE}
    return [name for name in names(data) if creation(name) in labels]


def permission_calls(name: str, data: dict[str, Any]) -> list[Planned]:
    """Groups, attached and inline policies of one user."""
    who, gets = {"UserName": name}, permissions(data)
    planned = []
    for group in gets["groups"]:
        planned.append(Planned("iam:AddUserToGroup", {"GroupName": group, **who}, f"Add {name} to group {group}"))
    for arn in gets["policies"]:
        label = f"Attach policy {arn.rpartition('/')[2]}"
        planned.append(Planned("iam:AttachUserPolicy", {**who, "PolicyArn": arn}, label))
    for policy in gets["inline"]:
        inline = {**who, "PolicyName": policy["name"], "PolicyDocument": policy["document"]}
        planned.append(Planned("iam:PutUserPolicy", inline, f"Add inline policy {policy['name']}"))
    return planned


def credentials(name: str, details: dict[str, Any]) -> list[Planned]:
    who = {"UserName": name}
    planned = []
    if details["console"]:

        def shown(answer: dict[str, Any], sent: dict[str, Any]) -> dict[str, str]:
            return {f"{name}:password": sent["Password"]}

        params = {**who, "PasswordResetRequired": details["reset"]}
        secret = {"Password": f"password:{name}" if details["password_kind"] == AUTO else "Password"}
        planned.append(
            Planned("iam:CreateLoginProfile", params, f"Create a console password for {name}", secret, shown)
        )
    if details.get("programmatic"):

        def key(answer: dict[str, Any], sent: dict[str, Any]) -> dict[str, str]:
            made = answer["AccessKey"]
            return {f"{name}:id": made["AccessKeyId"], f"{name}:secret": made["SecretAccessKey"]}

        planned.append(Planned("iam:CreateAccessKey", who, f"Create an access key for {name}", shows=key))
    return planned


def summary(data: dict[str, Any]) -> list[tuple[str, str, str]]:
    """The review's permissions: name, type and what it is used as."""
    rows = permission_rows(data)
    if needs_change_password(data):
        rows.append(("IAMUserChangePassword", "AWS managed", "Permissions policy"))
    boundary = permissions(data)["boundary"]
    if boundary:
        rows.append((boundary.rpartition("/")[2], policy_type(boundary), "Permissions boundary"))
    return rows


def permission_rows(data: dict[str, Any]) -> list[tuple[str, str, str]]:
    gets = permissions(data)
    rows = [(group, "Group", "Permissions group") for group in gets["groups"]]
    rows += [(arn.rpartition("/")[2], policy_type(arn), "Permissions policy") for arn in gets["policies"]]
    return rows + [(policy["name"], "Customer inline", "Permissions policy") for policy in gets["inline"]]


def details(data: dict[str, Any]) -> list[tuple[str, str]]:
    """The review's user details."""
    one = data["details"]
    kind = {True: "Autogenerated", False: "Custom password"}[one["password_kind"] == AUTO] if one["console"] else "None"
    reset = "Yes" if one["console"] and one["reset"] else "No"
    rows = [("User name", ", ".join(names(data)))]
    if data.get("era") == "2021":
        access = [("Programmatic access", one.get("programmatic")), ("AWS Management Console access", one["console"])]
        rows.append(("AWS access type", " and ".join(word for word, given in access if given)))
    boundary = permissions(data)["boundary"]
    rows += [("Console password type", kind), ("Require password reset", reset)]
    rows.append(("Permissions boundary", boundary.rpartition("/")[2] or "Permissions boundary is not set"))
    return rows
