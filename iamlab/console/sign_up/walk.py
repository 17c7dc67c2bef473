"""The walk through all steps of sign-up: what was typed waits in the browser's session until the last one."""

import secrets as random
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from iamlab.console.account.forms import PrimaryContactForm
from iamlab.console.forms import OperationForm
from iamlab.console.menus import hyphenated
from iamlab.console.sign_up.steps import BILLING, STEPS, CodeForm, EmailForm, IdentityForm
from iamlab.door import calls, secrets, sessions
from iamlab.door.middleware import source_of
from iamlab.people.models import Person
from iamlab.services.operations import AwsError

NAMES = list(STEPS)
# What is to be typed off: length, characters, the words above it.
TYPED_OFF = {
    "code": (6, "0123456789", "AWS would send a mail. Here the code is"),
    "identity": (6, "abcdefghkmnprstuwxyz2345678", "To show that you are no program, type"),
    "phone": (4, "0123456789", "AWS would send it to your phone. Here the code is"),
}
PARAMETERS = ("Email", "AccountName", "Plan", "SupportPlan")
KEPT = (*PARAMETERS, *PrimaryContactForm.base_fields, "kind", "address", *BILLING, "how", "mobile")
# What is verified by a code of its own in the step behind it.
VERIFIED = {"email": ("Email", "code"), "identity": ("mobile", "phone")}
STEP_OF_CODE = {"EmailInUse": "email", "WeakPassword": "password"}


def kept(request: HttpRequest, public_id: str) -> dict[str, Any]:
    """What was typed so far for this world; the password only sealed."""
    return request.session.setdefault(f"sign-up {public_id}", {"done": [], "values": {}})


@login_required
@require_http_methods(["GET", "POST"])
def step(request: HttpRequest, public_id: str, name: str) -> HttpResponse:
    """One step. Refreshed or opened twice it is the same; one too far ahead leads to the first missing."""
    assert isinstance(request.user, Person)
    sandbox, _ = sessions.front_door(request.user, public_id)
    if name not in STEPS:
        raise Http404
    draft = kept(request, public_id)
    registered = f"signed up {public_id}" in request.session
    if request.method == "POST" and name == NAMES[-1] and not draft["done"] and registered:
        return redirect("sign-up-done", public_id=public_id)  # sent twice
    missing = next((one for one in NAMES[: NAMES.index(name)] if one not in draft["done"]), None)
    if missing is not None:
        return redirect("sign-up-step", public_id=public_id, name=missing)
    form = form_of(request, draft, name)
    if isinstance(form, EmailForm):
        form.sandbox = sandbox
    if request.method == "POST" and form.is_valid():
        keep(draft, name, form)
        request.session.modified = True
        if name == NAMES[0]:
            request.session.pop(f"signed up {public_id}", None)  # this is about another account
        if name == NAMES[-1]:
            return register(request, public_id, draft)
        return redirect("sign-up-step", public_id=public_id, name=NAMES[NAMES.index(name) + 1])
    return shown(request, public_id, draft, name, form)


def form_of(request: HttpRequest, draft: dict[str, Any], name: str) -> OperationForm:
    values = draft["values"]
    form = STEPS[name](request.POST or None, initial={"mobile": values.get("PhoneNumber", ""), **values})
    if isinstance(form, CodeForm | IdentityForm):
        length, characters, _ = TYPED_OFF[name]
        form.wanted = draft.setdefault(f"{name} wanted", "".join(random.choice(characters) for _ in range(length)))
        request.session.modified = True
    return form


def keep(draft: dict[str, Any], name: str, form: OperationForm) -> None:
    """Remember a step that was filled in; a password sealed, a card not at all. Another address or phone than before
    is verified anew."""
    field, behind = VERIFIED.get(name, ("", ""))
    if behind and form.cleaned_data[field] != draft["values"].get(field):
        draft["done"] = [one for one in draft["done"] if one != behind]
        draft.pop(f"{behind} wanted", None)
    values = {field: form.cleaned_data[field] for field in form.fields if field in KEPT}
    draft["values"].update(values)
    if name == "password":
        draft["password"] = secrets.seal(form.cleaned_data["Password"])
    if name not in draft["done"]:
        draft["done"].append(name)


def shown(request: HttpRequest, public_id: str, draft: dict[str, Any], name: str, form: OperationForm) -> HttpResponse:
    at = NAMES.index(name)
    context = {
        "form": form,
        "number": at + 1,
        "of": len(NAMES),
        "wanted": getattr(form, "wanted", ""),
        "wanted_by": TYPED_OFF[name][2] if name in TYPED_OFF else "",
        "back": reverse("sign-up-step", args=[public_id, NAMES[at - 1]]) if at else "",
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
    values = draft["values"]
    params = {name: values[name] for name in PARAMETERS}
    contact = {name: values[name] for name in PrimaryContactForm.base_fields if values.get(name)}
    more = {"Password": password, "CardChecked": True, "ContactInformation": contact}
    try:
        answer = calls.call(nobody, "accounts:RegisterAccount", {**params, **more}, source_of(request))
    except AwsError as error:
        if was_registered(request, public_id, params["Email"]):
            return redirect("sign-up-done", public_id=public_id)
        messages.error(request, error.message)
        return redirect("sign-up-step", public_id=public_id, name=STEP_OF_CODE.get(error.code, "email"))
    del request.session[f"sign-up {public_id}"]
    request.session[f"signed up {public_id}"] = {"account": hyphenated(answer["AccountId"]), "email": params["Email"]}
    request.session.save()  # at once: it may have been sent twice
    return redirect("sign-up-done", public_id=public_id)


def was_registered(request: HttpRequest, public_id: str, email: str) -> bool:
    """Whether another request of this browser has registered it meanwhile, whose session is then not written over."""
    now = type(request.session)(request.session.session_key)
    made = now.get(f"signed up {public_id}")
    if made is None or made["email"] != email:
        return False
    request.session = now
    return True


@login_required
@require_safe
def done(request: HttpRequest, public_id: str) -> HttpResponse:
    """The last page. Refreshed it is the same; who signed up for nothing is asked to sign in."""
    assert isinstance(request.user, Person)
    sessions.front_door(request.user, public_id)
    made = request.session.get(f"signed up {public_id}")
    console = reverse("root-sign-in", args=[public_id])
    if made is None:
        return redirect(console)
    context = {"account": made["account"], "console_url": f"{console}?{urlencode({'email': made['email']})}"}
    return render(request, "console/sign_up/done.html", context)
