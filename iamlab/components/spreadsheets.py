"""Values on their way into a CSV file, which a spreadsheet will open."""

from typing import Any

# The wide ones are typed in Japan, and read there as their narrow ones (OWASP: "CSV Injection").
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def cell(value: Any) -> Any:
    """A value as a spreadsheet may have it: text that would be a formula there is told to be text."""
    if value is None:
        return ""
    if isinstance(value, str) and value != "-" and value.lstrip(" ").startswith(FORMULA):
        return f"'{value}"
    return value
