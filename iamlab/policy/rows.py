"""A statement as evidence: its row for each state that a request can find it in, and the rows of a whole document.

The rows kept here stand in many answers: copy them before you change them.
"""

from typing import Any

from .compile import Document, Policy
from .principals import KIND_WORDS
from .reasons import action_reason
from .statement import Statement, as_list

NEAREST_OF, ACTIONS_OF = 50, 20  # statements about other actions, and actions of each, that are looked at
KEPT_SERVICES = 256

# The state of a statement in a request: how its principals reach the caller (a kind of `principals`), the parts that do
# not match, and whether its action part does.
GRANT, PRINCIPAL, RESOURCE, CONDITION, SELECTED = 7, 8, 16, 32, 64
PARTS = PRINCIPAL | RESOURCE | CONDITION


class Row(dict[str, Any]):
    """A statement as evidence. `like` is the row of which it is a copy but for the reason, if any; `head` its JSON as
    far as the reason, kept by `evidence_text` of those that are no copies.
    """

    __slots__ = ("head", "like")
    head: str | None
    like: "Row | None"

    def but(self, why: str) -> "Row":
        """The same for another reason."""
        row = Row(self)
        row["why"], row.like = why, self
        return row


def row_of(index: int, raw: dict[str, Any], state: int | None, why: str | None) -> Row:
    """The row of a statement in a state; None where its effect is none, so that its parts are not looked at."""
    sid, parts = raw.get("Sid"), state or 0
    row = Row(
        {
            "index": index,
            "statement": sid if isinstance(sid, str) and sid else f"number {index + 1}",
            "effect": raw.get("Effect"),
            "action": parts & SELECTED > 0,
            "applies": parts & (SELECTED | PARTS) == SELECTED,
            "principal": None if state is None else not parts & PRINCIPAL,
            "resource": None if state is None else not parts & RESOURCE,
            "condition": None if state is None else not parts & CONDITION,
        }
    )
    if parts & GRANT:
        row["grant"] = KIND_WORDS[parts & GRANT]
    row["why"] = why
    row.head = row.like = None
    return row


# Documents ---------------------------------------------------------------------------------------


class Listed:
    """A document's statements as evidence where the action selects none: their rows, and those statements of which
    some part hangs on the request, whose rows are left empty, with their `numbers` by index; kept by the document for
    each kind of layer.
    """

    __slots__ = ("about", "numbers", "rows", "tested")

    def __init__(self, document: Document, kind: str):
        self.rows: list[Any] = []
        self.tested: list[Statement] = []
        self.numbers: dict[int, int] = {}
        self.about: dict[str, tuple[int, ...]] = {}  # by service: the Allows about it
        for index, raw in enumerate(document.raw_statements):
            state = None
            if raw.get("Effect") in ("Allow", "Deny"):
                statement, state = document.read(index, kind), 0
                if not statement.unconditional:
                    self.numbers[index] = len(self.tested)
                    self.tested.append(statement)
                    self.rows.append(None)
                    continue
            self.rows.append(row_of(index, raw, state, action_reason(raw)))

    def allows_about(self, document: Document, service: str) -> tuple[int, ...]:
        """The numbers of the first Allows that name actions of a service, as theirs or as excepted."""
        found = self.about.get(service)
        if found is None:
            if len(self.about) >= KEPT_SERVICES:
                self.about.clear()
            raws = enumerate(document.raw_statements[:NEAREST_OF])
            found = self.about[service] = tuple(
                [number for number, raw in raws if raw.get("Effect") == "Allow" and _names_service(raw, f"{service}:")]
            )
        return found


def _names_service(raw: dict[str, Any], beginning: str) -> bool:
    for name in ("Action", "NotAction"):
        for action in as_list(raw.get(name))[:ACTIONS_OF]:
            if isinstance(action, str) and action.lower().startswith(beginning):
                return True
    return False


def listed(document: Document, kind: str) -> Listed:
    found = document.listed.get(kind)
    if found is None:
        found = document.listed[kind] = Listed(document, kind)
    return found


def matching_row(statement: Statement) -> Row:
    """The row of a statement all of whose parts match, whatever the request."""
    row = statement.rows.get(SELECTED)
    if row is None:
        row = statement.rows[SELECTED] = row_of(statement.index, statement.raw, SELECTED, None)
    return row


def policy_row(policy: Policy, rows: list[Row]) -> dict[str, Any]:
    return {"policy": policy.name, "arn": policy.arn, "via": policy.via, "statements": rows}
