"""A roster: lines of a CSV file, each told of; good lines are imported though others are not."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from iamlab.classroom.models import Class, Invitation, Role
from iamlab.people.names import can_be_shown

MOST_LINES = 5000
MOST_BYTES = 2 * 2**20
NAMES = {"name": "name", "pseudonym": "pseudonym", "e-mail": "email", "email": "email", "mail": "email", "role": "role"}


@dataclass(slots=True)
class Line:
    """One line of a roster and what became of it; `problem` is "" for a good one."""

    number: int
    name: str
    email: str
    role: str
    problem: str = ""


class Unreadable(Exception):
    """The file as a whole cannot be read; the message says why."""


def decode(data: bytes) -> str:
    """The text of a file from a spreadsheet. Raises Unreadable."""
    if len(data) > MOST_BYTES:
        raise Unreadable("The file is larger than 2 MB.")
    if b"\0" in data and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Unreadable("This is no text file. Save the sheet as CSV (comma separated values).")
    coding = "utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        return data.decode(coding)
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def read(text: str) -> Iterator[Line]:
    """The lines of a roster, judged one by one. The first may name columns; without it: name, e-mail, role."""
    separator = ";" if text.partition("\n")[0].count(";") > text.partition("\n")[0].count(",") else ","
    rows = csv.reader(io.StringIO(text), delimiter=separator)
    columns = ["name", "email", "role"]
    seen: set[str] = set()
    try:
        for place, row in enumerate(rows):
            cells = [" ".join(cell.split()) for cell in row]
            if place == 0 and any(cell.lower() in NAMES for cell in cells):
                columns = [NAMES.get(cell.lower(), "") for cell in cells]
                if not {"name", "pseudonym"} & set(columns):
                    raise Unreadable("The first line names columns, but none is called name or pseudonym.")
            elif any(cells):
                yield _judged(rows.line_num, dict(zip(columns, cells, strict=False)), seen)
    except csv.Error as error:
        raise Unreadable(f"Line {rows.line_num} cannot be read: {error}.") from error


def _judged(number: int, cells: dict[str, str], seen: set[str]) -> Line:
    name = cells.get("pseudonym") or cells.get("name", "")
    line = Line(number, name, cells.get("email", ""), (cells.get("role") or Role.LEARNER).lower())
    if not name:
        line.problem = "There is no name."
    elif len(name) > 80:
        line.problem = "The name is longer than 80 characters."
    elif not can_be_shown(name):
        line.problem = "The name holds characters that cannot be shown."
    elif name.casefold() in seen:
        line.problem = "This name stands in the file twice."
    elif line.role not in Role.values:
        line.problem = f"There is no role {line.role}; there are {', '.join(Role.values)}."
    elif line.email:
        try:
            validate_email(line.email)
        except ValidationError:
            line.problem = "This is no e-mail address."
    seen.add(name.casefold())
    return line


def bring_in(klass: Class, lines: list[Line]) -> int:
    """Invite the good lines, mark those already there, and return how many are new."""
    if not lines:
        raise Unreadable("There is no line in it.")
    if len(lines) > MOST_LINES:
        raise Unreadable(f"More than {MOST_LINES} lines.")
    with transaction.atomic():
        there = {name.casefold() for name in klass.invitations.values_list("name", flat=True)}
        there |= {name.casefold() for name in klass.enrolments.values_list("name", flat=True)}
        for line in lines:
            if not line.problem and line.name.casefold() in there:
                line.problem = "This name is in the class already."
        new = [
            Invitation(klass=klass, name=line.name, email=line.email, role=line.role)
            for line in lines
            if not line.problem
        ]
        Invitation.objects.bulk_create(new, batch_size=500)
    return len(new)
