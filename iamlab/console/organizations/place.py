"""A root, unit or account: what is under it, the policies that stand there and those that it inherits."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods, require_safe

from iamlab.components import markup, tables
from iamlab.console import changes, pages
from iamlab.console.changes import Change
from iamlab.console.organizations import inherited
from iamlab.console.organizations.forms import AttachForm
from iamlab.console.organizations.views import (
    ATTACHED,
    SCOPES,
    children,
    described,
    joined,
    leads,
    outside,
    policy_cells,
    shown,
    tags_of,
)
from iamlab.console.panels import Panel, panel
from iamlab.console.questions import ticked_off
from iamlab.console.session import Session, console_page
from iamlab.services.operations import AwsError


@require_safe
@console_page
def place(request: HttpRequest, session: Session, target: str) -> HttpResponse:
    """A root, unit or account: what is under it, and the policies attached to it."""
    title, scope = "AWS accounts", scope_of(request)
    here = described(session, target)
    if here is None:
        return outside(request, session, title)
    missing = bool(here.failure) or (here.stands and not here.answer)
    name = here.get("Name", target)
    context = {
        "heading": name,
        "target": target,
        "here": here,
        "missing": missing,
        "summary": place_facts(here, target) if here.answer else [],
        "tags": tags_of(session, target) if here.answer else None,
        "table": children(request, session, target) if here.answer and not target.isdigit() else None,
        "policies": attached(request, session, target, scope) if here.answer else None,
        "inherited": inherited.table(request, session, here, scope) if here.answer else None,
        "unbound": target.isdigit() and bool(here.answer) and leads(here.answer),
        "attach_url": session.url("organization-attach", target, kind=scope),
        "scopes": [
            {"label": label, "url": session.url("organization-place", target, kind=one), "current": one == scope}
            for one, (_, label, _) in SCOPES.items()
        ],
        "kind": "account" if target.isdigit() else "unit" if target.startswith("ou-") else "root",
    }
    crumbs = [(title, session.url("organization-accounts")), (name, None)]
    response = shown(request, session, "console/organizations/place.html", context, name, crumbs)
    response.status_code = 404 if missing else 200
    return response


def place_facts(here: Panel, target: str) -> list[tuple[str, Any]]:
    """An account has more to tell than a root or a unit."""
    facts = [("Name", here["Name"]), ("ID", target), ("ARN", markup.copy(here["Arn"], "ARN"))]
    if target.isdigit():
        active = here["Status"] == "ACTIVE"
        state = markup.status("success" if active else "stopped", here["Status"].replace("_", " ").capitalize())
        facts += [("Email", here["Email"]), ("Status", state), ("Joined", joined(here.answer))]
    return facts


def scope_of(request: HttpRequest) -> str:
    """Which kind of policies an address asks for."""
    return "resource" if request.GET.get("kind") == "resource" else "service"


def attached(request: HttpRequest, session: Session, target: str, scope: str) -> dict[str, Any]:
    """The policies of a kind at a place."""
    kind, title, reach = SCOPES[scope]
    params = {"TargetId": target, "Filter": kind}
    found = panel(session, "organizations:ListPoliciesForTarget", params)
    rows = [tables.row(one["Id"], policy_cells(session, one), label=one["Name"]) for one in found.get("Policies", [])]
    return tables.table(
        request,
        id="attached",
        title=title,
        columns=ATTACHED,
        rows=rows,
        select="many",
        denial=found.denial,
        failure=found.failure,
        tools=False,
        empty_title="None",
        empty_text="This type of policies is disabled.",  # AWS's own policy stands everywhere where it is not
        description=reach,
    )


@require_http_methods(["GET", "POST"])
@console_page
def attach(request: HttpRequest, session: Session, target: str) -> HttpResponse:
    """Attach a policy that is not there yet."""
    back = session.url("organization-place", target)
    kind, kinds_title, _ = SCOPES[scope_of(request)]
    known = panel(session, "organizations:ListPolicies", {"Filter": kind})
    there = panel(session, "organizations:ListPoliciesForTarget", {"TargetId": target, "Filter": kind})
    attached_now = [one["Id"] for one in there.get("Policies", [])]
    free = [one for one in known.get("Policies", []) if one["Id"] not in attached_now]
    form = AttachForm(request.POST if request.method == "POST" else None, policies=free)
    if request.method == "POST" and form.is_valid():
        try:
            params = {"PolicyId": form.cleaned_data["PolicyId"], "TargetId": target}
            session.call("organizations:AttachPolicy", params)
        except AwsError as error:
            if error.refuses:
                raise
            form.refuse(error)
        else:
            return pages.done(request, back, "The policy is attached.")
    title = f"Attach {kinds_title.lower()}"
    confirm = {"title": title, "cancel_url": back, "submit": "Attach policy"}
    context = {"confirm": confirm, "form": form, "known": known, "none_left": known.stands and not free}
    crumbs = [("AWS accounts", session.url("organization-accounts")), (target, back), (title, None)]
    response = shown(request, session, "console/organizations/attach.html", context, title, crumbs)
    response.status_code = 422 if form.is_bound else 200
    return response


@require_http_methods(["GET", "POST"])
@console_page
def detach(request: HttpRequest, session: Session, target: str) -> HttpResponse:
    back, named = session.url("organization-place", target), names_at(session, target)
    wanted = [
        Change("organizations:DetachPolicy", {"PolicyId": one, "TargetId": target}, f"Detach {named.get(one, one)}")
        for one in changes.ticked(request)
    ]
    confirm = {"title": "Detach policies?", "cancel_url": back, "submit": "Detach policy"}
    here = described(session, target)
    name = here.get("Name", target) if here else target
    sentence = f"What only they allow is refused at {name} and below from now on."
    return ticked_off(request, session, wanted, confirm, sentence, "Policies detached.")


def names_at(session: Session, target: str) -> dict[str, str]:
    """The names of the policies at a place, of both kinds, by id."""
    found = [
        panel(session, "organizations:ListPoliciesForTarget", {"TargetId": target, "Filter": kind})
        for kind, *_ in SCOPES.values()
    ]
    return {policy["Id"]: policy["Name"] for one in found for policy in one.get("Policies", [])}
