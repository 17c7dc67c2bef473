"""A user's credentials for one service each: SSH keys and Git credentials of CodeCommit, credentials of Keyspaces."""

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from iamlab.components import markup, tables
from iamlab.console import cells, downloads, pages
from iamlab.console.panels import Panel, panel
from iamlab.console.questions import asking, made, question
from iamlab.console.session import Session, console_page
from iamlab.console.users.forms import SshKeyForm

# Services by what an address calls them: ServiceName, title, what its credentials are called.
SERVICES = {
    "git": ("codecommit.amazonaws.com", "HTTPS Git credentials for AWS CodeCommit"),
    "keyspaces": ("cassandra.amazonaws.com", "Credentials for Amazon Keyspaces (for Apache Cassandra)"),
}


@dataclass(frozen=True)
class Kind:
    """How a kind of credentials is called in the API: Update..., Delete... and the parameter of its id."""

    noun: str
    parameter: str
    label: str


KINDS = {
    "ssh": Kind("SSHPublicKey", "SSHPublicKeyId", "SSH public key"),
    "service": Kind("ServiceSpecificCredential", "ServiceSpecificCredentialId", "Credential"),
}
# What may be done: the words of its button, what the question says, what was done then.
ACTS = {
    "activate": ("Activate", "It can be used again.", "activated"),
    "deactivate": ("Deactivate", "Whoever uses it is refused from now on. You can activate it again.", "deactivated"),
    "delete": ("Delete", "It cannot be recovered.", "deleted"),
    "reset": ("Reset password", "The password of today stops to work. The new one is shown once.", "reset"),
}
SSH_COLUMNS = [
    tables.column("id", "SSH key ID"),
    tables.column("uploaded", "Uploaded"),
    tables.column("status", "Status"),
]
COLUMNS = [tables.column("name", "User name"), tables.column("created", "Created"), tables.column("status", "Status")]


def sections(request: HttpRequest, session: Session, name: str) -> dict[str, Any]:
    """The lists of the tab, two calls for all of them."""
    keys = panel(session, "iam:ListSSHPublicKeys", {"UserName": name})
    held = panel(session, "iam:ListServiceSpecificCredentials", {"UserName": name})
    rows = [
        tables.row(
            one["SSHPublicKeyId"], [one["SSHPublicKeyId"], cells.moment(one["UploadDate"]), state(one["Status"])]
        )
        for one in keys.get("SSHPublicKeys", [])
    ]
    ssh = table(
        request,
        keys,
        rows,
        "ssh-keys",
        "SSH public keys for AWS CodeCommit",
        SSH_COLUMNS,
        "A key with which Git signs in.",
    )
    return {
        "ssh_keys": ssh,
        "service_tables": [
            {"slug": slug, "table": credentials_table(request, held, slug, *told)} for slug, told in SERVICES.items()
        ],
    }


def credentials_table(request: HttpRequest, held: Panel, slug: str, service: str, title: str) -> dict[str, Any]:
    rows = [
        tables.row(
            one["ServiceSpecificCredentialId"],
            [one["ServiceUserName"], cells.moment(one["CreateDate"]), state(one["Status"])],
            label=one["ServiceUserName"],
        )
        for one in held.get("ServiceSpecificCredentials", [])
        if one["ServiceName"] == service
    ]
    return table(request, held, rows, f"{slug}-credentials", title, COLUMNS, "A user name and a password, up to two.")


def table(
    request: HttpRequest,
    found: Panel,
    rows: list[dict[str, Any]],
    key: str,
    title: str,
    columns: list[dict[str, Any]],
    text: str,
) -> dict[str, Any]:
    return tables.table(
        request,
        id=key,
        title=title,
        columns=columns,
        rows=rows,
        select="one",
        denial=found.denial,
        failure=found.failure,
        tools=False,
        description=f"{text} Here it opens nothing: the service is not simulated.",
        empty_title="None",
    )


def state(status: str) -> Any:
    return markup.status("success" if status == "Active" else "stopped", status)


def back_to(session: Session, name: str) -> str:
    return session.url("user", name, "security_credentials")


def crumbs(session: Session, name: str) -> pages.Crumbs:
    return [("Users", session.url("users")), (name, back_to(session, name))]


@require_http_methods(["GET", "POST"])
@console_page
def upload(request: HttpRequest, session: Session, name: str) -> HttpResponse:
    """An SSH public key."""
    back = back_to(session, name)
    form = SshKeyForm(request.POST if request.method == "POST" else None)
    answer = made(session, form, {"UserName": name, **form.params()}) if form.is_bound and form.is_valid() else None
    if answer is not None:
        return pages.done(request, back, f"SSH public key {answer['SSHPublicKey']['SSHPublicKeyId']} uploaded.")
    confirm = {"title": "Upload SSH public key", "submit": "Upload SSH public key", "cancel_url": back}
    return asking(request, session, form, confirm, crumbs(session, name))


@require_http_methods(["GET", "POST"])
@console_page
def generate(request: HttpRequest, session: Session, name: str, service: str) -> HttpResponse:
    """A user name and a password for a service; the password is shown on the answer, and never again."""
    if service not in SERVICES:
        raise Http404
    service_name, title = SERVICES[service]
    if request.method == "POST":
        params = {"UserName": name, "ServiceName": service_name}
        return shown(request, session, name, session.call("iam:CreateServiceSpecificCredential", params))
    confirm = {"title": "Generate credentials?", "submit": "Generate", "cancel_url": back_to(session, name)}
    return question(request, session, confirm, [f"{title}: {name} gets a user name and a password."])


def shown(request: HttpRequest, session: Session, name: str, answer: dict[str, Any]) -> HttpResponse:
    one, title = answer["ServiceSpecificCredential"], "Save credentials"
    row = [one["ServiceUserName"], one["ServicePassword"]]
    context = {
        "one": one,
        "csv": downloads.csv_link(f"{name}_credentials.csv", ["User Name", "Password"], [row]),
        "back": back_to(session, name),
    }
    trail, template = [*crumbs(session, name), (title, None)], "console/users/service_credential.html"
    response = pages.render(request, session, template, context, title=title, crumbs=trail)
    response.headers["Cache-Control"] = "no-store"
    return response


@require_http_methods(["GET", "POST"])
@console_page
def change(request: HttpRequest, session: Session, name: str, kind: str, act: str) -> HttpResponse:
    """Activate, deactivate, delete or, of a password, reset the chosen one."""
    if kind not in KINDS or act not in ACTS or (act == "reset" and kind == "ssh"):
        raise Http404
    chosen = (request.GET if request.method == "GET" else request.POST).get("selected", "")
    this, back, (verb, told, past) = KINDS[kind], back_to(session, name), ACTS[act]
    if not chosen:
        return redirect(back)
    who = {"UserName": name, this.parameter: chosen}
    if request.method == "POST":
        if act == "reset":
            return shown(request, session, name, session.call("iam:ResetServiceSpecificCredential", who))
        if act == "delete":
            session.call(f"iam:Delete{this.noun}", who)
        else:
            status = "Active" if act == "activate" else "Inactive"
            session.call(f"iam:Update{this.noun}", {**who, "Status": status})
        return pages.done(request, back, f"{this.label} {chosen}: {past}.")
    confirm = {"title": f"{verb} {chosen}?", "submit": verb, "cancel_url": back, "hidden": [("selected", chosen)]}
    return question(request, session, confirm, [told])
