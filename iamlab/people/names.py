"""Names that people give themselves and others: one line of text that can be shown."""

# Within Persian and Indic words, and between emoji that make one sign together.
JOINERS = dict.fromkeys(map(ord, "\u200c\u200d"))
# Letters and signs without any ink.
BLANK = dict.fromkeys(map(ord, "\u115f\u1160\u2800\u3164\uffa0"))


def one_line(text: str) -> str:
    return " ".join(text.split())


def can_be_shown(name: str) -> bool:
    """Whether there is something to see in a name, and nothing that changes what stands around it."""
    letters = name.translate(JOINERS)
    return letters.isprintable() and bool(letters.translate(BLANK).strip())
