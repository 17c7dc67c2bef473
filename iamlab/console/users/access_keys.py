"""Access keys of a user: the wizard that makes one, its state, its end."""

from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods, require_safe

from iamlab.console import changes, downloads, pages, wizard
from iamlab.console.forms import member, pattern_check
from iamlab.console.models import Draft
from iamlab.console.questions import question
from iamlab.console.session import Session, console_page
from iamlab.console.wizard import Planned, Step, StepForm, Wizard

# Value, label, and the alternative that AWS recommends in its place.
USES = (
    (
        "cli",
        "Command Line Interface (CLI)",
        "Use AWS CloudShell, a browser-based CLI, or the AWS CLI V2 with sign-in through IAM Identity Center.",
    ),
    ("local", "Local code", "Use an IDE toolkit that signs in through IAM Identity Center."),
    (
        "compute",
        "Application running on an AWS compute service",
        "Attach an IAM role to the compute resource: it gets temporary credentials that are replaced by themselves.",
    ),
    (
        "third-party",
        "Third-party service",
        "Use temporary credentials through an IAM role, with an external ID for the third party.",
    ),
    (
        "outside",
        "Application running outside AWS",
        "Use IAM Roles Anywhere for temporary credentials of workloads outside AWS.",
    ),
    (
        "other",
        "Other",
        "Your use case is not listed: an access key may be right. Replace it regularly and give it only what it needs.",
    ),
)
PLACEHOLDER = "ACCESS-KEY-ID"


class UseForm(StepForm):
    key = "use"

    use = forms.ChoiceField(
        label="Use case", choices=[(value, label) for value, label, _ in USES], widget=forms.RadioSelect
    )
    understood = forms.BooleanField(
        label="I understand the above recommendation and want to proceed to create an access key.",
        error_messages={"required": "Confirm that you have read the recommendation."},
    )

    @property
    def alternatives(self) -> list[tuple[str, str]]:
        return [(value, text) for value, _, text in USES]


class DescriptionForm(StepForm):
    key = "description"

    description = forms.CharField(
        label="Description tag value",
        help_text="What the key is for and where it is used, so that you can replace it with confidence later. "
        "Up to 256 characters: letters, digits, spaces and _ . : / = + - @",
        required=False,
        max_length=256,
    )

    def clean_description(self) -> str:
        value = self.cleaned_data["description"]
        shape = member("iam:TagUser", "Tags").member.members["Value"]  # type: ignore[union-attr]
        if value:
            pattern_check(shape.metadata["pattern"])(value)
        return value


def planned(data: dict[str, Any]) -> list[Planned]:
    name = data["user"]

    def shown(answer: dict[str, Any], sent: dict[str, Any]) -> dict[str, str]:
        return {"id": answer["AccessKey"]["AccessKeyId"], "secret": answer["AccessKey"]["SecretAccessKey"]}

    calls = [Planned("iam:CreateAccessKey", {"UserName": name}, f"Create an access key for {name}", shows=shown)]
    description = data.get("description", {}).get("description", "")
    if description:

        def fill(params: dict[str, Any], known: dict[str, str]) -> dict[str, Any]:
            return {**params, "Tags": [{"Key": known["shown:id"], "Value": description}]}

        params = {"UserName": name, "Tags": [{"Key": PLACEHOLDER, "Value": description}]}
        calls.append(Planned("iam:TagUser", params, "Keep the description as a tag of the user", fill=fill))
    return calls


WIZARD = Wizard(
    name="access-key",
    title="Create access key",
    submit="Create access key",
    cancel=lambda session, draft: session.url("user", draft.data["user"], "security_credentials"),
    steps=lambda data: [
        Step("use", "Access key best practices & alternatives", UseForm, "console/users/key_use.html"),
        Step(
            "description", "Set description tag", DescriptionForm, "console/users/key_description.html", optional=True
        ),
    ],
    calls=planned,
    result_template="console/users/key_result.html",
    crumbs=lambda session, draft: [
        ("Users", session.url("users")),
        (draft.data["user"], session.url("user", draft.data["user"], "security_credentials")),
        ("Create access key", None),
    ],
    result_step=lambda data: "Retrieve access keys",
)


@require_safe
@console_page
def start(request: HttpRequest, session: Session, name: str) -> HttpResponse:
    return wizard.start(session, WIZARD, user=name)


@require_http_methods(["GET", "POST"])
@console_page
def step(request: HttpRequest, session: Session, draft_id: UUID, key: str) -> HttpResponse:
    return wizard.step(request, session, WIZARD, draft_id, key)


@require_http_methods(["GET", "POST"])
@console_page
def result(request: HttpRequest, session: Session, draft_id: UUID) -> HttpResponse:
    return wizard.result(request, session, WIZARD, draft_id, shown_once)


def shown_once(request: HttpRequest, session: Session, draft: Draft, shown: dict[str, str]) -> dict[str, Any]:
    key_id, secret = shown.get("id", ""), shown.get("secret", "")
    name = f"{draft.data['user']}_accessKeys.csv"
    return {
        "key_id": key_id,
        "secret": secret,
        "csv": downloads.csv_link(name, ["Access key ID", "Secret access key"], [[key_id, secret]]),
        "endpoint": request.build_absolute_uri("/aws"),
    }


@require_http_methods(["GET", "POST"])
@console_page
def status(request: HttpRequest, session: Session, name: str, key_id: str) -> HttpResponse:
    """Deactivate a key after a question, or activate it."""
    back = session.url("user", name, "security_credentials")
    if request.method == "POST":
        wanted = "Inactive" if "deactivate" in request.POST else "Active"
        session.call("iam:UpdateAccessKey", {"UserName": name, "AccessKeyId": key_id, "Status": wanted})
        return pages.done(request, back, f"Access key {key_id} is {wanted.lower()}.")
    confirm = {
        "title": f"Deactivate {key_id}?",
        "cancel_url": back,
        "submit": "Deactivate",
        "danger": "Whoever uses this access key is refused from now on. You can activate it again.",
        "hidden": [("deactivate", "1")],
    }
    return question(request, session, confirm, [])


def is_active(session: Session, name: str, key_id: str) -> bool:
    keys = session.call("iam:ListAccessKeys", {"UserName": name})["AccessKeyMetadata"]
    return any(key["AccessKeyId"] == key_id and key["Status"] == "Active" for key in keys)


@require_http_methods(["GET", "POST"])
@console_page
def delete(request: HttpRequest, session: Session, name: str, key_id: str) -> HttpResponse:
    """The console deletes inactive keys only, after their id was typed; the API would delete an active one too."""
    back = session.url("user", name, "security_credentials")
    if is_active(session, name, key_id):
        if request.method == "POST" and "deactivate" in request.POST:
            session.call("iam:UpdateAccessKey", {"UserName": name, "AccessKeyId": key_id, "Status": "Inactive"})
        else:
            confirm = {
                "title": f"Delete {key_id}?",
                "cancel_url": back,
                "submit": "Deactivate",
                "danger": "This access key is active. Deactivate it first, and see that nothing breaks.",
                "hidden": [("deactivate", "1")],
            }
            return question(request, session, confirm, [])
    confirm = {
        "title": f"Delete {key_id}?",
        "cancel_url": back,
        "submit": "Delete",
        "typed": key_id,
        "danger": "A deleted access key cannot be recovered.",
    }
    if request.method == "POST" and "deactivate" not in request.POST:
        error = changes.confirmed(request, key_id)
        if not error:
            session.call("iam:DeleteAccessKey", {"UserName": name, "AccessKeyId": key_id})
            return pages.done(request, back, f"Access key {key_id} is deleted.")
        return question(request, session, {**confirm, "error": error}, [], 422)
    return question(request, session, confirm, [])
