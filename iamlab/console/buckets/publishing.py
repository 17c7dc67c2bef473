"""Make public using ACL: everyone may read the objects that were chosen. S3 User Guide: "Configuring ACLs"."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from iamlab.console import changes, pages
from iamlab.console.buckets.cells import keys_of, named, place
from iamlab.console.buckets.deleting import keys_under
from iamlab.console.buckets.reading import enforced, setting
from iamlab.console.buckets.transfers import MOST, folder_of
from iamlab.console.buckets.views import crumbs
from iamlab.console.changes import Change
from iamlab.console.session import Session, console_page

TITLE = "Make public"


def obstacle(session: Session, bucket: str) -> tuple[str, str]:
    """Why S3 would refuse a public ACL here, if so, and what makes one grant nothing. What may not be read is no reason
    not to try."""
    if enforced(setting(session, "s3:GetBucketOwnershipControls", bucket)):
        return "The bucket owner enforced setting is applied for Object Ownership: ACLs are disabled.", ""
    found = setting(session, "s3:GetPublicAccessBlock", bucket).get("PublicAccessBlockConfiguration", {})
    if found.get("BlockPublicAcls"):
        return "Block Public Access refuses new public ACLs in this bucket (BlockPublicAcls is on).", ""
    idle = "Block Public Access ignores what ACLs grant to the public (IgnorePublicAcls is on)."
    return "", idle if found.get("IgnorePublicAcls") else ""


@require_http_methods(["GET", "POST"])
@console_page
def make_public(request: HttpRequest, session: Session, bucket: str) -> HttpResponse:
    """A canned ACL for each, those in folders too."""
    keys = keys_of(request)
    if not keys:
        return redirect(place(session, bucket, request.GET.get("prefix", "")))
    back, problem = place(session, bucket, folder_of(keys[0])), ""
    if request.method == "POST":
        each = [one for key in keys for one in (keys_under(session, bucket, key) if key.endswith("/") else [key])]
        wanted = [
            Change("s3:PutObjectAcl", {"Bucket": bucket, "Key": key, "ACL": "public-read"}, f"Make {key} public")
            for key in dict.fromkeys(each)
        ]
        if len(wanted) <= MOST:
            many = f"{len(wanted):,} object{'' if len(wanted) == 1 else 's'}"
            made = changes.make(session, wanted)
            return changes.answer(request, session, made, back, f"Successfully edited public access of {many}.", TITLE)
        problem = f"These are {len(wanted):,} objects. Choose {MOST:,} at most."
    shut, idle = obstacle(session, bucket)
    told = {"problem": problem, "shut": shut, "idle": idle}
    context = {"heading": TITLE, "bucket": bucket, "cancel_url": back, **told, **named(keys)}
    return pages.render(
        request,
        session,
        "console/buckets/public.html",
        context,
        title=TITLE,
        crumbs=crumbs(session, (bucket, place(session, bucket)), (TITLE, None)),
        status=422 if problem else 200,
    )
