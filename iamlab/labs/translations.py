"""A lab in other languages: folders `i18n/<language>/` that name texts by the ids that lead to them.

A text that a translation lacks stays English, each for itself: half a translation is a help already.
"""

import copy
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import yaml
from django.conf.locale import LANG_INFO
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation.trans_real import parse_accept_lang_header

from iamlab.labs.models import Attempt, LabVersion
from iamlab.people.models import Person

ENGLISH = "en"
Lab = dict[str, Any]
Way = tuple[str | int, ...]
Place = tuple[Way, Any, str | int]  # how a text is found, what holds it, and under which key

QUESTION_PARTS = {
    "options": ("text", "why"),
    "pairs": ("text",),
    "items": ("text",),
    "choices": ("text",),
    "beside": ("why",),
}


def texts(lab: Lab) -> Iterator[Place]:
    """Every text of a lab that a learner reads."""
    yield from _of(lab, (), "title", "summary")
    for name, spec in (lab.get("bind") or {}).items():
        yield ("bind", name), spec, "until"
    for name, spec in (lab.get("variants") or {}).items():
        yield ("variants", name), spec, "until"
    for who in lab.get("sign_ins") or ():
        yield ("sign_ins", who["label"]), who, "label"
    for step in lab["steps"]:
        yield from _step(("steps", step["id"]), step)
    for question in lab.get("questions") or ():
        yield from _question(("questions", question["id"]), question)
    for name in lab.get("media") or ():
        yield ("media", name), lab["media"], name


def _of(holder: Any, way: Way, *keys: str) -> Iterator[Place]:
    for key in keys:
        if holder.get(key):
            yield (*way, key), holder, key


def _step(way: Way, step: Any) -> Iterator[Place]:
    yield from _of(step, way, "title", "actor", "markdown", "group")
    for index in range(len(step.get("hints") or ())):
        yield (*way, "hints", index), step["hints"], index
    for check in step.get("checks") or ():
        at: Way = (*way, "checks", check["id"])
        yield from _of(check, at, "title", "say")
        for mistake in check.get("mistakes") or ():
            yield (*at, "mistakes", mistake["code"]), mistake, "say"


def _question(way: Way, question: Any) -> Iterator[Place]:
    yield from _of(question, way, "text", "why", "wrong")
    for part, keys in QUESTION_PARTS.items():
        for one in question.get(part) or ():
            yield from _of(one, (*way, part, one["id"]), *keys)


def found(translation: Any, way: Iterable[str | int]) -> str:
    """The text that a translation has at a place, "" where it has none."""
    for key in way:
        if isinstance(translation, list) and isinstance(key, int):
            translation = translation[key] if key < len(translation) else None
        else:
            translation = translation.get(key) if isinstance(translation, dict) else None
    return translation if isinstance(translation, str) else ""


def translate(lab: Lab, translation: Any) -> Lab:
    """A lab with the texts that a translation has in place of its own; words accepted as answers come to the others."""
    told = copy.deepcopy(lab)
    for way, holder, key in list(texts(told)):
        holder[key] = found(translation, way) or holder[key]
    for question in told.get("questions") or ():
        also = (translation.get("questions") or {}).get(question["id"], {}).get("accept", [])
        if also:
            question["accept"] = [*question.get("accept", ()), *also]
    return told


def read(folder: Path, steps: Iterable[Lab]) -> dict[str, Any]:
    """The translations of a lab's folder by language, each one mapping that leads to its texts by ids."""
    return {path.name: _read(path, steps) for path in sorted(folder.glob("i18n/*")) if path.is_dir()}


def _read(folder: Path, steps: Iterable[Lab]) -> Lab:
    def part(name: str) -> Any:
        path = folder / name
        return (yaml.safe_load(path.read_text(encoding="utf-8")) if path.exists() else None) or {}

    translation: Lab = part("lab.yaml")
    translation["questions"] = part("questions.yaml")
    translation["media"] = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("media/*.svg")}
    for step in steps:
        path = folder / step.get("text", "")
        if path.is_file():
            own = translation.setdefault("steps", {}).setdefault(step["id"], {})
            own["markdown"] = path.read_text(encoding="utf-8")
    return translation


# Kept by digest and language, which never change what they stand for: a panel asks at every page.
_told: dict[tuple[str, str], Lab] = {}
MOST = 50


def lab_of(attempt: Attempt) -> Lab:
    """The lab as an attempt has it: pinned, in the language of its learner."""
    version: LabVersion = attempt.lab_version
    lab: Lab = version.data
    if attempt.language not in lab.get("i18n", {}):
        return lab
    key = (version.digest, attempt.language)
    if key not in _told:
        if len(_told) >= MOST:
            _told.clear()
        _told[key] = translate(lab, lab["i18n"][attempt.language])
    return _told[key]


def languages(lab: Lab) -> list[tuple[str, str]]:
    """(code, own name) of each language that a lab is told in; English alone where nobody translated it."""
    codes = [ENGLISH, *lab.get("i18n", {})]
    return [(code, LANG_INFO[code]["name_local"]) for code in codes if code in LANG_INFO]


def others(lab: Lab, language: str) -> list[tuple[str, str]]:
    """The languages that a lab may be had in as well."""
    told = language if language in lab.get("i18n", {}) else ENGLISH
    return [(code, name) for code, name in languages(lab) if code != told]


def attribute(lab: Lab, language: str) -> SafeString:
    """The attribute of what is not English in an English page, for who has it read aloud."""
    return format_html(' lang="{}"', language) if language in lab.get("i18n", {}) else SafeString()


def of_browser(request: HttpRequest, labs: Iterable[Lab]) -> str:
    """The first language that a browser asks for and that some lab is told in; English without one."""
    known = {ENGLISH}.union(*(lab.get("i18n", {}) for lab in labs))
    wanted = parse_accept_lang_header(request.headers.get("Accept-Language", "").lower())
    either = (code for tag, _ in wanted for code in (tag, tag.partition("-")[0]))
    return next((code for code in either if code in known), ENGLISH)


def spoken(person: Person) -> str:
    """The language of a person's newest attempt: what they chose last. "" before the first."""
    newest = Attempt.objects.filter(person=person).order_by("-pk").values_list("language", flat=True).first()
    return newest or ""
