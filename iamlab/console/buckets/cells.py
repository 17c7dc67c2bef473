"""What S3's lists and pages say of objects: where they are, how large, of which kind."""

import re
from datetime import datetime
from typing import Any
from urllib.parse import quote, unquote

from django.http import HttpRequest, QueryDict

from iamlab.components import markup, tables
from iamlab.console.session import Session

PLACE = re.compile(r"(?:s3://)?([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:/(.*))?", re.DOTALL)  # bucket and prefix
SIZE = 100  # rows of a page
SHOWN = 20  # keys of a page that asks about more
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


def field(key: str) -> tuple[str, str]:
    """A key as a form's field. Browsers send every line break as the same one: a key that has any goes quoted."""
    return ("quoted", quote(key)) if "\n" in key or "\r" in key else ("key", key)


def keys_in(sent: QueryDict) -> list[str]:
    """The keys that a form or an address sends, each once."""
    return list(dict.fromkeys([*filter(None, sent.getlist("key")), *map(unquote, sent.getlist("quoted"))]))


def keys_of(request: HttpRequest) -> list[str]:
    """Those that a page is about: its address names them, and once it is filled in its form."""
    return list(dict.fromkeys([*keys_in(request.GET), *keys_in(request.POST)]))


def named(keys: list[str]) -> dict[str, Any]:
    """For a page's template: the first keys, how many there are besides, and all as hidden fields."""
    return {"keys": keys[:SHOWN], "others": len(keys[SHOWN:]), "count": len(keys), "hidden": [*map(field, keys)]}


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
    sent_as, value = field(key)
    return tables.row(value, [link, "Folder", *rest], label=name, disabled=bool(query), name=sent_as)
