"""Numbers that arrive as text: keys of rows and points, from forms and addresses."""

from django.urls.converters import IntConverter

MOST = 15  # digits; longer ones fit no key


def is_number(text: str) -> bool:
    """Whether a text is a whole number as a database takes it: ASCII digits only, and few."""
    return text.isascii() and text.isdigit() and len(text) <= MOST


class RowConverter(IntConverter):
    """A row's key in an address: a number that a database takes, so that a longer one is an address of nothing."""

    regex = f"[0-9]{{1,{MOST}}}"
