"""A lab's texts as safe HTML: CommonMark with the directives ::then-now, ::term and ::where."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

from iamlab.labs.vocabulary import tell

MARKDOWN = MarkdownIt("commonmark").enable("table")
THEN_NOW = re.compile(r"^::then-now\nthen: (?P<then>.+)\nnow: (?P<now>.+)$", re.MULTILINE)
# Of many brackets none is read to the text's end, and no way back is kept: a text cannot keep these busy.
TERM = re.compile(r"::term\[(?P<word>[^\[\]]++)\]\((?P<meaning>[^)]++)\)")
WHERE = re.compile(r"::where\[(?P<text>[^\[\]]++)\]\((?P<id>[\w-]++)\)")
IMAGE = re.compile(r"(?P<before>!\[[^\[\]]*+\]\()(?P<file>[\w-]++\.svg)\)")
SECRET = re.compile(r"(?<![\w/+=])[A-Za-z0-9/+]{40}(?![\w/+=])")  # of an access key, as AWS issues them


def hold_secret(text: str) -> bool:
    """Whether a text has what looks like the secret of an access key, ours or a real one; a digest in it is none."""
    return any(any(map(str.isdigit, one)) and one not in (one.lower(), one.upper()) for one in SECRET.findall(text))


def render(markdown: str, names: Mapping[str, Any], media: str = "") -> SafeString:
    """HTML of a text: what the learner chose is put in as plain text, then everything is cleaned.

    `media` is the address that the lab's images stand under.
    """
    plain = {name: value.replace("<", "&lt;") for name, value in names.items() if isinstance(value, str)}
    text = tell(directives(markdown, media), plain)
    return _cleaned(text)


def inline(markdown: str, names: Mapping[str, Any]) -> SafeString:
    """A line of text within another: as `render`, without a paragraph."""
    plain = {name: value.replace("<", "&lt;") for name, value in names.items() if isinstance(value, str)}
    return _cleaned_line(tell(markdown, plain))


# Kept: a panel shows the same texts beside page after page, and making HTML of one takes as long as a query.
@lru_cache(maxsize=512)
def _cleaned(text: str) -> SafeString:
    return mark_safe(nh3.clean(MARKDOWN.render(text)))  # noqa: S308 - nh3 has cleaned it


@lru_cache(maxsize=512)
def _cleaned_line(text: str) -> SafeString:
    return mark_safe(nh3.clean(MARKDOWN.renderInline(text)))  # noqa: S308 - nh3 has cleaned it


def directives(markdown: str, media: str) -> str:
    """What is ours in a text, said in CommonMark."""
    text = THEN_NOW.sub(r"> **Then** (2021): \g<then>\n>\n> **Now**: \g<now>", markdown)
    text = TERM.sub(r"**\g<word>** (*\g<meaning>*)", text)
    text = WHERE.sub(r"[\g<text>](#\g<id>)", text)
    return IMAGE.sub(rf"\g<before>{media}\g<file>)", text)
