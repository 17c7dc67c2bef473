"""The visual editor: what its form sent becomes a change of the document's text. No state but the form's own.

The text stands in the form; of its statements one is open, with fields. `turn` reads the fields into the text and then
does what the pressed button (`look`) asks. Names of fields begin with the name of the document's.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from django.http import QueryDict

from iamlab.policy import blocks, catalog
from iamlab.policy.blocks import Block, Unreadable

VISUAL, JSON = "visual", "json"
MOST_OF_LEVEL = 120  # check boxes of one access level; the others are found by the filter
QUANTIFIERS = {"": "", "all": "ForAllValues:", "any": "ForAnyValue:"}
GIVEN = {"Partition": "aws", "Region": "*"}  # parts of an ARN that are filled in


@dataclass(frozen=True)
class Turn:
    """Where the editor stands: the text, the mode, the open block's index, the service whose actions it shows, the
    filter of the actions, the resource type whose ARN is being built, and what could not be done."""

    text: str
    mode: str = JSON
    block: int | None = None
    service: str = ""
    find: str = ""
    type: str = ""
    note: str = ""
    moved: bool = False  # another block came into view


@dataclass(frozen=True)
class Sent:
    """The form's fields of one document, by their names without its name."""

    data: QueryDict
    name: str

    def one(self, field: str) -> str:
        return self.data.get(f"{self.name}-{field}", "").strip()

    def all(self, field: str) -> list[str]:
        return self.data.getlist(f"{self.name}-{field}")


def turn(data: QueryDict, name: str) -> Turn:
    """What was sent, with the pressed button's work done."""
    sent = Sent(data, name)
    text = data.get(name, "").replace("\r\n", "\n")
    look = data.get("look", "")
    if sent.one("editor") != VISUAL:
        return opened(Turn(text)) if look == VISUAL else Turn(text)
    try:
        found = blocks.read(text)
    except Unreadable as error:
        return Turn(text, note=str(error))
    number = sent.one("block")
    index = int(number) if number.isascii() and number.isdigit() and int(number) < len(found) else None
    now = Turn(text, VISUAL, index, sent.one("service"), sent.one("find"), sent.one("type"))
    if index is not None and not found[index].kept and sent.one("scope"):
        now = replace(now, text=blocks.write(text, filled(found[index], sent, look)))
    return acted(now, look)


def acted(now: Turn, look: str) -> Turn:
    """The work of the buttons that are about the statements and the mode; the others have worked in `filled`."""
    act, _, which = look.partition(":")
    if act == JSON:
        return Turn(now.text)
    found = blocks.read(now.text)
    if act == "add":
        return replace(shown(replace(now, text=blocks.add(now.text)), len(found)), moved=True)
    number = int(which) if which.isascii() and which.isdigit() and int(which) < len(found) else None
    if act == "open" and number is not None:
        return replace(shown(now, number), moved=True)
    if act == "remove" and number is not None:
        return replace(opened(replace(now, text=blocks.remove(now.text, number))), moved=True)
    return now


def opened(now: Turn) -> Turn:
    """The visual mode with the first statement open that it can show."""
    try:
        found = blocks.read(now.text)
    except Unreadable as error:
        return replace(now, mode=JSON, note=f"{error} Mend it here, then open the visual editor.")
    first = next((block.index for block in found if not block.kept), None)
    return replace(now, mode=VISUAL, block=None) if first is None else shown(replace(now, mode=VISUAL), first)


def shown(now: Turn, index: int) -> Turn:
    """The statement open, with the service of its first action."""
    return replace(now, block=index, service=service_of(blocks.read(now.text)[index]), find="", type="")


def service_of(block: Block) -> str:
    prefixes = (action.partition(":")[0].lower() for action in block.actions)
    return next((prefix for prefix in prefixes if prefix in catalog.services()), "")


# The open block's fields --------------------------------------------------------------------------


def filled(block: Block, sent: Sent, look: str) -> Block:
    """The block with what its fields say. What is typed and not added yet is taken along: nothing gets lost."""
    effect = sent.one("effect")
    actions = chosen_actions(block, sent, look)
    if sent.one("more"):
        actions += [sent.one("more")]
    conditions = [row for number, row in enumerate(block.conditions) if str(number) in sent.all("condition")]
    if sent.one("key") and sent.one("operator"):
        conditions.append(typed_condition(sent))
    return replace(
        block,
        effect=effect if effect in ("Allow", "Deny") else block.effect,
        actions=unique(actions),
        resources=chosen_resources(block, sent, look),
        conditions=tuple(dict.fromkeys(conditions)),
    )


def unique(texts: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(texts))


def offered(block: Block, service: str, find: str) -> dict[str, list[str]]:
    """The actions with a check box: all of the service, those of a level, "" for what else the statement names."""
    levels: dict[str, list[str]] = {level: [] for level in catalog.LEVELS.values()}
    for name, level in zip(catalog.action_names(service), catalog.access_levels(service), strict=True):
        if find.lower() in name.lower() and len(levels[level]) < MOST_OF_LEVEL:
            levels[level].append(f"{service}:{name}")
    listed = {name.lower() for names in levels.values() for name in names}
    own = {f"{service}:{name}".lower() for name in catalog.action_names(service)}
    others = [action for action in block.actions if action.lower() not in own | {f"{service}:*"}]
    for action in block.actions:  # a chosen one has its box, also where the level has too many
        if action.lower() in own - listed and find.lower() in action.partition(":")[2].lower():
            levels[catalog.action(action).access_level].append(action)  # type: ignore[union-attr]
    return {"": others[:MOST_OF_LEVEL], **levels}


def chosen_actions(block: Block, sent: Sent, look: str) -> list[str]:
    """The statement's actions: those that had a box as the boxes say, the others as they are."""
    service, find = sent.one("shown"), sent.one("shown-find")
    boxes = offered(block, service, find)
    boxed = {f"{service}:*", *(name.lower() for names in boxes.values() for name in names)}
    wanted = {name.lower(): name for name in sent.all("action") if name.lower() in boxed}
    act, _, level = look.partition(":")
    if act == "every":
        wanted |= {name.lower(): name for name in boxes.get(level, [])}
    elif act == "none":
        wanted = {key: name for key, name in wanted.items() if name not in boxes.get(level, [])}
    stay = [action for action in block.actions if action.lower() not in boxed or action.lower() in wanted]
    held = {action.lower() for action in stay}
    return stay + [name for key, name in wanted.items() if key not in held]


def chosen_resources(block: Block, sent: Sent, look: str) -> tuple[str, ...]:
    if sent.one("scope") == "all":
        return block.resources if "*" in block.resources else ("*",)
    kept = [one for number, one in enumerate(block.resources) if str(number) in sent.all("resource") and one != "*"]
    if sent.one("arn"):
        kept.append(sent.one("arn"))
    built = built_arn(sent, look)
    return unique(kept + ([built] if built else []))


def built_arn(sent: Sent, look: str) -> str:
    """The ARN that the builder's fields make, once one of them is filled in or its button pressed."""
    found = catalog.resource_types(sent.one("shown")).get(sent.one("shown-type"))
    if found is None:
        return ""
    parts = {name: sent.one(f"part-{name}") for name in placeholders(found.arn)}
    own = [value for name, value in parts.items() if name not in (*GIVEN, "Account")]
    if not any(own) and look != "arn":
        return ""
    text = found.arn.replace("${Partition}", GIVEN["Partition"])
    for name, value in parts.items():
        text = text.replace(f"${{{name}}}", value or "*")
    return text


def placeholders(form: str) -> list[str]:
    """The parts of an ARN that somebody may fill in, each once."""
    return [name for name in dict.fromkeys(_names(form)) if name != "Partition"]


def _names(form: str) -> Iterator[str]:
    for piece in form.split("${")[1:]:
        yield piece.partition("}")[0]


def typed_condition(sent: Sent) -> tuple[str, str, tuple[str, ...]]:
    operator = QUANTIFIERS.get(sent.one("quantifier"), "") + sent.one("operator")
    if sent.one("exists") and sent.one("operator") != "Null":
        operator += "IfExists"
    values = [line.strip() for line in sent.one("values").splitlines() if line.strip()]
    return operator, sent.one("key"), tuple(values)


# What the page shows ------------------------------------------------------------------------------


def view(now: Turn, account: str) -> list[dict[str, Any]]:
    """The blocks for the template: closed ones as a line, the open one with its fields."""
    rows = []
    for block in blocks.read(now.text):
        fields = block.index == now.block and not block.kept
        shown_fields = open_fields(block, now, account) if fields else None
        rows.append({"block": block, "number": str(block.index + 1), "line": line(block), "fields": shown_fields})
    return rows


def line(block: Block) -> str:
    """A statement in a line: what it does with how many actions, where."""
    if not block.actions:
        return f"{block.effect}: no actions yet"
    services = dict.fromkeys(action.partition(":")[0] for action in block.actions)
    named = ", ".join("every service" if one == "*" else catalog.services().get(one.lower(), one) for one in services)
    several = f"{len(block.actions)} actions" if len(block.actions) > 1 else block.actions[0]
    where = ", ".join(block.resources[:2]) + (" ..." if len(block.resources) > 2 else "")
    return f"{block.effect} {several} ({named}) on {where or 'no resource yet'}"


def open_fields(block: Block, now: Turn, account: str) -> dict[str, Any]:
    chosen = {action.lower() for action in block.actions}
    boxes = offered(block, now.service, now.find)
    totals: dict[str, int] = {}
    for level in catalog.access_levels(now.service):
        totals[level] = totals.get(level, 0) + 1
    levels = [
        {
            "name": level,
            "total": totals.get(level, 0),
            "boxes": [(name, name.lower() in chosen) for name in boxes[level]],
            "chosen": sum(name.lower() in chosen for name in boxes[level]),
            "find": now.find,
        }
        for level in catalog.LEVELS.values()
        if totals.get(level)
    ]
    types = catalog.resource_types(now.service)
    built = types.get(now.type)
    values = {"Account": account, **GIVEN}
    return {
        "services": services(),
        "all_actions": f"{now.service}:*" if now.service else "",
        "has_all": f"{now.service}:*" in chosen,
        "others": boxes[""],
        "more_others": len(block.actions) > MOST_OF_LEVEL,
        "levels": levels,
        "all_resources": "*" in block.resources,
        "resources": [(number, one) for number, one in enumerate(block.resources) if one != "*"],
        "types": [(name, f"{name}: {one.arn}") for name, one in types.items()],
        "parts": [(name, values.get(name, "")) for name in placeholders(built.arn)] if built else [],
        "conditions": list(enumerate(block.conditions)),
        "keys": keys_of(now.service),
    }


@cache
def services() -> list[tuple[str, str]]:
    """All services by name, as a select's options."""

    def order(item: tuple[str, str]) -> str:
        return item[1].removeprefix("Amazon ").removeprefix("AWS ").lower()

    return [(prefix, f"{name} ({prefix})") for prefix, name in sorted(catalog.services().items(), key=order)]


def keys_of(service: str) -> list[str]:
    own = [name for name in catalog.condition_key_names() if service and name.startswith(f"{service}:")]
    return [key.name for key in catalog.global_keys()] + own
