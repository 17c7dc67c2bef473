"""A user's credentials for one service each: SSH keys and Git credentials of CodeCommit, credentials of Keyspaces, and
X.509 certificates for SOAP."""

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from iamlab.components import markup, tables
from iamlab.console import cells, downloads, drafts, pages
from iamlab.console.forms import OperationForm
from iamlab.console.panels import Panel, panel
from iamlab.console.questions import asking, made, question
from iamlab.console.session import Session, console_page
from iamlab.console.users.forms import SigningCertificateForm, SshKeyForm
from iamlab.services.operations import AwsError

# Services by what an address calls them: ServiceName, title, what its credentials are called.
SERVICES = {
    "git": ("codecommit.amazonaws.com", "HTTPS Git credentials for AWS CodeCommit"),
    "keyspaces": ("cassandra.amazonaws.com", "Credentials for Amazon Keyspaces (for Apache Cassandra)"),
}
GENERATED = "user-credential"  # the drafts of the question whether to


@dataclass(frozen=True)
class Holder:
    """Whose they are: the user's name, the page that shows them, the way there, and what the pages' names begin with,
    and what their addresses name besides."""

    name: str
    back: str
    crumbs: pages.Crumbs
    pages: str = "user"
    args: tuple[str, ...] = ()


@dataclass(frozen=True)
class Kind:
    """How a kind of credentials is called in the API: Update..., Delete... and the parameter of its id."""

    noun: str
    parameter: str
    label: str


KINDS = {
    "ssh": Kind("SSHPublicKey", "SSHPublicKeyId", "SSH public key"),
    "x509": Kind("SigningCertificate", "CertificateId", "X.509 certificate"),
    "service": Kind("ServiceSpecificCredential", "ServiceSpecificCredentialId", "Credential"),
}
# What may be done: the words of its button, what the question says, what was done then.
ACTS = {
    "activate": ("Activate", "It can be used again.", "activated"),
    "deactivate": ("Deactivate", "Whoever uses it is refused from now on. You can activate it again.", "deactivated"),
    "delete": ("Delete", "It cannot be recovered.", "deleted"),
    "reset": ("Reset password", "The password of today stops to work. The new one is shown once.", "reset"),
}
UPLOADED = (tables.column("uploaded", "Uploaded"), tables.column("status", "Status"))
# What is uploaded: its form, and what it is for.
UPLOADS: dict[str, tuple[type[OperationForm], str]] = {
    "ssh": (SshKeyForm, "A key with which Git signs in."),
    "x509": (SigningCertificateForm, "For signed SOAP requests of old, up to two."),
}
COLUMNS = [tables.column("name", "User name"), tables.column("created", "Created"), tables.column("status", "Status")]


def of_user(session: Session, name: str) -> Holder:
    back = session.url("user", name, "security_credentials")
    return Holder(name, back, [("Users", session.url("users")), (name, back)], args=(name,))


def sections(
    request: HttpRequest, session: Session, holder: Holder, services: tuple[str, ...] = tuple(SERVICES)
) -> dict[str, Any]:
    """The lists of the tab, three calls for all of them. Certificates are for no service."""
    held = panel(session, "iam:ListServiceSpecificCredentials", {"UserName": holder.name})
    uploads = [uploaded(request, session, holder, "ssh", "SSHPublicKeys", "SSH public keys for AWS CodeCommit")]
    if len(services) == len(SERVICES):
        uploads.append(uploaded(request, session, holder, "x509", "Certificates", "X.509 signing certificates"))
    urls = act_urls(session, holder, "service")
    generate = f"{holder.pages}-credential-generate"
    return {
        "uploads": uploads,
        "service_tables": [
            {
                "table": credentials_table(request, held, slug, *SERVICES[slug]),
                "urls": {**urls, "generate": session.url(generate, *holder.args, slug)},
            }
            for slug in services
        ],
    }


def act_urls(session: Session, holder: Holder, kind: str) -> dict[str, str]:
    """The addresses of what may be done to a chosen one."""
    acts = [act for act in ACTS if act != "reset" or kind == "service"]
    return {act: session.url(f"{holder.pages}-credential-change", *holder.args, kind, act) for act in acts}


def uploaded(
    request: HttpRequest, session: Session, holder: Holder, slug: str, member: str, title: str
) -> dict[str, Any]:
    """The list of what the user holds the private half of: {label, table, urls}."""
    kind = KINDS[slug]
    found = panel(session, f"iam:List{kind.noun}s", {"UserName": holder.name})
    rows = [
        tables.row(one[kind.parameter], [one[kind.parameter], cells.moment(one["UploadDate"]), state(one["Status"])])
        for one in found.get(member, [])
    ]
    columns = [tables.column("id", "SSH key ID" if slug == "ssh" else "Certificate ID"), *UPLOADED]
    return {
        "urls": {
            **act_urls(session, holder, slug),
            "upload": session.url(f"{holder.pages}-upload", *holder.args, slug),
        },
        "label": kind.label,
        "table": table(request, found, rows, f"{slug}-keys", title, columns, UPLOADS[slug][1]),
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
        counted=True,
        description=f"{text} Here it opens nothing: the service is not simulated.",
        empty_title="None",
    )


def state(status: str) -> Any:
    return markup.status("success" if status == "Active" else "stopped", status)


@require_http_methods(["GET", "POST"])
@console_page
def upload(request: HttpRequest, session: Session, name: str, kind: str) -> HttpResponse:
    return uploading(request, session, of_user(session, name), kind)


def uploading(request: HttpRequest, session: Session, holder: Holder, kind: str) -> HttpResponse:
    """An SSH public key, or a certificate."""
    if kind not in UPLOADS:
        raise Http404
    this, back, name = KINDS[kind], holder.back, holder.name
    form = UPLOADS[kind][0](request.POST if request.method == "POST" else None)
    answer = made(session, form, {"UserName": name, **form.params()}) if form.is_bound and form.is_valid() else None
    if answer is not None:
        (one,) = answer.values()
        return pages.done(request, back, f"{this.label} {one[this.parameter]} uploaded.")
    title = f"Upload {this.label}"
    confirm = {"title": title, "submit": title, "cancel_url": back}
    return asking(request, session, form, confirm, holder.crumbs)


@require_http_methods(["GET", "POST"])
@console_page
def generate(request: HttpRequest, session: Session, name: str, service: str) -> HttpResponse:
    return generating(request, session, of_user(session, name), service)


def generating(request: HttpRequest, session: Session, holder: Holder, service: str) -> HttpResponse:
    """A user name and a password for a service; the password is shown on the answer, and never again."""
    if service not in SERVICES:
        raise Http404
    service_name, title = SERVICES[service]
    if request.method == "POST":
        draft = request.POST.get("draft", "")
        if not drafts.spend(session, GENERATED, draft):
            text = "They were generated already, when this was sent the first time. Their password can be reset."
            return pages.done(request, holder.back, text, "warning")
        try:
            params = {"UserName": holder.name, "ServiceName": service_name}
            return shown(request, session, holder, session.call("iam:CreateServiceSpecificCredential", params))
        except AwsError:
            drafts.give_back(session, GENERATED, draft)
            raise
    hidden = [("draft", drafts.begin(session, GENERATED).pk)]
    confirm = {
        "title": "Generate credentials?",
        "submit": "Generate",
        "cancel_url": holder.back,
        "hidden": hidden,
    }
    return question(request, session, confirm, [f"{title}: {holder.name} gets a user name and a password."])


def shown(request: HttpRequest, session: Session, holder: Holder, answer: dict[str, Any]) -> HttpResponse:
    one, title = answer["ServiceSpecificCredential"], "Save credentials"
    row = [one["ServiceUserName"], one["ServicePassword"]]
    context = {
        "one": one,
        "csv": downloads.csv_link(f"{holder.name}_credentials.csv", ["User Name", "Password"], [row]),
        "back": holder.back,
    }
    trail, template = [*holder.crumbs, (title, None)], "console/users/service_credential.html"
    response = pages.render(request, session, template, context, title=title, crumbs=trail)
    response.headers["Cache-Control"] = "no-store"
    return response


@require_http_methods(["GET", "POST"])
@console_page
def change(request: HttpRequest, session: Session, name: str, kind: str, act: str) -> HttpResponse:
    return changing(request, session, of_user(session, name), kind, act)


def changing(request: HttpRequest, session: Session, holder: Holder, kind: str, act: str) -> HttpResponse:
    """Activate, deactivate, delete or, of a password, reset the chosen one."""
    if kind not in KINDS or act not in ACTS or (act == "reset" and kind != "service"):
        raise Http404
    chosen = (request.GET if request.method == "GET" else request.POST).get("selected", "")
    this, back, (verb, told, past) = KINDS[kind], holder.back, ACTS[act]
    if not chosen:
        return redirect(back)
    who = {"UserName": holder.name, this.parameter: chosen}
    if request.method == "POST":
        if act == "reset":
            return shown(request, session, holder, session.call("iam:ResetServiceSpecificCredential", who))
        if act == "delete":
            session.call(f"iam:Delete{this.noun}", who)
        else:
            status = "Active" if act == "activate" else "Inactive"
            session.call(f"iam:Update{this.noun}", {**who, "Status": status})
        return pages.done(request, back, f"{this.label} {chosen}: {past}.")
    confirm = {"title": f"{verb} {chosen}?", "submit": verb, "cancel_url": back, "hidden": [("selected", chosen)]}
    return question(request, session, confirm, [told])
