"""Pages that several items share: a question, a page that picks, the removal of policies from a holder."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from iamlab.console import changes, pages, pickers
from iamlab.console.changes import Change
from iamlab.console.forms import OperationForm
from iamlab.console.panels import Panel, panel
from iamlab.console.pickers import PickingForm
from iamlab.console.session import Session
from iamlab.services.operations import AwsError


def question(
    request: HttpRequest,
    session: Session,
    confirm: dict[str, Any],
    sentences: Sequence[str],
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    """A dialog, or a page, that asks. `confirm` as in console/confirm.html."""
    title = confirm["title"]
    context = {"confirm": confirm, "sentences": sentences, **more}
    return pages.render(
        request, session, "console/question.html", context, title=title, crumbs=[(title, None)], status=status
    )


def asking(
    request: HttpRequest,
    session: Session,
    form: OperationForm,
    confirm: dict[str, Any],
    crumbs: pages.Crumbs = (),
    text: str = "",
) -> HttpResponse:
    """A form in a dialog, or on a page of its own. `confirm` as in console/confirm.html."""
    title = confirm["title"]
    context = {"confirm": confirm, "form": form, "text": text}
    status = 422 if form.is_bound else 200
    crumbs = [*crumbs, (title, None)]
    return pages.render(request, session, "console/asking.html", context, title=title, crumbs=crumbs, status=status)


def made(session: Session, form: OperationForm, params: dict[str, Any], operation: str = "") -> dict[str, Any] | None:
    """The answer of a valid form's call; None where it failed, which the form then tells. A refusal is raised."""
    try:
        return session.call(operation or form.operation, params)
    except AwsError as error:
        if error.refuses:
            raise
        form.refuse(error)
        return None


def picked(
    request: HttpRequest,
    session: Session,
    form_class: type[PickingForm],
    title: str,
    back: str,
    crumbs: pages.Crumbs,
    submit: str = "",
    **more: Any,
) -> PickingForm | HttpResponse:
    """A page with a form that picks: the valid form that was sent, or the page to show."""
    known: dict[str, Any] = {"session": session, "action": request.get_full_path(), **more}
    status = 200
    if request.method == "POST" and "look" not in request.POST:
        form = form_class(request.POST, **known)
        if form.is_valid():
            return form
        status = 422
    else:
        form = form_class(look=request.POST if request.method == "POST" else None, **known)
    return picking(request, session, form, title, back, crumbs, submit, status)


def picking(
    request: HttpRequest,
    session: Session,
    form: PickingForm,
    title: str,
    back: str,
    crumbs: pages.Crumbs,
    submit: str = "",
    status: int = 422,
) -> HttpResponse:
    """The page with such a form; by itself, one whose call failed."""
    context = {"form": form, "heading": title, "submit": submit or title, "back": back}
    crumbs = [*crumbs, (title, None)]
    return pages.render(request, session, "console/picking.html", context, title=title, crumbs=crumbs, status=status)


class AttachForm(PickingForm):
    """Policies to attach. `current` is the list of those that are."""

    policies = pickers.PickField(pickers.POLICIES, label="Permissions policies", required=True)

    def __init__(self, *args: Any, current: Panel, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.current = [one["PolicyName"] for one in current.get("AttachedPolicies", [])]
        self.number = str(len(self.current))


def attached_policies(
    request: HttpRequest, session: Session, kind: str, name: str, listing: tuple[str, str], submit: str
) -> HttpResponse:
    """The page that attaches managed policies; `kind` is Group or Role, `listing` the crumb of its list."""
    back = session.url(kind.lower(), name, "permissions")
    who = {f"{kind}Name": name}
    current = panel(session, f"iam:ListAttached{kind}Policies", who)
    crumbs = [listing, (name, back)]
    form = picked(request, session, AttachForm, "Attach policies", back, crumbs, submit, current=current)
    if isinstance(form, HttpResponse):
        return form
    wanted = [
        Change(f"iam:Attach{kind}Policy", {**who, "PolicyArn": arn}, f"Attach {arn.rpartition('/')[2]}")
        for arn in form.cleaned_data["policies"]
    ]
    text = f"Policies attached to {name}."
    return changes.answer(request, session, changes.make(session, wanted), back, text, "Attach policies")


def removed_policies(request: HttpRequest, session: Session, kind: str, name: str, back: str) -> HttpResponse:
    """Detach managed policies and delete inline ones, as ticked in the holder's table. A group's inline policies are
    gone for all of its users: the console wants their name typed, or how many they are."""
    keys = [key for key in changes.ticked(request) if key.partition(":")[0] in ("managed", "inline")]
    wanted = [removal(kind, name, key) for key in keys]
    confirm: dict[str, Any] = {"title": "Remove permissions policies?", "cancel_url": back, "submit": "Remove policies"}
    inline = [key.partition(":")[2] for key in keys if key.startswith("inline:")]
    if kind == "Group" and inline:
        confirm["typed"] = inline[0] if len(inline) == 1 else f"{len(inline)} inline policies"
    sentence = f"{name} loses at once what only these policies allow."
    return ticked_off(request, session, wanted, confirm, sentence, f"Policies removed from {name}.")


def ticked_off(
    request: HttpRequest, session: Session, wanted: Sequence[Change], confirm: dict[str, Any], sentence: str, done: str
) -> HttpResponse:
    """Ask before something is done to the rows that were ticked, and do it: a change for each. `confirm` is the
    question's title, cancel_url and submit, and what has to be typed, if anything. Without a change it leads back."""
    back = confirm["cancel_url"]
    if not wanted:
        return redirect(back)
    posted, typed = request.method == "POST", confirm.get("typed", "")
    error = changes.confirmed(request, typed) if posted and typed else ""
    if posted and not error:
        return changes.answer(request, session, changes.make(session, wanted), back, done, confirm["title"].rstrip("?"))
    more = {
        "consequences": [change.label for change in wanted],
        "hidden": [("selected", key) for key in changes.ticked(request)],
        "error": error,
    }
    return question(request, session, {**confirm, **more}, [sentence] if sentence else [], 422 if error else 200)


def removal(kind: str, name: str, key: str) -> Change:
    sort, _, policy = key.partition(":")
    who = {f"{kind}Name": name}
    if sort == "managed":
        params = {**who, "PolicyArn": policy}
        return Change(f"iam:Detach{kind}Policy", params, f"Detach {policy.rpartition('/')[2]}")
    return Change(f"iam:Delete{kind}Policy", {**who, "PolicyName": policy}, f"Delete inline policy {policy}")
