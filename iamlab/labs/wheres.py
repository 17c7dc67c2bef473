"""Show where: the console's controls that a step may point at, by stable ids, and the pages that they are on."""

from urllib.parse import urlsplit

from django.urls import Resolver404, resolve, reverse

PAGES = {
    "users": "users",
    "groups": "groups",
    "policies": "policies",
    "buckets": "buckets",
    "instances": "instances",
    "create-user": "users",
    "create-group": "groups",
    "create-policy": "policies",
    "create-role": "roles",
    "edit-alias": "iam-home",
    "security-recommendations": "iam-home",
    "edit-password-policy": "account-settings",
    "assign-mfa": "security-credentials",
    "update-password": "security-credentials",
    "create-access-key": "security-credentials",
    "access-keys": "security-credentials",
    "billing-access": "account",
    "create-bucket": "buckets",
    "events": "events",
    "switch-role": "switch-role",
    "create-service-policy": "organization-policies",
}


def address(control: str, session: str) -> str:
    """Where a control is, in the session whose page the panel stands beside; "" beside a page of no session."""
    return f"{reverse(PAGES[control], args=[session])}#{control}" if session and control in PAGES else ""


def session_of(page: str) -> str:
    """The console session of a page's address, "" where it is of none."""
    try:
        return resolve(urlsplit(page).path).kwargs.get("session_id", "")
    except Resolver404:
        return ""
