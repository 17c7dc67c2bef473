"""The access control lists of a bucket and of an object, and a bucket's CORS rules."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from iamlab.console.buckets.editing import edit
from iamlab.console.buckets.forms import AclForm, CorsForm, ObjectAclForm
from iamlab.console.buckets.object_page import url_of, which
from iamlab.console.buckets.reading import setting
from iamlab.console.session import Session, console_page


@require_http_methods(["GET", "POST"])
@console_page
def edit_acl(request: HttpRequest, session: Session, bucket: str) -> HttpResponse:
    """What groups may do. The owner's grant, and those of other accounts, stay as they are."""
    return edit_grants(request, session, {"Bucket": bucket}, AclForm, session.url("bucket", bucket, "permissions"))


@require_http_methods(["GET", "POST"])
@console_page
def edit_object_acl(request: HttpRequest, session: Session, bucket: str) -> HttpResponse:
    """The same of an object, or of a version of it."""
    thing = which(request, bucket)
    return edit_grants(request, session, thing, ObjectAclForm, url_of(session, thing, tab="permissions"))


def edit_grants(
    request: HttpRequest, session: Session, thing: dict[str, str], form_class: type[AclForm], back: str
) -> HttpResponse:
    noun = "Object" if "Key" in thing else "Bucket"
    now = session.call(f"s3:Get{noun}Acl", thing)
    form = form_class(request.POST if request.method == "POST" else None, grants=now["Grants"])

    def save() -> str:
        kept = [one for one in now["Grants"] if one["Grantee"].get("URI") not in form.groups()]
        policy = {"Owner": now["Owner"], "Grants": [*kept, *form.wanted()]}
        session.call(f"s3:Put{noun}Acl", {**thing, "AccessControlPolicy": policy})
        return "The access control list was saved."

    return edit(request, session, thing["Bucket"], form, "Edit access control list (ACL)", back, save)


@require_http_methods(["GET", "POST"])
@console_page
def edit_cors(request: HttpRequest, session: Session, bucket: str) -> HttpResponse:
    """The rules as JSON; no rule at all takes the configuration away."""
    back = session.url("bucket", bucket, "permissions")
    rules = setting(session, "s3:GetBucketCors", bucket).get("CORSRules", [])
    form = CorsForm(request.POST if request.method == "POST" else None, initial={"rules": rules})

    def save() -> str:
        wanted: list[dict[str, Any]] = form.cleaned_data["rules"]
        if wanted:
            session.call("s3:PutBucketCors", {"Bucket": bucket, "CORSConfiguration": {"CORSRules": wanted}})
            return "The CORS configuration was saved."
        session.call("s3:DeleteBucketCors", {"Bucket": bucket})
        return "The CORS configuration was deleted."

    return edit(request, session, bucket, form, "Edit cross-origin resource sharing (CORS)", back, save)
