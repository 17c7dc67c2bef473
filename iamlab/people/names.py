"""Names that people give themselves and others: one line of text that can be shown."""

import re
import unicodedata

# Within Persian and Indic words, and between emoji that make one sign together.
JOINERS = dict.fromkeys(map(ord, "\u200c\u200d"))
# Letters and signs without any ink.
BLANK = dict.fromkeys(map(ord, "\u115f\u1160\u2800\u3164\uffa0"))
# Letters of their own in Unicode, which people look for among those that they come from.
LIKE = {
    ord(letter): plain
    for letter, plain in {
        "æ": "ae",
        "œ": "oe",
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "ħ": "h",
        "ı": "i",
    }.items()
}


def one_line(text: str) -> str:
    return " ".join(text.split())


def can_be_shown(name: str) -> bool:
    """Whether there is something to see in a name, and nothing that changes what stands around it."""
    letters = name.translate(JOINERS)
    return letters.isprintable() and bool(letters.translate(BLANK).strip())


def order(name: str) -> tuple[str, str]:
    """What lists of names are sorted by, as people look for them: case and accents count for nothing but between names
    that are equal else, and of numbers the value counts.
    """
    letters = unicodedata.normalize("NFKD", name.casefold())
    plain = "".join(letter for letter in letters if not unicodedata.combining(letter)).translate(LIKE)
    return re.sub(r"\d+", lambda number: number[0].lstrip("0").zfill(20), plain), name
