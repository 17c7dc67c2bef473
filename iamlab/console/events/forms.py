"""What Event history can be asked for."""

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
RANGES = (("", "All 90 days"), ("1800", "30 minutes"), ("3600", "1 hour"), ("10800", "3 hours"), ("43200", "12 hours"))


class HistoryForm(forms.Form):
    """One attribute at a time, as CloudTrail has it; by default reads are left out."""

    attribute = forms.ChoiceField(label="Lookup attribute", choices=ATTRIBUTES, required=False)
    value = forms.CharField(label="Value", required=False, max_length=2000)
    range = forms.ChoiceField(label="Time range", choices=RANGES, required=False)

    def lookup(self) -> dict[str, Any]:
        """LookupAttributes of the call."""
        if not self.is_valid() or not self.is_bound:
            return {"AttributeKey": "ReadOnly", "AttributeValue": "false"}
        name, value = self.cleaned_data["attribute"], self.cleaned_data["value"].strip()
        return {"AttributeKey": name, "AttributeValue": value} if name and value else {}
