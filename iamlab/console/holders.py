"""The policies of a user, group or role: the same table on each one's page."""

from typing import Any

from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from iamlab.components import markup, tables
from iamlab.console import lists, panels
from iamlab.console.panels import Panel, panel
from iamlab.console.pickers import policy_type
from iamlab.console.session import Session

COLUMNS = [
    tables.column("name", "Policy name"),
    tables.column("type", "Type"),
    tables.column("via", "Attached via"),
]


def policy_rows(session: Session, kind: str, name: str) -> tuple[list[Panel], list[dict[str, Any]]]:
    """Attached and inline policies of one holder (`kind` is User, Group or Role), and the two panels they came from."""
    who = {f"{kind}Name": name}
    attached = panel(session, f"iam:ListAttached{kind}Policies", who)
    inline = panel(session, f"iam:List{kind}Policies", who)
    rows = [managed_row(session, one, "Directly", True) for one in attached.get("AttachedPolicies", [])]
    rows += [inline_row(session, kind, name, policy, "Inline", True) for policy in inline.get("PolicyNames", [])]
    return [attached, inline], rows


def rows_by_group(session: Session, groups: list[str]) -> list[dict[str, Any]]:
    """What a user has through groups: such a row cannot be removed on the user's page."""
    named = [{"GroupName": group} for group in groups]
    rows = []
    attached = panels.cells(session, "iam:ListAttachedGroupPolicies", named)
    inline = panels.cells(session, "iam:ListGroupPolicies", named)
    for group, managed, own in zip(groups, attached, inline, strict=True):
        via = markup.link(session.url("group", group, "permissions"), f"Group {group}")
        rows += [managed_row(session, one, via, False) for one in managed.get("AttachedPolicies", [])]
        rows += [inline_row(session, "Group", group, policy, via, False) for policy in own.get("PolicyNames", [])]
        if not managed.stands or not own.stands:
            cell = panels.refused_cell(managed if not managed.stands else own)
            rows.append(tables.row(f"refused:{group}", [cell, "", via], label=group, disabled=True))
    return rows


def managed_row(session: Session, policy: dict[str, str], via: Any, removable: bool) -> dict[str, Any]:
    arn, url = policy["PolicyArn"], session.url("policy", policy["PolicyArn"], "permissions")
    cells = [markup.link(url, policy["PolicyName"]), policy_type(arn), via]
    text = opens(url, "?view=json")
    return tables.row(f"managed:{arn}", cells, label=policy["PolicyName"], detail=text, disabled=not removable)


def inline_row(session: Session, kind: str, name: str, policy: str, via: Any, removable: bool) -> dict[str, Any]:
    url = session.url(f"{kind.lower()}-inline", name, policy)
    return tables.row(
        f"inline:{policy}",
        [markup.link(url, policy), "Customer inline", via],
        label=policy,
        detail=opens(url),
        disabled=not removable,
    )


def opens(url: str, text: str = "") -> SafeString:
    """What an opened row holds: the policy's text, fetched from its own page when it is opened; `text` is what the
    page's address needs to show it."""
    return format_html(
        '<div hx-get="{0}{1}" hx-trigger="toggle from:closest details once" hx-select="#policy-json" hx-target="this"'
        ' hx-push-url="false"><a href="{0}">Open the policy</a></div>',
        url,
        text,
    )


ABOUT = {
    "User": "Permissions are defined by policies attached to the user directly or through groups.",
    "Group": "You can attach up to 10 managed policies.",
    "Role": "You can attach up to 10 managed policies.",
}


def policy_table(request: HttpRequest, rows: list[dict[str, Any]], found: list[Panel], kind: str) -> dict[str, Any]:
    refused = all(one.denial for one in found)
    return lists.whole(
        request,
        COLUMNS,
        rows,
        id="policies",
        title="Permissions policies",
        select="many",
        denial=found[0].denial if refused else None,
        empty_title="No resources to display",
        empty_text="No policy is attached.",
        description=ABOUT[kind],
    )
