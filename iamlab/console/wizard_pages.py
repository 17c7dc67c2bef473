"""The pages of any wizard: its steps, the calls made one by one with their ticks, how they went."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.views.decorators.http import require_http_methods

from iamlab.console import drafts, pages, runs
from iamlab.console.models import DONE, RUNNING, STOPPED, Draft
from iamlab.console.session import Session, console_page
from iamlab.console.wizard import Incomplete, Step, StepForm, Wizard, first_missing


def paths(prefix: str, wizard: Wizard) -> list[URLPattern]:
    """The addresses of the steps and of the result below `prefix`. A draft begins in a view of each wizard's own."""
    known = {"wizard": wizard}
    return [
        path(f"{prefix}<uuid:draft_id>/result/", result, known, name=f"{wizard.name}-result"),
        path(f"{prefix}<uuid:draft_id>/<str:key>/", step, known, name=wizard.name),
    ]


def start(session: Session, wizard: Wizard, **data: Any) -> HttpResponse:
    draft = drafts.begin(session, wizard.name, **data)
    return redirect(session.url(wizard.name, draft.pk, wizard.steps(draft.data)[0].key))


@require_http_methods(["GET", "POST"])
@console_page
def step(request: HttpRequest, session: Session, draft_id: UUID, key: str, wizard: Wizard) -> HttpResponse:
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
    planned = wizard.calls(draft.data)
    runs.run(session, draft, planned, secrets)
    failure = runs.first_failure(draft)
    if failure is not None and draft.state != STOPPED:
        steps = wizard.steps(draft.data)
        at = next((one for one in steps if failure.code in one.form.fields_of_codes), steps[-1])
        return redirect(session.url(wizard.name, draft.pk, at.key))
    if draft.state == DONE and not runs.lacks(draft, planned):
        return wizard.finish(request, session, draft) or redirect(result)
    return redirect(result)


@require_http_methods(["GET", "POST"])
@console_page
def result(request: HttpRequest, session: Session, draft_id: UUID, wizard: Wizard) -> HttpResponse:
    """How the calls went. POST tries the one that stopped again, or goes on without it."""
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
        "waits": any(name.startswith("shown:") for name in drafts.secrets_of(draft)),
        **(wizard.once(request, session, draft, shown) if wizard.once is not None else {}),
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
