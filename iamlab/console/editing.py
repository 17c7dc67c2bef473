"""Forms that change what is there, in two tabs at once: the second is told of the first's change and loses nothing."""

import hashlib
import json
from typing import Any

from django import forms

from iamlab.components.markup import NOTHING
from iamlab.console.forms import ConsoleForm

OVERTAKEN = (
    "This has changed since you opened the page. It is now: {}. What you typed is still here: "
    "send it again to put it in its place."
)


class EditingForm(ConsoleForm):
    """`initial` is what is there, also where the form was sent. `seen` is the mark of what it was shown with."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def get_initial_for_field(self, field: forms.Field, field_name: str) -> Any:
        found = super().get_initial_for_field(field, field_name)
        return found or self.mark() if field_name == "seen" else found

    def present(self) -> dict[str, Any]:
        """What is there, by field."""
        return {
            name: super(ConsoleForm, self).get_initial_for_field(field, name)
            for name, field in self.fields.items()
            if name != "seen"
        }

    def mark(self) -> str:
        return hashlib.sha256(json.dumps(self.present(), sort_keys=True, default=str).encode()).hexdigest()[:16]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        now = self.mark()
        if given.get("seen") and given["seen"] != now and not self.is_there(given):
            sent: Any = self.data  # a QueryDict, of which only a copy may be changed
            self.data = sent = sent.copy()
            sent["seen"] = now
            self.add_error(None, OVERTAKEN.format("; ".join(self.told())))
        return given

    def is_there(self, given: dict[str, Any]) -> bool:
        """Whether all that was sent stands there already: it was sent twice."""
        return all((given.get(name) or None) == (value or None) for name, value in self.present().items())

    def told(self) -> list[str]:
        """What is there, in words; a box that only asks for consent holds nothing."""
        there = ((self.fields[name], value) for name, value in self.present().items())
        return [
            f"{field.label}: {in_words(value)}"
            for field, value in there
            if value is not None or not isinstance(field, forms.BooleanField)
        ]


def in_words(value: Any) -> str:
    """A field's value in a sentence."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        return f"{value['Key']} = {value['Value']}" if value.keys() == {"Key", "Value"} else json.dumps(value)
    if isinstance(value, list | tuple):
        return ", ".join(map(in_words, value)) or "none"
    return str(value) if value not in (None, "") else NOTHING
