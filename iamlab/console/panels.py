"""A panel is fed by its own call: one that is refused shows its own access-denied box, the rest of the page stands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.safestring import SafeString

from iamlab.components import markup
from iamlab.console import refusals
from iamlab.console.session import Session
from iamlab.services.operations import AwsError, View


@dataclass
class Panel:
    """The answer of a panel's call, or why there is none: `failure` is an error's message, `code` its code.

    `missing` is a NoSuchEntity that the panel expects.
    """

    answer: dict[str, Any] = field(default_factory=dict)
    denial: dict[str, Any] | None = None
    failure: str = ""
    code: str = ""
    missing: bool = False

    def __getitem__(self, name: str) -> Any:
        return self.answer[name]

    def get(self, name: str, default: Any = None) -> Any:
        return self.answer.get(name, default)

    @property
    def stands(self) -> bool:
        return self.denial is None and not self.failure and not self.missing


def panel(
    session: Session,
    operation: str,
    params: Mapping[str, Any] | None = None,
    *,
    view: View | None = None,
    may_be_missing: bool = False,
) -> Panel:
    """Make a panel's call. `may_be_missing`: that the thing does not exist is a state to show, no failure."""
    try:
        return Panel(session.call(operation, params, view))
    except AwsError as error:
        return of_error(session, error, may_be_missing)


def of_error(session: Session, error: AwsError, may_be_missing: bool = False) -> Panel:
    if refusals.is_refusal(error):
        return Panel(denial=refusals.denial(session, error))
    if may_be_missing and error.code == "NoSuchEntity":
        return Panel(missing=True)
    return Panel(failure=error.message or error.code, code=error.code)


def cells(
    session: Session, operation: str, many: Sequence[Mapping[str, Any]], may_be_missing: bool = False
) -> list[Panel]:
    """The same for the cells of a list, one a row."""
    answers = session.call_many(operation, many)
    return [
        of_error(session, answer, may_be_missing) if isinstance(answer, AwsError) else Panel(answer)
        for answer in answers
    ]


def refused_cell(cell: Panel) -> SafeString:
    """What a cell without an answer shows."""
    if cell.denial:
        return markup.denied_cell(cell.denial["why_url"])
    return markup.status("error", cell.failure) if cell.failure else markup.status("stopped", markup.NOTHING)
