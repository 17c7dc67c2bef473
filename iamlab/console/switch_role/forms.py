"""The form of switching roles."""

from django import forms

COLOURS = (("red", "Red"), ("orange", "Orange"), ("yellow", "Yellow"), ("green", "Green"), ("blue", "Blue"))


class SwitchRoleForm(forms.Form):
    account = forms.CharField(label="Account", max_length=64, help_text="The account's 12 digits, or its alias.")
    roleName = forms.CharField(label="Role", max_length=64, help_text="The role's name, with its path if it has one.")
    displayName = forms.CharField(label="Display name", max_length=64, required=False)
    color = forms.ChoiceField(label="Color", choices=COLOURS, widget=forms.RadioSelect, initial="green")

    def clean_account(self) -> str:
        value = self.cleaned_data["account"].strip()
        digits = value.replace("-", "")
        return digits if len(digits) == 12 and digits.isdigit() else value.lower()
