"""The `aws` command line of a call, for pages that show what they are about to do."""

from collections.abc import Mapping
from typing import Any

from botocore.exceptions import UnknownServiceError
from django import template

from iamlab.labs.commandline import line_for

register = template.Library()


@register.simple_tag
def aws_line(operation: str, params: Mapping[str, Any], region: str = "") -> str:
    """`aws iam create-user --user-name mario`; empty for what the console alone can do."""
    try:
        return f"{line_for(operation, params)} --region {region}" if region else line_for(operation, params)
    except (UnknownServiceError, KeyError):
        return ""
