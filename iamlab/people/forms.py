"""Forms for signing in to iamlab itself, and for a guest who wants to stay."""

from typing import Any

from django import forms
from django.contrib.auth import authenticate, password_validation

from iamlab.people import names, pace
from iamlab.people.models import Person


class SignInForm(forms.Form):
    username = forms.CharField(max_length=150, widget=forms.TextInput(attrs={"autocomplete": "username"}))
    password = forms.CharField(widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}))
    person: Person

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        username = data.get("username", "")
        if not pace.may_guess(username):
            raise forms.ValidationError("Too many tries for this user name. Wait a minute, then try again.")
        found = authenticate(username=username, password=data.get("password"))
        if not isinstance(found, Person):
            pace.guessed_wrong(username)
            raise forms.ValidationError("That user name and password do not match. Try again.")
        self.person = found
        return data


class ClaimForm(forms.ModelForm):
    """A guest keeps all they made, and gets a name and a password for it."""

    password = forms.CharField(
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="At least 10 characters. This is your password for iamlab, not for the simulated AWS.",
    )

    class Meta:
        model = Person
        fields = ["username", "display_name"]

    def clean_display_name(self) -> str:
        name = names.one_line(self.cleaned_data["display_name"])
        if name and not names.can_be_shown(name):
            raise forms.ValidationError("Use letters, digits and signs that can be shown.")
        return name

    def clean_password(self) -> str:
        password = self.cleaned_data["password"]
        password_validation.validate_password(password, self.instance)
        return password

    def save(self, commit: bool = True) -> Person:
        self.instance.is_guest = False
        self.instance.recovery = ""
        self.instance.set_password(self.cleaned_data["password"])
        return super().save(commit)
