"""Policy documents in forms: JSON with the place of its faults, and the findings of validation beside it."""

import hashlib
import json
from typing import Any

from django import forms
from django.http import HttpRequest, QueryDict

from iamlab.console.editor import visual
from iamlab.console.forms import OperationForm
from iamlab.policy.document import MalformedPolicy, parse, size
from iamlab.policy.validate import Finding, validate

START = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Sid": "Statement1", "Effect": "Allow", "Action": [], "Resource": []}],
    },
    indent=4,
)
MARKS = {"ERROR": "error", "SECURITY_WARNING": "warning", "WARNING": "warning", "SUGGESTION": "info"}
# The validator's names of what a document is attached to, where they differ from the grammar's.
VALIDATED_AS = {"bucket": ("resource", "AWS::S3::Bucket")}
NAMES = (("SECURITY_WARNING", "Security"), ("ERROR", "Errors"), ("WARNING", "Warnings"), ("SUGGESTION", "Suggestions"))


class DocumentInput(forms.Textarea):
    """The text; of the visual editor's fields, the text that they make."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        if not isinstance(data, QueryDict) or name not in data:
            return data.get(name)
        return visual.turn(data, name).text


class DocumentField(forms.CharField):
    """A policy as text. What AWS would not save is told with line and column. `remembers`: its page opens in the mode
    that was pressed last."""

    modes = ((visual.VISUAL, "Visual"), (visual.JSON, "JSON"))
    effects = ("Allow", "Deny")

    def __init__(self, kind: str = "identity", remembers: bool = False, **more: Any) -> None:
        self.kind, self.remembers = kind, remembers
        attrs = {
            "class": "code-input",
            "rows": 18,
            "spellcheck": "false",
            "autocomplete": "off",
            "autocapitalize": "off",
        }
        super().__init__(widget=DocumentInput(attrs=attrs), strip=False, **{"label": "Policy document", **more})

    def clean(self, value: Any) -> str:
        text = super().clean(value).replace("\r\n", "\n")
        try:
            parse(text, self.kind)
        except MalformedPolicy as error:
            raise forms.ValidationError(place(error) + reason(text, error)) from error
        return text


class SeenForm(OperationForm):
    """A new text of a document. `seen` is the mark of the text that it was made from."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False)


def mark(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def sent_upon(request: HttpRequest, now: str) -> tuple[QueryDict, bool]:
    """What was sent, as if made from what stands under the mark `now`; and whether it was made from something else."""
    sent = request.POST.copy()
    overtaken = sent.get("seen", "") != now
    sent["seen"] = now
    return sent, overtaken


def place(error: MalformedPolicy) -> str:
    return f"Line {error.line}, column {error.column}: " if error.line else ""


def reason(text: str, error: MalformedPolicy) -> str:
    """AWS says "Syntax errors in policy."; what is wrong in the JSON helps more."""
    try:
        json.loads(text)
    except ValueError as fault:
        return f"{error.message} {getattr(fault, 'msg', '')}".strip()
    except RecursionError:
        return f"{error.message} It is nested too deeply."
    return error.message


def findings(text: str, kind: str = "identity") -> dict[str, Any]:
    """What validation says of a text: {counts [(label, number)], found [{status, finding}], size, unit}."""
    checked_as = VALIDATED_AS.get(kind, (kind,))
    found: list[Finding] = validate(text, *checked_as) if text.strip() else []
    return {
        "counts": [(label, sum(one.kind == kind_ for one in found)) for kind_, label in NAMES],
        "found": [{"status": MARKS[one.kind], "finding": one} for one in found],
        **counted(text, kind),
    }


def counted(text: str, kind: str) -> dict[str, Any]:
    """A document's size as its quota counts it: bytes in S3, characters elsewhere, of which IAM leaves out some."""
    text = text.replace("\r\n", "\n")
    if kind == "bucket":
        return {"size": len(text.encode()), "unit": "bytes"}
    if kind in ("scp", "rcp"):
        return {"size": len(text), "unit": "characters (white space counts)"}
    return {"size": size(text), "unit": "characters (white space does not count)"}


def pretty(text: str) -> str:
    """A document as the console shows it, indented; as it is where it is no JSON."""
    try:
        return json.dumps(json.loads(text), indent=4, ensure_ascii=False)
    except ValueError:
        return text
