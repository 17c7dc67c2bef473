"""Uploads from an HTML form become calls of PutObject. S3 API Reference: "POST Object"."""

from dataclasses import replace
from datetime import UTC, datetime

from iamlab.door.calls import call
from iamlab.services.callers import Caller
from iamlab.services.operations import AwsError
from iamlab.wire import errors, form_policies, forms, rest_xml, routing, throttle
from iamlab.wire.answers import Answer
from iamlab.wire.exchanges import UNSIGNED_HINT, Exchange, credentials_of, ids, source_of
from iamlab.wire.facts import absolute


def bucket_of(exchange: Exchange) -> str:
    """The bucket that a form is sent to; "" for any other request."""
    http = exchange.http
    if exchange.protocol != errors.REST or http.method != "POST" or http.query:
        return ""
    where = routing.address(http.decoded_path.decode("utf-8", "replace").removeprefix(exchange.prefix))
    return where.bucket if where.depth == 1 else ""


def upload(exchange: Exchange, bucket: str, anybody: Caller | None) -> Answer:
    """An upload from a form, by whoever signed its policy, else by `anybody`."""
    exchange.service = "s3"
    now = datetime.now(UTC)
    form = exchange.form = forms.read(exchange.environ, exchange.http)
    claim = exchange.claim = forms.claimed(form, now)
    caller = anybody
    if claim is not None and anybody is None:
        credentials = credentials_of(claim)
        forms.verify(form, claim, credentials.secret)
        form_policies.check(form.fields, bucket, len(form.data), now)
        caller = credentials.caller
    if caller is None or (claim is not None and anybody is not None):
        raise AwsError("AccessDenied", "Access Denied", 403, Hint=UNSIGNED_HINT)
    exchange.world = caller.world
    throttle.check(caller.world)
    where = routing.Address(bucket, form.key)
    params = rest_xml.parameters("PutObject", where, {}, forms.headers(form), form.data)
    # S3 User Guide, "Amazon S3 CloudTrail events": POST Object is recorded as PostObject.
    source = replace(source_of(exchange), event_name="PostObject")
    try:
        result = call(caller, "s3:PutObject", params, source)
    except AwsError as error:
        raise rest_xml.as_s3_says("PutObject", error, source.region) from error
    return answered(exchange, form, bucket, rest_xml.answer("PutObject", result))


def answered(exchange: Exchange, form: forms.Form, bucket: str, answer: Answer) -> Answer:
    etag = answer.headers["ETag"]
    location = absolute(exchange.environ, exchange.prefix + forms.path_of(bucket, form.key))
    headers = {**ids(exchange), **answer.headers, "Location": location}
    elsewhere = forms.redirect(form, bucket, etag)
    if elsewhere:
        return Answer(303, {**headers, "Location": elsewhere})
    status = forms.status(form)
    text = forms.document(location, bucket, form.key, etag) if status == 201 else ""
    return Answer(status, {**headers, "Content-Type": "application/xml"}, text.encode())
