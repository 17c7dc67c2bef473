"""The forms of budgets: template or custom, what to spend, when to alert."""

from typing import Any, cast

from django import forms

from iamlab.components.markup import tile
from iamlab.console.budgets import alerts
from iamlab.console.budgets.alerts import AlertsField
from iamlab.console.forms import limit, member
from iamlab.console.wizard import StepForm

TEMPLATE, CUSTOM = "template", "custom"
ZERO, MONTHLY = "zero", "monthly"
SETUPS = [
    (TEMPLATE, tile("Use a template (simplified)", "Use the recommended configurations. You can change them later.")),
    (CUSTOM, tile("Customize (advanced)", "Choose period, amount and alerts yourself.")),
]
TEMPLATES = [
    (ZERO, tile("Zero spend budget", "Alerts you once your spending exceeds $0.01.")),
    (MONTHLY, tile("Monthly cost budget", "Alerts you when you exceed, or are forecasted to exceed, the amount.")),
]
PERIODS = [("DAILY", "Daily"), ("MONTHLY", "Monthly"), ("QUARTERLY", "Quarterly"), ("ANNUALLY", "Annually")]
RENEWALS = [("recurring", "Recurring budget"), ("expiring", "Expiring budget")]
DUPLICATE = {"DuplicateRecordException": "name"}
NAME = forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"})
AMOUNT: dict[str, Any] = {"max_digits": 15, "decimal_places": 2, "min_value": 0.01, "localize": False}


def limit_name(field: forms.Field) -> None:
    limit(field, member("budgets:CreateBudget", "Budget").members["BudgetName"])  # type: ignore[union-attr]


class ChoiceForm(StepForm):
    """Step 1: with a template or without."""

    key = "choice"

    setup = forms.ChoiceField(label="Budget setup", choices=SETUPS, widget=forms.RadioSelect, initial=TEMPLATE)
    template = forms.ChoiceField(label="Templates", choices=TEMPLATES, widget=forms.RadioSelect, initial=ZERO)


class TemplateForm(StepForm):
    """Step 2 of a template: all that it leaves open."""

    key = "details"
    fields_of_codes = DUPLICATE

    name = forms.CharField(label="Budget name", help_text="A name of your own, unique in the account.", widget=NAME)
    amount = forms.DecimalField(label="Enter your budgeted amount ($)", **AMOUNT)
    emails = forms.CharField(
        label="Email recipients",
        help_text="Who gets the alert: up to 10 addresses, separated by commas. iamlab sends no mail.",
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def prepare(self) -> None:
        limit_name(self.fields["name"])
        zero = self.draft.data["choice"]["template"] == ZERO
        self.fields["name"].initial = "My Zero-Spend Budget" if zero else "My Monthly Cost Budget"
        if zero:
            del self.fields["amount"]

    def clean_emails(self) -> str:
        found = alerts.addresses(self.cleaned_data["emails"])
        if not found:
            raise forms.ValidationError("Enter at least one e-mail address.")
        return ", ".join(found)

    def stored(self) -> dict[str, Any]:
        return {name: str(value) for name, value in super().stored().items()}


class DetailsForm(StepForm):
    """Step 2 of a custom budget. An existing one keeps its name."""

    key = "details"
    fields_of_codes = DUPLICATE

    name = forms.CharField(label="Budget name", help_text="A name of your own, unique in the account.", widget=NAME)
    period = forms.ChoiceField(
        label="Period",
        help_text="Daily budgets have no forecast and no planned amounts.",
        choices=PERIODS,
        initial="MONTHLY",
    )
    renewal = forms.ChoiceField(
        label="Budget renewal type", choices=RENEWALS, widget=forms.RadioSelect, initial="recurring"
    )
    start = forms.DateField(
        label="Start date",
        help_text="Left empty: the start of the present period.",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    end = forms.DateField(
        label="End date",
        help_text="Of an expiring budget. After it the budget is deleted.",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    amount = forms.DecimalField(label="Enter your budgeted amount ($)", **AMOUNT)

    def prepare(self) -> None:
        limit_name(self.fields["name"])
        before = self.draft.data.get("before")
        if before:
            self.fields["name"].disabled, self.fields["name"].initial = True, before["name"]
        if before and "amount" not in before["details"]:  # its limits are planned by the period, or adjusted
            del self.fields["amount"]
            self.fields["period"].disabled, self.fields["period"].initial = True, before["details"]["period"]
            self.fields["period"].help_text = "The limits were planned or are adjusted by this period, and are kept."

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("renewal") == "recurring":
            data["end"] = None
        elif not data.get("end"):
            self.add_error("end", "An expiring budget has an end date.")
        start, end = data.get("start"), data.get("end")
        if end and end <= (start or self.session.now.date()):
            self.add_error("end", "The end date comes after the start date and after today.")
        return data

    def stored(self) -> dict[str, Any]:
        return {name: "" if value is None else str(value) for name, value in super().stored().items()}


class AlertsForm(StepForm):
    """Step 3: when to alert whom."""

    key = "alerts"

    alerts = AlertsField()

    def clean_alerts(self) -> list[dict[str, str]]:
        found = cast(list[dict[str, str]], self.cleaned_data["alerts"])
        daily = self.draft.data["details"]["period"] == "DAILY"
        if daily and any(row["trigger"] == "FORECASTED" for row in found):
            raise forms.ValidationError("Daily budgets have no forecasted alerts.")
        return found


class ReviewForm(StepForm):
    """The last step: nothing more to fill in."""

    key = "review"
