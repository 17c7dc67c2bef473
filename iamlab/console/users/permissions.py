"""Changing what a user may do: add permissions, remove policies, groups, the boundary."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods, require_safe

from iamlab.console import boundaries, changes, pages, pickers, wizard_pages
from iamlab.console.changes import Change
from iamlab.console.models import Draft
from iamlab.console.panels import panel
from iamlab.console.pickers import PickingForm
from iamlab.console.questions import picked, removed_policies, ticked_off
from iamlab.console.session import Session, console_page
from iamlab.console.users.forms import PermissionsForm, ReviewForm
from iamlab.console.users.plan import permission_calls, permission_rows
from iamlab.console.wizard import Planned, Step, Wizard


class AddPermissionsForm(PermissionsForm):
    """The three options without the boundary, which has a page of its own here."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["boundary"], self.fields["use_boundary"]

    @property
    def wants_boundary(self) -> bool:
        return False

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        name = self.draft.data["user"]
        for policy in self.copied.get("inline", []):
            if self.replaces(name, policy):
                text = f"{name} has another inline policy called {policy['name']}. Copying would replace it."
                self.add_error("source", text)
        return data

    def replaces(self, name: str, policy: dict[str, str]) -> bool:
        """Whether the user has a policy of that name with another text. The same text may be a first try's."""
        own = {"UserName": name, "PolicyName": policy["name"]}
        found = panel(self.session, "iam:GetUserPolicy", own, may_be_missing=True)
        return found.stands and found["PolicyDocument"] != policy["document"]


STEPS = [
    Step("permissions", "Add permissions", AddPermissionsForm, "console/users/add_permissions.html"),
    Step("review", "Review", ReviewForm, "console/users/add_review.html"),
]


def planned(data: dict[str, Any]) -> list[Planned]:
    return permission_calls(data["user"], data)


def finish(request: HttpRequest, session: Session, draft: Draft) -> HttpResponse:
    number = len(planned(draft.data))
    text = f"{number} change{'s' if number != 1 else ''} made to the permissions of {draft.data['user']}."
    return pages.done(request, session.url("user", draft.data["user"], "permissions"), text)


WIZARD = Wizard(
    name="user-permissions",
    title="Add permissions",
    submit="Add permissions",
    cancel=lambda session, draft: session.url("user", draft.data["user"], "permissions"),
    steps=lambda data: STEPS,
    calls=planned,
    result_template="console/wizard_result.html",
    crumbs=lambda session, draft: [
        ("Users", session.url("users")),
        (draft.data["user"], session.url("user", draft.data["user"], "permissions")),
        ("Add permissions", None),
    ],
    finish=finish,
    context=lambda request, session, draft: {"summary": permission_rows(draft.data), "era": "now"},
)


@require_safe
@console_page
def start(request: HttpRequest, session: Session, name: str) -> HttpResponse:
    return wizard_pages.start(session, WIZARD, user=name)


@require_http_methods(["GET", "POST"])
@console_page
def remove_policies(request: HttpRequest, session: Session, name: str) -> HttpResponse:
    return removed_policies(request, session, "User", name, session.url("user", name, "permissions"))


@require_http_methods(["GET", "POST"])
@console_page
def leave_groups(request: HttpRequest, session: Session, name: str) -> HttpResponse:
    back = session.url("user", name, "groups")
    groups = changes.ticked(request)
    wanted = [
        Change("iam:RemoveUserFromGroup", {"GroupName": group, "UserName": name}, f"Remove {name} from {group}")
        for group in groups
    ]
    confirm = {"title": "Remove user from groups?", "cancel_url": back, "submit": "Remove"}
    sentence = f"{name} loses at once what only these groups allow."
    return ticked_off(request, session, wanted, confirm, sentence, f"{name} left {', '.join(groups)}.")


def crumbs(session: Session, name: str, back: str) -> pages.Crumbs:
    return [("Users", session.url("users")), (name, back)]


class JoinForm(PickingForm):
    groups = pickers.PickField(pickers.GROUPS, label="User groups", required=True)


@require_http_methods(["GET", "POST"])
@console_page
def join_groups(request: HttpRequest, session: Session, name: str) -> HttpResponse:
    back = session.url("user", name, "groups")
    form = picked(request, session, JoinForm, "Add user to groups", back, crumbs(session, name, back))
    if isinstance(form, HttpResponse):
        return form
    groups = form.cleaned_data["groups"]
    wanted = [
        Change("iam:AddUserToGroup", {"GroupName": group, "UserName": name}, f"Add {name} to {group}")
        for group in groups
    ]
    outcomes = changes.make(session, wanted)
    return changes.answer(
        request, session, outcomes, back, f"{name} added to {', '.join(groups)}.", "Add user to groups"
    )


@require_http_methods(["GET", "POST"])
@console_page
def set_boundary(request: HttpRequest, session: Session, name: str) -> HttpResponse:
    back = session.url("user", name, "permissions")
    return boundaries.put(request, session, "User", name, back, crumbs(session, name, back))


@require_http_methods(["GET", "POST"])
@console_page
def remove_boundary(request: HttpRequest, session: Session, name: str) -> HttpResponse:
    return boundaries.remove(request, session, "User", name, session.url("user", name, "permissions"))
