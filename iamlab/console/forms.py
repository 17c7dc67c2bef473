"""OperationForm: a form that knows its operation; limits come from the service model, errors go to their fields."""

from functools import cache
from typing import Any

from botocore.model import Shape
from crispy_forms.helper import FormHelper
from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator, MinLengthValidator
from django.http import QueryDict

from iamlab.console import late
from iamlab.door.parameters import compiled
from iamlab.services.operations import AwsError, model

# What a pattern of the models allows, in words. A pattern without words is told by a general sentence.
IN_WORDS = {
    r"[\w+=,.@-]+": "letters (A-Z, a-z), digits and + = , . @ _ - (hyphen)",
    r"[\p{L}\p{Z}\p{N}_.:/=+\-@]+": "letters, digits, spaces and _ . : / = + - @",
    r"[\p{L}\p{Z}\p{N}_.:/=+\-@]*": "letters, digits, spaces and _ . : / = + - @",
    r"^[a-z0-9]([a-z0-9]|-(?!-)){1,61}[a-z0-9]$": "a-z, 0-9 and single hyphens inside",
    r"^(?![^:\\]*/action/|(?i).*<script>.*</script>.*)[^:\\]+$": "characters other than : and \\, and no /action/",
    r"[ -;=?-~]+": "printable characters of the Latin alphabet, but no < and >",
    r"[+][\s0-9()-]+": "a number such as +1 555 0100",
    r"[^\s@]+@(?:[^\s@.]+\.)+[^\s@.]+": "an address such as name@example.com",
}


@cache
def member(operation: str, name: str, inside: str = "") -> Shape | None:
    """The shape of an operation's parameter, or of a member of one that is a structure."""
    service, _, api_name = operation.partition(":")
    shape = model(service).operation_model(api_name).input_shape
    if shape is not None and inside:
        shape = shape.members[inside]
    return shape.members.get(name) if shape is not None else None


@cache
def required(operation: str) -> frozenset[str]:
    service, _, api_name = operation.partition(":")
    shape = model(service).operation_model(api_name).input_shape
    return frozenset(shape.required_members) if shape is not None else frozenset()


def pattern_check(pattern: str) -> Any:
    found = compiled(pattern)
    words = IN_WORDS.get(pattern)
    text = f"Use only {words}." if words and "such as" not in words else f"Enter {words}." if words else ""

    def check(value: str) -> None:
        if found is not None and not found.fullmatch(value):
            raise ValidationError(text or "This has characters that are not allowed here.", code="pattern")

    return check


class ConsoleForm(forms.Form):
    """A form of the console. Sent when its session had ended, it comes back with what was typed, but for what its
    `secret_fields` hold, and passwords and files. `opened_by` names the choice that opens a field: once it is made, the
    field is needed, so that it is not called optional."""

    secret_fields: tuple[str, ...] = ()
    opened_by: dict[str, str] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sent_late = None if self.is_bound else late.offered()

    def get_initial_for_field(self, field: forms.Field, field_name: str) -> Any:
        sent, initial = self.sent_late, super().get_initial_for_field(field, field_name)
        if sent is None or field.widget.value_omitted_from_data(sent, {}, field_name):
            return initial
        return field.bound_data(field.widget.value_from_datadict(sent, {}, field_name), initial)


def secret_names(form: type[ConsoleForm] = ConsoleForm) -> set[str]:
    """The names of all fields of the console's forms whose values are kept nowhere."""
    hidden = {name for name, field in form.base_fields.items() if isinstance(field.widget, forms.PasswordInput)}
    return hidden.union(form.secret_fields, *map(secret_names, form.__subclasses__()))


class OperationForm(ConsoleForm):
    """Fields named as the operation's parameters take length, pattern and choices from its shape.

    Fields of other names are the page's own. `fields_of_codes` says which field an error code of AWS's belongs to;
    every other error goes to the top of the form.
    """

    operation = ""
    inside = ""  # the parameter whose members the fields are
    fields_of_codes: dict[str, str] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        for name, field in self.fields.items():
            shape = member(self.operation, name, self.inside) if self.operation else None
            if shape is not None and shape.type_name == "string":
                limit(field, shape)

    def params(self) -> dict[str, Any]:
        """The parameters of the operation; what was left empty is left out."""
        given, known = self.cleaned_data, (self.operation, self.inside)
        found = {one: given[one] for one in self.fields if member(known[0], one, known[1]) and given.get(one) != ""}
        return {self.inside: found} if self.inside else found

    def refuse(self, error: AwsError) -> None:
        """Show an error of AWS's where it belongs."""
        name = self.fields_of_codes.get(error.code)
        self.add_error(name if name in self.fields else None, error.message)


def typed(form: type[forms.Form] | forms.Form, sent: QueryDict) -> dict[str, Any]:
    """What was sent so far by looking round in a form, to be shown again unchecked; what was not sent is left out."""
    fields = form.fields if isinstance(form, forms.Form) else form.base_fields
    return {
        name: field.widget.value_from_datadict(sent, {}, name)
        for name, field in fields.items()
        if not field.widget.value_omitted_from_data(sent, {}, name)
    }


def limit(field: forms.Field, shape: Shape) -> None:
    """Put a shape's limits on a field, for the browser and for the check on submit."""
    low, high, pattern = (shape.metadata.get(key) for key in ("min", "max", "pattern"))
    attrs = field.widget.attrs
    if high is not None:
        attrs.setdefault("maxlength", str(high))
        field.validators.append(MaxLengthValidator(high, f"Use at most {high} characters."))
    if low:
        field.validators.append(MinLengthValidator(low, f"Use at least {low} characters."))
    if pattern:
        field.validators.append(pattern_check(pattern))
    if shape.metadata.get("enum") and isinstance(field, forms.ChoiceField) and not field.choices:
        field.choices = [(value, value) for value in shape.metadata["enum"]]
