"""What S3's lists and pages say of objects: where they are, how large, of which kind."""

import re
from datetime import datetime
from typing import Any

from iamlab.components import markup, tables
from iamlab.console.session import Session

PLACE = re.compile(r"(?:s3://)?([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:/(.*))?", re.DOTALL)  # bucket and prefix
SIZE = 100  # rows of a page
CLASSES = {
    "STANDARD": "Standard",
    "STANDARD_IA": "Standard-IA",
    "ONEZONE_IA": "One Zone-IA",
    "INTELLIGENT_TIERING": "Intelligent-Tiering",
    "GLACIER_IR": "Glacier Instant Retrieval",
    "GLACIER": "Glacier Flexible Retrieval",
    "DEEP_ARCHIVE": "Glacier Deep Archive",
    "REDUCED_REDUNDANCY": "Reduced redundancy",
}


def place(session: Session, bucket: str, prefix: str = "", **query: str) -> str:
    """The address of a folder."""
    return session.url("bucket", bucket, "objects", **({"prefix": prefix} if prefix else {}), **query)


def size_text(size: int) -> str:
    """Bytes as the console writes them: 6.0 B, 1.2 KB."""
    amount = float(size)
    for unit in ("B", "KB", "MB", "GB"):
        if amount < 1024 or unit == "GB":
            return f"{amount:.1f} {unit}"
        amount /= 1024
    return ""


def moment(when: datetime) -> str:
    return f"{when:%B %d, %Y, %H:%M:%S} (UTC)"


def kind_of(key: str) -> str:
    """What stands behind the name's last dot."""
    name = key.rpartition("/")[2]
    return name.rpartition(".")[2] if "." in name else markup.NOTHING


def class_text(name: str) -> str:
    return CLASSES.get(name, name)


def folder_row(session: Session, bucket: str, prefix: str, key: str, **query: str) -> dict[str, Any]:
    """A folder in a list of objects; in one of versions, which `query` asks for, it is opened only."""
    name = key[len(prefix) :]
    rest = [markup.NOTHING] * (4 if query else 3)
    link = markup.link(place(session, bucket, key, **query), name)
    return tables.row(key, [link, "Folder", *rest], label=name, disabled=bool(query))
