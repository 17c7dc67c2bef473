"""The walk through all steps of sign-up: what was typed waits in the browser's session until the last one."""

import secrets as random
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from iamlab.console.menus import hyphenated
from iamlab.console.sign_up.steps import STEPS, CodeForm, StepForm
from iamlab.door import calls, secrets, sessions
from iamlab.door.middleware import source_of
from iamlab.people.models import Person
from iamlab.services.operations import AwsError

NAMES = list(STEPS)
DIGITS = {"code": 6, "phone": 4}
PARAMETERS = ("Email", "AccountName", "Plan", "SupportPlan", "FullName", "Country")
STEP_OF_CODE = {"EmailInUse": "email", "WeakPassword": "password"}


def kept(request: HttpRequest, public_id: str) -> dict[str, Any]:
    """What was typed so far for this world; the password only sealed."""
    return request.session.setdefault(f"sign-up {public_id}", {"done": [], "values": {}})


@login_required
@require_http_methods(["GET", "POST"])
def step(request: HttpRequest, public_id: str, name: str) -> HttpResponse:
    """One step. Refreshed or opened twice it is the same; one too far ahead leads to the first missing."""
    assert isinstance(request.user, Person)
    sessions.front_door(request.user, public_id)
    if name not in STEPS:
        raise Http404
    draft = kept(request, public_id)
    missing = next((one for one in NAMES[: NAMES.index(name)] if one not in draft["done"]), None)
    if missing is not None:
        return redirect("sign-up-step", public_id=public_id, name=missing)
    form = form_of(request, draft, name)
    if request.method == "POST" and form.is_valid():
        keep(draft, name, form)
        request.session.modified = True
        if name == NAMES[-1]:
            return register(request, public_id, draft)
        return redirect("sign-up-step", public_id=public_id, name=NAMES[NAMES.index(name) + 1])
    return shown(request, public_id, draft, name, form)


def form_of(request: HttpRequest, draft: dict[str, Any], name: str) -> StepForm:
    form = STEPS[name](request.POST or None, initial=draft["values"])
    if isinstance(form, CodeForm):
        form.wanted = draft.setdefault(
            f"{name} wanted", "".join(random.choice("0123456789") for _ in range(DIGITS[name]))
        )
        request.session.modified = True
    return form


def keep(draft: dict[str, Any], name: str, form: StepForm) -> None:
    """Remember a step that was filled in; a password sealed, a card not at all."""
    values = {field: form.cleaned_data[field] for field in form.fields if field in (*PARAMETERS, "kind")}
    draft["values"].update(values)
    if name == "password":
        draft["password"] = secrets.seal(form.cleaned_data["Password"])
    if name not in draft["done"]:
        draft["done"].append(name)


def shown(request: HttpRequest, public_id: str, draft: dict[str, Any], name: str, form: StepForm) -> HttpResponse:
    at = NAMES.index(name)
    context = {
        "form": form,
        "number": at + 1,
        "of": len(NAMES),
        "wanted": getattr(form, "wanted", ""),
        "code_by": "mail" if name == "code" else "text message",
        "back": reverse("sign-up-step", args=[public_id, NAMES[at - 1]]) if at else "",
        "last": name == NAMES[-1],
        "sign_in_url": reverse("sign-in-user", args=[public_id]),
    }
    return render(request, "console/sign_up/step.html", context, status=422 if form.is_bound else 200)


def register(request: HttpRequest, public_id: str, draft: dict[str, Any]) -> HttpResponse:
    """All steps are done: one call. What AWS refuses leads back to the step that it is about."""
    assert isinstance(request.user, Person)
    _, nobody = sessions.front_door(request.user, public_id)
    password = secrets.unseal(draft.get("password", ""))
    if not password:
        draft["done"].remove("password")
        messages.warning(request, "That took a while: type the password once more.")
        return redirect("sign-up-step", public_id=public_id, name="password")
    params = {name: draft["values"][name] for name in PARAMETERS}
    try:
        answer = calls.call(
            nobody,
            "accounts:RegisterAccount",
            {**params, "Password": password, "CardChecked": True},
            source_of(request),
        )
    except AwsError as error:
        messages.error(request, error.message)
        return redirect("sign-up-step", public_id=public_id, name=STEP_OF_CODE.get(error.code, "email"))
    del request.session[f"sign-up {public_id}"]
    messages.success(request, f"Account {hyphenated(answer['AccountId'])} is registered. Sign in as its root user.")
    return redirect(f"{reverse('root-sign-in', args=[public_id])}?{urlencode({'email': params['Email']})}")
