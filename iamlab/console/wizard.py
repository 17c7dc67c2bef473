"""Wizards: a list of forms, a review with the calls that it will make, the calls made one by one with their ticks."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect

from iamlab.console import drafts, pages, pickers, runs
from iamlab.console.forms import OperationForm
from iamlab.console.models import DONE, RUNNING, STOPPED, Draft
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
    endpoint which the call goes to, where it is not the page's.
    """

    operation: str
    params: dict[str, Any]
    label: str
    secret: Mapping[str, str] = field(default_factory=dict)
    shows: Callable[[dict[str, Any], dict[str, Any]], dict[str, str]] | None = None
    fill: Callable[[dict[str, Any], dict[str, str]], dict[str, Any]] | None = None
    region: str = ""

    @property
    def shown_params(self) -> dict[str, Any]:
        return {**self.params, **dict.fromkeys(self.secret, HIDDEN)}


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


Once = Callable[[HttpRequest, Session, Draft, dict[str, str]], dict[str, Any]]


class Incomplete(Exception):
    """A step has to be filled in again: its key, and why."""

    def __init__(self, step: str, text: str) -> None:
        super().__init__(text)
        self.step, self.text = step, text


def start(session: Session, wizard: Wizard, **data: Any) -> HttpResponse:
    draft = drafts.begin(session, wizard.name, **data)
    return redirect(session.url(wizard.name, draft.pk, wizard.steps(draft.data)[0].key))


def step(request: HttpRequest, session: Session, wizard: Wizard, draft_id: UUID, key: str) -> HttpResponse:
    """One step: GET shows it, POST saves it and goes on; from the last step POST makes the calls.

    The button `preview`, for a wizard of one page, shows the calls that would be made.
    """
    draft = drafts.find(session, wizard.name, draft_id)
    if draft.state in (DONE, RUNNING):
        return redirect(session.url(f"{wizard.name}-result", draft.pk))
    steps = wizard.steps(draft.data)
    position = next((at for at, one in enumerate(steps) if one.key == key), None)
    if position is None:
        raise Http404
    missing = first_missing(steps[:position], draft)
    if missing is not None:
        return redirect(session.url(wizard.name, draft.pk, missing.key))
    this = steps[position]
    if "cancel" in request.POST:
        drafts.keep_secrets(draft, {})
        draft.delete()
        return redirect(wizard.cancel(session, draft))
    form, status = _form(request, session, draft, this)
    if form.is_bound and status == 200 and "preview" not in request.POST:
        _save(draft, form)
        if position + 1 < len(steps):
            return redirect(session.url(wizard.name, draft.pk, steps[position + 1].key))
        return perform(request, session, wizard, draft)
    return _show(request, session, wizard, draft, steps, position, form, status)


def _form(request: HttpRequest, session: Session, draft: Draft, this: Step) -> tuple[StepForm, int]:
    """The step's form: as stored, as typed so far (a look round in it), or sent and checked."""
    stored = draft.data.get(this.form.key, {})
    known: dict[str, Any] = {"session": session, "draft": draft, "action": request.path}
    if request.method == "POST" and "look" in request.POST:
        return this.form(initial=stored, look=request.POST, **known), 200
    if request.method == "POST":
        form = this.form(request.POST, **known)
        return form, 200 if form.is_valid() else 422
    error = runs.first_failure(draft)
    if error is not None and error.code in this.form.fields_of_codes and draft.state != STOPPED:
        form = this.form(this.form.as_post(stored), **known)
        form.is_valid()
        form.refuse(error)
        return form, 422
    return this.form(initial=stored, **known), 200


def _save(draft: Draft, form: StepForm) -> None:
    draft.data[form.key] = form.stored()
    if draft.state != STOPPED:
        draft.results = []  # a refusal that was shown; calls that were made stay
    draft.save(update_fields=["data", "results"])
    if form.secret_fields:
        typed = form.typed_secrets()
        if typed:
            drafts.keep_secrets(draft, {**drafts.secrets_of(draft), **typed})


def first_missing(steps: list[Step], draft: Draft) -> Step | None:
    return next((one for one in steps if one.form.key not in draft.data), None)


def perform(request: HttpRequest, session: Session, wizard: Wizard, draft: Draft) -> HttpResponse:
    """Make the calls, if no other request does; then show how they went."""
    result = session.url(f"{wizard.name}-result", draft.pk)
    try:
        secrets = wizard.secrets(session, draft, drafts.secrets_of(draft))
    except Incomplete as error:
        messages.warning(request, error.text)
        return redirect(session.url(wizard.name, draft.pk, error.step))
    if not drafts.claim(draft):
        return redirect(result)
    draft.refresh_from_db(fields=["results"])
    runs.run(session, draft, wizard.calls(draft.data), secrets)
    failure = runs.first_failure(draft)
    if failure is not None and draft.state != STOPPED:
        steps = wizard.steps(draft.data)
        at = next((one for one in steps if failure.code in one.form.fields_of_codes), steps[-1])
        return redirect(session.url(wizard.name, draft.pk, at.key))
    return (draft.state == DONE and wizard.finish(request, session, draft)) or redirect(result)


def result(
    request: HttpRequest, session: Session, wizard: Wizard, draft_id: UUID, once: Once | None = None
) -> HttpResponse:
    """How the calls went. POST tries the one that stopped again, or goes on without it.

    `once` gets what is shown once and makes the context of it.
    """
    draft = drafts.find(session, wizard.name, draft_id)
    if request.method == "POST" and draft.state in (STOPPED, RUNNING):
        if "skip" in request.POST and draft.state == STOPPED:
            runs.skip(draft)
        return perform(request, session, wizard, draft)
    if draft.state not in (DONE, STOPPED, RUNNING):
        return redirect(session.url(wizard.name, draft.pk, wizard.steps(draft.data)[0].key))
    shown = drafts.take_shown(draft) if draft.state == DONE else {}
    planned = wizard.calls(draft.data)
    context = {
        **wizard.context(request, session, draft),
        "wizard": _frame(session, wizard, draft, wizard.steps(draft.data), None),
        "draft": draft,
        "data": draft.data,
        "calls": runs.listed(session, draft, planned),
        **(once(request, session, draft, shown) if once is not None else {}),
        "first_url": session.url(wizard.name, draft.pk, wizard.steps(draft.data)[0].key),
        "back_url": wizard.cancel(session, draft),
    }
    response = pages.render(
        request, session, wizard.result_template, context, title=wizard.title, crumbs=wizard.crumbs(session, draft)
    )
    response.headers["Cache-Control"] = "no-store"  # what is shown once is not kept by the browser either
    return response


def _show(
    request: HttpRequest,
    session: Session,
    wizard: Wizard,
    draft: Draft,
    steps: list[Step],
    position: int,
    form: StepForm,
    status: int,
) -> HttpResponse:
    last = position + 1 == len(steps)
    preview = form.is_bound and status == 200
    data = {**draft.data, form.key: form.stored()} if preview else draft.data
    failure = runs.first_failure(draft) if last else None
    context = {
        **wizard.context(request, session, draft),
        "wizard": _frame(session, wizard, draft, steps, position),
        "form": form,
        "draft": draft,
        "data": draft.data,
        "planned": wizard.calls(data) if preview or (last and position and status == 200) else [],
        "refusal": runs.refusal(session, failure) if failure is not None else None,
    }
    this = steps[position]
    return pages.render(
        request,
        session,
        this.template,
        context,
        title=wizard.title if this.title == wizard.title else f"{this.title} | {wizard.title}",
        crumbs=wizard.crumbs(session, draft),
        status=status,
    )


def next_label(following: Step) -> str:
    return f"Next: {following.short}" if following.short else "Next"


def _frame(session: Session, wizard: Wizard, draft: Draft, steps: list[Step], position: int | None) -> dict[str, Any]:
    """What console/wizard.html needs: the list of steps, the buttons."""
    here = len(steps) if position is None else position
    listed = []
    for at, one in enumerate(steps):
        state = "current" if at == here else "done" if at < here else "next"
        url = session.url(wizard.name, draft.pk, one.key) if at < here and position is not None else None
        listed.append({"title": one.title, "optional": one.optional, "url": url, "state": state})
    if wizard.result_step(draft.data):
        last = "current" if position is None else "next"
        listed.append({"title": wizard.result_step(draft.data), "optional": False, "url": None, "state": last})
    return {
        "title": wizard.titles.get(draft.data.get("era", ""), wizard.title),
        "era": draft.data.get("era", "now"),
        "steps": listed,
        "cancel_url": wizard.cancel(session, draft),
        "previous_url": session.url(wizard.name, draft.pk, steps[here - 1].key) if position else None,
        "submit": wizard.submit if here + 1 >= len(steps) else next_label(steps[here + 1]),
    }
