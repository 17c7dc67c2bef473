"""Forms for signing in to iamlab itself, and for a guest who wants to stay."""

from typing import Any

from django import forms
from django.contrib.auth import authenticate, password_validation

from iamlab.people.models import Person


class SignInForm(forms.Form):
    username = forms.CharField(max_length=150, widget=forms.TextInput(attrs={"autocomplete": "username"}))
    password = forms.CharField(widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}))
    person: Person

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        found = authenticate(username=data.get("username"), password=data.get("password"))
        if not isinstance(found, Person):
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

    def clean_password(self) -> str:
        password = self.cleaned_data["password"]
        password_validation.validate_password(password, self.instance)
        return password

    def save(self, commit: bool = True) -> Person:
        self.instance.is_guest = False
        self.instance.set_password(self.cleaned_data["password"])
        return super().save(commit)
