"""What no template may hold: unescaped text, what the Content-Security-Policy would refuse, a form without address."""

import gzip
import hashlib
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FORBIDDEN = {
    "unescaped text": re.compile(r"\|\s*safe(seq)?\b|\{%\s*autoescape\s+off"),
    "an inline style": re.compile(r"<style\b|[\s\"']style\s*=", re.IGNORECASE),
    "an inline handler": re.compile(r"[\s\"'](hx-)?on[a-z:-]+\s*=\s*[\"']|javascript:", re.IGNORECASE),
    "an inline script": re.compile(r"<script\b(?![^>]*\bsrc=)", re.IGNORECASE),
    # htmx would send it to the address bar, which has moved on already where somebody clicked twice.
    "a link without a path": re.compile(r"\b(href|formaction|hx-get|hx-post)\s*=\s*[\"'](\?|[\"'])"),
    # Where it scrolls, on a phone, the keyboard has to reach it.
    "a scrolling table without focus": re.compile(r"class=\"table-scroll\"(?![^>]*tabindex)"),
    "evaluated attributes": re.compile(r"=\s*[\"']\s*js:"),
}
FORM = re.compile(r"<form\b(?:\{%.*?%\}|\{\{.*?\}\}|\"[^\"]*\"|[^>\"{])*>")


def faults(text: str) -> list[str]:
    """What a template holds that it may not, with its lines."""
    found = []
    for name, pattern in FORBIDDEN.items():
        for match in pattern.finditer(text):
            found.append(f"line {text.count(chr(10), 0, match.start()) + 1}: {name}")
    for match in FORM.finditer(text):
        if not re.search(r"\baction=\"[^\"]", match[0]) and "flat_attrs" not in match[0]:
            found.append(f"line {text.count(chr(10), 0, match.start()) + 1}: a form without an action")
    return found


def test_no_template_is_unsafe_or_inline():
    templates = [path for folder in ("templates", "iamlab") for path in (ROOT / folder).rglob("*.html")]
    broken = {str(path.relative_to(ROOT)): faults(path.read_text()) for path in templates}
    assert {path: found for path, found in broken.items() if found} == {}


@pytest.mark.parametrize(
    "text",
    [
        "<p>{{ name|safe }}</p>",
        "{{ names | safeseq }}",
        "{% autoescape off %}{{ name }}{% endautoescape %}",
        '<div class="a" style="color: red">',
        '<a href="#" onclick="go()">',
        '<a hx-on:click="go()">',
        '<a href="javascript:go()">',
        "<script>go()</script>",
        "<style>p { color: red }</style>",
        "<div hx-vals='js:{a: b()}'>",
        '<a href="?page=2">',
        '<div class="table-scroll"><table>',
        '<button formaction="">',
        '<form method="post">',
        '<form method="post"{% if a > b %} class="stack"{% endif %}>',
        '<form method="get" action="">',
    ],
)
def test_each_of_these_is_found(text):
    assert faults(text)


def test_a_script_of_ours_and_plain_words_are_not():
    text = """<script src="{% static 'console.js' %}" defer></script>\n<p>Sign on = once; a safe style.</p>{{ name }}"""
    assert faults(text) == []
    assert faults('<form method="post" class="{% if a > b %}x{% endif %}" action="{{ request.path }}">') == []


def test_the_vendored_editor_that_templates_name_is_there_compressed_and_with_its_licences():
    template = (ROOT / "templates" / "console" / "editor" / "json.html").read_text()
    name = re.search(r"vendor/(codemirror\.[0-9a-f]{12}\.js)", template)[1]
    vendor = ROOT / "static" / "vendor"
    content = (vendor / name).read_bytes()
    assert hashlib.sha256(content).hexdigest().startswith(name.split(".")[1])
    packed = (vendor / f"{name}.gz").read_bytes()
    assert gzip.decompress(packed) == content
    assert len(packed) <= 200_000
    assert "Marijn Haverbeke" in (vendor / "codemirror.LICENSE.txt").read_text()


def test_the_javascript_of_ours_stays_small():
    assert sum(len(path.read_text().splitlines()) for path in (ROOT / "static").glob("*.js")) < 600
