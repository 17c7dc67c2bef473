"""What a policy says twice."""

from collections import Counter
from collections.abc import Iterator

from ..match import ResourcePattern
from ..positions import plain
from .model import Found, Leaf, Policy, Statement, shown
from .patterns import all_stars, covers, expand

MOST_RESOURCES = 300
MOST_STATEMENTS = 100


def check(policy: Policy) -> Iterator[Found]:
    for statement in policy.statements:
        for leaves in (statement.actions, statement.not_actions):
            yield from _actions(leaves)
        yield from _resources(statement.resources)
        # A variable without value keeps a NotResource from applying at all, so that one there is never idle.
        yield from _resources([leaf for leaf in statement.not_resources if "${" not in leaf.text])
    yield from _statements(policy.statements[:MOST_STATEMENTS])


def _actions(leaves: list[Leaf]) -> Iterator[Found]:
    everything = next((leaf for leaf in leaves if leaf.text == "*"), None)
    if everything is not None:
        for leaf in leaves:
            if leaf is not everything:
                yield _redundant("REDUNDANT_ACTION", leaf, "`*` in the same list covers it")
        return
    covered = [(leaf, expand(leaf.text)) for leaf in leaves]
    counts = Counter(name for _, names in covered for name in names)
    # The narrowest first, and of equals the later one.
    order = sorted(range(len(covered)), key=lambda number: (len(covered[number][1]), -number))
    for number in order:
        leaf, names = covered[number]
        if names and all(counts[name] > 1 for name in names):
            counts.subtract(names)
            yield _redundant("REDUNDANT_ACTION", leaf, "all that it covers is covered by others of the list")


def _resources(leaves: list[Leaf]) -> Iterator[Found]:
    leaves = leaves[:MOST_RESOURCES]
    wide = [(number, leaf) for number, leaf in enumerate(leaves)]
    gone: set[int] = set()
    for number, leaf in enumerate(leaves):
        for other, coverer in wide:
            if other != number and other not in gone and _covers(coverer.text, leaf.text):
                gone.add(number)
                yield _redundant("REDUNDANT_RESOURCE", leaf, f"{shown(coverer.text)} in the same list covers it")
                break


def _covers(wide: str, narrow: str) -> bool:
    """As `covers`, by the rules of ARNs: most stars before the resource's own part stop at a colon."""
    if wide == narrow or not covers(wide, narrow):
        return wide == narrow
    return bool(ResourcePattern(wide, "identity", variables=False).test(narrow, None))


def _redundant(code: str, leaf: Leaf, why: str) -> Found:
    return Found(code, leaf.place, f"{shown(leaf.text)} adds nothing: {why}.", "Delete it.")


def _statements(statements: list[Statement]) -> Iterator[Found]:
    gone: set[int] = set()
    for statement in statements:
        for other in statements:
            if other is statement or other.index in gone or not _says_all(other, statement):
                continue
            gone.add(statement.index)
            message = f"Statement {other.index + 1} already says all that this one says."
            yield Found("REDUNDANT_STATEMENT", statement.place, message, "Delete one of the two.")
            break


def _says_all(wide: Statement, narrow: Statement) -> bool:
    if wide.effect != narrow.effect or not wide.actions or not narrow.actions:
        return False
    if wide.has("NotAction", "NotResource") or narrow.has("NotAction", "NotResource"):
        return False
    for name in ("Principal", "NotPrincipal", "Condition"):
        if _element(wide, name) != _element(narrow, name) and (name != "Condition" or wide.has(name)):
            return False
    return _cover_actions(wide, narrow) and all(
        any(_covers(w.text, n.text) for w in wide.resources) for n in narrow.resources[:MOST_RESOURCES]
    )


def _cover_actions(wide: Statement, narrow: Statement) -> bool:
    if any(all_stars(leaf.text) for leaf in wide.actions):
        return True
    names = [expand(leaf.text) for leaf in narrow.actions]
    if not all(names):
        return False
    covered = frozenset().union(*(expand(leaf.text) for leaf in wide.actions))
    return all(covered.issuperset(some) for some in names)


def _element(statement: Statement, name: str) -> object:
    member = statement.elements.get(name)
    return plain(member.node) if member is not None else None
