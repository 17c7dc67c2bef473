"""The terminal page: `aws` in the browser, with the keys that the learner made."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods
from django_htmx.http import HttpResponseClientRefresh

from iamlab.door.middleware import source_of
from iamlab.labs import machines, shell, working
from iamlab.labs.commandline import CommandError, State
from iamlab.labs.commandline.profiles import masked
from iamlab.labs.commandline.words import commands
from iamlab.labs.keys import connector
from iamlab.labs.shell import Machine
from iamlab.sandbox import controls

USER_AGENT = "aws-cli/2.31 (iamlab terminal)"
MAX_UPLOAD = 256 * 1024
EXAMPLES = (
    ("Give it your keys", "aws configure"),
    ("Who am I?", "aws sts get-caller-identity"),
    ("The users", "aws iam list-users --query 'Users[].[UserName,Arn]' --output table"),
    ("Put the bill into a bucket", "aws s3 cp bill.txt s3://BUCKET/"),
    ("What is in the bucket?", "aws s3 ls s3://BUCKET"),
    ("Why was I refused?", "aws sts decode-authorization-message --encoded-message MESSAGE"),
    ("What happened lately?", "aws cloudtrail lookup-events --max-items 5 --query 'Events[].[EventName,Username]'"),
)


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def terminal(request: HttpRequest, public_id: str) -> HttpResponse:
    """The owner's terminal of a sandbox. A POST runs lines, or writes or deletes a file, by the name of its button."""
    sandbox = controls.by_public_id(public_id)
    if sandbox.owner_id != request.user.pk:
        raise Http404
    machine = machines.load(sandbox)
    if request.method == "GET":
        return page(request, sandbox, machine)
    asked = next((name for name in ACTIONS if name in request.POST), "run")
    try:
        after = ACTIONS[asked](request, sandbox, machine)
    except CommandError as error:
        return page(request, sandbox, machine, status=422, file_error=error.message)
    machines.save(sandbox, after)
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect(f"{reverse('terminal', args=[public_id])}#prompt")
    if asked == "clear" or len(after.entries) < len(machine.entries):
        return HttpResponseClientRefresh()
    return page(request, sandbox, after, seen=machine.count)


def run(request: HttpRequest, sandbox: Any, machine: Machine) -> Machine:
    source = replace(source_of(request, "terminal"), user_agent=USER_AGENT)
    machine = replace(machine, state=replace(machine.state, endpoint=request.build_absolute_uri("/aws")))
    text, connect = request.POST.get("line", ""), connector(sandbox, source)
    if len(commands(text.strip())) < 2:
        return shell.run_text(machine, text, connect)
    with working.at_work_in(sandbox):
        return shell.run_text(machine, text, connect)


def save_file(request: HttpRequest, sandbox: Any, machine: Machine) -> Machine:
    """A file typed or chosen. Raises CommandError for a name or size that cannot be."""
    chosen = request.FILES.get("upload")
    name = request.POST.get("name", "").strip() or (chosen.name if chosen and chosen.name else "")
    if chosen is not None:
        if (chosen.size or 0) > MAX_UPLOAD:
            raise CommandError(f"A file here may have {MAX_UPLOAD // 1024} KiB.", 1)
        content = chosen.read()
    else:
        content = request.POST.get("content", "").replace("\r\n", "\n").encode()
    return replace(machine, state=shell.write(machine.state, name, content))


def delete_file(request: HttpRequest, sandbox: Any, machine: Machine) -> Machine:
    return replace(machine, state=shell.remove(machine.state, request.POST["delete"]))


def clear(request: HttpRequest, sandbox: Any, machine: Machine) -> Machine:
    """A clean screen; a question that waits is given up."""
    return replace(machine, entries=(), question="", state=replace(machine.state, dialogue=None))


ACTIONS: dict[str, Callable[[HttpRequest, Any, Machine], Machine]] = {
    "save": save_file,
    "delete": delete_file,
    "clear": clear,
    "run": run,
}


def page(
    request: HttpRequest,
    sandbox: Any,
    machine: Machine,
    *,
    seen: int | None = None,
    status: int = 200,
    file_error: str = "",
) -> HttpResponse:
    """The whole page; entries after the number `seen` are marked as new, which is what htmx takes."""
    here = reverse("terminal", args=[sandbox.public_id])
    open_file = request.POST.get("name") or request.GET.get("file") or ""
    content = machine.state.files.get(open_file, b"").decode(errors="replace")
    context = {
        "sandbox": sandbox,
        "machine": machine,
        "seen": machine.count if seen is None else seen,
        "history": json.dumps(machine.history),
        "line": request.GET.get("line", ""),
        "profiles": profiles_of(machine.state),
        "files": [(name, len(machine.state.files[name])) for name in sorted(machine.state.files)],
        "file": {"name": open_file, "content": request.POST.get("content", content), "error": file_error},
        "examples": [(title, line, f"{here}?{urlencode({'line': line})}#prompt") for title, line in EXAMPLES],
    }
    return render(request, "labs/terminal.html", context, status=status)


def profiles_of(state: State) -> list[tuple[str, str, str]]:
    """Name, masked key id and region of each profile."""
    return [
        (name, masked(settings.get("aws_access_key_id")), settings.get("region", ""))
        for name, settings in state.profiles.items()
    ]
