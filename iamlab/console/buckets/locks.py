"""Object Lock: a bucket's default retention, an object's legal hold and retention. S3 User Guide: "Configuring S3
Object Lock"."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from iamlab.components.markup import tile
from iamlab.console.buckets.editing import edit
from iamlab.console.buckets.encryption import SWITCH
from iamlab.console.buckets.object_page import url_of, which
from iamlab.console.buckets.reading import setting
from iamlab.console.editing import EditingForm
from iamlab.console.session import Session, console_page

GOVERNANCE, COMPLIANCE = "GOVERNANCE", "COMPLIANCE"
MODES = (
    (
        GOVERNANCE,
        tile("Governance", "Who has s3:BypassGovernanceRetention can still delete a version, or keep it shorter."),
    ),
    (COMPLIANCE, tile("Compliance", "Nobody deletes a version before its time, the root user neither.")),
)
UNITS = (("Days", "Days"), ("Years", "Years"))


class BucketLockForm(EditingForm):
    """`fresh`: Object Lock is not enabled yet, which cannot be taken back."""

    opened_by = {"period": "retention"}

    acknowledged = forms.BooleanField(
        label="I acknowledge that enabling Object Lock will permanently allow objects in this bucket to be locked.",
        required=False,
    )
    retention = forms.ChoiceField(
        label="Default retention",
        choices=SWITCH,
        widget=forms.RadioSelect,
        help_text="Keeps new objects from being deleted or overwritten for a time.",
    )
    mode = forms.ChoiceField(label="Default retention mode", choices=MODES, widget=forms.RadioSelect)
    period = forms.IntegerField(label="Default retention period", min_value=1, max_value=36_500, required=False)
    unit = forms.ChoiceField(label="Unit", choices=UNITS)

    def __init__(self, *args: Any, fresh: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fresh = fresh
        if not fresh:
            del self.fields["acknowledged"]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if self.fresh and not given.get("acknowledged"):
            self.add_error("acknowledged", "Acknowledge what Object Lock means.")
        if given.get("retention") == "on" and not given.get("period") and "period" not in self.errors:
            self.add_error("period", "Enter how long new objects are kept.")
        return given

    def configuration(self) -> dict[str, Any]:
        given = self.cleaned_data
        if given["retention"] == "off":
            return {"ObjectLockEnabled": "Enabled"}
        rule = {"Mode": given["mode"], given["unit"]: given["period"]}
        return {"ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": rule}}


def rule_of(configuration: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = configuration.get("Rule", {}).get("DefaultRetention", {})
    return found


def in_words(configuration: dict[str, Any]) -> list[tuple[str, str]]:
    rule = rule_of(configuration)
    facts = [("Object Lock", "Enabled"), ("Default retention", "Enabled" if rule else "Disabled")]
    if not rule:
        return facts
    number, unit = next((rule[one], one.lower()) for one, _ in UNITS if one in rule)
    period = f"{number} {unit[:-1] if number == 1 else unit}"
    return [*facts, ("Default retention mode", rule["Mode"].title()), ("Default retention period", period)]


@require_http_methods(["GET", "POST"])
@console_page
def edit_lock(request: HttpRequest, session: Session, bucket: str) -> HttpResponse:
    found = setting(session, "s3:GetObjectLockConfiguration", bucket)
    rule = rule_of(found.get("ObjectLockConfiguration", {}))
    unit = "Years" if "Years" in rule else "Days"
    initial = {"retention": "on" if rule else "off", "mode": rule.get("Mode", GOVERNANCE), "unit": unit}
    initial["period"] = rule.get(unit)
    form = BucketLockForm(request.POST or None, initial=initial, fresh=not found.stands)

    def save() -> str:
        params = {"Bucket": bucket, "ObjectLockConfiguration": form.configuration()}
        session.call("s3:PutObjectLockConfiguration", params)
        return "Object Lock was saved."

    back = session.url("bucket", bucket, "properties")
    return edit(request, session, bucket, form, "Edit Object Lock", back, save, "console/buckets/lock.html")


class HoldForm(EditingForm):
    status = forms.ChoiceField(
        label="Object Lock legal hold",
        choices=SWITCH,
        widget=forms.RadioSelect,
        help_text="Keeps the version from being deleted until the hold is taken away.",
    )


@require_http_methods(["GET", "POST"])
@console_page
def edit_hold(request: HttpRequest, session: Session, bucket: str) -> HttpResponse:
    thing = which(request, bucket)
    now = session.call("s3:HeadObject", thing).get("ObjectLockLegalHoldStatus")
    form = HoldForm(request.POST or None, initial={"status": "on" if now == "ON" else "off"})

    def save() -> str:
        hold = {"Status": "ON" if form.cleaned_data["status"] == "on" else "OFF"}
        session.call("s3:PutObjectLegalHold", {**thing, "LegalHold": hold})
        return "The legal hold was saved."

    return edit(request, session, bucket, form, "Edit Object Lock legal hold", url_of(session, thing), save)


class RetentionForm(EditingForm):
    """`today` is the sandbox's."""

    opened_by = {"until": "retention"}

    retention = forms.ChoiceField(label="Retention", choices=SWITCH, widget=forms.RadioSelect)
    mode = forms.ChoiceField(label="Retention mode", choices=MODES, widget=forms.RadioSelect)
    until = forms.DateField(
        label="Retain until date",
        required=False,
        help_text="The version is kept until this day begins, UTC.",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def __init__(self, *args: Any, today: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["until"].widget.attrs["min"] = (today + timedelta(days=1)).strftime("%Y-%m-%d")

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("retention") == "on" and not given.get("until") and "until" not in self.errors:
            self.add_error("until", "Enter a date.")
        return given

    def wanted(self) -> dict[str, Any]:
        given = self.cleaned_data
        if given["retention"] == "off":
            return {}
        return {"Mode": given["mode"], "RetainUntilDate": datetime.combine(given["until"], time(), UTC)}


@require_http_methods(["GET", "POST"])
@console_page
def edit_retention(request: HttpRequest, session: Session, bucket: str) -> HttpResponse:
    """What keeps a version in governance mode for a shorter time asks to bypass it, as the console does."""
    thing = which(request, bucket)
    found = session.call("s3:HeadObject", thing)
    mode, text = found.get("ObjectLockMode"), found.get("ObjectLockRetainUntilDate")
    until = datetime.fromisoformat(text) if text else None
    initial = {"retention": "on" if mode else "off", "mode": mode or GOVERNANCE, "until": until and until.date()}
    form = RetentionForm(request.POST or None, initial=initial, today=session.now)

    def save() -> str:
        wanted = form.wanted()
        shorter = until is not None and until > session.now and (not wanted or wanted["RetainUntilDate"] < until)
        bypass = {"BypassGovernanceRetention": True} if mode == GOVERNANCE and shorter else {}
        session.call("s3:PutObjectRetention", {**thing, "Retention": wanted, **bypass})
        return "The retention was saved."

    title, template = "Edit Object Lock retention", "console/buckets/retention.html"
    return edit(request, session, bucket, form, title, url_of(session, thing), save, template)
