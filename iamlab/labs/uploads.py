"""A lab's folder that somebody sends as a .zip: unpacked with care, read by the validator, and gone again.

Nothing in it is believed: not its names, not the sizes that it tells of itself, not what its files hold.
"""

import json
import logging
import re
import stat
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from struct import error as StructError
from typing import IO, Any

from iamlab.labs import content, grammar, validator
from iamlab.labs.places import Problem, Source

ZIP_BYTES = 2 * 2**20
MOST_FILES = 300
FILE_BYTES = 256 * 2**10
UNPACKED_BYTES = 4 * 2**20
LONGEST_LINE = 1000  # characters of a text's line: what looks for links and figures reads it over and over
LONGEST_TEXT = 16 * 2**10
PART = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,99}")  # of a path
OF_A_MAC = "__MACOSX"
BROKEN = (zipfile.BadZipFile, zlib.error, StructError, EOFError, NotImplementedError, ValueError, OSError, RuntimeError)
log = logging.getLogger(__name__)


class Unreadable(Exception):
    """What was sent is no lab's folder in a .zip; the message says why."""


@contextmanager
def unpacked(file: IO[bytes]) -> Iterator[Path]:
    """The folder with lab.yaml, called as the lab's id, as long as somebody is within. Raises Unreadable."""
    with tempfile.TemporaryDirectory(prefix="iamlab-lab-") as place:
        folder = Path(place) / "lab"
        folder.mkdir()
        try:
            with zipfile.ZipFile(file) as archive:
                for name, text in _texts(archive):
                    path = folder / name
                    path.parent.mkdir(parents=True, exist_ok=True)
                    path.write_text(text, encoding="utf-8", newline="")
        except BROKEN as error:
            raise Unreadable("This is no .zip file that can be read: another kind of file, or damaged.") from error
        found = _with_lab(folder)
        yield found.rename(Path(place) / _called(found))


def _texts(archive: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    """Each file's name and text. What systems put beside them, as a Mac does, is left out. Raises Unreadable."""
    entries = [one for one in archive.infolist() if not _beside(one.filename)]
    if len(entries) > MOST_FILES:
        raise Unreadable(f"The .zip has {len(entries)} files; a lab has at most {MOST_FILES}.")
    seen: set[str] = set()
    left = UNPACKED_BYTES
    for entry in entries:
        _require_plain(entry)
        if entry.is_dir():
            continue
        if entry.filename.lower() in seen:
            raise Unreadable(f"{entry.filename} is in the .zip twice; large and small letters are the same here.")
        seen.add(entry.filename.lower())
        with archive.open(entry) as file:
            data = file.read(min(FILE_BYTES, left) + 1)  # what is there, whatever the entry tells of its size
        if len(data) > FILE_BYTES:
            raise Unreadable(f"{entry.filename} is larger than {FILE_BYTES // 2**10} KiB.")
        if len(data) > left:
            raise Unreadable(f"The files come to more than {UNPACKED_BYTES // 2**20} MiB.")
        left -= len(data)
        yield entry.filename, _text(entry.filename, data)


def _beside(name: str) -> bool:
    parts = PurePosixPath(name).parts
    return OF_A_MAC in parts[:1] or (bool(parts) and parts[-1] in (".DS_Store", "Thumbs.db", "desktop.ini"))


def _require_plain(entry: zipfile.ZipInfo) -> None:
    """A file or folder with a plain name below the folder that it is unpacked to. Raises Unreadable."""
    name = entry.filename
    parts = name.removesuffix("/").split("/")
    if len(parts) > 6 or not all(PART.fullmatch(part) for part in parts):
        shown = name[:100].encode("ascii", "backslashreplace").decode()
        raise Unreadable(f"The name {shown} cannot be taken: names are of letters, digits, dots, _ and -.")
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise Unreadable(f"{name} is no plain file but a link or a device.")
    if entry.flag_bits & 0x1:
        raise Unreadable(f"{name} is encrypted: make the .zip without a password.")
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise Unreadable(f"{name} is packed in a way that is not taken here: make an ordinary .zip.")


def _text(name: str, data: bytes) -> str:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Unreadable(f"{name} is not text in UTF-8.") from error
    if "\0" in text:
        raise Unreadable(f"{name} holds a NUL character.")
    return text


def _with_lab(folder: Path) -> Path:
    """The folder itself, or the one folder in it. Raises Unreadable."""
    inside = list(folder.iterdir())
    if not inside:
        raise Unreadable("The .zip is empty.")
    if (folder / "lab.yaml").is_file():
        return folder
    if len(inside) == 1 and (inside[0] / "lab.yaml").is_file():
        return inside[0]
    raise Unreadable("There is no lab.yaml in the .zip, neither at its top nor in its one folder.")


def _called(folder: Path) -> str:
    """The lab's id; whoever packs a folder seldom calls it so."""
    data = Source(folder / "lab.yaml", "lab.yaml").data
    name = data.get("id") if isinstance(data, dict) else None
    return name if isinstance(name, str) and grammar.ID.fullmatch(name) and len(name) < 100 else "unpacked"


def problems(folder: Path) -> list[Problem]:
    """All that the validator finds, in a lab that its author may have made to harm."""
    long = list(_too_long(folder))
    if long:
        return long
    try:
        found = validator.problems(folder)
        if not any(one.severity == "error" for one in found):
            json.dumps(content.read(folder), default=str, allow_nan=False)
    except (ValueError, TypeError):
        return [Problem("lab.yaml", 1, 1, "a number here, or what leads to a value, cannot be kept")]
    except Exception:  # a fault of ours that only this lab shows
        log.exception("An uploaded lab cannot be read")
        return [Problem("lab.yaml", 1, 1, "this lab cannot be read, and it is not known why")]
    return found


def _too_long(folder: Path) -> Iterator[Problem]:
    """Texts whose HTML would take long to make."""
    for path in sorted(path for path in folder.rglob("*.md") if path.is_file()):
        text, name = path.read_text(encoding="utf-8"), path.relative_to(folder).as_posix()
        if len(text) > LONGEST_TEXT:
            yield Problem(name, 1, 1, f"a text has at most {LONGEST_TEXT:,} characters")
        for number, line in enumerate(text.splitlines(), 1):
            if len(line) > LONGEST_LINE:
                yield Problem(name, number, LONGEST_LINE + 1, f"a line has at most {LONGEST_LINE} characters")


def read(folder: Path) -> dict[str, Any]:
    """A lab without errors as what is kept of it: plain JSON."""
    lab: dict[str, Any] = json.loads(json.dumps(content.read(folder), default=str, allow_nan=False))
    return lab
