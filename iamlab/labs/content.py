"""Labs on disk: folders of data, read once per process, pinned in a row when an attempt begins."""

import hashlib
import json
import logging
from collections.abc import Callable, Collection
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings
from django.db.models import QuerySet

from iamlab.labs import translations
from iamlab.labs.models import Attempt, LabVersion
from iamlab.labs.places import LOADER
from iamlab.labs.vocabulary import tell
from iamlab.people.models import Person

CONTENT = Path(__file__).parent / "content"
ABBREVIATIONS = ("abac", "mfa", "scp")
Lab = dict[str, Any]
# What else than the catalogue gives a lab to a person: (person, id of the lab) -> the lab, or None.
elsewhere: list[Callable[[Person, str], Lab | None]] = []
log = logging.getLogger(__name__)


def folders(root: Path = CONTENT) -> list[Path]:
    """Lab folders in the order of the index, then by name."""
    order = [name for names in chapters(root).values() for name in names]
    found = {path.parent.name: path.parent for path in root.glob("*/lab.yaml")}
    return [found[name] for name in order if name in found] + [found[n] for n in sorted(found) if n not in order]


def chapters(root: Path = CONTENT) -> dict[str, list[str]]:
    """The catalogue's headings, each with its labs."""
    return read_yaml(root / "index.yaml") or {}


def read_yaml(path: Path) -> Any:
    return yaml.load(path.read_text(encoding="utf-8"), Loader=LOADER) if path.exists() else None


def read(folder: Path) -> Lab:
    """A lab folder as one JSON-able object, with its translations."""
    lab = english(folder)
    told = translations.read(folder, lab.get("steps", ()))
    return {**lab, "i18n": told} if told else lab


def english(folder: Path) -> Lab:
    """What a lab folder says itself: lab.yaml with its step texts, questions, lines and figures."""
    lab: Lab = read_yaml(folder / "lab.yaml")
    for step in lab.get("steps", ()):
        if step.get("text"):
            step["markdown"] = (folder / step["text"]).read_text(encoding="utf-8")
    lab["media"] = {path.name: path.read_text(encoding="utf-8") for path in sorted(folder.glob("media/*.svg"))}
    for part in ("questions", "start", "solution", "mistakes"):
        lab.setdefault(part, read_yaml(folder / f"{part}.yaml") or [])
    return lab


def catalogue() -> dict[str, Lab]:
    """Every shipped lab by id, in order. With DEBUG a changed file shows at the next look, as authors want it."""
    files = CONTENT.rglob("*") if settings.DEBUG else ()
    return _catalogue(max((path.stat().st_mtime_ns for path in files), default=0))


def told_to(person: Person, lab_id: str) -> Lab | None:
    """A lab by its id, for who may know of it."""
    found = catalogue().get(lab_id)
    return found or next((lab for rule in elsewhere if (lab := rule(person, lab_id)) is not None), None)


@lru_cache(maxsize=1)
def _catalogue(changed: int) -> dict[str, Lab]:
    return {lab["id"]: lab for lab in map(read, filter(is_sound, folders(CONTENT)))}


def is_sound(folder: Path) -> bool:
    """Whether a lab's files have no errors. One that has some never reaches learners; the log says where they are."""
    from iamlab.labs import validator  # it reads folders by this module

    try:
        wrong = [problem for problem in validator.problems(folder) if problem.severity == "error"]
    except Exception:  # a fault of ours that only this lab shows: the others go on all the same
        log.exception("Lab %s is left out: it cannot be read", folder.name)
        return False
    for problem in wrong:
        log.error("Lab %s is left out: %s", folder.name, problem)
    return not wrong


def pin(lab: Lab) -> LabVersion:
    """The row of this very version; attempts hold on to it."""
    text = json.dumps(lab, sort_keys=True, default=str)
    digest = hashlib.sha256(text.encode()).hexdigest()
    return LabVersion.objects.get_or_create(
        digest=digest, defaults={"lab": lab["id"], "version": str(lab["version"]), "data": json.loads(text)}
    )[0]


def lightly(rows: QuerySet[Attempt]) -> QuerySet[Attempt]:
    """Attempts with their sandboxes and labs, of which this process has most already: see LabVersion."""
    return rows.select_related("sandbox", "lab_version").defer("lab_version__data")


def names(lab: Lab, bound: Lab) -> dict[str, str]:
    """What to call things in texts: as the learner did, or, until they chose, in the lab's own words."""
    open_names = {**(lab.get("bind") or {}), **(lab.get("variants") or {})}
    until = {name: spec.get("until", name) for name, spec in open_names.items()}
    return until | {name: value for name, value in bound.items() if isinstance(value, str)}


def waiting(lab: Lab, missing: Collection[str], bound: Lab) -> str:
    """What a check that needs other steps says until these are done."""
    return f"This counts once {titles(lab, missing, names(lab, bound))} {'is' if len(missing) == 1 else 'are'} done."


def titles(lab: Lab, steps: Collection[str], called: dict[str, str]) -> str:
    """Steps by their titles, in the lab's order, as a part of a sentence."""
    return " and ".join(f"“{tell(step['title'], called)}”" for step in lab["steps"] if step["id"] in steps)


def concept(code: str) -> str:
    """What a question or a lab is about, in words."""
    return code.upper() if code in ABBREVIATIONS else code.replace("-", " ")


def step_of(lab: Lab, step_id: str) -> dict[str, Any] | None:
    return next((step for step in lab["steps"] if step["id"] == step_id), None)


def question_of(lab: Lab, question_id: str) -> dict[str, Any] | None:
    return next((question for question in lab["questions"] if question["id"] == question_id), None)


def checks_of(lab: Lab) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """(step, check) of every check."""
    return [(step, check) for step in lab["steps"] for check in step.get("checks", ())]
