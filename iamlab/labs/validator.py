"""Read a lab's folder as an author wrote it and say what is wrong, with file, line and column."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from iamlab.labs import content, grammar, scoring, validate_tests, validate_translations, wheres
from iamlab.labs.places import Problem, Source, Steps
from iamlab.labs.validate_tests import shaped
from iamlab.labs.vocabulary import VARIABLE

PARTS = ("questions", "start", "solution", "mistakes")
IMAGE = re.compile(r"!\[(?P<text>[^\]]*)\]\((?P<file>[^)\s]+)[^)]*\)")
LONG_SENTENCE = 35  # words; a newcomer loses the thread
ALWAYS_BOUND = {"account"}


class Names:
    """What a lab defines, for others to refer to."""

    def __init__(self, lab: Any, files: dict[str, Source]) -> None:
        steps = [step for step in _list(lab, "steps") if isinstance(step, dict)]
        self.steps = [step.get("id") for step in steps]
        questions = files["questions"].data if "questions" in files else []
        self.questions = {q.get("id") for q in questions or () if isinstance(q, dict)}
        self.checks = {
            (step.get("id"), check.get("id")): check
            for step in steps
            for check in _list(step, "checks")
            if isinstance(check, dict)
        }
        self.faults = {fault.get("id") for fault in _list(lab, "faults") if isinstance(fault, dict)}
        self.bound = set(lab.get("bind") or ()) | ALWAYS_BOUND | _saved(files)


def _list(data: Any, key: str) -> list[Any]:
    found = data.get(key) if isinstance(data, dict) else None
    return found if isinstance(found, list) else []


def _saved(files: dict[str, Source]) -> set[str]:
    """Names that lines keep with `save`."""
    start = files["start"].data if "start" in files else []
    return {line["save"] for line in start or () if isinstance(line, dict) and "save" in line}


def problems(folder: Path) -> list[Problem]:
    """Everything that is wrong with a lab folder, in the order of its files."""
    if not (folder / "lab.yaml").exists():
        return [Problem("lab.yaml", 1, 1, f"{folder} has no lab.yaml")]
    files = {"lab": Source(folder / "lab.yaml", "lab.yaml")}
    for part in PARTS:
        if (folder / f"{part}.yaml").exists():
            files[part] = Source(folder / f"{part}.yaml", f"{part}.yaml")
    broken = [source.broken for source in files.values() if source.broken is not None]
    lab = files["lab"].data
    if broken or not isinstance(lab, dict):
        return broken or [files["lab"].problem((), "a lab is a mapping of keys to values")]
    names = Names(lab, files)
    found = list(_lab(files["lab"], folder, names))
    if "questions" in files:
        found += _questions(files["questions"], names)
    if "start" in files:
        found += _lines(files["start"], (), files["start"].data, names)
    for part, shape in (("solution", grammar.PART), ("mistakes", grammar.WRONG)):
        if part in files:
            found += _parts(files[part], shape, names)
    for needed in ("solution", "mistakes"):
        if needed not in files:
            found.append(Problem(f"{needed}.yaml", 1, 1, f"a lab proves itself by {needed}.yaml, which is missing"))
    if not any(problem.severity == "error" for problem in found):
        found += validate_translations.problems(folder, content.english(folder))
    return found


def _lab(source: Source, folder: Path, names: Names) -> Iterator[Problem]:
    lab = source.data
    yield from shaped(source, (), lab, grammar.LAB)
    if lab.get("id") != folder.name:
        yield source.problem(("id",), f"the id is {lab.get('id')!r}, the folder is called {folder.name!r}")
    for name, spec in (lab.get("bind") or {}).items():
        yield from shaped(source, ("bind", name), spec, grammar.BIND)
    for index, actor in enumerate(_list(lab, "actors")):
        yield from shaped(source, ("actors", index), actor, grammar.ACTOR)
    for index, fault in enumerate(_list(lab, "faults")):
        yield from shaped(source, ("faults", index), fault, grammar.FAULT)
        yield from _lines(source, ("faults", index, "lines"), _list(fault, "lines"), names)
    if sum(step.get("weight", 0) for step in lab.get("steps", ()) if _number(step)) <= 0:
        yield source.problem(("steps",), "the weights of the steps add up to nothing")
    for index, step in enumerate(_list(lab, "steps")):
        yield from shaped(source, ("steps", index), step, grammar.STEP)
        if isinstance(step, dict):
            yield from _step(source, ("steps", index), step, folder, names)
    yield from _twice(source, ("steps",), names.steps)
    yield from _circle(source, lab, names)


def _number(step: Any) -> bool:
    return isinstance(step, dict) and isinstance(step.get("weight", 0), int | float)


def _twice(source: Source, where: Steps, ids: list[Any]) -> Iterator[Problem]:
    for index, name in enumerate(ids):
        if name in ids[:index]:
            yield source.problem((*where, index, "id"), f"{name!r} is the id of an earlier one too")


def _circle(source: Source, lab: Any, names: Names) -> Iterator[Problem]:
    """Steps that wait for each other can never be begun."""
    steps = [step for step in _list(lab, "steps") if isinstance(step, dict)]
    left = {step.get("id"): set(_list(step, "needs")) & set(names.steps) for step in steps}
    while free := [step for step, needs in left.items() if not needs & set(left)]:
        for step in free:
            del left[step]
    if left:
        yield source.problem(("steps",), f"these steps need each other in a circle: {', '.join(map(str, left))}")


def _step(source: Source, where: Steps, step: grammar.Data, folder: Path, names: Names) -> Iterator[Problem]:
    weight, checks = step.get("weight", 0), _list(step, "checks")
    if isinstance(weight, int | float) and weight < 0:
        yield source.problem((*where, "weight"), "a weight is not negative")
    if isinstance(weight, int | float) and weight > 0 and not checks:
        yield source.problem((*where, "weight"), "a step without checks earns nothing: give it a check, or no weight")
    yield from _refer(source, (*where, "needs"), _list(step, "needs"), names.steps, "step")
    yield from _refer(source, (*where, "questions"), _list(step, "questions"), names.questions, "question")
    yield from _unbound(source, where, {key: step.get(key) for key in ("title", "actor", "hints")}, names)
    for index, hint in enumerate(_list(step, "hints")):
        if not isinstance(hint, str) or not hint.strip():
            yield source.problem((*where, "hints", index), "a hint is a text")
    if len(_list(step, "hints")) > 3:
        yield source.problem((*where, "hints"), "there are three tiers of hints: nudge, pointer, exact")
    if isinstance(step.get("text"), str):
        yield from _text(source, (*where, "text"), folder / step["text"], folder, names)
    if "where" in step:
        yield from _refer(source, (*where, "where"), [step["where"]], wheres.PAGES, "control of the console")
    if "fault" in step:
        yield from _refer(source, where, [step["fault"]], names.faults, "fault")
    yield from _twice(source, (*where, "checks"), [check.get("id") for check in checks if isinstance(check, dict)])
    for index, check in enumerate(checks):
        yield from _check(source, (*where, "checks", index), check, names)


def _check(source: Source, where: Steps, check: Any, names: Names) -> Iterator[Problem]:
    yield from shaped(source, where, check, grammar.CHECK)
    if not isinstance(check, dict):
        return
    if check.get("latch", "hold") not in ("hold", "once"):
        yield source.problem((*where, "latch"), "a latch is once or hold")
    bonus = check.get("bonus", 1)
    if isinstance(bonus, int | float) and not 0 < bonus <= scoring.BONUS_MOST:
        yield source.problem((*where, "bonus"), f"a bonus is above 0 and at most {scoring.BONUS_MOST:g} points")
    yield from _refer(source, (*where, "needs"), _list(check, "needs"), names.steps, "step")
    yield from _unbound(source, where, {key: check.get(key) for key in ("title", "say", "test")}, names)
    yield from validate_tests.test(source, (*where, "test"), check.get("test"), names.questions)
    for index, mistake in enumerate(_list(check, "mistakes")):
        place: Steps = (*where, "mistakes", index)
        yield from shaped(source, place, mistake, grammar.MISTAKE)
        if isinstance(mistake, dict):
            yield from _unbound(source, place, mistake, names)
            yield from validate_tests.test(source, (*place, "when"), mistake.get("when"), names.questions)


def _refer(source: Source, where: Steps, wanted: list[Any], known: Any, kind: str) -> Iterator[Problem]:
    for index, name in enumerate(wanted):
        if name not in known:
            yield source.problem((*where, index), f"there is no {kind} {name!r}")


def _unbound(source: Source, where: Steps, data: Any, names: Names) -> Iterator[Problem]:
    """Every `{{name}}` somewhere in the data must be bound."""
    if isinstance(data, str):
        for name in VARIABLE.findall(data):
            if name not in names.bound:
                yield source.problem(where, f"{{{{{name}}}}} is bound nowhere; see bind")
    elif isinstance(data, dict):
        for key, value in data.items():
            yield from _unbound(source, (*where, key), value, names)
    elif isinstance(data, list):
        for index, value in enumerate(data):
            yield from _unbound(source, (*where, index), value, names)


def _text(source: Source, where: Steps, path: Path, folder: Path, names: Names) -> Iterator[Problem]:
    """A step's text: it is there, its names are bound, its images are there and described, its sentences short."""
    if not path.is_file() or folder.resolve() not in path.resolve().parents:
        yield source.problem(where, f"there is no file {path.name} in the lab's folder")
        return
    shown = str(path.relative_to(folder))
    fenced = False
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        fenced ^= line.startswith("```")
        for name in VARIABLE.findall(line):
            if name not in names.bound:
                yield Problem(shown, number, line.find(name) + 1, f"{{{{{name}}}}} is bound nowhere; see bind")
        for image in IMAGE.finditer(line):
            if not image["text"].strip():
                yield Problem(shown, number, image.start() + 1, f"{image['file']} has no text for who cannot see it")
            if not (folder / "media" / image["file"]).is_file():
                yield Problem(shown, number, image.start() + 1, f"there is no image media/{image['file']}")
        if not fenced and any(len(part.split()) > LONG_SENTENCE for part in re.split(r"[.!?:;]\s", line)):
            yield Problem(shown, number, 1, f"a sentence of more than {LONG_SENTENCE} words", "warning")


def _questions(source: Source, names: Names) -> Iterator[Problem]:
    if not isinstance(source.data, list):
        yield source.problem((), "questions.yaml is a list of questions")
        return
    yield from _twice(source, (), [q.get("id") for q in source.data if isinstance(q, dict)])
    for index, question in enumerate(source.data):
        yield from shaped(source, (index,), question, grammar.QUESTION)
        if isinstance(question, dict):
            yield from _question(source, (index,), question, names)


def _question(source: Source, where: Steps, question: grammar.Data, names: Names) -> Iterator[Problem]:
    kind = question.get("kind")
    if kind not in grammar.KINDS:
        yield source.problem((*where, "kind"), f"there is no kind {kind!r}; there are {', '.join(grammar.KINDS)}")
        return
    for part in grammar.KINDS[kind]:
        if part not in question:
            yield source.problem(where, f"a question of kind {kind} has {part}")
    options = _list(question, "options")
    for index, option in enumerate(options):
        yield from shaped(source, (*where, "options", index), option, grammar.OPTION)
    right = sum(bool(option.get("right")) for option in options if isinstance(option, dict))
    if "options" in grammar.KINDS[kind] and (right < 1 or (kind != "multiple" and right > 1)):
        yield source.problem((*where, "options"), f"{right} options are marked right")
    ids = [item.get("id") for item in _list(question, "items") if isinstance(item, dict)]
    if kind == "order" and sorted(map(str, ids)) != sorted(map(str, _list(question, "order"))):
        yield source.problem((*where, "order"), "the order names each item once")
    choices = {choice.get("id") for choice in _list(question, "choices") if isinstance(choice, dict)}
    for index, pair in enumerate(_list(question, "pairs")):
        if not isinstance(pair, dict) or pair.get("match") not in choices:
            yield source.problem((*where, "pairs", index), "a pair has an id, a text, and a choice's id as its match")
    if "test" in question:
        yield from validate_tests.test(source, (*where, "test"), question["test"], names.questions)
    for part in ("run", "until"):
        if part in question:
            yield from validate_tests.event(source, (*where, part), question[part])
    if "run" in question:
        for index, option in enumerate(options):
            if isinstance(option, dict) and option.get("means") not in grammar.PREDICTIONS:
                means = ", ".join(sorted(grammar.PREDICTIONS))
                yield source.problem((*where, "options", index), f"with a run, an option means one of {means}")
    if "event" in question:
        yield from validate_tests.event(source, (*where, "event"), question["event"])
    yield from _unbound(source, where, question, names)


def _parts(source: Source, shape: grammar.Shape, names: Names) -> Iterator[Problem]:
    for index, part in enumerate(source.data or ()):
        yield from shaped(source, (index,), part, shape)
        if not isinstance(part, dict):
            continue
        yield from _refer(source, (index, "step"), [part.get("step")], names.steps, "step")
        if "check" in shape:
            yield from _promised(source, (index,), part, names)
        yield from _lines(source, (index, "lines"), part.get("lines"), names)


def _promised(source: Source, where: Steps, part: grammar.Data, names: Names) -> Iterator[Problem]:
    """A mistake performed is one that its check knows."""
    check = names.checks.get((part.get("step"), part.get("check")))
    if check is None:
        yield source.problem((*where, "check"), f"step {part.get('step')!r} has no check {part.get('check')!r}")
    elif part.get("code") not in [mistake.get("code") for mistake in _list(check, "mistakes")]:
        yield source.problem((*where, "code"), f"that check has no mistake with the code {part.get('code')!r}")


def _lines(source: Source, where: Steps, lines: Any, names: Names) -> Iterator[Problem]:
    for index, line in enumerate(lines if isinstance(lines, list) else ()):
        place: Steps = (*where, index)
        yield from shaped(source, place, line, grammar.LINE)
        if not isinstance(line, dict):
            continue
        if ("run" in line or "call" in line) and "as" not in line:
            yield source.problem(place, "a line says as whom it is run")
        if "answer" in line:
            yield from _refer(source, place, [line["answer"]], names.questions, "question")
        if "call" in line:
            yield from validate_tests.operation(source, (*place, "call"), line["call"])
