"""The forms of groups."""

from django import forms

from iamlab.console import pickers
from iamlab.console.forms import OperationForm
from iamlab.console.pickers import PickingForm


class CreateGroupForm(PickingForm):
    operation = "iam:CreateGroup"
    fields_of_codes = {"EntityAlreadyExists": "GroupName", "ValidationError": "GroupName"}

    GroupName = forms.CharField(
        label="User group name",
        help_text="Up to 128 characters: A-Z, a-z, 0-9 and + = , . @ _ - (hyphen).",
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "off", "spellcheck": "false"}),
    )
    policies = pickers.PickField(pickers.DESCRIBED, label="Permissions policies")


class CreateGroupPageForm(CreateGroupForm):
    users = pickers.PickField(pickers.USERS, label="Users", most=100)

    field_order = ("GroupName", "users", "policies")


class RenameForm(OperationForm):
    operation = "iam:UpdateGroup"
    fields_of_codes = {"EntityAlreadyExists": "NewGroupName", "ValidationError": "NewGroupName"}

    NewGroupName = forms.CharField(
        label="User group name",
        help_text="Policies that name the group's ARN are not changed with it.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "off", "spellcheck": "false"}),
    )


class AddUsersForm(PickingForm):
    users = pickers.PickField(pickers.USERS, label="Users", most=100, required=True)
