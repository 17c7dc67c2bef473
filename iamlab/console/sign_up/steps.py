"""Every step of AWS's sign-up, made safe: codes are shown on screen, one fake card is taken, nothing real is kept."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from iamlab.console.forms import OperationForm
from iamlab.console.sign_up.countries import COUNTRIES
from iamlab.console.sign_up.forms import SignUpForm

CARD = "4000 0000 0000 0000"  # no real card has this number: its check digit is wrong
PLANS = (
    ("free", "Free plan: credits for six months, then the account closes or is upgraded; nothing is charged"),
    ("paid", "Paid plan: everything can be used, and what is used is charged"),
)
SUPPORT = (
    ("basic", "Basic support: free"),
    ("developer", "Developer support: for trying out, paid monthly"),
    ("business", "Business support: for production, paid monthly"),
)


class StepForm(OperationForm):
    """One step; its fields named as RegisterAccount's parameters take their limits from there."""

    operation = "accounts:RegisterAccount"
    title = ""
    text = ""


class EmailForm(StepForm):
    title = "Sign up for AWS"
    text = "The root user signs in by this address. Make one up that ends in .example: nothing is ever sent to it."
    Email = SignUpForm.base_fields["Email"]
    AccountName = SignUpForm.base_fields["AccountName"]


class CodeForm(StepForm):
    """A code of six digits, shown on the page in place of a mail."""

    title = "Confirm you are you"
    code = forms.CharField(
        label="Verification code", max_length=6, widget=forms.TextInput(attrs={"inputmode": "numeric"})
    )
    wanted = ""

    def clean_code(self) -> str:
        if self.cleaned_data["code"].strip() != self.wanted:
            raise ValidationError("That is not the code. It stands above, where AWS would have sent a mail.")
        return self.wanted


class PasswordForm(StepForm):
    title = "Create your password"
    text = "The root user's password. Long, and used nowhere else."
    Password = SignUpForm.base_fields["Password"]
    again = SignUpForm.base_fields["again"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("Password") != data.get("again") and not self.errors:
            self.add_error("again", "The two passwords are not the same.")
        return data


class PlanForm(StepForm):
    title = "Choose your account plan"
    text = (
        "Until July 2025 new accounts had twelve months of Free Tier; since then one chooses between a free plan with "
        "credits for six months and a paid plan."
    )
    Plan = forms.ChoiceField(label="Account plan", choices=PLANS, widget=forms.RadioSelect, initial="free")


class ContactForm(StepForm):
    title = "Contact information"
    text = "AWS wants to know who is responsible. Invent somebody."
    kind = forms.ChoiceField(
        label="How do you plan to use AWS?",
        choices=[
            ("business", "Business – for work, school or organization"),
            ("personal", "Personal – for own projects"),
        ],
        widget=forms.RadioSelect,
        initial="personal",
    )
    FullName = forms.CharField(label="Full name")
    Country = forms.ChoiceField(label="Country or Region", choices=COUNTRIES, initial="US")
    agreed = forms.BooleanField(label="I have read and agree to the terms (there are none: this is a simulator)")


class CardForm(StepForm):
    title = "Billing information"
    text = (
        "AWS holds 1 USD on a card for some days to see that it is alive, and gives it back. Type the fake card "
        f"{CARD}: no other number is taken, and no number is ever kept."
    )
    card = forms.CharField(
        label="Credit or debit card number",
        max_length=30,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "placeholder": CARD}),
    )

    def clean_card(self) -> str:
        """Anything but the one fake card is refused; what was typed is not put back into the page."""
        if "".join(self.cleaned_data["card"].split()) != CARD.replace(" ", ""):
            self.data = {}
            raise ValidationError(f"Only the fake card {CARD} is taken here. Never type a real card number into a lab.")
        return "checked"


class PhoneForm(CodeForm):
    """The same with four digits, in place of a text message."""

    title = "Confirm your identity"


class SupportForm(StepForm):
    title = "Select a support plan"
    text = "Basic support is free, and enough."
    SupportPlan = forms.ChoiceField(label="Support plan", choices=SUPPORT, widget=forms.RadioSelect, initial="basic")


STEPS: dict[str, type[StepForm]] = {
    "email": EmailForm,
    "code": CodeForm,
    "password": PasswordForm,
    "plan": PlanForm,
    "contact": ContactForm,
    "card": CardForm,
    "phone": PhoneForm,
    "support": SupportForm,
}
