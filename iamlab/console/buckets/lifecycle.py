"""A bucket's Management tab: its lifecycle rules, listed, created, switched on and off, deleted. S3 User Guide:
"Setting a lifecycle configuration on a bucket"."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from iamlab.components import tables
from iamlab.components.markup import NOTHING
from iamlab.console import changes, questions
from iamlab.console.buckets.cells import CLASSES, class_text
from iamlab.console.buckets.editing import edit
from iamlab.console.buckets.reading import kept, setting
from iamlab.console.buckets.writing import lines, pairs
from iamlab.console.changes import Change
from iamlab.console.forms import ConsoleForm
from iamlab.console.session import Session, console_page

COLUMNS = [
    tables.column("name", "Lifecycle rule name"),
    tables.column("status", "Status"),
    tables.column("scope", "Scope"),
    tables.column("current", "Current version actions"),
    tables.column("noncurrent", "Noncurrent versions actions"),
    tables.column("rest", "Delete markers and incomplete uploads"),
]
Rule = dict[str, Any]


def rules_of(session: Session, bucket: str) -> list[Rule]:
    """Raises AwsError: what cannot be read must not be written over."""
    found: list[Rule] = kept(session, "s3:GetBucketLifecycleConfiguration", bucket).get("Rules", [])
    return found


def put(bucket: str, rules: list[Rule], label: str) -> Change:
    """No rule at all takes the configuration away."""
    if not rules:
        return Change("s3:DeleteBucketLifecycle", {"Bucket": bucket}, label)
    wanted = {"Bucket": bucket, "LifecycleConfiguration": {"Rules": rules}}
    return Change("s3:PutBucketLifecycleConfiguration", wanted, label)


def management(request: HttpRequest, session: Session, bucket: str) -> dict[str, Any]:
    found = setting(session, "s3:GetBucketLifecycleConfiguration", bucket)
    rows = [
        tables.row(
            one["ID"],
            [one["ID"], one["Status"], scope(one), current(one), noncurrent(one), rest(one)],
            label=one["ID"],
        )
        for one in found.get("Rules", [])
    ]
    table = tables.table(
        request,
        id="rules",
        title="Lifecycle rules",
        description="What S3 does with objects as they age. The rules are kept: objects do not age here.",
        columns=COLUMNS,
        rows=rows,
        select="some",
        tools=False,
        counted=True,
        denial=found.denial,
        failure=found.failure,
        empty_text="There are no lifecycle rules for this bucket.",
    )
    return {"table": table}


def scope(rule: Rule) -> str:
    """In words, of either form of a rule."""
    found = rule.get("Filter", {})
    parts = {**found, **found.get("And", {})}
    prefix = parts.get("Prefix") or rule.get("Prefix", "")
    tags = [*parts.get("Tags", []), *([parts["Tag"]] if "Tag" in parts else [])]
    told = [f"prefix {prefix}"] if prefix else []
    told += [f"tag {one['Key']} = {one['Value']}" for one in tags]
    told += [f"over {parts['ObjectSizeGreaterThan']} bytes"] if "ObjectSizeGreaterThan" in parts else []
    told += [f"under {parts['ObjectSizeLessThan']} bytes"] if "ObjectSizeLessThan" in parts else []
    return ", ".join(told) or "Entire bucket"


def when(one: Rule, days: str) -> str:
    return f"after {one[days]} days" if days in one else f"on {str(one.get('Date', ''))[:10]}"


def current(rule: Rule) -> str:
    told = [f"to {class_text(one['StorageClass'])} {when(one, 'Days')}" for one in rule.get("Transitions", [])]
    expiration = rule.get("Expiration", {})
    told += [f"expire {when(expiration, 'Days')}"] if {"Days", "Date"} & expiration.keys() else []
    return ", ".join(told) or NOTHING


def noncurrent(rule: Rule) -> str:
    moves = rule.get("NoncurrentVersionTransitions", [])
    told = [f"to {class_text(one['StorageClass'])} {when(one, 'NoncurrentDays')}" for one in moves]
    gone = rule.get("NoncurrentVersionExpiration")
    return ", ".join(told + ([f"delete {when(gone, 'NoncurrentDays')}"] if gone else [])) or NOTHING


def rest(rule: Rule) -> str:
    told = ["expired delete markers"] if rule.get("Expiration", {}).get("ExpiredObjectDeleteMarker") else []
    abort = rule.get("AbortIncompleteMultipartUpload")
    told += [f"incomplete uploads after {abort['DaysAfterInitiation']} days"] if abort else []
    return ", ".join(told) or NOTHING


def days(label: str, text: str = "") -> forms.IntegerField:
    return forms.IntegerField(label=label, required=False, min_value=1, max_value=2**31 - 1, help_text=text)


def target(label: str) -> forms.ChoiceField:
    known = [(name, text) for name, text in CLASSES.items() if name not in ("STANDARD", "REDUCED_REDUNDANCY")]
    return forms.ChoiceField(label=label, choices=[("", "none"), *known], required=False)


class RuleForm(ConsoleForm):
    name = forms.CharField(label="Lifecycle rule name", max_length=255)
    starts = forms.CharField(
        label="Prefix", required=False, max_length=1024, help_text="Limit the rule to objects whose keys begin so."
    )
    tags = lines("Object tags", ". The rule applies to objects that have all of them.")
    over = days("Minimum object size", "In bytes: objects that are larger.")
    under = days("Maximum object size", "In bytes: objects that are smaller.")
    everything = forms.BooleanField(
        label="I acknowledge that this rule will apply to all objects in the bucket.",
        required=False,
        help_text="Needed where nothing above limits it.",
    )
    move_to = target("Move current versions of objects to")
    move_after = days("Days after object creation", "Standard-IA and One Zone-IA need at least 30.")
    old_to = target("Move noncurrent versions of objects to")
    old_after = days("Days after objects become noncurrent")
    expire_after = days("Expire current versions of objects", "Days after object creation.")
    delete_after = days("Permanently delete noncurrent versions", "Days after objects become noncurrent.")
    newer = days("Number of newer versions to retain", "At most 100.")
    markers = forms.BooleanField(label="Delete expired object delete markers", required=False)
    abort_after = days("Delete incomplete multipart uploads", "Days after they were begun.")

    def clean_tags(self) -> list[dict[str, str]]:
        return [{"Key": key, "Value": value} for key, value in pairs(self.cleaned_data["tags"])]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        limits = ("starts", "tags", "over", "under")
        if not self.errors and not any(given[name] for name in limits) and not given["everything"]:
            self.add_error("everything", "Acknowledge it, or limit the rule.")
        for to, after in (("move_to", "move_after"), ("old_to", "old_after")):
            if given.get(to) and not given.get(after):
                self.add_error(after, "Enter a number of days.")
        if given.get("markers") and given.get("expire_after"):
            self.add_error("markers", "Where current versions expire, S3 deletes such markers by itself.")
        if given.get("newer") and not given.get("delete_after"):
            self.add_error("delete_after", "Enter a number of days.")
        return given

    def filter(self) -> Rule:
        given = self.cleaned_data
        parts: Rule = {"Prefix": given["starts"]} if given["starts"] else {}
        parts |= {"ObjectSizeGreaterThan": given["over"]} if given["over"] else {}
        parts |= {"ObjectSizeLessThan": given["under"]} if given["under"] else {}
        if given["tags"] and not parts and len(given["tags"]) == 1:
            return {"Tag": given["tags"][0]}
        if given["tags"]:
            return {"And": {**parts, "Tags": given["tags"]}}
        return {"And": parts} if len(parts) > 1 else parts or {"Prefix": ""}

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


@require_http_methods(["GET", "POST"])
@console_page
def create(request: HttpRequest, session: Session, bucket: str) -> HttpResponse:
    """The whole configuration is put anew, with the rules that it has."""
    form = RuleForm(request.POST or None)

    def save() -> str:
        name = form.cleaned_data["name"]
        change = put(bucket, [*rules_of(session, bucket), form.rule()], name)
        session.call(change.operation, change.params)
        return f"The lifecycle rule “{name}” was created."

    back = session.url("bucket", bucket, "management")
    template = "console/buckets/lifecycle_rule.html"
    return edit(request, session, bucket, form, "Create lifecycle rule", back, save, template)


@require_http_methods(["GET", "POST"])
@console_page
def delete(request: HttpRequest, session: Session, bucket: str) -> HttpResponse:
    return change_rules(request, session, bucket, "Delete")


@require_http_methods(["GET", "POST"])
@console_page
def switch(request: HttpRequest, session: Session, bucket: str) -> HttpResponse:
    """Those that are enabled are disabled, and the other way round."""
    return change_rules(request, session, bucket, "Enable or disable")


def change_rules(request: HttpRequest, session: Session, bucket: str, verb: str) -> HttpResponse:
    back, chosen = session.url("bucket", bucket, "management"), changes.ticked(request)
    rules = rules_of(session, bucket)
    touched = [one for one in rules if one["ID"] in chosen]
    if not touched:
        return redirect(back)
    left = [one for one in rules if one not in touched]
    if verb != "Delete":
        other = {"Enabled": "Disabled", "Disabled": "Enabled"}
        left = [{**one, "Status": other[one["Status"]]} if one in touched else one for one in rules]
    names = ", ".join(one["ID"] for one in touched)
    confirm = {"title": f"{verb} lifecycle rules?", "cancel_url": back, "submit": verb}
    sentence = "A bucket has one configuration: it is put anew as a whole."
    wanted = [put(bucket, left, f"{verb} {names}")]
    return questions.ticked_off(request, session, wanted, confirm, sentence, "The lifecycle rules were saved.")
