"""The heat map as HTML: made in Python, once for each change of a learner, because a page has five thousand cells."""

from datetime import datetime, timedelta

from django.urls import reverse
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString

from iamlab.classroom import heat
from iamlab.classroom.cells import Cell

# state -> (class, symbol, word)
LOOKS = {
    "locked": ("x", "\N{EN DASH}", "Locked"),
    "open": ("o", "\N{MIDDLE DOT}", "To do"),
    "in_progress": ("w", "\N{CIRCLE WITH LEFT HALF BLACK}", "Working"),
    "passed": ("p", "\N{CHECK MARK}", "Done"),
    "passed_with_help": ("p", "\N{CHECK MARK}+", "With help"),
    "skipped": ("x", "\N{RIGHT-POINTING DOUBLE ANGLE QUOTATION MARK}", "Skipped"),
    "overridden": ("m", "\N{PENCIL}", "Marked"),
    "regressed": ("r", "\N{ANTICLOCKWISE OPEN CIRCLE ARROW}", "Undone"),
    "read": ("o", "\N{WHITE CIRCLE}", "Read"),
}
MARKS = {"stuck": ("error", "Stuck"), "idle": ("stopped", "Idle"), "hand": ("warning", "Hand up")}
UPDATE_BYTES = 18_000


def duration(minutes: int) -> str:
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h"


def cell_html(enrolment: int, place: int, cell: Cell | None) -> SafeString:
    if cell is None:
        return SafeString(f'<td id="c{enrolment}-{place}" class="h-x"></td>')
    css, symbol, word = LOOKS[cell.state]
    parts = [duration(cell.minutes)] if cell.minutes is not None else []
    parts += [f"{cell.tries} tr{'y' if cell.tries == 1 else 'ies'}"] if cell.tries else []
    small = f"<small>{', '.join(parts)}</small>" if parts else ""
    # Nothing here is typed by anybody: numbers, and words of ours.
    return SafeString(f'<td id="c{enrolment}-{place}" class="h-{css}">{symbol} {word}{small}</td>')


def cells_html(row: heat.Row, steps: tuple[str, ...]) -> SafeString:
    """All cells of a learner, kept with the facts that they show: empty for what their version of the lab has not."""
    cells = row.facts.cells if row.facts is not None else {}
    kept = row.facts.html if row.facts is not None else {}
    if steps not in kept:
        kept[steps] = SafeString(
            "".join(cell_html(row.enrolment_id, place, cells.get(step)) for place, step in enumerate(steps))
        )
    return kept[steps]


def head_html(row: heat.Row, marks: list[str], urls: str, number: int | None) -> SafeString:
    """A learner's name (a number on the projector) with the marks borne now."""
    name: str = conditional_escape(row.name)
    if number is not None:
        name = f"Learner {number}"
    elif row.attempt_id is not None:
        name = f'<a href="{urls}{row.attempt_id}/">{name}</a>'
    shown = "".join(f'<span class="badge h-{mark}">{MARKS[mark][1]}</span>' for mark in marks)
    return SafeString(f'<th scope="row" id="n{row.enrolment_id}">{name}{shown}</th>')


def column_html(place: int, column: heat.Column, url: str) -> SafeString:
    numbers = column_numbers(place, column)
    return format_html('<th scope="col"><a href="{}">{}</a>{}</th>', url, column.title, numbers)


def column_numbers(place: int, column: heat.Column) -> SafeString:
    """What changes of a column's head."""
    minutes = "" if column.minutes is None else f"{column.minutes:g} min"
    code = f"{column.code} ({column.code_count})" if column.code else ""
    return format_html(
        '<div id="h{}"><b>{} %</b><small>{}</small><small class="mono">{}</small></div>',
        place,
        column.share,
        minutes,
        code,
    )


def numbers(rows: list[heat.Row]) -> dict[int, int]:
    """Numbers for the projector, in the order of joining, which says nothing of names."""
    return {pk: number for number, pk in enumerate(sorted(row.enrolment_id for row in rows), 1)}


def attempts_url(class_id: int) -> str:
    return reverse("attempt-timeline", args=[class_id, 0])[: -len("0/")]


def step_urls(class_id: int, assignment_id: int, board: heat.Board, projector: bool) -> list[str]:
    more = "?projector=1" if projector else ""
    return [reverse("heat-step", args=[class_id, assignment_id, column.id]) + more for column in board.columns]


def body_html(board: heat.Board, class_id: int, now: datetime, projector: bool) -> SafeString:
    """All rows."""
    urls, named = attempts_url(class_id), numbers(board.rows)
    steps = tuple(column.id for column in board.columns)
    parts = []
    for row in sorted(board.rows, key=lambda row: row.enrolment_id) if projector else board.rows:
        number = named[row.enrolment_id] if projector else None
        head = head_html(row, heat.marks(row, board.columns, now), urls, number)
        parts.append(f'<tr id="r{row.enrolment_id}">{head}{cells_html(row, steps)}</tr>')
    return SafeString("".join(parts))


def update(
    board: heat.Board, class_id: int, since: datetime, now: datetime, projector: bool
) -> tuple[list[SafeString], datetime] | None:
    """The cells and names that changed behind the cursor, and the next cursor: what is too much comes with the next.

    None when the whole page should be asked for anew instead.
    """
    urls, named = attempts_url(class_id), numbers(board.rows)
    changes: list[tuple[datetime, int, int, Cell]] = []  # when, which place, whose, what
    named_anew: list[heat.Row] = []
    for row in board.rows:
        cells = row.facts.cells if row.facts is not None else {}
        own = [(place, cells[column.id]) for place, column in enumerate(board.columns) if column.id in cells]
        changes += [(cell.changed, place, row.enrolment_id, cell) for place, cell in own if cell.changed > since]
        happened = row.happened is not None and row.happened > since
        if happened or heat.marks(row, board.columns, since) != heat.marks(row, board.columns, now):
            named_anew.append(row)
    heads = [column_numbers(place, column) for place, column in enumerate(board.columns)]
    pieces = []
    for row in named_anew:
        number = named[row.enrolment_id] if projector else None
        pieces.append(head_html(row, heat.marks(row, board.columns, now), urls, number))
    size = sum(map(weight, [*heads, *pieces]))
    if size > UPDATE_BYTES:
        return None
    for time, place, enrolment, cell in sorted(changes, key=lambda change: change[:3]):
        piece = cell_html(enrolment, place, cell)
        size += weight(piece)
        if size > UPDATE_BYTES:
            return [*pieces, *heads], time - timedelta(microseconds=1)
        pieces.append(piece)
    return ([*pieces, *heads] if pieces else []), now


def weight(piece: SafeString) -> int:
    """Bytes of a piece in an update, its wrapping included."""
    return len(piece.encode()) + len("<template></template> hx-swap-oob=true")
