"""Numbers that arrive as text: keys of rows and points, from forms and addresses."""

MOST = 15  # digits; longer ones fit no key


def is_number(text: str) -> bool:
    """Whether a text is a whole number as a database takes it: ASCII digits only, and few."""
    return text.isascii() and text.isdigit() and len(text) <= MOST
