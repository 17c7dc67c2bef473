"""Read a lab's folder as an author wrote it and say what is wrong, with file, line and column."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from iamlab.labs import (
    commandline,
    content,
    grammar,
    scoring,
    shapes,
    validate_ids,
    validate_tests,
    validate_translations,
    validate_variants,
    wheres,
)
from iamlab.labs.places import Problem, Source, Steps
from iamlab.labs.texts import WHERE
from iamlab.labs.vocabulary import VARIABLE

PARTS = ("questions", "start", "solution", "mistakes")
# Of many brackets none is read to the line's end, and no way back is kept: a text cannot keep these busy.
IMAGE = re.compile(r"!\[(?P<text>[^\[\]]*+)\]\((?P<file>[^)\s]++)[^)]*+\)")
LINK = re.compile(r"(?<![!\w])\[[^\[\]]++\]\((?P<to>[^)\s]++)[^)]*+\)")  # none of ours, which have a word before
LONG_SENTENCE = 35  # words; a newcomer loses the thread
ALWAYS_BOUND = {"account"}
# Who a line may be run as: see iamlab/door/identities.py.
WHO = re.compile(r"visitor|root(\+mfa)?|(user|key|instance)/.+|role/.+")


class Names:
    """What a lab defines, for others to refer to."""

    def __init__(self, lab: grammar.Data, files: dict[str, Source]) -> None:
        steps = lab["steps"]
        self.steps = [step["id"] for step in steps]
        questions = files["questions"].data if "questions" in files else []
        self.questions = {question["id"] for question in questions or ()}
        self.checks = {(step["id"], check["id"]): check for step in steps for check in _list(step, "checks")}
        self.faults = {fault["id"] for fault in _list(lab, "faults")}
        self.with_faults = {step["id"] for step in steps if "fault" in step}
        self.bound = {*(lab.get("bind") or ()), *(lab.get("variants") or ())} | ALWAYS_BOUND | _kept(lab, files)


def _list(data: Any, key: str) -> list[Any]:
    found = data.get(key) if isinstance(data, dict) else None
    return found if isinstance(found, list) else []


def _kept(lab: grammar.Data, files: dict[str, Source]) -> set[str]:
    """Names that lines keep, and those of an MFA device's codes."""
    parts = [part for name in ("solution", "mistakes") if name in files for part in files[name].data or ()]
    lines = [
        *(files["start"].data or () if "start" in files else ()),
        *(line for part in parts for line in part["lines"]),
    ]
    return {line[key] for line in lines for key in ("save", "message") if key in line} | {"code1", "code2", "code3"}


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
    found = list(shapes.problems(files)) or list(shapes.too_many(files))
    if found:
        return found  # what refers to what is asked of a lab that is made as it should be
    names = Names(lab, files)
    found = [*_lab(files["lab"], folder, names), *validate_variants.problems(files["lab"])]
    if "questions" in files:
        found += _questions(files["questions"], names)
    if "start" in files:
        found += _lines(files["start"], (), files["start"].data, names)
    for part in ("solution", "mistakes"):
        if part in files:
            found += _parts(files[part], names)
    for needed in ("solution", "mistakes"):
        if needed not in files:
            found.append(Problem(f"{needed}.yaml", 1, 1, f"a lab proves itself by {needed}.yaml, which is missing"))
    if not any(problem.severity == "error" for problem in found):
        found += validate_translations.problems(folder, content.english(folder))
    return found


def _lab(source: Source, folder: Path, names: Names) -> Iterator[Problem]:
    lab = source.data
    if lab.get("id") != folder.name:
        yield source.problem(("id",), f"the id is {lab.get('id')!r}, the folder is called {folder.name!r}")
    yield from validate_ids.problems(source, lab)
    if lab.get("mode", "guided") not in grammar.MODES:
        yield source.problem(("mode",), f"a mode is one of {', '.join(grammar.MODES)}")
    if not 0 <= lab.get("pass_at", 0) <= 100:
        yield source.problem(("pass_at",), "a lab is passed at 0 to 100 points")
    for part in ("actors", "faults"):
        for index, each in enumerate(_list(lab, part)):
            # An actor's lines are run as the actor, where they do not say otherwise.
            yield from _lines(source, (part, index, "lines"), each["lines"], names, each.get("as", ""))
            if "when" in each:
                yield from validate_tests.test(source, (part, index, "when"), each["when"], names.questions)
    for name in ("title", "summary", "sign_ins"):
        yield from _unbound(source, (name,), lab.get(name), names)
    if sum(step.get("weight", 0) for step in lab["steps"]) <= 0:
        yield source.problem(("steps",), "the weights of the steps add up to nothing")
    for index, step in enumerate(_list(lab, "steps")):
        yield from _step(source, ("steps", index), step, folder, names)
    yield from _twice(source, ("steps",), names.steps)
    texts = [(folder / step["text"]).resolve() for step in lab["steps"]]
    for index, path in enumerate(texts):
        if path in texts[:index]:
            yield source.problem(("steps", index, "text"), "this is the text of an earlier step too")
    yield from _circle(source, lab, names)


def _twice(source: Source, where: Steps, ids: list[Any]) -> Iterator[Problem]:
    seen = set()
    for index, name in enumerate(ids):
        if name in seen:
            yield source.problem((*where, index, "id"), f"{name!r} is the id of an earlier one too")
        seen.add(name)


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
    if weight < 0:
        yield source.problem((*where, "weight"), "a weight is not negative")
    if weight > 0 and not checks:
        yield source.problem((*where, "weight"), "a step without checks earns nothing: give it a check, or no weight")
    yield from _refer(source, (*where, "needs"), _list(step, "needs"), names.steps, "step")
    yield from _refer(source, (*where, "questions"), _list(step, "questions"), names.questions, "question")
    yield from _unbound(source, where, {key: step.get(key) for key in ("title", "actor", "hints")}, names)
    if len(_list(step, "hints")) > 3:
        yield source.problem((*where, "hints"), "there are three tiers of hints: nudge, pointer, exact")
    yield from _text(source, (*where, "text"), folder / step["text"], folder, names)
    if "where" in step:
        yield from _refer(source, (*where, "where"), [step["where"]], wheres.PAGES, "control of the console")
    if "fault" in step:
        yield from _refer(source, where, [step["fault"]], names.faults, "fault")
    yield from _twice(source, (*where, "checks"), [check["id"] for check in checks])
    for index, check in enumerate(checks):
        yield from _check(source, (*where, "checks", index), check, names)


def _check(source: Source, where: Steps, check: grammar.Data, names: Names) -> Iterator[Problem]:
    if check.get("latch", "hold") not in ("hold", "once"):
        yield source.problem((*where, "latch"), "a latch is once or hold")
    if not 0 < check.get("bonus", 1) <= scoring.BONUS_MOST:
        yield source.problem((*where, "bonus"), f"a bonus is above 0 and at most {scoring.BONUS_MOST:g} points")
    yield from _refer(source, (*where, "needs"), _list(check, "needs"), names.steps, "step")
    yield from _unbound(source, where, {key: check.get(key) for key in ("title", "say", "test")}, names)
    yield from validate_tests.test(source, (*where, "test"), check.get("test"), names.questions)
    for index, mistake in enumerate(_list(check, "mistakes")):
        place: Steps = (*where, "mistakes", index)
        yield from _unbound(source, place, mistake, names)
        yield from validate_tests.test(source, (*place, "when"), mistake["when"], names.questions)


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
    if ".." in path.parts or not path.is_file() or folder.resolve() not in path.resolve().parents:
        yield source.problem(where, f"there is no file {path.name} in the lab's folder")
        return
    if path.suffix != ".md":
        yield source.problem(where, f"a step's text is a file called *.md, not {path.name}")
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
        for link in LINK.finditer(line):
            if not re.match(r"https?://[\w.-]+\.\w+(/|$)", link["to"]):
                yield Problem(shown, number, link.start() + 1, f"{link['to']} leads nowhere: a link is https://...")
        for place in WHERE.finditer(line):
            if place["id"] not in wheres.PAGES:
                yield Problem(shown, number, place.start() + 1, f"there is no control {place['id']!r} of the console")
        if not fenced and any(len(part.split()) > LONG_SENTENCE for part in re.split(r"[.!?:;]\s", line)):
            yield Problem(shown, number, 1, f"a sentence of more than {LONG_SENTENCE} words", "warning")


def _questions(source: Source, names: Names) -> Iterator[Problem]:
    yield from _twice(source, (), [question["id"] for question in source.data or ()])
    yield from validate_ids.of_questions(source, source.data or [])
    for index, question in enumerate(source.data or ()):
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
    for part in ("options", "pairs", "choices", "items", "beside"):
        yield from _twice(source, (*where, part), [one["id"] for one in _list(question, part)])
    right = sum(bool(option.get("right")) for option in options)
    if "options" in grammar.KINDS[kind] and (right < 1 or (kind != "multiple" and right > 1)):
        yield source.problem((*where, "options"), f"{right} options are marked right")
    if kind == "statement":
        yield from _deciding(source, where, question, names)
    ids = [item["id"] for item in _list(question, "items")]
    if kind == "order" and sorted(ids) != sorted(_list(question, "order")):
        yield source.problem((*where, "order"), "the order names each item once")
    choices = {choice["id"] for choice in _list(question, "choices")}
    for index, pair in enumerate(_list(question, "pairs")):
        yield from _refer(source, (*where, "pairs", index, "match"), [pair["match"]], choices, "choice")
    if "test" in question:
        yield from validate_tests.test(source, (*where, "test"), question["test"], names.questions)
    for part in ("run", "until"):
        if part in question:
            yield from validate_tests.event(source, (*where, part), question[part])
    if "run" in question:
        for index, option in enumerate(options):
            if option.get("means") not in grammar.PREDICTIONS:
                means = ", ".join(sorted(grammar.PREDICTIONS))
                yield source.problem((*where, "options", index), f"with a run, an option means one of {means}")
    if "event" in question:
        yield from validate_tests.event(source, (*where, "event"), question["event"])
    yield from _unbound(source, where, question, names)


def _deciding(source: Source, where: Steps, question: grammar.Data, names: Names) -> Iterator[Problem]:
    """The evaluator says which statement is right: the author's own options are wrong ones."""
    if isinstance(question.get("decision"), dict):
        whole = {"decision": {**question["decision"], "is": "allow"}}
        yield from validate_tests.test(source, (*where, "decision"), whole, names.questions)
    for index, option in enumerate(_list(question, "options")):
        if option.get("right"):
            yield source.problem((*where, "options", index), "the evaluator says which is right")


def _parts(source: Source, names: Names) -> Iterator[Problem]:
    for index, part in enumerate(source.data or ()):
        yield from _refer(source, (index, "step"), [part["step"]], names.steps, "step")
        if "check" in part:
            yield from _promised(source, (index,), part, names)
            if not part["lines"]:
                yield source.problem((index, "lines"), "a mistake is made by lines")
        yield from _lines(source, (index, "lines"), part["lines"], names)


def _promised(source: Source, where: Steps, part: grammar.Data, names: Names) -> Iterator[Problem]:
    """A mistake performed is one that its check knows."""
    check = names.checks.get((part["step"], part["check"]))
    if "at" in part:
        yield from _refer(source, (*where, "at"), [part["at"]], names.steps, "step")
    if check is None:
        yield source.problem((*where, "check"), f"step {part['step']!r} has no check {part['check']!r}")
    elif part["code"] not in [mistake["code"] for mistake in _list(check, "mistakes")]:
        yield source.problem((*where, "code"), f"that check has no mistake with the code {part['code']!r}")


def _lines(source: Source, where: Steps, lines: Any, names: Names, actor: str = "") -> Iterator[Problem]:
    """`actor` runs the lines that name nobody."""
    for index, line in enumerate(lines or ()):
        place: Steps = (*where, index)
        if not set(grammar.DOES) & set(line):
            yield source.problem(place, f"a line has one of {', '.join(grammar.DOES)}")
        by = line.get("as", actor)
        if ("run" in line or "call" in line) and not by:
            yield source.problem(place, "a line says as whom it is run")
        elif by and not WHO.fullmatch(by):
            yield source.problem((*place, "as"), f"{by!r} is nobody who runs a line")
        if "answer" in line:
            yield from _refer(source, place, [line["answer"]], names.questions, "question")
        if "fault" in line:
            yield from _refer(
                source, (*place, "fault"), [line["fault"]], names.with_faults, "step that breaks anything"
            )
        if "call" in line:
            yield from validate_tests.operation(source, (*place, "call"), line["call"])
        if "run" in line:
            yield from _run(source, (*place, "run"), line["run"])
        yield from _unbound(source, place, {key: line.get(key) for key in ("as", "run", "params")}, names)


def _run(source: Source, where: Steps, line: str) -> Iterator[Problem]:
    """A command line that can be read; one with files, or names to fill in, only once there are some."""
    if not line.startswith("aws "):
        yield source.problem(where, "each line begins with aws")
    elif "file" not in line and not VARIABLE.search(line):
        try:
            commandline.parse(line)
        except commandline.CommandError as error:
            said = [part.strip() for part in error.message.splitlines() if part.strip()]
            why = next((part for part in said if "error" in part), said[-1] if said else line)
            yield source.problem(where, f"this is no command of aws: {why}")
