"""What a wizard is: a list of forms, a review with the calls that it will make, a page that tells how they went."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict

from iamlab.console import pages, pickers
from iamlab.console.forms import OperationForm
from iamlab.console.models import Draft
from iamlab.console.session import Session

HIDDEN = "********"


class StepForm(OperationForm):
    """A step's form. What it stores stands in the draft under `key`; `secret_fields` are kept encrypted instead."""

    key = ""

    def __init__(
        self, *args: Any, session: Session, draft: Draft, action: str = "", look: QueryDict | None = None, **kwargs: Any
    ) -> None:
        """`look` is what was sent by looking round in the step: shown again, unchecked and unsaved."""
        self.session, self.draft = session, draft
        super().__init__(*args, **kwargs)
        self.prepare()
        if look is not None:
            self.initial = {**self.initial, **self.typed(look)}
        pickers.bind(self, session, look or (self.data if self.is_bound else {}), action)

    def prepare(self) -> None:
        """What a step asks for before it is shown, such as the choices of a field."""

    def stored(self) -> dict[str, Any]:
        """What goes into the draft, as JSON."""
        return {name: value for name, value in self.cleaned_data.items() if name not in self.secret_fields}

    def typed_secrets(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in self.secret_fields if self.cleaned_data.get(name)}

    def typed(self, sent: QueryDict) -> dict[str, Any]:
        return {name: field.widget.value_from_datadict(sent, {}, name) for name, field in self.fields.items()}

    @classmethod
    def as_post(cls, values: Mapping[str, Any]) -> QueryDict:
        """Stored values as they would be sent, so that an error of AWS's can be shown on its field."""
        sent = QueryDict(mutable=True)
        for name, value in values.items():
            if isinstance(value, list) and value and isinstance(value[0], dict):  # rows, of tags
                for part in value[0]:
                    sent.setlist(f"{name}-{part.lower()}", [str(row.get(part, "")) for row in value])
            elif isinstance(value, list):
                sent.setlist(name, [str(item) for item in value])
            elif value not in (None, False):
                sent[name] = "on" if value is True else str(value)
        return sent


@dataclass(frozen=True)
class Step:
    """`key` is the last part of the step's address."""

    key: str
    title: str
    form: type[StepForm]
    template: str
    optional: bool = False
    short: str = ""  # 2021's buttons name the next step: "Next: Tags"


@dataclass(frozen=True)
class Planned:
    """A call that the wizard is going to make. `secret` maps a parameter to the draft's secret that it takes.

    `shows` says what of the answer is shown once: {name: value}; it gets the answer and the parameters as sent.
    `fill` completes the parameters from what earlier calls gave (kept as "shown:NAME"). `region` is that of the
    endpoint which the call goes to, where it is not the page's. `of` is the label of the call that makes what this one
    is about: where that one was left out, this one would change something else of the same name, and is left out too.
    """

    operation: str
    params: dict[str, Any]
    label: str
    secret: Mapping[str, str] = field(default_factory=dict)
    shows: Callable[[dict[str, Any], dict[str, Any]], dict[str, str]] | None = None
    fill: Callable[[dict[str, Any], dict[str, str]], dict[str, Any]] | None = None
    region: str = ""
    of: str = ""

    @property
    def shown_params(self) -> dict[str, Any]:
        return {**self.params, **dict.fromkeys(self.secret, HIDDEN)}


# Gets what is shown once and makes the result page's context of it.
Once = Callable[[HttpRequest, Session, Draft, dict[str, str]], dict[str, Any]]


@dataclass(frozen=True)
class Wizard:
    """`name` is the name of its steps' URL; with `-result` that of its result's. `steps` and `calls` read the data.

    `secrets` may make what the calls need beyond what was typed; it raises Incomplete when a typed one is gone.
    """

    name: str
    title: str
    submit: str
    cancel: Callable[[Session, Draft], str]
    steps: Callable[[dict[str, Any]], list[Step]]
    calls: Callable[[dict[str, Any]], list[Planned]]
    result_template: str
    crumbs: Callable[[Session, Draft], pages.Crumbs]
    secrets: Callable[[Session, Draft, dict[str, str]], dict[str, str]] = lambda session, draft, secrets: secrets
    finish: Callable[[HttpRequest, Session, Draft], HttpResponse | None] = lambda request, session, draft: None
    context: Callable[[HttpRequest, Session, Draft], dict[str, Any]] = lambda request, session, draft: {}
    titles: Mapping[str, str] = field(default_factory=dict)  # by era, where it differs
    result_step: Callable[[dict[str, Any]], str] = lambda data: ""  # the result page's title, where it counts as a step
    once: Once | None = None


class Incomplete(Exception):
    """A step has to be filled in again: its key, and why."""

    def __init__(self, step: str, text: str) -> None:
        super().__init__(text)
        self.step, self.text = step, text


def first_missing(steps: list[Step], draft: Draft) -> Step | None:
    return next((one for one in steps if one.form.key not in draft.data), None)
