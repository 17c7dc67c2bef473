"""A bucket's policy: the editor, and its end."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from iamlab.console import documents, pages, refusals
from iamlab.console.buckets import examples
from iamlab.console.buckets.forms import PolicyForm
from iamlab.console.buckets.reading import setting
from iamlab.console.buckets.views import crumbs, question
from iamlab.console.forms import typed
from iamlab.console.session import Session, console_page
from iamlab.policy.document import BUCKET_LIMIT
from iamlab.services.operations import AwsError


@require_http_methods(["GET", "POST"])
@console_page
def edit(request: HttpRequest, session: Session, bucket: str) -> HttpResponse:
    """Who edits an older text than the present one is told, and keeps their own."""
    back = session.url("bucket", bucket, "permissions")
    now = setting(session, "s3:GetBucketPolicy", bucket).get("Policy", "")
    seen = documents.mark(now) if now else ""
    look = request.method == "POST" and "look" in request.POST
    looked = typed(PolicyForm, request.POST) if look else {}
    form = PolicyForm(initial={"Policy": documents.pretty(now), "seen": seen, **looked})
    denial, overtaken, status = None, False, 200
    if request.method == "POST" and not look:
        sent, overtaken = documents.sent_upon(request, seen)
        form, status = PolicyForm(sent), 422
        if form.is_valid() and not overtaken:
            try:
                session.call("s3:PutBucketPolicy", {"Bucket": bucket, "Policy": form.cleaned_data["Policy"]})
            except AwsError as error:
                denial = refusals.told(session, form, error)
            else:
                return pages.done(request, back, "The bucket policy was saved.")
    context = {
        "form": form,
        "bucket": bucket,
        "denial": denial,
        "overtaken": overtaken,
        "now": documents.pretty(now),
        "limit": BUCKET_LIMIT,
        "examples": examples.documents(session.account.pk, bucket),
        "arn": f"arn:aws:s3:::{bucket}",
        "back": back,
    }
    title = "Edit bucket policy"
    trail = crumbs(session, (bucket, back), (title, None))
    template = "console/buckets/policy.html"
    return pages.render(request, session, template, context, title=title, crumbs=trail, service="s3", status=status)


@require_http_methods(["GET", "POST"])
@console_page
def delete(request: HttpRequest, session: Session, bucket: str) -> HttpResponse:
    url = session.url("bucket", bucket, "permissions")
    if request.method == "POST":
        session.call("s3:DeleteBucketPolicy", {"Bucket": bucket})
        return pages.done(request, url, "The bucket policy was deleted.")
    confirm = {
        "title": "Delete bucket policy?",
        "cancel_url": url,
        "submit": "Delete",
        "danger": "It cannot be brought back.",
    }
    return question(request, session, confirm, "Delete bucket policy")
