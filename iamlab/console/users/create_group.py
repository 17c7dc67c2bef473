"""The dialog of the Create user wizard in which a group is made and chosen at once."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.views.decorators.http import require_http_methods

from iamlab.console import drafts, pages, refusals
from iamlab.console.groups.forms import CreateGroupForm
from iamlab.console.models import Draft
from iamlab.console.session import Session, console_page
from iamlab.services.operations import AwsError


@require_http_methods(["GET", "POST"])
@console_page
def create_group(request: HttpRequest, session: Session, draft_id: UUID) -> HttpResponse:
    """GET and a POST without a name open it; what was ticked on the step behind it comes along and is kept."""
    draft = drafts.find(session, "user-create", draft_id)
    known: dict[str, Any] = {"session": session, "action": request.path}
    back = session.url("user-create", draft.pk, "permissions")
    if request.method == "POST" and "GroupName" not in request.POST:
        boundary = {"use_boundary": "use_boundary" in request.POST, "boundary": request.POST.getlist("boundary")[-1:]}
        choose(draft, request.POST.getlist("groups"), **boundary)
        return show(request, session, CreateGroupForm(**known), back)
    if request.method == "GET":
        return show(request, session, CreateGroupForm(**known), back)
    if "look" in request.POST:
        return show(request, session, CreateGroupForm(look=request.POST, **known), back)
    form = CreateGroupForm(request.POST, **known)
    if not form.is_valid():
        return show(request, session, form, back, 422)
    name = form.cleaned_data["GroupName"]
    try:
        session.call("iam:CreateGroup", {"GroupName": name})
    except AwsError as error:
        if refusals.is_refusal(error):
            return show(request, session, form, back, 422, refusals.denial(session, error))
        form.refuse(error)
        return show(request, session, form, back, 422)
    choose(draft, [*draft.data.get("permissions", {}).get("groups", []), name])
    for arn in form.cleaned_data["policies"]:
        try:
            session.call("iam:AttachGroupPolicy", {"GroupName": name, "PolicyArn": arn})
        except AwsError as error:
            text = "{} user group created, but its policies are not all attached: {}"
            why = (
                format_html(' <a class="btn" href="{}">Why?</a>', url)
                if (url := refusals.why_url(session, error))
                else ""
            )
            return pages.done(request, back, format_html(text + "{}", name, error.message, why), "error")
    return pages.done(request, back, f"{name} user group created.")


def choose(draft: Draft, groups: list[str], **more: Any) -> None:
    """The groups ticked, kept in the draft with what else of the step came along."""
    kept = draft.data.setdefault("permissions", {"how": "group"})
    kept.update(groups=list(dict.fromkeys(groups)), **more)
    draft.save(update_fields=["data"])


def show(
    request: HttpRequest,
    session: Session,
    form: CreateGroupForm,
    back: str,
    status: int = 200,
    denial: dict[str, Any] | None = None,
) -> HttpResponse:
    confirm = {"title": "Create user group", "cancel_url": back, "submit": "Create user group", "wide": True}
    context = {"form": form, "confirm": confirm, "denial": denial}
    crumbs = [("Users", session.url("users")), ("Create user", back), ("Create user group", None)]
    template = "console/users/create_group.html"
    return pages.render(request, session, template, context, title="Create user group", crumbs=crumbs, status=status)
