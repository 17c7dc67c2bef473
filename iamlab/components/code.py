"""JSON and command lines as numbered, coloured, marked lines of HTML."""

import re
from difflib import SequenceMatcher

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

# A string that does not close is one to the line's end: sought from each of its quotes it would take the square of its
# length.
JSON_TOKEN = re.compile(
    r'(?P<k>"(?:[^"\\]|\\.)*"(?=\s*:))|(?P<s>"(?:[^"\\]|\\.)*"?)|(?P<w>\b(?:true|false|null|-?\d[\d.eE+-]*)\b)'
)


def code_lines(text: str, language: str = "json", marks: list[dict] | None = None) -> list[SafeString]:
    """One piece of escaped HTML a line. `marks`: {first, last (or absent), kind, note (or absent)}; lines count from 1.

    `kind` is allow, deny, near, error, warning, info, add or del; `note` is shown at the end of the first marked line.
    """
    kinds: dict[int, str] = {}
    notes: dict[int, str] = {}
    for mark in marks or []:
        for number in range(mark["first"], mark.get("last", mark["first"]) + 1):
            kinds[number] = mark["kind"]
        if mark.get("note"):
            notes[mark["first"]] = mark["note"]
    colour = coloured_json if language == "json" else str
    return [
        code_line(colour(line), kinds.get(number), notes.get(number))
        for number, line in enumerate(text.split("\n"), start=1)
    ]


def difference(old: str, new: str) -> tuple[str, list[dict]]:
    """One text with the lines of both, and marks of kind del and add where they differ.

    By whole lines: difflib's ndiff looks for likeness within them too, which takes minutes for some hundreds of lines.
    """
    before, after = old.split("\n"), new.split("\n")
    lines: list[str] = []
    marks: list[dict] = []
    for tag, first, last, start, end in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            lines += before[first:last]
            continue
        for kind, some in (("del", before[first:last]), ("add", after[start:end])):
            marks += [{"first": len(lines) + number, "kind": kind} for number in range(1, len(some) + 1)]
            lines += some
    return "\n".join(lines), marks


def code_line(html: str | SafeString, kind: str | None, note: str | None) -> SafeString:
    css = f"line mark-{kind}" if kind else "line"
    # The line break is inside the span: what is selected and copied has it, and the counter does not double it.
    said = format_html(' <span class="note">{}</span>', note) if note else ""
    return format_html('<span class="{}">{}{}\n</span>', css, html, said)


def coloured_json(line: str) -> SafeString:
    pieces: list[tuple[str | SafeString]] = []
    end = 0
    for token in JSON_TOKEN.finditer(line):
        pieces.append((line[end : token.start()],))
        pieces.append((format_html('<span class="{}">{}</span>', token.lastgroup, token.group()),))
        end = token.end()
    pieces.append((line[end:],))
    return format_html_join("", "{}", pieces)
