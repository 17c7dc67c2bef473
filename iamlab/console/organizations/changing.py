"""Changing a policy of the organization: its text and name, where it is attached, its end; and the two types."""

import json
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from iamlab.console import changes, documents, pages, refusals
from iamlab.console.changes import Change
from iamlab.console.forms import typed
from iamlab.console.organizations.choosing import chosen
from iamlab.console.organizations.forms import RCP, SCP, PolicyForm
from iamlab.console.organizations.policies import LISTS, TITLES
from iamlab.console.organizations.views import shown
from iamlab.console.panels import panel
from iamlab.console.questions import question, ticked_off
from iamlab.console.session import Session, console_page
from iamlab.policy.document import ORGANIZATION_LIMIT
from iamlab.services.operations import AwsError


def found_policy(session: Session, policy_id: str) -> tuple[dict[str, Any], pages.Crumbs]:
    """A policy with its text, and the crumbs that lead to it. Raises AwsError."""
    found: dict[str, Any] = session.call("organizations:DescribePolicy", {"PolicyId": policy_id})["Policy"]
    one = found["PolicySummary"]
    here = session.url("organization-policy", policy_id)
    return found, [(TITLES[one["Type"]], session.url(LISTS[one["Type"]])), (one["Name"], here)]


@require_http_methods(["GET", "POST"])
@console_page
def edit(request: HttpRequest, session: Session, policy_id: str) -> HttpResponse:
    """Name, description and text. Who edits an older policy than the present is told, and keeps their own."""
    now, crumbs = found_policy(session, policy_id)
    one, back = now["PolicySummary"], session.url("organization-policy", policy_id)
    seen = documents.mark(json.dumps([one["Name"], one["Description"], now["Content"]]))
    known = {"kind": one["Type"]}
    initial = {"Name": one["Name"], "Description": one["Description"], "seen": seen}
    form = PolicyForm(initial={**initial, "Content": documents.pretty(now["Content"])}, **known)
    denial, overtaken, status = None, False, 200
    if "look" in request.POST:
        form = PolicyForm(initial=typed(PolicyForm, request.POST), **known)
    elif request.method == "POST":
        sent, overtaken = documents.sent_upon(request, seen)
        form, status = PolicyForm(sent, **known), 422
        if form.is_valid() and not overtaken:
            try:
                session.call("organizations:UpdatePolicy", {"PolicyId": policy_id, "Description": "", **form.params()})
            except AwsError as error:
                denial = refusals.told(session, form, error)
            else:
                return pages.done(request, back, f"Policy {form.cleaned_data['Name']} updated.")
    context = {
        "heading": "Edit policy",
        "form": form,
        "denial": denial,
        "now": documents.pretty(now["Content"]) if overtaken else "",
        "limit": ORGANIZATION_LIMIT,
        "submit": "Save changes",
        "back": back,
    }
    crumbs = [*crumbs, ("Edit policy", None)]
    response = shown(request, session, "console/organizations/writing.html", context, "Edit policy", crumbs)
    response.status_code = status
    return response


@require_http_methods(["GET", "POST"])
@console_page
def delete(request: HttpRequest, session: Session, policy_id: str) -> HttpResponse:
    """Its name is typed; a policy that is attached somewhere stays, and the dialog says so."""
    now, _ = found_policy(session, policy_id)
    one = now["PolicySummary"]
    error = ""
    if request.method == "POST":
        error = changes.confirmed(request, one["Name"])
        if not error:
            try:
                session.call("organizations:DeletePolicy", {"PolicyId": policy_id})
            except AwsError as failed:
                if failed.refuses:
                    raise
                error = failed.message
            else:
                return pages.done(request, session.url(LISTS[one["Type"]]), f"Policy {one['Name']} deleted.")
    confirm = {
        "title": f"Delete {one['Name']}?",
        "cancel_url": session.url("organization-policy", policy_id),
        "submit": "Delete",
        "danger": "The policy cannot be recovered.",
        "typed": one["Name"],
        "error": error,
    }
    return question(request, session, confirm, [], 422 if error else 200)


@require_http_methods(["GET", "POST"])
@console_page
def attach(request: HttpRequest, session: Session, policy_id: str) -> HttpResponse:
    """Attach the policy to places of the tree."""
    now, crumbs = found_policy(session, policy_id)
    name, back = now["PolicySummary"]["Name"], session.url("organization-policy", policy_id)
    title = f"Attach {name}"
    targets = panel(session, "organizations:ListTargetsForPolicy", {"PolicyId": policy_id}).get("Targets", [])
    taken = [one["TargetId"] for one in targets]
    places = chosen(request, session, title, back, crumbs, submit="Attach policy", units_only=False, taken=taken)
    if isinstance(places, HttpResponse):
        return places
    made = [
        Change("organizations:AttachPolicy", {"PolicyId": policy_id, "TargetId": one}, f"Attach to {one}")
        for one in places
    ]
    return changes.answer(request, session, changes.make(session, made), back, f"{name} attached.", title)


@require_http_methods(["GET", "POST"])
@console_page
def detach(request: HttpRequest, session: Session, policy_id: str) -> HttpResponse:
    """Detach the policy from the targets that were ticked."""
    back, now = session.url("organization-policy", policy_id), found_policy(session, policy_id)[0]
    targets = panel(session, "organizations:ListTargetsForPolicy", {"PolicyId": policy_id}).get("Targets", [])
    named = {one["TargetId"]: one["Name"] for one in targets}
    wanted = [
        Change("organizations:DetachPolicy", {"PolicyId": policy_id, "TargetId": one}, f"From {named.get(one, one)}")
        for one in changes.ticked(request)
    ]
    title = f"Detach {now['PolicySummary']['Name']}?"
    confirm = {"title": title, "cancel_url": back, "submit": "Detach policy"}
    sentence = "It stops bearing on these places and on all below them at once."
    return ticked_off(request, session, wanted, confirm, sentence, "The policy is detached.")


@require_http_methods(["GET", "POST"])
@console_page
def switch(request: HttpRequest, session: Session, scope: str, state: str) -> HttpResponse:
    """Enable or disable a type of policies for the whole organization."""
    kind = {"service": SCP, "resource": RCP}.get(scope, "")
    if not kind or state not in ("enable", "disable"):
        raise Http404
    back, verb = session.url(LISTS[kind]), state.capitalize()
    if request.method == "POST":
        root = session.call("organizations:ListRoots")["Roots"][0]["Id"]
        session.call(f"organizations:{verb}PolicyType", {"RootId": root, "PolicyType": kind})
        return pages.done(request, back, f"{TITLES[kind]} are {state}d.")
    told = (
        "They can be attached then to the root, to units and to accounts."
        if state == "enable"
        else "None of them has an effect from then on. The policies themselves stay."
    )
    title = f"{verb} {TITLES[kind].lower()}?"
    return question(request, session, {"title": title, "cancel_url": back, "submit": verb}, [told])
