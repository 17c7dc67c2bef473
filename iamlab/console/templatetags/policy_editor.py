"""{% load policy_editor %}{% policy_editor form.PolicyDocument limit %}: a policy in a form, with its findings."""

from dataclasses import replace
from typing import Any

from django import template
from django.forms import BoundField
from django.http import HttpRequest

from iamlab.console import documents
from iamlab.console.editor import visual
from iamlab.policy.operators import OPERATORS

register = template.Library()
MODE = "policy_editor"  # of the browser's session: the mode pressed last


@register.inclusion_tag("console/editor/editor.html", takes_context=True)
def policy_editor(context: dict[str, Any], field: BoundField, limit: int) -> dict[str, Any]:
    request, session = context["request"], context["session"]
    kind = field.field.kind  # type: ignore[attr-defined]  # a DocumentField
    text = field.value() or ""
    remembers = field.field.remembers  # type: ignore[attr-defined]
    now = visual.turn(request.POST, field.html_name) if kind == "identity" and request.POST else visual.Turn(text)
    if remembers and not request.POST:
        now = begun(request, now)
    now = replace(now, text=text)  # the form may know better: an imported policy, what the server keeps
    if remembers and request.POST.get("look") in (visual.VISUAL, visual.JSON):
        request.session[MODE] = request.POST["look"]
    importing = getattr(field.form, "importing", None)
    if importing and importing.get("done") and now.mode == visual.VISUAL:
        now = visual.opened(now)
    return {
        "request": request,
        "session": session,
        "field": field,
        "name": field.html_name,
        "kind": kind,
        "importing": importing,
        "limit": limit,
        "now": now,
        "rows": visual.view(now, session.account.pk) if now.mode == visual.VISUAL else [],
        "operators": [row.name for row in OPERATORS.values()] + ["Null"],
        "findings": documents.findings(text, kind),
    }


def begun(request: HttpRequest, now: visual.Turn) -> visual.Turn:
    """A page as it is opened: in the mode that was pressed last. Until one was, a new policy opens in the visual one,
    as AWS's does, and a policy that is there as its text."""
    usual = visual.VISUAL if now.text == documents.START else visual.JSON
    return visual.opened(now) if request.session.get(MODE, usual) == visual.VISUAL else now
