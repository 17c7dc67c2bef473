"""Log files of trails, written when somebody looks: every five minutes by the sandbox's clock. CloudTrail User Guide:
"Finding your CloudTrail log files"."""

import gzip
import hashlib
import json
from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Max

from iamlab.services import callers, resources
from iamlab.services.callers import Caller
from iamlab.services.cloudtrail.models import Event, Trail
from iamlab.services.cloudtrail.selectors import logged
from iamlab.services.operations import AwsError, Call
from iamlab.services.s3 import targets, writing
from iamlab.services.s3.models import Bucket
from iamlab.services.transactions import writing as transaction

EVERY = timedelta(minutes=5)
MOST = 5000  # events that are looked at in one go; the next look goes on
GLOBAL = ("iam.amazonaws.com", "sts.amazonaws.com", "signin.amazonaws.com", "organizations.amazonaws.com")
NAME = "cloudtrail.amazonaws.com"


def mark(row: Trail) -> None:
    """Let the trail's bucket know that logs go there: no other bucket costs a question."""
    for bucket in Bucket.objects.filter(sandbox_id=row.account.sandbox_id, name=row.bucket):
        if not bucket.settings.get("trail"):
            bucket.settings = {**bucket.settings, "trail": True}
            bucket.save(update_fields=["settings"])


def begin(call: Call, row: Trail) -> None:
    """Log from now on. What an earlier run still owes is written first, since it ends where this one begins."""
    if row.started is not None and not delivery_error(call, row):
        row.failure = _write(call, row, call.now + timedelta(seconds=1))
    last = Event.objects.filter(account_id=row.account_id).aggregate(last=Max("id"))["last"]
    row.logging, row.started, row.delivered = True, call.now, last or 0
    row.save()


def before_reading(call: Call, bucket: Bucket) -> None:
    """Write what is due into a bucket that is about to be read, once for all reads of a console page. The examiner
    changes nothing, not even by looking.
    """
    looked = call.kept_rows(Trail)
    if call.caller.kind == callers.EXAMINER or bucket.name in looked:
        return
    looked[bucket.name] = True
    for row in Trail.objects.filter(bucket=bucket.name, account__sandbox_id=bucket.sandbox_id):
        deliver(call, row)


def deliver(call: Call, row: Trail) -> None:
    """Write the log files that are due, one for each five minutes and Region in which something happened."""
    due = _boundary(call.now)
    if row.started is None or (not row.logging and not _owing(row)) or not _newer(row, due):
        return
    error = delivery_error(call, row)
    with transaction():
        fresh = Trail.objects.select_for_update().filter(pk=row.pk).first()
        if fresh is None or not _newer(fresh, due):
            return
        fresh.attempted = call.now
        fresh.failure = "" if error else _write(call, fresh, due)
        fresh.save(update_fields=["delivered", "delivered_at", "attempted", "failure"])
    row.refresh_from_db()


def _boundary(now: datetime) -> datetime:
    return now - timedelta(minutes=now.minute % 5, seconds=now.second)


def _owing(row: Trail) -> bool:
    """Whether something that was logged before the trail was stopped may not be written yet."""
    return row.stopped is not None and (row.delivered_at is None or row.delivered_at < row.stopped)


def _newer(row: Trail, due: datetime) -> bool:
    return row.attempted is None or _boundary(row.attempted) < due


def _write(call: Call, row: Trail, due: datetime) -> str:
    """Raises nothing: what the bucket refuses is the delivery's error."""
    bucket = Bucket.objects.get(sandbox_id=call.caller.world.sandbox_id, name=row.bucket)
    events = Event.objects.filter(account_id=row.account_id, id__gt=row.delivered, time__gte=row.started, time__lt=due)
    if not row.logging and row.stopped is not None:
        events = events.filter(time__lte=row.stopped)
    found = list(events.order_by("id").values_list("id", "time", "record")[:MOST])
    files: dict[tuple[datetime, str], list[dict[str, Any]]] = defaultdict(list)
    for _, time, text in found:
        record = json.loads(text)
        if logged(row.selectors, record) and covers(row, record):
            files[_boundary(time), record["awsRegion"]].append(record)
    try:
        for (window, region), records in files.items():
            _put(call, row, bucket, window, region, records)
    except AwsError as error:
        return error.code
    if found:
        row.delivered = found[-1][0]
    if files:
        row.delivered_at = call.now
    return ""


def covers(row: Trail, record: dict[str, Any]) -> bool:
    """Whether an event happened where the trail looks."""
    if row.settings.get("IsMultiRegionTrail"):
        return True
    if record["eventSource"] in GLOBAL:
        return bool(row.settings.get("IncludeGlobalServiceEvents", True))
    return bool(record["awsRegion"] == row.region)


def prefix(row: Trail) -> str:
    start = f"{row.settings['S3KeyPrefix']}/" if row.settings.get("S3KeyPrefix") else ""
    return f"{start}AWSLogs/{row.account_id}/CloudTrail"


def _put(call: Call, row: Trail, bucket: Bucket, window: datetime, region: str, records: list[dict[str, Any]]) -> None:
    last = window + EVERY
    unique = hashlib.sha256(f"{row.arn} {last} {records[0]['eventID']}".encode()).hexdigest()[:16]
    name = f"{row.account_id}_CloudTrail_{region}_{last:%Y%m%dT%H%MZ}_{unique}.json.gz"
    data = gzip.compress(json.dumps({"Records": records}, separators=(",", ":")).encode(), mtime=0)
    headers = writing.kept_headers(call, bucket, {"ContentType": "application/json", "ContentEncoding": "gzip"})
    key = f"{prefix(row)}/{region}/{last:%Y/%m/%d}/{name}"
    writing.write(call, bucket, key, data, headers=headers, owner_id=bucket.account_id)


def delivery_error(call: Call, row: Trail) -> str:
    """Why CloudTrail could not write to the trail's bucket; "" where its policy lets it."""
    arn = f"arn:aws:s3:::{row.bucket}/{prefix(row)}/{row.region}/log.json.gz"
    target = resources.target_of(call.caller.world, arn, "s3:PutObject")
    if not target.account_id:
        return "NoSuchBucket"
    service = Caller(callers.SERVICE, row.account_id, call.caller.world, name=NAME, unique_id=NAME)
    context = {
        "aws:PrincipalIsAWSService": "true",
        "aws:PrincipalServiceName": NAME,
        "aws:SourceArn": row.arn,
        "aws:SourceAccount": row.account_id,
        "aws:SecureTransport": "true",
        "s3:x-amz-acl": "bucket-owner-full-control",
    }
    return "" if call.judge(service, "s3:PutObject", target, context).allowed else "AccessDenied"


targets.readers.append(before_reading)
