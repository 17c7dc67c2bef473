"""Permissions boundaries of users and roles: the same two pages for both."""

from django.http import HttpRequest, HttpResponse

from iamlab.console import pages, pickers
from iamlab.console.editing import EditingForm
from iamlab.console.panels import panel
from iamlab.console.pickers import PickingForm
from iamlab.console.questions import picked, question
from iamlab.console.session import Session


class BoundaryForm(EditingForm, PickingForm):
    boundary = pickers.PickField(pickers.POLICIES, label="Permissions boundary", most=1, multiple=False, required=True)


def put(request: HttpRequest, session: Session, kind: str, name: str, back: str, crumbs: pages.Crumbs) -> HttpResponse:
    """Choose the policy; `kind` is User or Role."""
    title = "Set permissions boundary"
    holder = panel(session, f"iam:Get{kind}", {f"{kind}Name": name}).get(kind, {})  # who may not look overwrites
    now = holder.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn")
    initial = {"boundary": [now] if now else []}
    form = picked(request, session, BoundaryForm, title, back, crumbs, "Set boundary", initial=initial)
    if isinstance(form, HttpResponse):
        return form
    arn = form.cleaned_data["boundary"][0]
    session.call(f"iam:Put{kind}PermissionsBoundary", {f"{kind}Name": name, "PermissionsBoundary": arn})
    return pages.done(request, back, f"{arn.rpartition('/')[2]} is the permissions boundary of {name}.")


def remove(request: HttpRequest, session: Session, kind: str, name: str, back: str) -> HttpResponse:
    if request.method == "POST":
        session.call(f"iam:Delete{kind}PermissionsBoundary", {f"{kind}Name": name})
        return pages.done(request, back, f"{name} has no permissions boundary any more.")
    confirm = {"title": "Remove boundary?", "cancel_url": back, "submit": "Remove boundary"}
    return question(request, session, confirm, [f"{name} may then do all that the policies allow."])
