"""An organization to look at."""

import pytest


@pytest.fixture
def base(root):
    return f"/console/{root.id}/organizations/"


@pytest.fixture
def tree(root):
    """An organization with a unit Sandbox and a member account; the root's and the unit's id."""
    root.call("organizations:CreateOrganization")
    top = root.call("organizations:ListRoots")["Roots"][0]["Id"]
    unit = root.call("organizations:CreateOrganizationalUnit", {"ParentId": top, "Name": "Sandbox"})
    root.call("organizations:CreateAccount", {"Email": "tax@example.com", "AccountName": "Tax"})
    return top, unit["OrganizationalUnit"]["Id"]
