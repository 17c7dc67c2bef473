"""Forms of the classroom. Times are in UTC, as everywhere in iamlab."""

from itertools import pairwise
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator

from iamlab.classroom import codes, own
from iamlab.classroom.models import Assignment, Class, Term
from iamlab.people import names
from iamlab.people.numbers import is_number


def when(label: str, help_text: str = "") -> forms.DateTimeField:
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    return forms.DateTimeField(required=False, label=f"{label} (UTC)", widget=widget, help_text=help_text)


# The most that a number may be: percents, and what keeps every time that is reckoned with it within the calendar.
MOST = {
    "late_per_day": 100,
    "late_most": 100,
    "grace_hours": 365 * 24,
    "attempts": 1000,
    "points": 100_000,
    "retention_days": 100 * 365,
}


def bound(form: forms.Form | forms.ModelForm) -> None:
    """Hold the form's numbers to MOST."""
    for name in MOST.keys() & form.fields.keys():
        form.fields[name].validators.append(MaxValueValidator(MOST[name]))
        form.fields[name].widget.attrs["max"] = MOST[name]


class Among(forms.ModelMultipleChoiceField):
    """Some of the choices; a number that no row can have is none of them."""

    def clean(self, value: Any) -> Any:
        for one in value or ():
            if not is_number(str(one)):
                raise forms.ValidationError(self.error_messages["invalid_choice"], params={"value": one})
        return super().clean(value)


class JoinForm(forms.Form):
    code = forms.CharField(max_length=20, label="Class code", help_text="Six letters and digits from your instructor.")
    name = forms.CharField(max_length=80, label="Your name in the class", help_text="A pseudonym will do.")

    def clean_code(self) -> str:
        return codes.typed(self.cleaned_data["code"])

    def clean_name(self) -> str:
        return printable(self.cleaned_data["name"])


def printable(text: str) -> str:
    """One line of text that can be shown. Raises ValidationError."""
    text = names.one_line(text)
    if not names.can_be_shown(text):
        raise forms.ValidationError("Use letters, digits and signs that can be shown.")
    return text


class ClassForm(forms.ModelForm):
    term_name = forms.CharField(max_length=80, required=False, label="Term", help_text="For example: autumn 2026.")
    code_expires = when("The class code works until", "Empty: as long as the class is not archived.")

    class Meta:
        model = Class
        fields = ["name", "code_expires", "assistants_override", "retention_days"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order_fields(["name", "term_name"])
        bound(self)
        if self.instance.term is not None:
            self.fields["term_name"].initial = self.instance.term.name

    def clean_name(self) -> str:
        return printable(self.cleaned_data["name"])

    def save(self, commit: bool = True) -> Class:
        name = " ".join(self.cleaned_data["term_name"].split())
        self.instance.term = Term.objects.get_or_create(name=name)[0] if name else None
        return super().save(commit)


class AssignmentForm(forms.ModelForm):
    lab = forms.ChoiceField()
    title = forms.CharField(max_length=120, required=False, help_text="Empty: the lab's own.")
    graded = forms.TypedChoiceField(
        label="Mode",
        choices=[("graded", "Graded: hints have their price"), ("practice", "Practice: everything is free")],
        coerce=lambda mode: mode == "graded",
    )
    opens = when("Opens")
    due = when("Due")
    closes = when("Closes", "Work that is open then is handed in as it stands.")

    class Meta:
        model = Assignment
        fields = [
            "lab",
            "title",
            "graded",
            "opens",
            "due",
            "closes",
            "late",
            "late_per_day",
            "late_most",
            "grace_hours",
            "attempts",
            "counts",
            "points",
            "needs",
        ]
        widgets = {"needs": forms.CheckboxSelectMultiple}
        field_classes = {"needs": Among}
        labels = {"late": "Late work", "needs": "To be passed first"}
        help_texts = {"attempts": "Empty: as many as they like.", "grace_hours": "Before anything is taken off."}

    def __init__(self, *args: Any, klass: Class, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.klass = klass
        bound(self)
        shipped, owned = own.titles(klass)
        self.titles = shipped | owned
        choices: list[Any] = list(shipped.items())
        if owned:
            choices = [("Labs of this class", list(owned.items())), ("Labs for everybody", choices)]
        self.fields["lab"].choices = choices  # type: ignore[attr-defined]
        self.fields["needs"].queryset = klass.assignments.exclude(pk=self.instance.pk)  # type: ignore[attr-defined]
        if not self.fields["needs"].queryset.exists():  # type: ignore[attr-defined]
            self.fields["needs"].widget = forms.MultipleHiddenInput()
        self.initial["graded"] = "graded" if self.instance.graded else "practice"
        if self.instance.pk:
            self.fields["lab"].disabled = self.instance.works.exists()

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        times = [(name, data[name]) for name in ("opens", "due", "closes") if data.get(name)]
        for (before, first), (after, then) in pairwise(times):
            if first > then:
                self.add_error(after, f"This is before it {before if before != 'due' else 'is due'}.")
        if data.get("attempts") == 0:
            self.add_error("attempts", "At least one, or empty for any number.")
        for need in data.get("needs") or ():
            if self.instance.pk and self.instance in chain(need):
                self.add_error("needs", f"{need.title} itself waits for this assignment.")
        if not data.get("title") and data.get("lab"):
            data["title"] = self.titles[data["lab"]][:120]
        return data


def chain(assignment: Assignment) -> set[Assignment]:
    """All that an assignment waits for, through the others."""
    found: set[Assignment] = set()
    waiting = [assignment]
    while waiting:
        for need in waiting.pop().needs.all():
            if need not in found:
                found.add(need)
                waiting.append(need)
    return found
