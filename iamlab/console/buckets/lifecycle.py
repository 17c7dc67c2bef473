"""A bucket's Management tab: its lifecycle rules, listed, created, edited, enabled, disabled, deleted. S3 User Guide:
"Setting a lifecycle configuration on a bucket"."""

import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from iamlab.components import tables
from iamlab.components.markup import NOTHING
from iamlab.console import changes, pages, questions
from iamlab.console.buckets.cells import class_text
from iamlab.console.buckets.editing import edit as editing
from iamlab.console.buckets.lifecycle_form import EditRuleForm, Rule, RuleForm, conditions, tags_of, values
from iamlab.console.buckets.reading import kept, setting
from iamlab.console.buckets.views import crumbs
from iamlab.console.changes import Change
from iamlab.console.session import Session, console_page

COLUMNS = [
    tables.column("name", "Lifecycle rule name"),
    tables.column("status", "Status"),
    tables.column("scope", "Scope"),
    tables.column("current", "Current version actions"),
    tables.column("noncurrent", "Noncurrent versions actions"),
    tables.column("rest", "Delete markers and incomplete uploads"),
]
SIZE = "TransitionDefaultMinimumObjectSize"


def configuration(session: Session, bucket: str) -> dict[str, Any]:
    """{Rules, TransitionDefaultMinimumObjectSize}. Raises AwsError: what cannot be read must not be written over."""
    return {"Rules": [], **kept(session, "s3:GetBucketLifecycleConfiguration", bucket)}


def put(bucket: str, now: dict[str, Any], rules: list[Rule], label: str) -> Change:
    """Other rules in the configuration that is there. No rule at all takes it away."""
    if not rules:
        return Change("s3:DeleteBucketLifecycle", {"Bucket": bucket}, label)
    wanted = {
        "Bucket": bucket,
        "LifecycleConfiguration": {"Rules": rules},
        **({SIZE: now[SIZE]} if SIZE in now else {}),
    }
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
        select="many",
        tools=False,
        counted=True,
        denial=found.denial,
        failure=found.failure,
        empty_text="There are no lifecycle rules for this bucket.",
    )
    return {"table": table}


def scope(rule: Rule) -> str:
    """In words, of either form of a rule."""
    parts = conditions(rule)
    told = [f"prefix {parts['Prefix']}"] if parts.get("Prefix") else []
    told += [f"tag {one['Key']} = {one['Value']}" for one in tags_of(parts)]
    told += [f"over {parts['ObjectSizeGreaterThan']} bytes"] if "ObjectSizeGreaterThan" in parts else []
    told += [f"under {parts['ObjectSizeLessThan']} bytes"] if "ObjectSizeLessThan" in parts else []
    return ", ".join(told) or "Entire bucket"


def when(one: Rule, days: str) -> str:
    return (
        f"after {one[days]} day{'' if one[days] == 1 else 's'}"
        if days in one
        else f"on {str(one.get('Date', ''))[:10]}"
    )


def current(rule: Rule) -> str:
    told = [f"to {class_text(one['StorageClass'])} {when(one, 'Days')}" for one in rule.get("Transitions", [])]
    expiration = rule.get("Expiration", {})
    told += [f"expire {when(expiration, 'Days')}"] if {"Days", "Date"} & expiration.keys() else []
    return ", ".join(told) or NOTHING


def noncurrent(rule: Rule) -> str:
    moves = rule.get("NoncurrentVersionTransitions", [])
    told = [f"to {class_text(one['StorageClass'])} {when(one, 'NoncurrentDays')}" for one in moves]
    gone = rule.get("NoncurrentVersionExpiration")
    told += [f"delete {when(gone, 'NoncurrentDays')}{newer(gone)}"] if gone else []
    return ", ".join(told) or NOTHING


def newer(gone: dict[str, Any]) -> str:
    return f" but the newest {gone['NewerNoncurrentVersions']}" if "NewerNoncurrentVersions" in gone else ""


def rest(rule: Rule) -> str:
    told = ["expired delete markers"] if rule.get("Expiration", {}).get("ExpiredObjectDeleteMarker") else []
    abort = rule.get("AbortIncompleteMultipartUpload")
    told += [f"incomplete uploads {when(abort, 'DaysAfterInitiation')}"] if abort else []
    return ", ".join(told) or NOTHING


@require_http_methods(["GET", "POST"])
@console_page
def create(request: HttpRequest, session: Session, bucket: str) -> HttpResponse:
    """The whole configuration is put anew, with the rules that it has."""
    form = RuleForm(request.POST or None)

    def save() -> str:
        name, now = form.cleaned_data["name"], configuration(session, bucket)
        change = put(bucket, now, [*now["Rules"], form.rule()], name)
        session.call(change.operation, change.params)
        return f"The lifecycle rule “{name}” was created."

    back = session.url("bucket", bucket, "management")
    template = "console/buckets/lifecycle_rule.html"
    return editing(request, session, bucket, form, "Create lifecycle rule", back, save, template)


@require_http_methods(["GET", "POST"])
@console_page
def edit(request: HttpRequest, session: Session, bucket: str) -> HttpResponse:
    """One rule takes its own place; whether it is enabled stays. What the form has no fields for is not edited here."""
    back, name = session.url("bucket", bucket, "management"), request.GET.get("selected", "")
    now, title = configuration(session, bucket), "Edit lifecycle rule"
    rule = next((one for one in now["Rules"] if one["ID"] == name), None)
    if rule is None:
        return redirect(back)
    initial = values(rule)
    if initial is None:
        context = {"heading": title, "rule": json.dumps(rule, indent=4), "back": back}
        trail = crumbs(session, (bucket, back), (title, None))
        template = "console/buckets/lifecycle_unshown.html"
        return pages.render(request, session, template, context, title=title, crumbs=trail)
    form = EditRuleForm(request.POST or None, initial=initial)

    def save() -> str:
        changed = {**form.rule(), "Status": rule["Status"]}
        change = put(bucket, now, [changed if one is rule else one for one in now["Rules"]], name)
        session.call(change.operation, change.params)
        return f"The lifecycle rule “{changed['ID']}” was saved."

    return editing(request, session, bucket, form, title, back, save, "console/buckets/lifecycle_rule.html")


@require_http_methods(["GET", "POST"])
@console_page
def delete(request: HttpRequest, session: Session, bucket: str) -> HttpResponse:
    return change_rules(request, session, bucket, "Delete")


@require_http_methods(["GET", "POST"])
@console_page
def enable(request: HttpRequest, session: Session, bucket: str) -> HttpResponse:
    return change_rules(request, session, bucket, "Enable")


@require_http_methods(["GET", "POST"])
@console_page
def disable(request: HttpRequest, session: Session, bucket: str) -> HttpResponse:
    return change_rules(request, session, bucket, "Disable")


def change_rules(request: HttpRequest, session: Session, bucket: str, verb: str) -> HttpResponse:
    back, chosen = session.url("bucket", bucket, "management"), changes.ticked(request)
    now = configuration(session, bucket)
    touched = [one for one in now["Rules"] if one["ID"] in chosen]
    if not touched:
        return redirect(back)
    if verb == "Delete":
        left = [one for one in now["Rules"] if one not in touched]
    else:
        left = [{**one, "Status": f"{verb}d"} if one in touched else one for one in now["Rules"]]
    names = ", ".join(one["ID"] for one in touched)
    noun = "lifecycle rule" if len(touched) == 1 else "lifecycle rules"
    confirm = {"title": f"{verb} {noun}?", "cancel_url": back, "submit": verb}
    sentence = "A bucket has one configuration: it is put anew as a whole."
    wanted = [put(bucket, now, left, f"{verb} {names}")]
    return questions.ticked_off(request, session, wanted, confirm, sentence, f"{verb}d: {names}.")
