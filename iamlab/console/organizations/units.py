"""Organizational units and member accounts: made, renamed, moved, and their end."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from iamlab.console import changes, pages
from iamlab.console.organizations.choosing import chosen
from iamlab.console.organizations.forms import AccountForm, NewUnitForm, UnitForm
from iamlab.console.questions import asking, made, picked, picking, question
from iamlab.console.session import Session, console_page
from iamlab.services.operations import AwsError


def crumbs(session: Session) -> pages.Crumbs:
    return [("AWS accounts", session.url("organization-accounts"))]


@require_http_methods(["GET", "POST"])
@console_page
def create(request: HttpRequest, session: Session, target: str) -> HttpResponse:
    """A new unit under a root or unit."""
    back, title = session.url("organization-place", target), "Create organizational unit"
    form = picked(request, session, NewUnitForm, title, back, crumbs(session))
    if isinstance(form, HttpResponse):
        return form
    if made(session, form, {**form.params(), "ParentId": target}) is None:
        return picking(request, session, form, title, back, crumbs(session))
    return pages.done(request, back, f"Organizational unit {form.cleaned_data['Name']} created.")


@require_http_methods(["GET", "POST"])
@console_page
def rename(request: HttpRequest, session: Session, target: str) -> HttpResponse:
    back = session.url("organization-place", target)
    now = session.call("organizations:DescribeOrganizationalUnit", {"OrganizationalUnitId": target})
    name = now["OrganizationalUnit"]["Name"]
    form = UnitForm(request.POST if request.method == "POST" else None, initial={"Name": name})
    if form.is_bound and form.is_valid():
        params = {**form.params(), "OrganizationalUnitId": target}
        if made(session, form, params, "organizations:UpdateOrganizationalUnit") is not None:
            return pages.done(request, back, f"{name} is called {form.cleaned_data['Name']} now.")
    confirm = {"title": f"Rename {name}", "submit": "Save changes", "cancel_url": back}
    return asking(request, session, form, confirm, crumbs(session))


@require_http_methods(["GET", "POST"])
@console_page
def delete(request: HttpRequest, session: Session, target: str) -> HttpResponse:
    """A unit has to be empty; one that is not stays, and the dialog says so."""
    now = session.call("organizations:DescribeOrganizationalUnit", {"OrganizationalUnitId": target})
    name, params = now["OrganizationalUnit"]["Name"], {"OrganizationalUnitId": target}
    return ended(
        request,
        session,
        ("organizations:DeleteOrganizationalUnit", params),
        {"title": f"Delete {name}?", "submit": "Delete", "cancel_url": session.url("organization-place", target)},
        ["Its policies are detached with it. A unit with accounts or units in it cannot be deleted."],
        f"Organizational unit {name} deleted.",
    )


@require_http_methods(["GET", "POST"])
@console_page
def remove(request: HttpRequest, session: Session, target: str) -> HttpResponse:
    """A member account leaves the organization."""
    return ended(
        request,
        session,
        ("organizations:RemoveAccountFromOrganization", {"AccountId": target}),
        {
            "title": f"Remove account {target} from the organization?",
            "submit": "Remove account",
            "cancel_url": session.url("organization-place", target),
        },
        ["It stands alone from then on: no policy of the organization bears on it, and it pays its own bills."],
        f"Account {target} is removed from the organization.",
    )


@require_http_methods(["GET", "POST"])
@console_page
def close(request: HttpRequest, session: Session, target: str) -> HttpResponse:
    """A member account is closed for good: its id is typed."""
    back = session.url("organization-place", target)
    confirm = {
        "title": f"Close account {target}?",
        "submit": "Close account",
        "cancel_url": back,
        "danger": "Nobody can use a closed account any more, and here nobody can open it again.",
        "typed": target,
    }
    error = changes.confirmed(request, target) if request.method == "POST" else ""
    if error:
        return question(request, session, {**confirm, "error": error}, [], 422)
    return ended(
        request,
        session,
        ("organizations:CloseAccount", {"AccountId": target}),
        confirm,
        [],
        f"Account {target} is closed.",
    )


def ended(
    request: HttpRequest,
    session: Session,
    call: tuple[str, dict[str, Any]],
    confirm: dict[str, Any],
    sentences: list[str],
    done: str,
) -> HttpResponse:
    """A question whose yes is one call; a failure is told in the dialog."""
    if request.method == "POST":
        try:
            session.call(*call)
        except AwsError as error:
            if error.refuses:
                raise
            return question(request, session, {**confirm, "error": error.message}, sentences, 422)
        return pages.done(request, session.url("organization-accounts"), done)
    return question(request, session, confirm, sentences)


@require_http_methods(["GET", "POST"])
@console_page
def move(request: HttpRequest, session: Session, target: str) -> HttpResponse:
    """An account goes to another root or unit."""
    back, title = session.url("organization-place", target), f"Move account {target}"
    source = session.call("organizations:ListParents", {"ChildId": target})["Parents"][0]["Id"]
    places = chosen(
        request,
        session,
        title,
        back,
        [*crumbs(session), (target, back)],
        submit="Move AWS account",
        units_only=True,
        taken=[source],
    )
    if isinstance(places, HttpResponse):
        return places
    if source != places[0]:
        params = {"AccountId": target, "SourceParentId": source, "DestinationParentId": places[0]}
        session.call("organizations:MoveAccount", params)
    return pages.done(request, session.url("organization-place", places[0]), f"Account {target} moved here.")


@require_http_methods(["GET", "POST"])
@console_page
def add_account(request: HttpRequest, session: Session) -> HttpResponse:
    """A member account, with a role in it that this account's users may switch to."""
    back, title = session.url("organization-accounts"), "Create an AWS account"
    form = picked(request, session, AccountForm, title, back, crumbs(session), "Create AWS account")
    if isinstance(form, HttpResponse):
        return form
    answer = made(session, form, form.params())
    status = answer["CreateAccountStatus"] if answer is not None else {}
    if status.get("State") == "FAILED":
        form.refuse(AwsError(status["FailureReason"], "Another account has this email address already."))
    if form.errors:
        return picking(request, session, form, title, back, crumbs(session), "Create AWS account")
    text = f"Account {status['AccountName']} ({status['AccountId']}) created."
    return pages.done(request, session.url("organization-place", status["AccountId"]), text)
