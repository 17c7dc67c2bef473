"""The form of a lifecycle rule, and a rule as its fields. S3 User Guide: "Setting a lifecycle configuration on a
bucket"."""

from typing import Any

from django import forms

from iamlab.console.buckets.cells import CLASSES
from iamlab.console.buckets.writing import lines, pairs
from iamlab.console.editing import EditingForm
from iamlab.console.forms import ConsoleForm

Rule = dict[str, Any]


def days(label: str, text: str = "", least: int = 1, most: int = 2**31 - 1) -> forms.IntegerField:
    return forms.IntegerField(label=label, required=False, min_value=least, max_value=most, help_text=text)


def as_filter(parts: Rule, tags: list[dict[str, str]]) -> Rule:
    """Conditions as a rule's filter: one stands alone, several as And, none is an empty prefix."""
    if tags and (parts or len(tags) > 1):
        return {"And": {**parts, "Tags": tags}}
    if tags:
        return {"Tag": tags[0]}
    return {"And": parts} if len(parts) > 1 else parts or {"Prefix": ""}


def target(label: str) -> forms.ChoiceField:
    known = [(name, text) for name, text in CLASSES.items() if name not in ("STANDARD", "REDUCED_REDUNDANCY")]
    return forms.ChoiceField(label=label, choices=[("", "none"), *known], required=False)


class RuleForm(ConsoleForm):
    """What S3 refuses of it, S3 says: that stands above the form."""

    name = forms.CharField(label="Lifecycle rule name", max_length=255)
    starts = forms.CharField(
        label="Prefix", required=False, max_length=1024, help_text="Limit the rule to objects whose keys begin so."
    )
    tags = lines("Object tags", ". The rule applies to objects that have all of them.")
    over = days("Minimum object size", "In bytes: objects that are larger.", 0)
    under = days("Maximum object size", "In bytes: objects that are smaller.")
    everything = forms.BooleanField(
        label="I acknowledge that this rule will apply to all objects in the bucket.",
        required=False,
        help_text="Needed where nothing above limits it.",
    )
    move_to = target("Move current versions of objects to")
    move_after = days("Days after object creation", "Standard-IA and One Zone-IA need at least 30.", 0)
    old_to = target("Move noncurrent versions of objects to")
    old_after = days("Days after objects become noncurrent", "Standard-IA and One Zone-IA need at least 30.", 0)
    expire_after = days("Expire current versions of objects", "Days after object creation.")
    delete_after = days("Permanently delete noncurrent versions", "Days after objects become noncurrent.")
    newer = days("Number of newer versions to retain", "At most 100.", most=100)
    markers = forms.BooleanField(label="Delete expired object delete markers", required=False)
    abort_after = days("Delete incomplete multipart uploads", "Days after they were begun.")

    def clean_tags(self) -> list[dict[str, str]]:
        return [{"Key": key, "Value": value} for key, value in pairs(self.cleaned_data["tags"])]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        limits = ("starts", "tags", "over", "under")
        if not self.errors and all(given[name] in (None, "", []) for name in limits) and not given["everything"]:
            self.add_error("everything", "Acknowledge it, or limit the rule.")
        for to, after in (("move_to", "move_after"), ("old_to", "old_after")):
            if given.get(to) and given.get(after) is None and after not in self.errors:
                self.add_error(after, "Enter a number of days.")
        if given.get("markers") and given.get("expire_after"):
            self.add_error("markers", "Where current versions expire, S3 deletes such markers by itself.")
        if given.get("newer") and not given.get("delete_after"):
            self.add_error("delete_after", "Enter a number of days.")
        return given

    def filter(self) -> Rule:
        given = self.cleaned_data
        sizes = {"ObjectSizeGreaterThan": given["over"], "ObjectSizeLessThan": given["under"]}
        parts = {"Prefix": given["starts"], **sizes}
        return as_filter({name: value for name, value in parts.items() if value not in (None, "")}, given["tags"])

    def rule(self) -> Rule:
        given = self.cleaned_data
        found: Rule = {"ID": given["name"], "Filter": self.filter(), "Status": "Enabled"}
        if given["move_to"]:
            found["Transitions"] = [{"Days": given["move_after"], "StorageClass": given["move_to"]}]
        if given["old_to"]:
            moved = {"NoncurrentDays": given["old_after"], "StorageClass": given["old_to"]}
            found["NoncurrentVersionTransitions"] = [moved]
        if given["expire_after"] or given["markers"]:
            kind = {"Days": given["expire_after"]} if given["expire_after"] else {"ExpiredObjectDeleteMarker": True}
            found["Expiration"] = kind
        if given["delete_after"]:
            newer = {"NewerNoncurrentVersions": given["newer"]} if given["newer"] else {}
            found["NoncurrentVersionExpiration"] = {"NoncurrentDays": given["delete_after"], **newer}
        if given["abort_after"]:
            found["AbortIncompleteMultipartUpload"] = {"DaysAfterInitiation": given["abort_after"]}
        return found


class EditRuleForm(EditingForm, RuleForm):
    """A rule that is there."""


def conditions(rule: Rule) -> Rule:
    """What a rule's filter asks, in whichever of its forms: {Prefix, Tag or Tags, ObjectSizeGreaterThan ...}."""
    found = rule.get("Filter", {"Prefix": rule.get("Prefix", "")})
    return {**found, **found.get("And", {})}


def tags_of(parts: Rule) -> list[dict[str, str]]:
    return [*parts.get("Tags", []), *([parts["Tag"]] if "Tag" in parts else [])]


def values(rule: Rule) -> dict[str, Any] | None:
    """A rule as the form's fields; None where they cannot show all of it, such as a date or a second transition."""
    parts = conditions(rule)
    move, old = first(rule, "Transitions"), first(rule, "NoncurrentVersionTransitions")
    ends, gone = rule.get("Expiration", {}), rule.get("NoncurrentVersionExpiration", {})
    found = {
        "name": rule["ID"],
        "starts": parts.get("Prefix", ""),
        "tags": "\n".join(f"{one['Key']} = {one['Value']}" for one in tags_of(parts)),
        "over": parts.get("ObjectSizeGreaterThan"),
        "under": parts.get("ObjectSizeLessThan"),
        "move_to": move.get("StorageClass", ""),
        "move_after": move.get("Days"),
        "old_to": old.get("StorageClass", ""),
        "old_after": old.get("NoncurrentDays"),
        "expire_after": ends.get("Days"),
        "delete_after": gone.get("NoncurrentDays"),
        "newer": gone.get("NewerNoncurrentVersions"),
        "markers": bool(ends.get("ExpiredObjectDeleteMarker")),
        "abort_after": rule.get("AbortIncompleteMultipartUpload", {}).get("DaysAfterInitiation"),
    }
    found["everything"] = all(found[name] in (None, "") for name in ("starts", "tags", "over", "under"))
    same = RuleForm({name: value for name, value in found.items() if value is not None and value is not False})
    if not same.is_valid():
        return None
    now = {**rule, "Filter": shaped(parts)}
    now.pop("Prefix", None)
    return found if {**same.rule(), "Status": rule["Status"]} == now else None


def first(rule: Rule, name: str) -> Rule:
    return next(iter(rule.get(name, [])), {})


def shaped(parts: Rule) -> Rule:
    """A filter as the form makes it."""
    plain = {name: value for name, value in parts.items() if name not in ("And", "Tag", "Tags")}
    return as_filter({name: value for name, value in plain.items() if value != ""}, tags_of(parts))
