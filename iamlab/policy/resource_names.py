"""A resource's ARN in the words of the console: "BucketName | string like | customer-bills"."""

import re

from . import catalog
from .findings.patterns import PLAIN_NAMES, matching_formats, without_variables

PLACEHOLDER = re.compile(r"\$\{([^{}]*)\}")
# Account and partition go without saying.
LEFT_OUT = ("Partition", "Account")


def describe(arn: str) -> str:
    """The parts of an ARN pattern that say something, by the names of its format; the ARN itself where none fits."""
    plain = without_variables(arn)
    formats = catalog.arn_formats().get(plain.split(":", 5)[2], ()) if plain.count(":") >= 5 else ()
    # The format with the most literal text is the closest.
    fitting = sorted(matching_formats(plain, formats), key=lambda form: -len(PLACEHOLDER.sub("", form)))
    for form in fitting:
        found = _pattern_of(form).fullmatch(arn)
        if found:
            names = PLACEHOLDER.findall(form)
            pairs = [(name, value) for name, value in zip(names, found.groups(), strict=True) if value]
            said = [(name, value) for name, value in pairs if name not in LEFT_OUT and (name, value) != ("Region", "*")]
            return (
                ", ".join(f"{name} | string like | {'All' if value == '*' else value}" for name, value in said) or arn
            )
    return arn


def _pattern_of(form: str) -> re.Pattern:
    """A format as a regular expression; a placeholder before the last is as short as can be, so that nothing backtracks
    further than the ARN's length times the handful of placeholders."""
    pieces = PLACEHOLDER.split(form)
    text = re.escape(pieces[0])
    for name, after in zip(pieces[1::2], pieces[2::2], strict=True):
        excluded = PLAIN_NAMES.get(f"${{{name}}}", "") or ("" if not after else after[0])
        text += f"([^{re.escape(excluded)}]*)" if excluded else "(.*)"
        text += re.escape(after)
    return re.compile(text, re.DOTALL)
