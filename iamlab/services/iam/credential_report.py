"""The credential report. IAM User Guide: "Generate credential reports for your AWS account"."""

import csv
import io
import uuid
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from iamlab.services.accounts.models import Account
from iamlab.services.iam import activity, password_policy, users
from iamlab.services.iam.loading import grouped
from iamlab.services.iam.models import AccessKey, LoginProfile, MfaDevice, Report, SigningCertificate, User
from iamlab.services.operations import AwsError, Call, operation

KIND = "credentials"
FRESH, KEPT = timedelta(hours=4), timedelta(days=7)
NONE, UNKNOWN, UNSUPPORTED = "N/A", "no_information", "not_supported"
KEY = ("active", "last_rotated", "last_used_date", "last_used_region", "last_used_service")
HEADER = [
    "user",
    "arn",
    "user_creation_time",
    "password_enabled",
    "password_last_used",
    "password_last_changed",
    "password_next_rotation",
    "mfa_active",
    *(f"access_key_1_{column}" for column in KEY),
    *(f"access_key_2_{column}" for column in KEY),
    *(f"cert_{number}_{column}" for number in (1, 2) for column in ("active", "last_rotated")),
]


def newest(account_id: str) -> Report | None:
    return Report.objects.filter(account_id=account_id, kind=KIND).order_by("-pk").first()


@operation("iam:GenerateCredentialReport")
def generate_credential_report(call: Call) -> dict[str, Any]:
    """A new report every four hours at most: before that the last one stands."""
    last = newest(call.account_id)
    if last is not None and call.now - last.created < FRESH:
        return {"State": "COMPLETE"}
    Report.objects.filter(account_id=call.account_id, kind=KIND).delete()
    Report.objects.create(
        account_id=call.account_id,
        kind=KIND,
        job_id=str(uuid.uuid4()),
        content=written(call.account_id),
        created=call.now,
    )
    return {"State": "STARTED", "Description": "No report exists. Starting a new report generation task"}


@operation("iam:GetCredentialReport")
def get_credential_report(call: Call) -> dict[str, Any]:
    last = newest(call.account_id)
    if last is None:
        raise AwsError("ReportNotPresent", "")  # AWS says no more
    if call.now - last.created >= KEPT:
        raise AwsError("ReportExpired", "The report has expired. Please generate a new one and then try again.")
    return {"Content": last.content.encode(), "ReportFormat": "text/csv", "GeneratedTime": last.created}


def written(account_id: str) -> str:
    """The report as CSV: the root user first, then the users by name. A fixed number of queries."""
    account = Account.objects.get(pk=account_id)
    page = io.StringIO()
    writer = csv.writer(page, lineterminator="\n")
    writer.writerow(HEADER)
    for row in rows(account, list(users.with_last_sign_in().filter(account=account).order_by("name"))):
        writer.writerow(row)
    return page.getvalue().rstrip("\n")


def rows(account: Account, people: Sequence[Any]) -> Iterator[list[str]]:
    profiles = {one.user_id: one for one in LoginProfile.objects.filter(account=account)}
    held = AccessKey.objects.filter(account=account).annotate(event=activity.newest("access_key_id", "key_id"))
    keys = grouped((key.user_id, key) for key in held.order_by("pk"))
    uses = activity.uses(key.event for found in keys.values() for key in found)
    devices = set(MfaDevice.objects.filter(account=account).exclude(holder="").values_list("holder", flat=True))
    certificates = grouped(
        (one.user_id, one) for one in SigningCertificate.objects.filter(account=account).order_by("pk")
    )
    policy = password_policy.of_account(account.pk)
    signed_in = activity.last_sign_in(account.pk)
    arn = f"arn:aws:iam::{account.pk}:root"
    unsupported = [UNSUPPORTED, time(signed_in, UNKNOWN), UNSUPPORTED, UNSUPPORTED]
    tail = [truth(account.pk in devices), *key_columns(keys.get(None, []), uses), *certificate_columns([])]
    yield ["<root_account>", arn, time(account.created), *unsupported, *tail]
    for user in people:
        yield [
            user.name,
            users.arn(account.pk, user.path, user.name),
            time(user.created),
            *password_columns(user, profiles.get(user.pk), policy),
            truth(user.unique_id in devices),
            *key_columns(keys.get(user.pk, []), uses),
            *certificate_columns(certificates.get(user.pk, [])),
        ]


def time(when: datetime | None, otherwise: str = NONE) -> str:
    return when.replace(microsecond=0).isoformat() if when is not None else otherwise


def truth(value: bool) -> str:
    return "true" if value else "false"


def password_columns(user: User, profile: LoginProfile | None, policy: Any) -> list[str]:
    if profile is None:
        return ["false", NONE, NONE, NONE]
    last = user.last_sign_in  # type: ignore[attr-defined]
    return ["true", time(last, UNKNOWN), time(profile.changed), time(password_policy.expires(profile, policy))]


def key_columns(keys: Sequence[Any], uses: dict[int, activity.Use]) -> list[str]:
    """Of the first two keys, oldest first."""
    columns: list[str] = []
    for key in [*keys, None, None][:2]:
        if key is None:
            columns += ["false", *[NONE] * 4]
            continue
        use = uses.get(key.event)
        last = [time(use.time), use.region, use.service] if use else [NONE] * 3
        columns += [truth(key.active), time(key.status_changed), *last]
    return columns


def certificate_columns(certificates: Sequence[SigningCertificate]) -> list[str]:
    columns: list[str] = []
    for one in [*certificates, None, None][:2]:
        columns += [truth(one.active), time(one.created)] if one is not None else ["false", NONE]
    return columns
