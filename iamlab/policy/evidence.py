"""The evidence of a decision: each layer in order, each statement with the parts that matched and why others did not.

Built from the same matchers as the decision, and only when somebody looks.
"""

from collections.abc import Iterator

from .arns import Caller
from .compile import Statement
from .conditions import KEPT_VERDICTS, Condition
from .evaluate import Policies, Request, caller_of, is_bounded, spared_layer
from .outline import Outline, Row, allows_about, matching_row, policy_row, unselected
from .plan import Decision, Entry
from .principals import KIND_WORDS
from .reasons import condition_reason, principal_reason, resource_reason

GRANTING = ("identity", "resource")


class Judged:
    """One request with its policies, looked at statement by statement."""

    def __init__(self, request: Request, policies: Policies, *, every_part: bool = False):
        self.request, self.policies = request, policies
        self.caller: Caller = caller_of(request)
        self.bounded = is_bounded(policies, self.caller)
        self.spared = spared_layer(request, self.caller)
        group, action = self.caller.group, request.action
        outlines = policies.plan(group, action).outlines
        if every_part not in outlines:
            outlines[every_part] = Outline(policies, group, action, every_part=every_part)
        self.outline: Outline = outlines[every_part]
        self.rows: list[Row] = []  # of the outline's entries; filled by `look`

    @property
    def considered(self) -> Iterator[tuple[Entry, Row, bool]]:
        """Each statement about the request's action, its row, and whether its layer binds the caller."""
        for (entry, binds), row in zip(self.outline.entries, self.rows, strict=True):
            yield entry, row, binds

    def parts(self, statement: Statement) -> tuple[bool, int, bool, Condition | None]:
        """Whether the principal matches and how, whether the resource does, and the first condition that does not."""
        request = self.request
        principal, grant = True, 0
        if statement.principals is not None:
            grant = statement.principals.grants(self.caller)
            principal = statement.principals.denies(self.caller, self.bounded) if statement.deny else grant > 0
        resources = statement.resources
        resource = resources is None or resources.matches(request.resource, request)
        for condition in statement.conditions:
            if not condition.test(request):
                return principal, grant, resource, condition
        return principal, grant, resource, None

    def fits(self, statement: Statement) -> bool:
        """Whether everything but the action matches."""
        principal, _, resource, failed = self.parts(statement)
        return principal and resource and failed is None

    def row(self, statement: Statement) -> Row:
        """A statement about the request's action as evidence; `why` is about the first part that does not match."""
        principal, grant, resource, failed = self.parts(statement)
        if not principal:
            why = principal_reason(statement, self.caller)
        elif not resource:
            why = resource_reason(statement, self.request)
        elif failed is not None:
            return self._but_for(statement, failed, grant)
        else:
            row = matching_row(statement)
            return {**row, "grant": KIND_WORDS[grant]} if grant else row
        row = matching_row(statement).copy()
        row["applies"], row["why"] = False, why
        row["principal"], row["resource"], row["condition"] = principal, resource, failed is None
        if grant:
            row["grant"] = KIND_WORDS[grant]
        return row

    def _but_for(self, statement: Statement, failed: Condition, grant: int) -> Row:
        """The row of a statement that only a condition keeps from applying; the last few are kept by value."""
        value = failed.value(self.request)
        key = (grant, value if isinstance(value, str) or value is None else tuple(value))
        row = failed.rows.get(key)
        if row is None:
            row = {**matching_row(statement), "applies": False, "condition": False}
            row["why"] = condition_reason(failed, value)
            if grant:
                row["grant"] = KIND_WORDS[grant]
            if len(failed.rows) >= KEPT_VERDICTS:
                failed.rows.clear()
            failed.rows[key] = row
        return row

    def other_row(self, statement: Statement, row: Row) -> Row:
        """The row of a statement about other actions, with the parts that hang on the request."""
        principal, grant, resource, failed = self.parts(statement)
        row = {**row, "principal": principal, "resource": resource, "condition": failed is None}
        if grant:
            row["grant"] = KIND_WORDS[grant]
        return row


# Looking -----------------------------------------------------------------------------------------


def look(judged: Judged) -> list[Row]:
    """Every layer that holds policies: whether it binds the caller, allows or denies, statement by statement.

    Fills `judged.considered` with the statements about the request's action.
    """
    kept = judged.rows = judged.outline.rows.copy()
    found = judged.outline.layer_rows.copy()
    for layer in judged.outline.layers:
        row = found[layer.place] = layer.row.copy()
        listed, allows, denies = row["policies"].copy(), layer.allows, layer.denies
        for place, policy, rows, selected, others in layer.looked:
            rows = rows.copy()
            for statement in others:
                rows[statement.index] = judged.other_row(statement, rows[statement.index])
            for number, statement in selected:
                one = kept[number] = rows[statement.index] = judged.row(statement)
                if one["applies"]:
                    allows, denies = allows or not statement.deny, denies or statement.deny
            listed[place] = policy_row(policy, rows)
        row["policies"] = listed
        row["outcome"] = layer.outcome(allows=allows, denies=denies and row["layer"] != judged.spared)
    return found


def entry_row(entry: Entry) -> Row:
    if entry.row is None:
        entry.row = {
            "layer": entry.layer,
            "level": entry.level,
            "policy": entry.policy.name,
            "arn": entry.policy.arn,
            "via": entry.policy.via,
            "statement": entry.statement.name,
            "index": entry.statement.index,
            "effect": "Deny" if entry.statement.deny else "Allow",
        }
    return entry.row


def missing_keys(judged: Judged) -> list[str]:
    """Condition keys that a statement about this action asks for and the request does not have."""
    request = judged.request
    return [condition.key for condition in judged.outline.asked if condition.value(request) is None]


def some_allow(judged: Judged) -> Entry | None:
    """An Allow of an identity or resource policy that applies."""
    for entry, row, binds in judged.considered:
        if binds and entry.layer in GRANTING and row["applies"] and not entry.statement.deny:
            return entry
    return None


def nearest(judged: Judged, decision: Decision) -> tuple[Entry, Row] | None:
    """The Allow that comes closest to granting: most parts match, action before resource before condition.

    Statements about other actions of the service are looked at only where none is about the request's.
    """
    best, closest = -1, None
    for entry, row, binds in judged.considered:
        if binds and entry.layer in GRANTING and not entry.statement.deny:
            score = 8 * row["principal"] + 4 * row["resource"] + 2 * row["condition"] + (entry.layer == decision.layer)
            if score > best:
                best, closest = score, (entry, row)
    return closest or next(_of_other_action(judged), None)


def _of_other_action(judged: Judged) -> Iterator[tuple[Entry, Row]]:
    service = judged.request.action.lower().partition(":")[0]
    for layer, kind, level, binds, held in judged.outline.held:
        for policy in held if binds and layer in GRANTING else ():
            for number in allows_about(policy.document, service):
                statement = policy.document.statement(number, kind)
                row = judged.other_row(statement, unselected(policy.document).rows[number])
                if row["resource"] and row["principal"]:
                    yield Entry(layer, policy, statement, level), row
