"""The organization as a whole: its accounts, its settings and its end, a member that leaves it, and tags of whatever
is in it."""

from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods, require_safe

from iamlab.components import markup, tables
from iamlab.console import changes, lists, pages, tagging
from iamlab.console.organizations import hierarchy
from iamlab.console.organizations.changing import found_policy
from iamlab.console.organizations.units import crumbs, ended
from iamlab.console.organizations.views import CHILDREN, account_cells, asked, described, outside, shown
from iamlab.console.panels import Panel, panel
from iamlab.console.questions import question
from iamlab.console.session import Session, console_page

TITLE = "Settings"


@require_safe
@console_page
def accounts(request: HttpRequest, session: Session) -> HttpResponse:
    """The organization, and the tree of all that is in it."""
    title = "AWS accounts"
    found = asked(session, "organizations:DescribeOrganization")
    if found is None:
        return outside(request, session, title)
    flat = request.GET.get("view") == "list"
    roots = Panel() if flat else panel(session, "organizations:ListRoots")
    chief = found["Organization"]["MasterAccountId"] if found.stands else ""
    root = roots["Roots"][0] if not flat and roots.stands else None
    listed = every_account(request, session) if flat else hierarchy.table(request, session, root) if root else None
    context = {
        "heading": title,
        "found": found,
        "summary": about(session, found) if found.stands else [],
        "member": found.stands and chief != session.account.pk,
        "roots": roots,
        "table": listed,
        "views": [
            {"label": label, "url": session.url("organization-accounts", view=label.lower()), "current": current}
            for label, current in (("Hierarchy", not flat), ("List", flat))
        ],
        "turn_all": turn_all(request, session) if root else None,
    }
    template = "console/organizations/accounts.html"
    return shown(request, session, template, context, title, [(title, None)])


def turn_all(request: HttpRequest, session: Session) -> dict[str, str]:
    """All units of the tree opened, or closed again."""
    if request.GET.get("expand") == "all":
        return {"label": "Collapse all", "url": session.url("organization-accounts")}
    return {"label": "Expand all", "url": session.url("organization-accounts", expand="all")}


def about(session: Session, found: Panel) -> list[tuple[str, Any]]:
    one = found["Organization"]
    mine = one["MasterAccountId"] == session.account.pk
    return [
        ("Organization ID", markup.copy(one["Id"], "organization ID")),
        ("Management account", f"{one['MasterAccountId']}{' (this account)' if mine else ''}"),
        ("Management account email", one["MasterAccountEmail"]),
        ("Feature set", one["FeatureSet"]),
    ]


def every_account(request: HttpRequest, session: Session) -> dict[str, Any]:
    """The organization's accounts, wherever they are in the tree."""
    found = panel(session, "organizations:ListAccounts")
    return lists.whole(
        request,
        [tables.column("name", "AWS account"), *CHILDREN[1:]],
        [
            tables.row(one["Id"], account_cells(session, one), label=f"{one['Name']} {one['Id']} {one['Email']}")
            for one in found.get("Accounts", [])
        ],
        id="children",
        title="AWS accounts",
        denial=found.denial,
        failure=found.failure,
    )


@require_safe
@console_page
def settings(request: HttpRequest, session: Session) -> HttpResponse:
    found = asked(session, "organizations:DescribeOrganization")
    if found is None:
        return outside(request, session, TITLE)
    context = {"heading": TITLE, "found": found, "summary": [], "chief": False}
    if found.stands:
        one = found["Organization"]
        context["summary"] = [*about(session, found), ("Organization ARN", markup.copy(one["Arn"], "ARN"))]
        context["chief"] = one["MasterAccountId"] == session.account.pk
    return shown(request, session, "console/organizations/settings.html", context, TITLE, [(TITLE, None)])


@require_http_methods(["GET", "POST"])
@console_page
def delete(request: HttpRequest, session: Session) -> HttpResponse:
    """Its id is typed. One that has members stays, and the dialog says so."""
    name = session.call("organizations:DescribeOrganization")["Organization"]["Id"]
    confirm = {
        "title": "Delete organization?",
        "submit": "Delete organization",
        "cancel_url": session.url("organization-settings"),
        "danger": "Its units and policies are lost. This account stands alone then.",
        "typed": name,
    }
    error = changes.confirmed(request, name) if request.method == "POST" else ""
    if error:
        return question(request, session, {**confirm, "error": error}, [], 422)
    sentences = ["Every member account has to be removed first."]
    return ended(
        request, session, ("organizations:DeleteOrganization", {}), confirm, sentences, "The organization is deleted."
    )


@require_http_methods(["GET", "POST"])
@console_page
def leave(request: HttpRequest, session: Session) -> HttpResponse:
    """A member goes by itself."""
    return ended(
        request,
        session,
        ("organizations:LeaveOrganization", {}),
        {
            "title": "Leave organization?",
            "submit": "Leave organization",
            "cancel_url": session.url("organization-accounts"),
        },
        ["No policy of the organization bears on this account from then on, and it pays its own bills."],
        "This account has left its organization.",
    )


@require_http_methods(["GET", "POST"])
@console_page
def manage_tags(request: HttpRequest, session: Session, target: str) -> HttpResponse:
    """Of a root, a unit, an account or a policy."""
    who = {"ResourceId": target}
    now = session.call("organizations:ListTagsForResource", who)["Tags"]
    write = partial(tagging.written, "organizations:UntagResource", "organizations:TagResource", who)
    name, back, above = named(session, target)
    return tagging.edited(request, session, now, write, name, back, [*above, (name, back)])


def named(session: Session, target: str) -> tuple[str, str, pages.Crumbs]:
    """Its name, its page and what stands above that."""
    if target.startswith("p-"):
        found, trail = found_policy(session, target)
        return found["PolicySummary"]["Name"], session.url("organization-policy", target), trail[:-1]
    here = described(session, target)
    return here.get("Name", target) if here else target, session.url("organization-place", target), crumbs(session)
