"""Virtual MFA devices, one's own and another user's: their list, a name, the QR code with two codes that prove it,
codes in step again, the end."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import segno
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from iamlab.components import tables
from iamlab.components.markup import tile
from iamlab.console import cells, changes, drafts, pages
from iamlab.console.changes import Change
from iamlab.console.models import Draft
from iamlab.console.panels import Panel
from iamlab.console.questions import asking, made, question
from iamlab.console.security_credentials.forms import CodesForm, DeviceNameForm, ResyncForm
from iamlab.console.session import Session
from iamlab.door import secrets
from iamlab.services.operations import AwsError

# The kinds of device that AWS offers, and whether they are simulated.
KINDS = (
    (tile("Passkey or security key", "Your fingerprint, face, screen lock, or a key that is plugged in."), False),
    (tile("Authenticator app", "A code from an app on your phone or computer."), True),
    (tile("Hardware TOTP token", "A code from a token."), False),
)

NAMED = "mfa-device"  # the drafts of the page that names a device

COLUMNS = [
    tables.column("type", "Type"),
    tables.column("identifier", "Identifier"),
    tables.column("certifications", "Certifications"),
    tables.column("created", "Created on"),
]


@dataclass(frozen=True)
class Owner:
    """Whose device it is: the user's name in calls and on pages, the page to go back to, where the codes are sent."""

    name: str
    label: str
    back: str
    enable_url: str
    crumbs: Sequence[tuple[str, str | None]]


def table(request: HttpRequest, session: Session, devices: Panel) -> dict[str, Any]:
    """The devices, one to choose for what the buttons do."""
    rows = [
        tables.row(
            one["SerialNumber"],
            ["Virtual", one["SerialNumber"], "Not applicable", cells.ago(one["EnableDate"], session.now)],
        )
        for one in devices.get("MFADevices", [])
    ]
    return tables.table(
        request,
        id="mfa",
        name="serial",
        title="Multi-factor authentication (MFA)",
        columns=COLUMNS,
        rows=rows,
        select="one",
        tools=False,
        counted=True,
        denial=devices.denial,
        failure=devices.failure,
        description="Use MFA to increase the security of your AWS environment. "
        "Each user can have a maximum of 8 MFA devices assigned.",
        empty_title="No MFA devices",
        empty_text="Assign an MFA device: a password alone can be stolen.",
    )


def assign(request: HttpRequest, session: Session, owner: Owner) -> HttpResponse:
    """First the device's name: CreateVirtualMFADevice. Its seed is shown on the page after, once; to who pressed twice
    it is that of the first time, or the device would be left over without its codes."""
    draft = draft_of(request, session)
    form = DeviceNameForm(request.POST or None, initial={"VirtualMFADeviceName": device_name(owner.label)})
    if request.method == "POST" and form.is_valid():
        made = made_of(session, form, draft)
        if made:
            return set_up(request, session, owner, made["serial"], made["seed"], CodesForm())
    context = {
        "form": form,
        "heading": "Assign MFA device",
        "cancel_url": owner.back,
        "submit": "Next",
        "kinds": KINDS,
        "draft": draft.pk,
    }
    return shown(request, session, owner, "assign_mfa", context, "Assign MFA device", form)


def draft_of(request: HttpRequest, session: Session) -> Draft:
    """What the page that names a device is sent with."""
    sent = request.POST.get("draft", "")
    return drafts.page(session, NAMED, sent) if sent else drafts.begin(session, NAMED)


def made_of(session: Session, form: DeviceNameForm, draft: Draft) -> dict[str, str]:
    """The device's serial number and seed; {} where it was not made, which the form tells. Refusals are raised."""
    try:
        device = session.call(form.operation, form.params())["VirtualMFADevice"]
    except AwsError as error:
        if error.refuses:
            raise
        draft.refresh_from_db()
        kept = drafts.secrets_of(draft)
        if kept.get("name") == form.cleaned_data["VirtualMFADeviceName"]:
            return kept
        form.refuse(error)
        return {}
    made = {"serial": device["SerialNumber"], "seed": device["Base32StringSeed"].decode()}
    drafts.keep_secrets(draft, {**made, "name": form.cleaned_data["VirtualMFADeviceName"]})
    return made


def device_name(label: str) -> str:
    """A name to begin with, of what a device's name may have: an account's name has spaces."""
    return re.sub(r"[^\w+=,.@-]+", "-", f"{label}-phone", flags=re.ASCII)


def shown(
    request: HttpRequest, session: Session, owner: Owner, name: str, context: dict[str, Any], title: str, form: Any
) -> HttpResponse:
    crumbs = [*owner.crumbs, (title, None)]
    template, status = f"console/security_credentials/{name}.html", 422 if form.is_bound else 200
    return pages.render(request, session, template, context, title=title, crumbs=crumbs, status=status)


def set_up(
    request: HttpRequest, session: Session, owner: Owner, serial: str, seed: str, form: CodesForm
) -> HttpResponse:
    """The QR code, and the two codes that prove the device. The seed travels sealed in the form."""
    label = f"{serial.rpartition('/')[2]}@{session.account_label}"
    address = f"otpauth://totp/{label}?secret={seed}&issuer=iamlab"
    context = {
        "form": form,
        "serial": serial,
        "seed": seed,
        "sealed": secrets.seal(f"{serial} {seed}"),
        "qr": segno.make(address, error="m").png_data_uri(scale=4, border=2),
        "enable_url": owner.enable_url,
        "cancel_url": owner.back,
    }
    return shown(request, session, owner, "set_up", context, "Set up device", form)


def enable(request: HttpRequest, session: Session, owner: Owner) -> HttpResponse:
    """EnableMFADevice with two consecutive codes; wrong ones are told inline and nothing is lost."""
    serial, _, seed = secrets.unseal(request.POST.get("sealed", "")).partition(" ")
    form = CodesForm(request.POST)
    if not serial or not form.is_valid():
        return set_up(request, session, owner, serial, seed, form)
    params = {"UserName": owner.name, "SerialNumber": serial, **form.params()}
    try:
        session.call("iam:EnableMFADevice", params)
    except AwsError as error:
        if error.refuses:
            raise
        form.refuse(error)
        return set_up(request, session, owner, serial, seed, form)
    return pages.done(request, owner.back, "MFA device assigned. It is asked for at the next sign-in.")


def resync(request: HttpRequest, session: Session, owner: Owner) -> HttpResponse:
    """Two consecutive codes tell AWS how far the device's clock is from its own."""
    serial = request.POST.get("serial") or request.GET.get("serial", "")
    if not serial:
        return redirect(owner.back)
    form = ResyncForm(request.POST if request.method == "POST" else None)
    params = {"SerialNumber": serial, "UserName": owner.name}
    if form.is_bound and form.is_valid() and made(session, form, {**params, **form.params()}) is not None:
        return pages.done(request, owner.back, "MFA device resynced.")
    confirm = {
        "title": "Resync MFA device",
        "cancel_url": owner.back,
        "submit": "Resync",
        "hidden": [("serial", serial)],
    }
    text = "Where the codes of a device are refused, its clock may be off. Enter two codes that follow each other."
    return asking(request, session, form, confirm, owner.crumbs, text)


def remove(request: HttpRequest, session: Session, owner: Owner) -> HttpResponse:
    """Deactivate, then delete: two calls."""
    serial = request.POST.get("serial") or request.GET.get("serial", "")
    if not serial:
        return redirect(owner.back)
    if request.method == "POST":
        params = {"SerialNumber": serial, "UserName": owner.name}
        made = [
            Change("iam:DeactivateMFADevice", params, f"Deactivate {serial}"),
            Change("iam:DeleteVirtualMFADevice", {"SerialNumber": serial}, f"Delete {serial}"),
        ]
        outcomes = changes.make(session, made, stop=True)
        return changes.answer(request, session, outcomes, owner.back, "The MFA device is removed.", "Remove MFA device")
    confirm = {
        "title": "Remove MFA device?",
        "cancel_url": owner.back,
        "submit": "Remove",
        "danger": f"Signing in as {owner.label} asks for a password alone from then on.",
        "hidden": [("serial", serial)],
    }
    return question(request, session, confirm, [])
