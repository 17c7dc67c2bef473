"""For authors: a lab's folder as one page, anew at each change. Served by `manage.py labs preview` alone."""

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRefresh

from iamlab.labs import attempts, content, performing, selftest, showing, texts, translations, validator, variants
from iamlab.people.models import create_guest
from iamlab.people.views import BACKEND

Lab = dict[str, Any]
NAMES = {"account": "111122223333"}


def author(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A page that is there only while a folder is previewed."""

    @wraps(view)
    def wrapped(request: HttpRequest, **parts: Any) -> HttpResponse:
        if not settings.LAB_PREVIEW:
            raise Http404
        return view(request, Path(settings.LAB_PREVIEW), **parts)

    return wrapped


def state(folder: Path) -> str:
    """Another text whenever a file of the folder is changed, added or taken away."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return str(hash(tuple((str(path), path.stat().st_mtime_ns) for path in files)))


@require_safe
@author
def page(request: HttpRequest, folder: Path) -> HttpResponse:
    """What is wrong with the files; without errors, all that a learner may get to see."""
    found = validator.problems(folder)
    broken = any(problem.severity == "error" for problem in found)
    context: dict[str, Any] = {"folder": folder, "problems": found, "broken": broken, "at": state(folder)}
    if not broken:
        media = reverse("lab-preview") + "media/"
        context |= in_language(
            request, content.read(folder), media, lambda step: reverse("lab-preview-try", args=[step])
        )
    return render(request, "labs/preview.html", context)


def in_language(request: HttpRequest, lab: Lab, media: str, try_at: Callable[[str], str]) -> dict[str, Any]:
    """What `preview_lab.html` shows of a lab, in the language that its page is asked for in."""
    language = request.GET.get("language", translations.ENGLISH)
    told = lab.get("i18n", {}).get(language)
    return {
        **shown(translations.translate(lab, told) if told else lab, media, try_at),
        "lang": translations.attribute(lab, language),
        "other_languages": translations.others(lab, language),
    }


def shown(lab: Lab, media: str, try_at: Callable[[str], str]) -> Lab:
    """A lab as the page shows it: texts as HTML, and beside each step its questions and its lines.

    `media` is the address that its figures stand under, `try_at` gives the one to try a step at, "" for none.
    """
    names = content.names(lab, {**NAMES, **variants.names(lab, variants.of(lab)[0])})
    return {
        "lab": lab,
        "facts": [
            ("Minutes", lab["minutes"]),
            ("Mode", lab.get("mode", "guided")),
            ("Passed at", f"{lab.get('pass_at', 70)} points"),
        ],
        "start": [line_text(line) for line in lab["start"]],
        "steps": [{**_step(lab, step, names, media), "try_at": try_at(step["id"])} for step in lab["steps"]],
    }


def _step(lab: Lab, step: Lab, names: dict[str, str], media: str) -> Lab:
    solution = [line for part in lab["solution"] if part["step"] == step["id"] for line in part["lines"]]
    questions = [content.question_of(lab, name) for name in step.get("questions", ())]
    return {
        **step,
        "title": texts.inline(step["title"], names),
        "actor": texts.inline(step.get("actor", ""), names),
        "html": texts.render(step.get("markdown", ""), names, media),
        "hints": [texts.render(hint, names) for hint in step.get("hints", ())],
        "checks": [_check(check, names) for check in step.get("checks", ())],
        "questions": [_question(question, names) for question in questions if question],
        "solution": [line_text(line) for line in solution],
    }


def _check(check: Lab, names: dict[str, str]) -> Lab:
    mistakes = [(one["code"], texts.inline(one["say"], names)) for one in check.get("mistakes", ())]
    return {
        "title": texts.inline(check["title"], names),
        "say": texts.inline(check["say"], names),
        "mistakes": mistakes,
        "bonus": check.get("bonus"),
    }


def _question(question: Lab, names: dict[str, str]) -> Lab:
    """With what is said of each answer."""
    options = [
        {**one, "text": texts.inline(one["text"], names), "why": texts.inline(one["why"], names)}
        for one in question.get("options", ())
    ]
    rest = [texts.inline(question[key], names) for key in ("why", "wrong") if question.get(key)]
    return {**question, "text": texts.inline(question["text"], names), "options": options, "said": rest}


def line_text(line: Lab) -> str:
    """A line of the lab in one line: who, and what."""
    if "answer" in line:
        return f"answers {line['answer']}: {line['give']}"
    if "run" in line or "call" in line:
        done = line.get("run") or f"{line['call']} {line.get('params', '')}"
        return f"{line['as']}: {done}" + (f"  ({line['error']})" if "error" in line else "")
    return ", ".join(f"{key} {value}" for key, value in line.items())


@require_safe
@author
def changed(request: HttpRequest, folder: Path) -> HttpResponse:
    """What the page asks every second: to be loaded anew once a file has changed."""
    return HttpResponse(status=204) if request.GET.get("at") == state(folder) else HttpResponseClientRefresh()


@require_safe
@author
def proof(request: HttpRequest, folder: Path) -> HttpResponse:
    """The self-test: the solution and every mistake performed."""
    good = not any(problem.severity == "error" for problem in validator.problems(folder))
    found = selftest.test_lab(content.read(folder)) if good else ["Its files have errors."]
    return render(request, "labs/preview_proof.html", {"found": found})


@require_safe
@author
def media(request: HttpRequest, folder: Path, name: str) -> HttpResponse:
    return figure(content.read(folder), name)


def figure(lab: Lab, name: str) -> HttpResponse:
    """A figure of a lab; nothing in it may run. Raises Http404."""
    text = lab["media"].get(name)
    if text is None:
        raise Http404
    text = variants.figure(lab, variants.of(lab)[0], text)
    response = HttpResponse(text, content_type="image/svg+xml")
    response["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    return response


@require_POST
@author
def try_it(request: HttpRequest, folder: Path, step: str) -> HttpResponse:
    """As a new guest, with the steps before this one done: the lab as it is now, beside the console."""
    guest, _ = create_guest()
    try:
        lab = content.read(folder)
        attempt = attempts.begin(guest, lab, language=request.POST.get("language", ""))
        found = content.step_of(lab, step)
        if found is not None and found is not lab["steps"][0]:
            showing.to_step(attempt, found)
    except (performing.LineFailed, attempts.Refused) as error:
        messages.error(request, f"The lab does not get there: {error}")
        return redirect("lab-preview")
    login(request, guest, BACKEND)
    return redirect("attempt", pk=attempt.pk)
