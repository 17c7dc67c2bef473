"""Several calls behind one button: each is made, each has its outcome, and the page says which stand."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse

from iamlab.console import pages, runs
from iamlab.console.session import Session
from iamlab.services.operations import AwsError


@dataclass(frozen=True)
class Change:
    """A call to make, and what it does, in words."""

    operation: str
    params: dict[str, Any]
    label: str


@dataclass
class Outcome:
    """How one went: `refusal` is {denial, message, code}, None when it was made."""

    label: str
    operation: str
    refusal: dict[str, Any] | None = None


def make(session: Session, changes: Iterable[Change], stop: bool = False) -> list[Outcome]:
    """Make the calls in order; `stop` at the first that is refused or fails."""
    outcomes = []
    for change in changes:
        outcome = Outcome(change.label, change.operation)
        try:
            session.call(change.operation, change.params)
        except AwsError as error:
            outcome.refusal = runs.refusal(session, error)
        outcomes.append(outcome)
        if stop and outcome.refusal:
            break
    return outcomes


def answer(
    request: HttpRequest, session: Session, outcomes: list[Outcome], back: str, text: str, title: str
) -> HttpResponse:
    """On to `back` when all is made; else a page with what stands and what does not."""
    if not any(outcome.refusal for outcome in outcomes):
        return pages.done(request, back, text)
    context = {"outcomes": outcomes, "back": back, "heading": title}
    return pages.render(request, session, "console/outcomes.html", context, title=title, crumbs=[(title, None)])


def ticked(request: HttpRequest) -> list[str]:
    """The keys of the rows that were ticked in a list, as its form or a question's sends them on."""
    sent = request.GET if request.method == "GET" else request.POST
    return list(dict.fromkeys(sent.getlist("selected")))


def confirmed(request: HttpRequest, typed: str) -> str:
    """What is wrong with a typed confirmation; "" when it is right. It must match exactly."""
    return "" if request.POST.get("typed", "") == typed else f"Enter {typed} exactly as it stands here."
