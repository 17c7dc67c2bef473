"""Why one part of a statement does not match, in a sentence that names the values."""

from typing import Any, NamedTuple

from .arns import Caller, split_arn
from .conditions import Condition
from .globs import Variable, tokenise, variable_value
from .operators import OPERATORS, read_operator
from .statement import Statement, as_list

SHOWN = 3  # values named before "and N more"


def quoted(values: Any, word: str = "and") -> str:
    """`a`, `b` and 3 more."""
    listed = as_list(values)
    texts = [f"`{value}`" if value else "the empty text" for value in listed[: SHOWN + 1] if isinstance(value, str)]
    if not texts:
        return "nothing"
    if len(texts) > SHOWN:
        return f"{', '.join(texts[:SHOWN])} {word} {len(listed) - SHOWN} more"
    return f" {word} ".join(filter(None, [", ".join(texts[:-1]), texts[-1]]))


def action_reason(raw: dict[str, Any]) -> str:
    """Depends on the statement alone, so that one text serves every request that it does not concern."""
    if raw.get("Effect") not in ("Allow", "Deny"):
        return f"its `Effect` is {quoted(raw.get('Effect', []))}, neither `Allow` nor `Deny`"
    if "NotAction" in raw:
        return f"it is about every action except {quoted(raw['NotAction'])}"
    said = quoted(raw.get("Action", []))
    return "it lists no action" if said == "nothing" else f"its actions are {said}"


def slip_of(actions: Any, wanted: str) -> str | None:
    """The one of a few listed actions that is none, and for which the wanted one is the nearest real name."""
    from . import catalog  # large files, read only by those who ask for them

    for action in as_list(actions)[:SHOWN]:
        if isinstance(action, str) and "*" not in action and "?" not in action and not catalog.is_spelled(action):
            nearest = catalog.nearest_action(action)
            if nearest and nearest.lower() == wanted.lower() != action.lower():
                return action
    return None


def resource_reason(statement: Statement, request) -> str:
    if statement.said is None:
        statement.said = _resources_said(statement)
    said: Said = statement.said
    resource = request.resource
    particular = resource in said.named or resource.startswith(said.within)
    if said.plain and not particular and not resource.lower().startswith(said.lowered):
        return f"{said.plain}{resource}`"
    return _resource_reason(said, resource, request)


def _resource_reason(said: "Said", resource: str, request) -> str:
    words, variables, heads = said.words, said.variables, said.heads
    if said.negated:
        return f"it is about everything except {words}; the request is for `{resource}`"
    if resource == "*":
        return f"the resource is {words}; the request acts on no single resource, and only `*` covers that"
    for variable in variables:
        if variable_value(variable, request) is None:
            return f"the resource is {words}, and the request has no value for `{variable.source}`"
    for start, object_named in said.buckets:
        # The commonest slip: the bucket named where its objects are meant, or the other way round.
        if resource.startswith(start) and resource[len(start) : len(start) + 1] in ("", "/"):
            if object_named and resource == start:
                return f"the resource is {words}, objects in the bucket; the request is for the bucket, `{resource}`"
            if not object_named and resource != start:
                return f"the resource is {words}, the bucket; the request is for an object, `{resource}`"
    if variables:
        return f"the resource is {words}, where {filled_in(variables, request)}; the request is for `{resource}`"
    if resource.lower().startswith(said.lowered) and not resource.startswith(heads):
        return f"the resource is {words}; the request is for `{resource}`: upper and lower case count"
    return f"the resource is {words}; the request is for `{resource}`"


def filled_in(variables: list[Any], request) -> str:
    """`${aws:username}` is `mario`"""
    values = {one.source: variable_value(one, request) for one in variables[:SHOWN]}
    return " and ".join(f"`{source}` is {shown_value(value)}" for source, value in values.items())


def variables_of(condition: Condition) -> list[Any]:
    """The variables in the values of a condition that resolves them."""
    texts = [value for value in condition.values if "${" in value]
    if not texts or not condition.variables:
        return []
    tokens = [token for text in texts for token in tokenise(text, variables=True, wildcards=False)]
    return [token for token in tokens if isinstance(token, Variable) and token.name]


class Said(NamedTuple):
    """What does not hang on the request of a statement's resources: they in words, their variables, the S3 buckets that
    they name, each as the beginning of its ARN and whether objects in it are named, and how they begin, as written and
    in lower case. `plain` is how the reason begins for every resource that begins like none of them and of which there
    is nothing particular to say, as there may be of those `named` here and `within` buckets.
    """

    negated: bool
    words: str
    variables: list[Any]
    buckets: list[tuple[str, bool]]
    heads: tuple[str, ...]
    lowered: tuple[str, ...]
    plain: str
    named: frozenset[str]
    within: tuple[str, ...]


def _resources_said(statement: Statement) -> Said:
    raw = statement.raw
    negated = "NotResource" in raw
    listed = raw["NotResource"] if negated else raw.get("Resource", [])
    patterns = statement.resources.patterns if statement.resources else ()
    variables = [token for pattern in patterns for token in pattern.tokens if getattr(token, "name", None)]
    buckets = []
    for text in as_list(listed):
        arn = split_arn(text) if isinstance(text, str) else None
        if arn is not None and arn.service == "s3":
            bucket, slash, _ = text.partition("/")
            buckets.append((bucket, bool(slash)))
    heads, words = tuple([pattern.head for pattern in patterns]), quoted(listed)
    plain = "" if negated or variables else f"the resource is {words}; the request is for `"
    named = frozenset(["*", *[bucket for bucket, object_named in buckets if object_named]])
    within = tuple([f"{bucket}/" for bucket, object_named in buckets if not object_named])
    lowered = tuple([head.lower() for head in heads])
    return Said(negated, words, variables, buckets, heads, lowered, plain, named, within)


def principal_reason(statement: Statement, caller: Caller) -> str:
    raw = statement.raw
    if "NotPrincipal" in raw and "Principal" in raw:
        both = f"{principals_named(raw['Principal'])}, but not {principals_named(raw['NotPrincipal'])}"
        return f"its principal is {both}; the caller is `{caller.shown}`"
    if "NotPrincipal" in raw:
        return (
            f"it is about everybody except {principals_named(raw['NotPrincipal'])}, and the caller is `{caller.shown}`"
        )
    if "Principal" not in raw:
        return "it names no principal, so it is about nobody"
    return f"its principal is {principals_named(raw['Principal'])}; the caller is `{caller.shown}`"


def principals_named(element: Any) -> str:
    if not isinstance(element, dict):
        return quoted(element)
    prefixes = {"Service": "service ", "Federated": "provider "}
    return quoted([prefixes.get(key, "") + str(value) for key, values in element.items() for value in as_list(values)])


def condition_reason(condition: Condition, value: str | list[str] | None) -> str:
    """Which key, what it should have been, what it was."""
    demand = wanted(condition)
    if not demand:
        return f"`{condition.operator}` is no condition operator"
    case = "; upper and lower case count" if _differs_in_case(condition, value) else ""
    return f"{subject(condition)} {demand}; in this request it was {shown_value(value)}{case}"


def subject(condition: Condition) -> str:
    """The key of a condition, or each or some of its values."""
    quantifier = read_operator(condition.operator).quantifier
    return {"ForAllValues": "every value of ", "ForAnyValue": "some value of "}.get(
        quantifier, ""
    ) + f"`{condition.key}`"


def _differs_in_case(condition: Condition, value: str | list[str] | None) -> bool:
    return isinstance(value, str) and value.lower() in [text.lower() for text in condition.values if text != value]


def shown_value(value: str | list[str] | None) -> str:
    if value is None:
        return "missing"
    if isinstance(value, list):
        return f"the list of {quoted(value)}" if value else "an empty list"
    return f"`{value}`" if value else "the empty text"


PHRASES = {
    "LessThan": "must be less than",
    "LessThanEquals": "must be at most",
    "GreaterThan": "must be more than",
    "GreaterThanEquals": "must be at least",
}
DATE_PHRASES = {
    "LessThan": "must be before",
    "LessThanEquals": "must be no later than",
    "GreaterThan": "must be after",
    "GreaterThanEquals": "must be no earlier than",
}


def wanted(condition: Condition) -> str:
    """What a condition demands of its key: "must be `true`", "" for an unknown operator; put into words once."""
    if condition.demand is None:
        condition.demand = _demand(condition)
    return condition.demand


def _demand(condition: Condition) -> str:
    name = read_operator(condition.operator)
    if not name.known:
        return ""
    values = quoted(condition.values, "or") if condition.values else "one of no values"
    if name.base == "null":
        return "must be absent" if "true" in [value.lower() for value in condition.values] else "must be present"
    base = OPERATORS[name.base]
    comparison = base.name.removeprefix("Numeric").removeprefix("Date")
    phrases = DATE_PHRASES if base.type == "date" else PHRASES
    if comparison in phrases:
        phrase = phrases[comparison]
    else:
        verb = {"ip": "be in", "arn": "be like"}.get(base.type, "be like" if base.name.endswith("Like") else "be")
        phrase = f"must {'not ' if base.negated else ''}{verb}"
    return f"{phrase} {values}"
