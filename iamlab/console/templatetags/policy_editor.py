"""{% load policy_editor %}{% policy_editor form.PolicyDocument limit %}: a policy in a form, with its findings."""

from dataclasses import replace
from typing import Any

from django import template
from django.forms import BoundField

from iamlab.console import documents
from iamlab.console.editor import visual
from iamlab.policy.operators import OPERATORS

register = template.Library()


@register.inclusion_tag("console/editor/editor.html", takes_context=True)
def policy_editor(context: dict[str, Any], field: BoundField, limit: int) -> dict[str, Any]:
    request, session = context["request"], context["session"]
    kind = field.field.kind  # type: ignore[attr-defined]  # a DocumentField
    text = field.value() or ""
    now = visual.turn(request.POST, field.html_name) if kind == "identity" and request.POST else visual.Turn(text)
    now = replace(now, text=text)  # the form may know better: an imported policy, what the server keeps
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
