"""Settings of a bucket that S3 keeps here and that have no further effect: server access logging, static website
hosting, transfer acceleration, who pays. S3 User Guide: "Enabling server access logging" and others."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from iamlab.components.markup import NOTHING
from iamlab.console.buckets.cells import PLACE
from iamlab.console.buckets.editing import edit
from iamlab.console.buckets.encryption import SWITCH
from iamlab.console.buckets.forms import Flat, Indented
from iamlab.console.buckets.reading import setting
from iamlab.console.editing import EditingForm
from iamlab.console.panels import Panel
from iamlab.console.session import Session, console_page

PLAIN = {"autocapitalize": "off", "spellcheck": "false"}
ON, OFF = "on", "off"


def switch(label: str, text: str = "") -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=SWITCH, widget=forms.RadioSelect, help_text=text)


def line(label: str, text: str = "", most: int = 1024) -> forms.CharField:
    widget = forms.TextInput(attrs=PLAIN)
    return forms.CharField(label=label, required=False, max_length=most, widget=widget, help_text=text)


def panels(session: Session, bucket: str) -> list[dict[str, Any]]:
    """What the Properties tab shows of them: {title, description, page, panel, facts}."""
    shown = []
    for page, operation, title, description, words in SHOWN:
        found = setting(session, operation, bucket)
        facts = words(found) if found.stands or found.missing else []
        shown.append({"page": page, "title": title, "description": description, "panel": found, "facts": facts})
    return shown


def logging_words(found: Panel) -> list[tuple[str, str]]:
    target = found.get("LoggingEnabled")
    if not target:
        return [("Server access logging", "Disabled")]
    return [("Server access logging", "Enabled"), ("Destination", place_of(target))]


def place_of(target: dict[str, Any]) -> str:
    return f"s3://{target['TargetBucket']}/{target.get('TargetPrefix', '')}"


def website_words(found: Panel) -> list[tuple[str, str]]:
    everything = found.get("RedirectAllRequestsTo")
    if everything:
        to = f"{everything.get('Protocol', '')}://{everything['HostName']}".removeprefix("://")
        return [("Static website hosting", "Enabled"), ("Hosting type", "Redirect requests"), ("Host name", to)]
    if not found.get("IndexDocument"):
        return [("Static website hosting", "Disabled")]
    return [
        ("Static website hosting", "Enabled"),
        ("Hosting type", "Bucket hosting"),
        ("Index document", found["IndexDocument"]["Suffix"]),
        ("Error document", found.get("ErrorDocument", {}).get("Key", NOTHING)),
        ("Redirection rules", str(len(found.get("RoutingRules", [])))),
    ]


def acceleration_words(found: Panel) -> list[tuple[str, str]]:
    return [("Transfer acceleration", found.get("Status", "Disabled"))]


def payment_words(found: Panel) -> list[tuple[str, str]]:
    return [("Requester pays", "Enabled" if found.get("Payer") == "Requester" else "Disabled")]


SHOWN = (
    ("bucket-logging", "s3:GetBucketLogging", "Server access logging", "Log requests for access to the bucket.",
     logging_words),
    ("bucket-acceleration", "s3:GetBucketAccelerateConfiguration", "Transfer acceleration",
     "Use an accelerated endpoint for faster data transfers.", acceleration_words),
    ("bucket-payment", "s3:GetBucketRequestPayment", "Requester pays",
     "When enabled, the requester pays for requests and data transfer.", payment_words),
    ("bucket-website", "s3:GetBucketWebsite", "Static website hosting",
     "Use this bucket to host a website or redirect requests.", website_words),
)  # fmt: skip


class LoggingForm(EditingForm):
    status = switch("Server access logging")
    target = line(
        "Destination",
        "A bucket of this account in the same Region, and a prefix if wanted: s3://bucket/prefix. That bucket's policy "
        "has to let logging.s3.amazonaws.com put objects. No logs are written here.",
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("status") == ON and PLACE.fullmatch(given.get("target", "")) is None:
            self.add_error("target", "Write a bucket, and a prefix if wanted: s3://bucket/prefix.")
        return given

    def wanted(self) -> dict[str, Any]:
        if self.cleaned_data["status"] == OFF:
            return {}
        found = PLACE.fullmatch(self.cleaned_data["target"])
        assert found is not None
        return {"LoggingEnabled": {"TargetBucket": found[1], "TargetPrefix": found[2] or ""}}


class WebsiteForm(EditingForm):
    status = switch("Static website hosting", "The configuration is kept; nothing answers at a website's address here.")
    kind = forms.ChoiceField(
        label="Hosting type",
        choices=[("host", "Host a static website"), ("redirect", "Redirect requests for an object")],
        widget=forms.RadioSelect,
    )
    index = line("Index document", "The home page, such as index.html. Needed to host a website.")
    error = line("Error document", "Answered when an error occurs, such as error.html.")
    rules = forms.JSONField(
        decoder=Flat,
        label="Redirection rules",
        required=False,
        widget=forms.Textarea(attrs={"class": "code-input", "rows": 6, "spellcheck": "false"}),
        encoder=Indented,
        error_messages={"invalid": "This is no JSON."},
        help_text="A JSON list of rules, each with a Redirect and, if wanted, a Condition.",
    )
    host = line("Host name", "Where requests go, such as www.example.com. Needed to redirect them.")
    protocol = forms.ChoiceField(
        label="Protocol", choices=[("", "none"), ("http", "http"), ("https", "https")], required=False
    )

    def clean_rules(self) -> list[dict[str, Any]]:
        rules = self.cleaned_data["rules"] or []
        if not isinstance(rules, list) or not all(isinstance(one, dict) for one in rules):
            raise ValidationError('Write a list of rules: [{"Redirect": {"ReplaceKeyWith": "error.html"}}].')
        return rules

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("status") == ON:
            needed = "host" if given.get("kind") == "redirect" else "index"
            if not given.get(needed):
                self.add_error(needed, "This is needed.")
        return given

    def wanted(self) -> dict[str, Any]:
        given = self.cleaned_data
        if given["kind"] == "redirect":
            protocol = {"Protocol": given["protocol"]} if given["protocol"] else {}
            return {"RedirectAllRequestsTo": {"HostName": given["host"], **protocol}}
        found: dict[str, Any] = {"IndexDocument": {"Suffix": given["index"]}}
        if given["error"]:
            found["ErrorDocument"] = {"Key": given["error"]}
        return {**found, "RoutingRules": given["rules"]} if given["rules"] else found


class AccelerationForm(EditingForm):
    Status = forms.ChoiceField(
        label="Transfer acceleration",
        choices=[("Suspended", "Suspend"), ("Enabled", "Enable")],
        widget=forms.RadioSelect,
        help_text="Kept; there is one endpoint here, and nothing is nearer.",
    )


class PaymentForm(EditingForm):
    Payer = forms.ChoiceField(
        label="Requester pays",
        choices=[("BucketOwner", "Disable"), ("Requester", "Enable")],
        widget=forms.RadioSelect,
        help_text="Kept; nothing is paid here, and anonymous access is not closed by it.",
    )


def page(request: HttpRequest, session: Session, bucket: str, form: Any, title: str, call: Any) -> HttpResponse:
    """A page with one of these forms; `call` makes the call of one that is valid."""

    def save() -> str:
        call()
        return f"{title} was saved."

    return edit(request, session, bucket, form, f"Edit {title}", session.url("bucket", bucket, "properties"), save)


@require_http_methods(["GET", "POST"])
@console_page
def edit_logging(request: HttpRequest, session: Session, bucket: str) -> HttpResponse:
    now = setting(session, "s3:GetBucketLogging", bucket).get("LoggingEnabled")
    initial = {"status": ON if now else OFF, "target": place_of(now) if now else ""}
    form = LoggingForm(request.POST or None, initial=initial)

    def call() -> None:
        session.call("s3:PutBucketLogging", {"Bucket": bucket, "BucketLoggingStatus": form.wanted()})

    return page(request, session, bucket, form, "server access logging", call)


@require_http_methods(["GET", "POST"])
@console_page
def edit_website(request: HttpRequest, session: Session, bucket: str) -> HttpResponse:
    """Disabled, the configuration is gone."""
    now = setting(session, "s3:GetBucketWebsite", bucket)
    everything = now.get("RedirectAllRequestsTo", {})
    initial = {
        "status": ON if everything or now.get("IndexDocument") else OFF,
        "kind": "redirect" if everything else "host",
        "index": now.get("IndexDocument", {}).get("Suffix", ""),
        "error": now.get("ErrorDocument", {}).get("Key", ""),
        "rules": now.get("RoutingRules", []),
        "host": everything.get("HostName", ""),
        "protocol": everything.get("Protocol", ""),
    }
    form = WebsiteForm(request.POST or None, initial=initial)

    def call() -> None:
        if form.cleaned_data["status"] == OFF:
            session.call("s3:DeleteBucketWebsite", {"Bucket": bucket})
        else:
            session.call("s3:PutBucketWebsite", {"Bucket": bucket, "WebsiteConfiguration": form.wanted()})

    return page(request, session, bucket, form, "static website hosting", call)


@require_http_methods(["GET", "POST"])
@console_page
def edit_acceleration(request: HttpRequest, session: Session, bucket: str) -> HttpResponse:
    now = setting(session, "s3:GetBucketAccelerateConfiguration", bucket).get("Status", "Suspended")
    form = AccelerationForm(request.POST or None, initial={"Status": now})

    def call() -> None:
        wanted = {"Status": form.cleaned_data["Status"]}
        session.call("s3:PutBucketAccelerateConfiguration", {"Bucket": bucket, "AccelerateConfiguration": wanted})

    return page(request, session, bucket, form, "transfer acceleration", call)


@require_http_methods(["GET", "POST"])
@console_page
def edit_payment(request: HttpRequest, session: Session, bucket: str) -> HttpResponse:
    now = setting(session, "s3:GetBucketRequestPayment", bucket).get("Payer", "BucketOwner")
    form = PaymentForm(request.POST or None, initial={"Payer": now})

    def call() -> None:
        wanted = {"Payer": form.cleaned_data["Payer"]}
        session.call("s3:PutBucketRequestPayment", {"Bucket": bucket, "RequestPaymentConfiguration": wanted})

    return page(request, session, bucket, form, "requester pays", call)
