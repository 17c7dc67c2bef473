"""What Event history can be asked for."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django import forms

ATTRIBUTES = (
    ("", "No filter"),
    ("EventName", "Event name"),
    ("Username", "User name"),
    ("EventSource", "Event source"),
    ("ResourceName", "Resource name"),
    ("ResourceType", "Resource type"),
    ("AccessKeyId", "AWS access key"),
    ("EventId", "Event ID"),
    ("ReadOnly", "Read-only"),
)
RANGES = (
    ("", "All 90 days"),
    ("1800", "30 minutes"),
    ("3600", "1 hour"),
    ("10800", "3 hours"),
    ("43200", "12 hours"),
    ("custom", "Custom"),
)
USUAL = {"attribute": "ReadOnly", "value": "false"}  # what the page opens with


class Moment(forms.DateTimeField):
    """A time in UTC, as the page's times are."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")

    def clean(self, value: Any) -> datetime | None:
        found: datetime | None = super().clean(value)
        return found.replace(tzinfo=UTC) if found is not None else None


class HistoryForm(forms.Form):
    """One attribute at a time, as CloudTrail has it; by default reads are left out."""

    attribute = forms.ChoiceField(label="Lookup attribute", choices=ATTRIBUTES, required=False)
    value = forms.CharField(label="Value", required=False, max_length=2000)
    range = forms.ChoiceField(label="Time range", choices=RANGES, required=False)
    start = Moment(label="From (UTC)", required=False)
    end = Moment(label="To (UTC)", required=False)

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        """Who fills in a beginning or an end means them, whatever the menu of ranges says."""
        if data is not None and (data.get("start") or data.get("end")):
            data = {**data.dict(), "range": "custom"}
        super().__init__(data, **kwargs)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("range") == "custom" and not (data.get("start") or data.get("end") or self.errors):
            self.add_error("range", "Give the custom range a beginning or an end.")
        return data

    def params(self, now: datetime) -> dict[str, Any]:
        """LookupEvents' parameters."""
        asked: dict[str, Any] = self.cleaned_data if self.is_bound and self.is_valid() else USUAL
        found: dict[str, Any] = {}
        value = asked["value"].strip()
        if asked["attribute"] and value:
            found["LookupAttributes"] = [{"AttributeKey": asked["attribute"], "AttributeValue": value}]
        if asked.get("range") == "custom":
            found |= {"StartTime": asked["start"], "EndTime": asked["end"]}
        elif asked.get("range"):
            found["StartTime"] = now - timedelta(seconds=int(asked["range"]))
        return {name: one for name, one in found.items() if one is not None}
