"""Does a translation fit its lab? Its languages, ids, names to fill in, figures; what it lacks is only warned of."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from django.conf.locale import LANG_INFO

from iamlab.labs import translations
from iamlab.labs.places import Problem, Source, Steps
from iamlab.labs.texts import IMAGE, WHERE
from iamlab.labs.vocabulary import VARIABLE

CODE = re.compile(r"`[^`\n]+`")
FENCE = re.compile(r"^```", re.MULTILINE)
Lab = dict[str, Any]
Say = Callable[..., Problem]  # (message, severity) -> a problem at the place of a text
# What a text and its translation have in common, and how it is called.
SAME: list[tuple[str, Callable[[str], Any]]] = [
    ("names to fill in", lambda text: sorted(set(VARIABLE.findall(text)))),
    ("figures", lambda text: sorted(match["file"] for match in IMAGE.finditer(text))),
    ("places to show", lambda text: sorted(match["id"] for match in WHERE.finditer(text))),
    ("number of code blocks", lambda text: len(FENCE.findall(text)) // 2),
    ("notes of then and now", lambda text: text.count("::then-now")),
]


def problems(folder: Path, lab: Lab) -> Iterator[Problem]:
    """What is wrong with the translations of a lab that is good itself; `lab` is as its folder has it in English."""
    known = {way: holder[key] for way, holder, key in translations.texts(lab)}
    for path in sorted(folder.glob("i18n/*")):
        name = f"i18n/{path.name}"
        if not path.is_dir() or path.name not in LANG_INFO or path.name == translations.ENGLISH:
            yield Problem(name, 1, 1, "this is no folder of a language, named as in `de`, `uk` or `pt-br`")
            continue
        yield from _language(path, name, lab, known)


def _language(folder: Path, name: str, lab: Lab, known: dict[Steps, str]) -> Iterator[Problem]:
    seen: set[Steps] = set()
    sources = {part: Source(folder / part, f"{name}/{part}") for part in _present(folder)}
    for part, source in sources.items():
        if source.broken is not None:
            yield source.broken
            continue
        above: Steps = ("questions",) if part == "questions.yaml" else ()
        for where, text in _leaves(source.data or {}, ()):
            way = (*above, *where)
            seen.add(way)
            yield from _text(known.get(way), text, way, _at(source, where))
    texts = {step["text"]: ("steps", step["id"], "markdown") for step in lab["steps"] if step.get("text")}
    files: dict[str, Steps] = {**texts, **{f"media/{image}": ("media", image) for image in lab.get("media", ())}}
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        part = str(path.relative_to(folder))
        if part in sources:
            continue
        if part not in files:
            yield Problem(f"{name}/{part}", 1, 1, f"the lab has no {part} to be translated")
            continue
        seen.add(files[part])
        source = Source.of_text(f"{name}/{part}")
        yield from _text(known[files[part]], path.read_text(encoding="utf-8"), files[part], _at(source, ()))
    yield from _missing(name, known, seen, sources, {way: part for part, way in files.items()})


def _present(folder: Path) -> list[str]:
    return [part for part in ("lab.yaml", "questions.yaml") if (folder / part).exists()]


def _at(source: Source, where: Steps) -> Say:
    return lambda message, severity="error": source.problem(where, message, severity)


def _leaves(data: Any, where: Steps) -> Iterator[tuple[Steps, Any]]:
    """Everything in a translation that is no mapping and no list, by the keys that lead to it."""
    if isinstance(data, dict):
        for key, value in data.items():
            yield from _leaves(value, (*where, key))
    elif isinstance(data, list):
        for index, value in enumerate(data):
            yield from _leaves(value, (*where, index))
    else:
        yield where, data


def _text(english: str | None, text: Any, way: Steps, say: Say) -> Iterator[Problem]:
    """One text beside the one that it stands for."""
    accepted = way[:1] == ("questions",) and way[2:3] == ("accept",)
    if not isinstance(text, str) or not text.strip():
        yield say("a translation is a text")
    elif english is None and not accepted:
        yield say(f"the lab has no text {'/'.join(map(str, way))}")
    elif english is not None and way[0] != "media":
        for what, of in SAME:
            if of(english) != of(text):
                yield say(f"the {what} are not those of the English text: {of(text)}, there {of(english)}")
        if sorted(CODE.findall(english)) != sorted(CODE.findall(text)):
            yield say("what stands in `code` is not what stands so in the English text", "warning")
        if "![](" in text:
            yield say("an image has no text for who cannot see it")


def _missing(
    name: str, known: dict[Steps, str], seen: set[Steps], sources: dict[str, Source], files: dict[Steps, str]
) -> Iterator[Problem]:
    for way in known:
        if way in seen:
            continue
        if way in files:
            yield Problem(f"{name}/{files[way]}", 1, 1, "is not there: what it stands for stays English", "warning")
            continue
        part, where = ("questions.yaml", way[1:]) if way[0] == "questions" else ("lab.yaml", way)
        source = sources.get(part) or Source.of_text(f"{name}/{part}")
        yield source.problem(where, f"{'/'.join(map(str, way))} is not translated and stays English", "warning")
