"""Files made from what is on the page once: links that hold the file, so that the server keeps no secret for them."""

import csv
import io
from collections.abc import Sequence
from urllib.parse import quote


def csv_text(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Comma-separated values as AWS's files have them."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows(rows)
    return out.getvalue()


def csv_link(name: str, header: Sequence[str], rows: Sequence[Sequence[str]]) -> dict[str, str]:
    """{name, href} of a download link."""
    return {"name": name, "href": "data:text/csv;charset=utf-8," + quote(csv_text(header, rows))}
