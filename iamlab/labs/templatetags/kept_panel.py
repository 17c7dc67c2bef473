"""A lab's panel as it is kept, filled with what is the page's own."""

from typing import Any

from django import template
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag(takes_context=True)
def kept_panel(context: dict[str, Any]) -> SafeString:
    """The panel beside this page, which may send its forms."""
    return context["lab_panel"]["fill"](str(context["csrf_token"]))
