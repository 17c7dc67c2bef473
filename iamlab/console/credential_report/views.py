"""The credential report: what it says of each user, and the file itself."""

import csv
import io
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST, require_safe

from iamlab.components import tables
from iamlab.console import cells, pages
from iamlab.console.panels import Panel, panel
from iamlab.console.session import Session, console_page

COLUMNS = [
    tables.column("user", "User"),
    tables.column("password_enabled", "Password enabled"),
    tables.column("password_last_used", "Password last used"),
    tables.column("mfa_active", "MFA active"),
    tables.column("access_key_1_active", "Access key 1 active"),
    tables.column("access_key_2_active", "Access key 2 active"),
]


@require_safe
@console_page
def report(request: HttpRequest, session: Session) -> HttpResponse:
    """The last report, if there is one: looking makes none."""
    found = panel(session, "iam:GetCredentialReport")
    context = {
        "found": found,
        "generated": cells.moment(found["GeneratedTime"]) if found.stands else "",
        "table": table(request, found) if found.stands else None,
    }
    title = "Credential report"
    template = "console/credential_report/report.html"
    return pages.render(request, session, template, context, title=title, crumbs=[(title, None)])


def table(request: HttpRequest, found: Panel) -> dict[str, Any]:
    listed = list(csv.DictReader(io.StringIO(found["Content"].decode())))
    ask = tables.asked(request, COLUMNS)
    cut = tables.arrange(listed, ask, text=lambda one: one["user"], order={})
    rows = [tables.row(one["user"], [one[column["key"]] for column in COLUMNS]) for one in cut["items"]]
    return tables.table(
        request,
        id="credentials",
        title="Users in the report",
        columns=COLUMNS,
        rows=rows,
        total=cut["total"],
        found=cut["found"],
        ask=ask,
        filter_label="Find users",
        description="Some of its columns; the file has all of them.",
    )


@require_POST
@console_page
def download(request: HttpRequest, session: Session) -> HttpResponse:
    """A new report, or the last one where it is less than four hours old, as the file that AWS gives."""
    session.call("iam:GenerateCredentialReport")
    answer = session.call("iam:GetCredentialReport")
    response = HttpResponse(answer["Content"], content_type="text/csv; charset=utf-8")
    name = f"status_reports_{answer['GeneratedTime']:%Y-%m-%dT%H-%M-%S}.csv"  # no colons: Windows has none in names
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
