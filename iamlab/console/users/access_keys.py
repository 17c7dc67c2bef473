"""Access keys of a user: the wizard that makes one, for oneself and for root too; its description, state and end."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods, require_safe

from iamlab.console import downloads, keys, wizard_pages
from iamlab.console.keys import Holder
from iamlab.console.models import Draft
from iamlab.console.pages import Crumbs
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
        "Replace it regularly, give it only what it needs, and never store it in plain text or in a code repository.",
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


class RootForm(StepForm):
    """The root user has no use case to choose: it is told what is wrong with all of them."""

    key = "advice"

    understood = forms.BooleanField(
        label="I understand creating a root access key is not a best practice, but I still want to create one.",
        error_messages={"required": "Confirm that you have read the advice."},
    )


class DescriptionForm(keys.DescriptionForm, StepForm):
    key = "description"


STEPS = [
    Step("use", "Access key best practices & alternatives", UseForm, "console/users/key_use.html"),
    Step("description", "Set description tag", DescriptionForm, "console/users/key_description.html", optional=True),
]
ROOTS_STEPS = [Step("advice", "Alternatives to root user access keys", RootForm, "console/users/key_root.html")]


def planned(data: dict[str, Any]) -> list[Planned]:
    """One's own key is asked for without a name, as the API means it."""
    name = data["user"]
    who = {} if data.get("own") else {"UserName": name}

    def shown(answer: dict[str, Any], sent: dict[str, Any]) -> dict[str, str]:
        return {"id": answer["AccessKey"]["AccessKeyId"], "secret": answer["AccessKey"]["SecretAccessKey"]}

    label = f"Create an access key for {name or 'the root user'}"
    calls = [Planned("iam:CreateAccessKey", who, label, shows=shown)]
    description = data.get("description", {}).get("description", "")
    if description:

        def fill(params: dict[str, Any], known: dict[str, str]) -> dict[str, Any]:
            return {**params, "Tags": [{"Key": known["shown:id"], "Value": description}]}

        params = {"UserName": name, "Tags": [{"Key": PLACEHOLDER, "Value": description}]}
        calls.append(Planned("iam:TagUser", params, "Keep the description as a tag of the user", fill=fill))
    return calls


def back(session: Session, draft: Draft) -> str:
    if draft.data.get("own"):
        return session.url("security-credentials")
    return session.url("user", draft.data["user"], "security_credentials")


def crumbs(session: Session, draft: Draft) -> Crumbs:
    if draft.data.get("own"):
        return [("Security credentials", back(session, draft)), ("Create access key", None)]
    name = draft.data["user"]
    return [("Users", session.url("users")), (name, back(session, draft)), ("Create access key", None)]


def shown_once(request: HttpRequest, session: Session, draft: Draft, shown: dict[str, str]) -> dict[str, Any]:
    key_id, secret = shown.get("id", ""), shown.get("secret", "")
    name = "rootkey.csv" if draft.data.get("root") else f"{draft.data['user']}_accessKeys.csv"
    return {
        "key_id": key_id,
        "secret": secret,
        "csv": downloads.csv_link(name, ["Access key ID", "Secret access key"], [[key_id, secret]]),
        "endpoint": request.build_absolute_uri("/aws"),
    }


WIZARD = Wizard(
    name="access-key",
    title="Create access key",
    submit="Create access key",
    cancel=back,
    steps=lambda data: ROOTS_STEPS if data.get("root") else STEPS,
    calls=planned,
    result_template="console/users/key_result.html",
    crumbs=crumbs,
    result_step=lambda data: "Retrieve access key" if data.get("root") else "Retrieve access keys",
    once=shown_once,
)


@require_safe
@console_page
def start(request: HttpRequest, session: Session, name: str) -> HttpResponse:
    return wizard_pages.start(session, WIZARD, user=name)


def holder(session: Session, name: str) -> Holder:
    back = session.url("user", name, "security_credentials")
    return Holder({"UserName": name}, name, back, "access-key", (name,))


@require_http_methods(["GET", "POST"])
@console_page
def status(request: HttpRequest, session: Session, name: str, key_id: str) -> HttpResponse:
    return keys.status(request, session, holder(session, name), key_id)


@require_http_methods(["GET", "POST"])
@console_page
def delete(request: HttpRequest, session: Session, name: str, key_id: str) -> HttpResponse:
    return keys.delete(request, session, holder(session, name), key_id)


@require_http_methods(["GET", "POST"])
@console_page
def description(request: HttpRequest, session: Session, name: str, key_id: str) -> HttpResponse:
    return keys.describe(request, session, holder(session, name), key_id)
