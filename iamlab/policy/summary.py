"""The policy summary of the console: what a document allows and denies, service by service."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from . import catalog
from .findings.model import Condition, Statement, read_policy
from .findings.patterns import all_stars, expand, fits, trim_actions, without_variables
from .positions import JsonError, parse
from .resource_names import describe

LEVELS = ("List", "Read", "Write", "Permissions management", "Tagging")
# "Missing policy summary" (IAM User Guide): elements that the summary does not take.
UNSUPPORTED = ("Principal", "NotPrincipal", "NotResource")


@dataclass(frozen=True, slots=True)
class Grant:
    """What one statement says of one service: action names, the patterns of its resources, its conditions as text."""

    names: frozenset[str]
    resources: tuple[str, ...]
    conditions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ActionRow:
    name: str
    level: str
    resource: str
    condition: str


@dataclass(slots=True)
class ServiceRow:
    """A line of the table. `unknown`: what the document names under this prefix and AWS does not have; `lost`: actions
    that no resource of their statement fits, and that are therefore not counted."""

    prefix: str
    name: str
    grants: list[Grant] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)

    @property
    def access(self) -> str:
        """The text "Full access", or "Full: List, Read", "Limited: Write" or both; "None" when nothing is left."""
        known = catalog.action_names(self.prefix)
        named = frozenset().union(*(grant.names for grant in self.grants))
        if not named:
            return "None"
        if len(named) == len(known):
            return "Full access"
        full, limited = self._levels(named)
        parts = [f"{word}: {', '.join(levels)}" for word, levels in (("Full", full), ("Limited", limited)) if levels]
        return " ".join(parts)

    def _levels(self, named: frozenset[str]) -> tuple[list[str], list[str]]:
        pairs = list(zip(catalog.access_levels(self.prefix), catalog.action_names(self.prefix), strict=True))
        some = {level for level, name in pairs if name in named}
        missing = {level for level, name in pairs if name not in named}
        full = [level for level in LEVELS if level in some - missing]
        return full, [level for level in LEVELS if level in some & missing]

    @property
    def resource(self) -> str:
        """The text "All resources", "Multiple", or the one resource's description."""
        return _resource_text(self.grants)

    @property
    def condition(self) -> str:
        """The text "None", "Multiple", or the one condition: "aws:SourceIp | IpAddress | 203.0.113.0/24"."""
        return _condition_text(self.grants)

    def actions(self) -> list[ActionRow]:
        """The service's own page: each action named, by level and name."""
        levels = dict(zip(catalog.action_names(self.prefix), catalog.access_levels(self.prefix), strict=True))
        by_name: dict[str, list[Grant]] = {}
        for grant in self.grants:
            for name in grant.names:
                by_name.setdefault(name, []).append(grant)
        rows = [ActionRow(n, levels[n], _resource_text(g), _condition_text(g)) for n, g in by_name.items()]
        return sorted(rows, key=lambda row: (LEVELS.index(row.level), row.name))


@dataclass(slots=True)
class Summary:
    """The table. `unsupported` says why there is none (the lists are then empty); `services` is how many AWS has."""

    denied: list[ServiceRow] = field(default_factory=list)
    allowed: list[ServiceRow] = field(default_factory=list)
    uncategorized: list[ServiceRow] = field(default_factory=list)
    unsupported: str = ""
    services: int = 0

    @property
    def allowed_services(self) -> int:
        """The n of "Allow (n of m services)"."""
        return sum(bool(row.grants) for row in self.allowed)

    @property
    def without_effect(self) -> bool:
        """Whether some actions grant nothing: unknown ones, and those that no resource of their statement fits."""
        return bool(self.uncategorized) or any(row.unknown or row.lost for row in (*self.allowed, *self.denied))


def summarise(text: str) -> Summary:
    """The summary of an identity-based policy's text. Raises nothing. AWS: "Understanding policy summaries"."""
    summary = Summary(services=len(catalog.services()))
    try:
        root = parse(text)
    except JsonError as error:
        summary.unsupported = f"The document is not JSON: {error.message}"
        return summary
    if root.kind != "object":
        summary.unsupported = "The document is no policy."
        return summary
    policy = read_policy(text, root, "identity", None)
    trim_actions(policy)
    for name in UNSUPPORTED:
        if any(statement.has(name) for statement in policy.statements):
            summary.unsupported = f"Summaries do not take policies with the element {name}."
            return summary
    rows: dict[tuple[str, str], ServiceRow] = {}
    for statement in policy.statements:
        if statement.effect in ("Allow", "Deny"):
            _add(rows, statement, policy.has_variables)
    _sort_in(summary, rows)
    return summary


def _sort_in(summary: Summary, rows: dict[tuple[str, str], ServiceRow]) -> None:
    for (effect, _), row in sorted(rows.items(), key=lambda item: item[1].name.lower()):
        if row.prefix not in catalog.services():
            summary.uncategorized.append(row)
        elif effect == "Allow":
            summary.allowed.append(row)
        else:
            summary.denied.append(row)


def _add(rows: dict[tuple[str, str], ServiceRow], statement: Statement, has_variables: bool) -> None:
    conditions = tuple(_condition(condition) for condition in statement.conditions)
    # What a pattern is compared as, and what it is shown as.
    texts = {without_variables(leaf.text) if has_variables else leaf.text: leaf.text for leaf in statement.resources}
    for prefix, names, unknown in _by_service(statement):
        row = rows.setdefault((statement.effect, prefix), ServiceRow(prefix, catalog.services().get(prefix, prefix)))
        row.unknown += unknown
        resources, fitting = _fitting(prefix, names, texts)
        row.lost += sorted(names - fitting)
        if fitting:
            row.grants.append(Grant(fitting, resources, conditions))


def _by_service(statement: Statement) -> Iterator[tuple[str, frozenset[str], list[str]]]:
    """Prefix, names of real actions, and what is written under the prefix and does not exist."""
    found: dict[str, set[str]] = {}
    unknown: dict[str, list[str]] = {}
    patterns = [leaf.text for leaf in (statement.not_actions if statement.has("NotAction") else statement.actions)]
    for pattern in patterns:
        names = _expanded(pattern)
        if not names:
            prefix = pattern.partition(":")[0].lower()
            unknown.setdefault(prefix, []).append(pattern)
        for name in names:
            prefix, _, short = name.partition(":")
            found.setdefault(prefix, set()).add(short)
    if statement.has("NotAction"):
        found = {p: set(catalog.action_names(p)) - found.get(p, set()) for p in catalog.services()}
        found = {prefix: names for prefix, names in found.items() if names}
    for prefix in dict.fromkeys((*found, *unknown)):
        yield prefix, frozenset(found.get(prefix, ())), unknown.get(prefix, [])


def _expanded(pattern: str) -> Iterable[str]:
    return catalog.all_action_names() if pattern == "*" else expand(pattern)


def _fitting(prefix: str, names: frozenset[str], texts: dict[str, str]) -> tuple[tuple[str, ...], frozenset[str]]:
    """The resources that bear on the service, and the actions that some of them fit."""
    if any(all_stars(text) for text in texts):
        return ("*",), names
    if not names:
        return (), names
    used: dict[str, None] = {}
    fitting = set()
    actions, arns = catalog.actions(prefix), [text for text in texts if text.count(":") >= 5]
    by_format: dict[str, list[str]] = {}
    for name in names:
        for target in actions[name].resource_types:
            form = target.type.arn
            if form not in by_format:
                by_format[form] = [arn for arn in arns if fits(arn, form)]
            if by_format[form]:
                fitting.add(name)
                used.update(dict.fromkeys(by_format[form]))
    return tuple(texts[arn] for arn in used), frozenset(fitting)


def _condition(condition: Condition) -> str:
    values = ", ".join(value.text for value in condition.values)
    return f"{condition.key.text} | {condition.operator.text} | {values}"


def _condition_text(grants: list[Grant]) -> str:
    together = {grant.conditions for grant in grants}
    if together <= {()}:
        return "None"
    only = next(iter(together))
    return only[0] if len(together) == 1 and len(only) == 1 else "Multiple"


def _resource_text(grants: list[Grant]) -> str:
    together = {resource for grant in grants for resource in grant.resources}
    if not together:
        return "None"
    if together == {"*"}:
        return "All resources"
    return describe(next(iter(together))) if len(together) == 1 else "Multiple"
