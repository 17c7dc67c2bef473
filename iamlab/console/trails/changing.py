"""Changing a trail: where its log files go, what it logs, its tags, logging on and off, its end."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from iamlab.console import changes, pages, tagging
from iamlab.console.changes import Change
from iamlab.console.questions import question
from iamlab.console.session import Session, console_page
from iamlab.console.tagging import Tag
from iamlab.console.trails import selectors
from iamlab.console.trails.create import bucket_policy
from iamlab.console.trails.forms import EXISTING, NEW, DetailsForm, EventsForm
from iamlab.services.operations import AwsError


def crumbs(session: Session, name: str) -> pages.Crumbs:
    return [("Trails", session.url("trails")), (name, session.url("trail", name))]


def form_page(request: HttpRequest, session: Session, name: str, template: str, title: str, form: Any) -> HttpResponse:
    context = {"form": form, "heading": title, "back": session.url("trail", name)}
    status, listed = 422 if form.errors else 200, [*crumbs(session, name), (title, None)]
    return pages.render(request, session, template, context, title=title, crumbs=listed, status=status)


@require_http_methods(["GET", "POST"])
@console_page
def edit(request: HttpRequest, session: Session, name: str) -> HttpResponse:
    """User Guide: "Updating a trail", General details. A new bucket is made first, with its policy."""
    trail = session.call("cloudtrail:GetTrail", {"Name": name})["Trail"]
    initial = {
        "storage": EXISTING,
        "S3BucketName": trail["S3BucketName"],
        "S3KeyPrefix": trail.get("S3KeyPrefix", ""),
        "EnableLogFileValidation": trail["LogFileValidationEnabled"],
    }
    form = DetailsForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_bound and form.is_valid():
        try:
            for operation, params in update(session, trail, form.cleaned_data):
                session.call(operation, params)
        except AwsError as error:
            if error.refuses:
                raise
            form.refuse(error)
        else:
            return pages.done(request, session.url("trail", name), f"Trail {name} updated.")
    return form_page(request, session, name, "console/trails/edit.html", "Edit trail", form)


def update(session: Session, trail: dict[str, Any], data: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """The calls of an edit; what stays as it is is not sent."""
    bucket, prefix = data["S3BucketName"], data["S3KeyPrefix"]
    params = {"Name": trail["Name"], "EnableLogFileValidation": data["EnableLogFileValidation"]}
    if bucket != trail["S3BucketName"]:
        params["S3BucketName"] = bucket
    if prefix != trail.get("S3KeyPrefix", ""):
        params["S3KeyPrefix"] = prefix
    calls: list[tuple[str, dict[str, Any]]] = [("cloudtrail:UpdateTrail", params)]
    if data["storage"] == NEW:
        policy = bucket_policy(session.account.pk, trail["TrailARN"], bucket, prefix)
        calls = [
            ("s3:CreateBucket", {"Bucket": bucket}),
            ("s3:PutBucketPolicy", {"Bucket": bucket, "Policy": policy}),
            *calls,
        ]
    return calls


@require_http_methods(["GET", "POST"])
@console_page
def edit_events(request: HttpRequest, session: Session, name: str) -> HttpResponse:
    chosen = session.call("cloudtrail:GetEventSelectors", {"TrailName": name})
    initial = selectors.read(chosen) or selectors.USUAL
    form = EventsForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_bound and form.is_valid():
        try:
            params = {"TrailName": name, "EventSelectors": selectors.written(form.cleaned_data)}
            session.call("cloudtrail:PutEventSelectors", params)
        except AwsError as error:
            if error.refuses:
                raise
            form.refuse(error)
        else:
            return pages.done(request, session.url("trail", name), f"Events of {name} saved.")
    return form_page(request, session, name, "console/trails/edit_events.html", "Edit events", form)


@require_http_methods(["GET", "POST"])
@console_page
def manage_tags(request: HttpRequest, session: Session, name: str) -> HttpResponse:
    """CloudTrail takes tags away by a list of tags, not of keys."""
    arn = session.call("cloudtrail:GetTrail", {"Name": name})["Trail"]["TrailARN"]
    [found] = session.call("cloudtrail:ListTags", {"ResourceIdList": [arn]})["ResourceTagList"]

    def write(gone: list[Tag], new: list[Tag]) -> list[Change]:
        wanted = (("Remove", [{"Key": one["Key"]} for one in gone]), ("Add", new))
        return [
            Change(f"cloudtrail:{verb}Tags", {"ResourceId": arn, "TagsList": tags}, f"{verb} tags")
            for verb, tags in wanted
            if tags
        ]

    back = session.url("trail", name)
    return tagging.edited(request, session, found["TagsList"], write, name, back, crumbs(session, name))


@require_http_methods(["GET", "POST"])
@console_page
def switch(request: HttpRequest, session: Session, name: str) -> HttpResponse:
    """Start logging, or stop it: that is asked first."""
    back = session.url("trail", name)
    if request.method == "GET":
        confirm = {"title": "Stop logging?", "cancel_url": back, "submit": "Stop logging", "hidden": [("do", "stop")]}
        told = f"{name} logs nothing until logging is started again. Log files that are in its bucket stay there."
        return question(request, session, confirm, [told])
    start = request.POST.get("do") == "start"
    session.call("cloudtrail:StartLogging" if start else "cloudtrail:StopLogging", {"Name": name})
    return pages.done(request, back, f"Logging of {name} {'started' if start else 'stopped'}.")


@require_http_methods(["GET", "POST"])
@console_page
def delete(request: HttpRequest, session: Session, name: str) -> HttpResponse:
    """The log files that are there stay."""
    error = changes.confirmed(request, name) if request.method == "POST" else ""
    if request.method == "POST" and not error:
        outcomes = changes.make(session, [Change("cloudtrail:DeleteTrail", {"Name": name}, f"Delete {name}")])
        return changes.answer(
            request, session, outcomes, session.url("trails"), f"Trail {name} deleted.", "Delete trail"
        )
    confirm = {
        "title": f"Delete {name}?",
        "cancel_url": session.url("trail", name),
        "submit": "Delete",
        "danger": "The trail logs nothing from now on. Log files that are in its bucket stay there.",
        "typed": name,
        "error": error,
    }
    return question(request, session, confirm, [f"Permanently delete the trail {name}?"], 422 if error else 200)
