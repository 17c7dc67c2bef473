"""One's own security credentials: password, MFA devices, access keys; of a user, or of the root user."""

from typing import Any

import segno
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from iamlab.components import markup
from iamlab.console import pages
from iamlab.console.panels import panel
from iamlab.console.security_credentials.forms import CodesForm, DeviceNameForm, OwnPasswordForm
from iamlab.console.session import Session, console_page
from iamlab.door import secrets
from iamlab.services.operations import AwsError

CRUMB = "Security credentials"


@require_GET
@console_page
def credentials(request: HttpRequest, session: Session) -> HttpResponse:
    devices = panel(session, "iam:ListMFADevices")
    keys = panel(session, "iam:ListAccessKeys")
    context = {
        "devices": devices,
        "device_rows": [
            (one["SerialNumber"], f"{one['EnableDate']:%B %d, %Y}") for one in devices.get("MFADevices", [])
        ],
        "keys": keys,
        "key_rows": [
            (one["AccessKeyId"], one["Status"], f"{one['CreateDate']:%B %d, %Y}")
            for one in keys.get("AccessKeyMetadata", [])
        ],
        "facts": [
            ("User name", session.label),
            ("User ARN", markup.copy(session.caller.arn, "ARN")),
            ("AWS account ID", markup.copy(session.account.pk, "account ID")),
        ],
    }
    template = "console/security_credentials/credentials.html"
    return pages.render(request, session, template, context, title=CRUMB, crumbs=[(CRUMB, None)])


def crumbs(session: Session, last: str) -> list[tuple[str, str | None]]:
    return [(CRUMB, session.url("security-credentials")), (last, None)]


@require_http_methods(["GET", "POST"])
@console_page
def password(request: HttpRequest, session: Session) -> HttpResponse:
    form = OwnPasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            session.call("iam:ChangePassword", form.params())
        except AwsError as error:
            form.refuse(error)
        else:
            return pages.done(request, session.url("security-credentials"), "Your password is updated.")
    return form_page(request, session, form, "Update password")


def form_page(request: HttpRequest, session: Session, form: Any, title: str, **more: Any) -> HttpResponse:
    context = {"form": form, "heading": title, "cancel_url": session.url("security-credentials"), **more}
    template = "console/security_credentials/form.html"
    status = 422 if form.is_bound else 200
    return pages.render(request, session, template, context, title=title, crumbs=crumbs(session, title), status=status)


@require_http_methods(["GET", "POST"])
@console_page
def assign_mfa(request: HttpRequest, session: Session) -> HttpResponse:
    """First the device's name: CreateVirtualMFADevice. Its seed is shown on the page after, once."""
    form = DeviceNameForm(request.POST or None, initial={"VirtualMFADeviceName": f"{session.label}-phone"})
    if request.method == "POST" and form.is_valid():
        try:
            device = session.call(form.operation, form.params())["VirtualMFADevice"]
        except AwsError as error:
            form.refuse(error)
        else:
            return set_up(request, session, device["SerialNumber"], device["Base32StringSeed"].decode(), CodesForm())
    return form_page(request, session, form, "Assign MFA device", submit="Next")


def set_up(request: HttpRequest, session: Session, serial: str, seed: str, form: CodesForm) -> HttpResponse:
    """The QR code, and the two codes that prove the device. The seed travels sealed in the form."""
    label = f"{serial.rpartition('/')[2]}@{session.account_label}"
    address = f"otpauth://totp/{label}?secret={seed}&issuer=iamlab"
    context = {
        "form": form,
        "serial": serial,
        "seed": seed,
        "sealed": secrets.seal(f"{serial} {seed}"),
        "qr": segno.make(address, error="m").png_data_uri(scale=4, border=2),
        "cancel_url": session.url("security-credentials"),
    }
    template = "console/security_credentials/set_up.html"
    status = 422 if form.is_bound else 200
    title = "Set up device"
    return pages.render(request, session, template, context, title=title, crumbs=crumbs(session, title), status=status)


@require_POST
@console_page
def enable_mfa(request: HttpRequest, session: Session) -> HttpResponse:
    """EnableMFADevice with two consecutive codes; wrong ones are told inline and nothing is lost."""
    serial, _, seed = secrets.unseal(request.POST.get("sealed", "")).partition(" ")
    form = CodesForm(request.POST)
    if not serial or not form.is_valid():
        return set_up(request, session, serial, seed, form)
    params = {"UserName": session.caller.name, "SerialNumber": serial, **form.params()}
    try:
        session.call("iam:EnableMFADevice", params)
    except AwsError as error:
        form.refuse(error)
        return set_up(request, session, serial, seed, form)
    return pages.done(
        request, session.url("security-credentials"), "MFA device assigned. It is asked for at your next sign-in."
    )


@require_http_methods(["GET", "POST"])
@console_page
def remove_mfa(request: HttpRequest, session: Session) -> HttpResponse:
    """Deactivate, then delete: two calls."""
    serial = request.POST.get("serial") or request.GET.get("serial", "")
    url = session.url("security-credentials")
    if request.method == "POST":
        params = {"SerialNumber": serial, "UserName": session.caller.name}
        session.call("iam:DeactivateMFADevice", params)
        session.call("iam:DeleteVirtualMFADevice", {"SerialNumber": serial})
        return pages.done(request, url, "The MFA device is removed.")
    confirm = {
        "title": "Remove MFA device?",
        "cancel_url": url,
        "submit": "Remove",
        "danger": "Signing in asks for a password alone from then on.",
        "hidden": [("serial", serial)],
    }
    return question(request, session, confirm)


def question(request: HttpRequest, session: Session, confirm: dict[str, Any]) -> HttpResponse:
    template, title = "console/security_credentials/confirm.html", confirm["title"]
    trail = crumbs(session, title)
    return pages.render(request, session, template, {"confirm": confirm}, title=title, crumbs=trail)


@require_http_methods(["GET", "POST"])
@console_page
def create_key(request: HttpRequest, session: Session) -> HttpResponse:
    """An own access key. For root the page says first why not, and asks to be sure."""
    if request.method == "POST" and (not session.is_root or request.POST.get("sure") == "on"):
        key = session.call("iam:CreateAccessKey")["AccessKey"]
        name = "rootkey.csv" if session.is_root else f"{session.label}_accessKeys.csv"
        context = {"key": key, "file": name, "done_url": session.url("security-credentials")}
        title = "Retrieve access key"
        template = "console/security_credentials/key.html"
        return pages.render(request, session, template, context, title=title, crumbs=crumbs(session, title))
    context = {"root": session.is_root, "cancel_url": session.url("security-credentials")}
    title = "Create access key"
    template = "console/security_credentials/create_key.html"
    return pages.render(request, session, template, context, title=title, crumbs=crumbs(session, title))


@require_POST
@console_page
def change_key(request: HttpRequest, session: Session) -> HttpResponse:
    """Deactivate, activate or delete an own key, by the button pressed. The console deletes inactive keys only."""
    key_id, wanted = request.POST.get("key", ""), request.POST.get("action", "")
    url = session.url("security-credentials")
    if wanted == "delete":
        session.call("iam:DeleteAccessKey", {"AccessKeyId": key_id})
        return pages.done(request, url, f"Access key {key_id} is deleted.")
    status = "Active" if wanted == "activate" else "Inactive"
    session.call("iam:UpdateAccessKey", {"AccessKeyId": key_id, "Status": status})
    return pages.done(request, url, f"Access key {key_id} is {status.lower()} now.")
