"""A page with one form of a bucket's settings."""

from collections.abc import Callable

from django import forms
from django.http import HttpRequest, HttpResponse

from iamlab.console import pages, refusals
from iamlab.console.buckets.views import crumbs
from iamlab.console.session import Session
from iamlab.services.operations import AwsError


def edit(
    request: HttpRequest,
    session: Session,
    bucket: str,
    form: forms.Form,
    title: str,
    back: str,
    save: Callable[[], str],
    template: str = "console/buckets/edit.html",
) -> HttpResponse:
    """What AWS refuses is told in the form, and nothing typed is lost."""
    denial = None
    if request.method == "POST" and form.is_valid():
        try:
            return pages.done(request, back, save())
        except AwsError as error:
            if error.refuses:
                denial = refusals.denial(session, error)
            else:
                form.add_error(None, error.message)
    context = {"form": form, "heading": title, "cancel_url": back, "denial": denial}
    return pages.render(
        request,
        session,
        template,
        context,
        title=title,
        crumbs=crumbs(session, (bucket, session.url("bucket", bucket, "objects")), (title, None)),
        service="s3",
        status=422 if form.is_bound else 200,
    )
