"""A bucket's access control list and its CORS rules, which stand beside its policy on the tab Permissions."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from iamlab.console.buckets.forms import AclForm, CorsForm
from iamlab.console.buckets.settings import edit, setting
from iamlab.console.session import Session, console_page


@require_http_methods(["GET", "POST"])
@console_page
def edit_acl(request: HttpRequest, session: Session, bucket: str) -> HttpResponse:
    """What groups may do. The owner's grant, and those of other accounts, stay as they are."""
    now = session.call("s3:GetBucketAcl", {"Bucket": bucket})
    form = AclForm(request.POST if request.method == "POST" else None, grants=now["Grants"])

    def save() -> str:
        kept = [one for one in now["Grants"] if one["Grantee"].get("URI") not in AclForm.groups()]
        policy = {"Owner": now["Owner"], "Grants": [*kept, *form.wanted()]}
        session.call("s3:PutBucketAcl", {"Bucket": bucket, "AccessControlPolicy": policy})
        return "The access control list was saved."

    return edit(request, session, bucket, form, "Edit access control list (ACL)", "permissions", save)


@require_http_methods(["GET", "POST"])
@console_page
def edit_cors(request: HttpRequest, session: Session, bucket: str) -> HttpResponse:
    """The rules as JSON; no rule at all takes the configuration away."""
    rules = setting(session, "s3:GetBucketCors", bucket).get("CORSRules", [])
    form = CorsForm(request.POST if request.method == "POST" else None, initial={"rules": rules})

    def save() -> str:
        wanted: list[dict[str, Any]] = form.cleaned_data["rules"]
        if wanted:
            session.call("s3:PutBucketCors", {"Bucket": bucket, "CORSConfiguration": {"CORSRules": wanted}})
            return "The CORS configuration was saved."
        session.call("s3:DeleteBucketCors", {"Bucket": bucket})
        return "The CORS configuration was deleted."

    return edit(request, session, bucket, form, "Edit cross-origin resource sharing (CORS)", "permissions", save)
