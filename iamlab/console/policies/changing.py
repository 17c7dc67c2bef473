"""Changing a managed policy: a new text, versions, attachments, tags, and its end."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_safe

from iamlab.console import changes, documents, pages, pickers, refusals, tagging
from iamlab.console.changes import Change
from iamlab.console.panels import Panel, panel
from iamlab.console.pickers import PickingForm
from iamlab.console.policies.forms import VersionForm
from iamlab.console.questions import picked, question, ticked_off
from iamlab.console.session import Session, console_page
from iamlab.console.tagging import Bearer
from iamlab.policy.document import MANAGED_LIMIT
from iamlab.services.operations import AwsError

MOST_VERSIONS = 5


def name_of(arn: str) -> str:
    return arn.rpartition("/")[2]


@require_http_methods(["GET", "POST"])
@console_page
def edit(request: HttpRequest, session: Session, arn: str) -> HttpResponse:
    """A new text becomes the default version. Who edits an older text than the present is told, and keeps their own."""
    back = session.url("policy", arn, "permissions")
    versions = session.call("iam:ListPolicyVersions", {"PolicyArn": arn})["Versions"]
    default = next(one["VersionId"] for one in versions if one["IsDefaultVersion"])
    now = session.call("iam:GetPolicyVersion", {"PolicyArn": arn, "VersionId": default})["PolicyVersion"]["Document"]
    look = request.method == "POST" and "look" in request.POST
    known: dict[str, Any] = {"session": session, "action": request.path, "look": request.POST if look else None}
    form = VersionForm(initial={"PolicyDocument": documents.pretty(now), "seen": default}, **known)
    denial, overtaken, status = None, False, 200
    if request.method == "POST" and not look:
        sent, overtaken = documents.sent_upon(request, default)
        form, status = VersionForm(sent, **known), 422
        if form.is_valid() and not overtaken:
            try:
                save(session, arn, form.cleaned_data["PolicyDocument"], oldest(versions))
            except AwsError as error:
                denial = refusals.told(session, form, error)
            else:
                return pages.done(request, back, f"Policy {name_of(arn)} updated.")
    context = {
        "form": form,
        "name": name_of(arn),
        "denial": denial,
        "overtaken": overtaken,
        "now": documents.pretty(now) if overtaken else "",
        "default": default,
        "limit": MANAGED_LIMIT,
        "back": back,
        "oldest": oldest(versions),
    }
    crumbs = [("Policies", session.url("policies")), (name_of(arn), back), ("Edit policy", None)]
    template = "console/policies/edit.html"
    return pages.render(request, session, template, context, title="Edit policy", crumbs=crumbs, status=status)


def oldest(versions: list[dict[str, Any]]) -> str:
    """The version that has to go to make room for a new one, "" where there is room."""
    others = [one["VersionId"] for one in versions if not one["IsDefaultVersion"]]
    return others[-1] if len(versions) >= MOST_VERSIONS else ""


def save(session: Session, arn: str, text: str, old: str) -> None:
    """Make room where there is none, then the new default version. Raises AwsError."""
    if old:
        session.call("iam:DeletePolicyVersion", {"PolicyArn": arn, "VersionId": old})
    session.call("iam:CreatePolicyVersion", {"PolicyArn": arn, "PolicyDocument": text, "SetAsDefault": True})


@require_http_methods(["GET", "POST"])
@console_page
def version(request: HttpRequest, session: Session, arn: str) -> HttpResponse:
    """Set the selected version as default, or delete it: told apart by the address's `do`."""
    back = session.url("policy", arn, "versions")
    sent = request.GET if request.method == "GET" else request.POST
    chosen = sent.get("selected", "")
    if not chosen:
        return redirect(back)
    deleting = request.GET.get("do") == "delete"
    if request.method == "POST":
        operation = "iam:DeletePolicyVersion" if deleting else "iam:SetDefaultPolicyVersion"
        session.call(operation, {"PolicyArn": arn, "VersionId": chosen})
        text = f"Version {chosen} is deleted." if deleting else f"Version {chosen} is the default version."
        return pages.done(request, back, text)
    confirm: dict[str, Any] = {
        "title": f"Delete version {chosen}?" if deleting else f"Set {chosen} as the default version?",
        "cancel_url": back,
        "submit": "Delete" if deleting else "Set as default",
        "hidden": [("selected", chosen)],
    }
    text = (
        "The version cannot be recovered." if deleting else "It applies at once to all that the policy is attached to."
    )
    return question(request, session, confirm, [text])


class EntitiesForm(PickingForm):
    entities = pickers.PickField(pickers.ENTITIES, label="IAM entities", most=50, required=True)


@require_http_methods(["GET", "POST"])
@console_page
def attach(request: HttpRequest, session: Session, arn: str) -> HttpResponse:
    back, name = session.url("policy", arn, "entities"), name_of(arn)
    crumbs = [("Policies", session.url("policies")), (name, back)]
    title = "Attach as a permissions policy"
    form = picked(request, session, EntitiesForm, title, back, crumbs, "Attach policy")
    if isinstance(form, HttpResponse):
        return form
    wanted = [attachment("Attach", arn, key) for key in form.cleaned_data["entities"] if kind_of(key)]
    outcomes = changes.make(session, wanted)
    return changes.answer(request, session, outcomes, back, f"{name} attached.", "Attach policy")


@require_safe
@console_page
def act(request: HttpRequest, session: Session, act: str) -> HttpResponse:
    """From the list, with a policy chosen: on to the page where it is attached, or that lists what has it."""
    arn = request.GET.get("selected", "")
    if not arn.startswith("arn:"):
        return redirect(session.url("policies"))
    return redirect(session.url("policy-attach", arn) if act == "attach" else session.url("policy", arn, "entities"))


@require_http_methods(["GET", "POST"])
@console_page
def detach(request: HttpRequest, session: Session, arn: str) -> HttpResponse:
    back = session.url("policy", arn, "entities")
    wanted = [attachment("Detach", arn, key) for key in changes.ticked(request) if kind_of(key)]
    confirm = {"title": "Detach policy?", "cancel_url": back, "submit": "Detach policy"}
    return ticked_off(request, session, wanted, confirm, "", f"{name_of(arn)} detached.")


@require_http_methods(["GET", "POST"])
@console_page
def tags(request: HttpRequest, session: Session, arn: str) -> HttpResponse:
    listing, back = ("Policies", session.url("policies")), session.url("policy", arn, "tags")
    return tagging.manage(request, session, Bearer("Policy", {"PolicyArn": arn}), name_of(arn), back, listing)


def kind_of(key: str) -> str:
    """User, Group or Role, as a row's key has it; "" for what is none."""
    kind = key.partition(":")[0]
    return kind if kind in ("User", "Group", "Role") else ""


def attachment(verb: str, arn: str, key: str) -> Change:
    """Attach to, or Detach from, what a row's key names."""
    kind, _, name = key.partition(":")
    words = "to" if verb == "Attach" else "from"
    params = {f"{kind}Name": name, "PolicyArn": arn}
    return Change(f"iam:{verb}{kind}Policy", params, f"{verb} {words} {kind.lower()} {name}")


def holders(session: Session, arn: str, usage: str) -> Panel:
    """Who has a policy, or whose boundary it is."""
    params = {"PolicyArn": arn, "PolicyUsageFilter": usage, "MaxItems": 1000}
    return panel(session, "iam:ListEntitiesForPolicy", params)


def bounded(session: Session, arn: str) -> str:
    """Why a policy that is a boundary stays: deleted, or taken away unasked, it would let those do more whom it holds
    back. "" where it is none."""
    found = holders(session, arn, "PermissionsBoundary")
    named = [
        f"{kind.lower()} {one[f'{kind}Name']}" for kind in ("User", "Role") for one in found.get(f"Policy{kind}s", [])
    ]
    more = f" and of {len(named) - 5} more" if len(named) > 5 else ""
    who = ", ".join(named[:5]) + more
    return f"It is the permissions boundary of {who}. Change or remove the boundary there first." if named else ""


def belongings(session: Session, arn: str) -> tuple[list[Change], list[Panel]]:
    """What has to go before a policy does, and the lists that were refused."""
    entities = holders(session, arn, "PermissionsPolicy")
    versions = panel(session, "iam:ListPolicyVersions", {"PolicyArn": arn})
    found = [
        attachment("Detach", arn, f"{kind}:{one[f'{kind}Name']}")
        for kind in ("User", "Group", "Role")
        for one in entities.get(f"Policy{kind}s", [])
    ]
    for one in versions.get("Versions", []):
        if not one["IsDefaultVersion"]:
            params = {"PolicyArn": arn, "VersionId": one["VersionId"]}
            found.append(Change("iam:DeletePolicyVersion", params, f"Version {one['VersionId']}"))
    return found, [one for one in (entities, versions) if not one.stands]


@require_http_methods(["GET", "POST"])
@console_page
def delete(request: HttpRequest, session: Session) -> HttpResponse:
    arn = (request.GET if request.method == "GET" else request.POST).get("selected", "")
    back = session.url("policies")
    if not arn:
        return redirect(back)
    name = name_of(arn)
    error = changes.confirmed(request, name) if request.method == "POST" else ""
    error = error or bounded(session, arn)
    found, refused = belongings(session, arn)
    if request.method == "POST" and not error:
        last = Change("iam:DeletePolicy", {"PolicyArn": arn}, f"Delete policy {name}")
        outcomes = changes.make(session, [*found, last], stop=True)
        return changes.answer(request, session, outcomes, back, "Policy deleted.", "Delete policy")
    confirm: dict[str, Any] = {
        "title": f"Delete {name}?",
        "cancel_url": back,
        "submit": "Delete",
        "danger": "This cannot be undone. The policy is detached from all that has it, and all its versions go.",
        "consequences": [change.label for change in found],
        "typed": name,
        "error": error,
        "hidden": [("selected", arn)],
    }
    denials = [one.denial for one in refused if one.denial]
    status = 422 if error and request.method == "POST" else 200
    return question(request, session, confirm, [], status, denials=denials[:1])
