"""{% load policy_editor %}{% policy_editor form.PolicyDocument limit %}: a policy in a form, with its findings."""

from typing import Any

from django import template
from django.forms import BoundField

from iamlab.console import documents

register = template.Library()


@register.inclusion_tag("console/editor/editor.html", takes_context=True)
def policy_editor(context: dict[str, Any], field: BoundField, limit: int) -> dict[str, Any]:
    kind = field.field.kind  # type: ignore[attr-defined]  # a DocumentField
    text = field.value() or ""
    return {
        "request": context["request"],
        "session": context["session"],
        "field": field,
        "kind": kind,
        "limit": limit,
        "findings": documents.findings(text, kind),
    }
