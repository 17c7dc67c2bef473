"""Every step of AWS's sign-up, made safe: codes are shown on screen, one fake card is taken, nothing real is kept."""

from copy import deepcopy
from typing import Any, ClassVar

from crispy_forms.layout import Div, Layout
from django import forms
from django.core.exceptions import ValidationError

from iamlab.console.account.forms import PrimaryContactForm
from iamlab.console.forms import OperationForm, limit, member
from iamlab.console.sign_up.forms import SignUpForm
from iamlab.door import sessions
from iamlab.services.accounts.register import check_default_rules
from iamlab.services.operations import AwsError

ADDRESS = ("AddressLine1", "City", "StateOrRegion", "PostalCode", "CountryCode")
# A billing address of its own is made of the fields of the contact's.
BILLING = {f"billing_{name}": PrimaryContactForm.base_fields[name] for name in ADDRESS}
CARD = "4000 0000 0000 0000"  # no real card has this number: its check digit is wrong
PLANS = (
    (
        "free",
        "Free plan: 100 USD of credits and up to 100 USD more to earn; it ends after six months or when they are used "
        "up, and nothing is charged",
    ),
    ("paid", "Paid plan: everything can be used, the same credits come first, and what goes beyond them is charged"),
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
    submit = "Continue"


class EmailForm(StepForm):
    title = "Sign up for AWS"
    submit = "Verify email address"
    text = "The root user signs in by this address. Make one up that ends in .example: nothing is ever sent to it."
    Email = SignUpForm.base_fields["Email"]
    AccountName = SignUpForm.base_fields["AccountName"]
    sandbox: Any = None

    def clean_Email(self) -> str:
        """Told here, as AWS does, and not by the call that comes after all the other steps."""
        email: str = self.cleaned_data["Email"]
        try:
            sessions.require_free_email(self.sandbox, email)
        except AwsError as error:
            raise ValidationError(error.message) from error
        return email


class CodeForm(StepForm):
    """A code of six digits, shown on the page in place of a mail."""

    title = "Confirm you are you"
    submit = "Verify"
    code = forms.CharField(
        label="Verification code", max_length=6, widget=forms.TextInput(attrs={"inputmode": "numeric"})
    )
    wanted = ""

    def clean_code(self) -> str:
        if self.cleaned_data["code"].strip() != self.wanted:
            raise ValidationError("That is not the code. It stands above: read it letter by letter.")
        return self.wanted


class PasswordForm(StepForm):
    title = "Create your password"
    text = "Your email address is verified. Now the root user's password: long, and used nowhere else."
    Password = SignUpForm.base_fields["Password"]
    again = SignUpForm.base_fields["again"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("Password") != data.get("again") and not self.errors:
            self.add_error("again", "The two passwords are not the same.")
        if "Password" in data:
            self.judge(data["Password"])
        return data

    def judge(self, password: str) -> None:
        """Told here, and not by the call that comes after all the other steps."""
        try:
            check_default_rules(password, *(self.initial.get(name, "") for name in ("Email", "AccountName")))
        except AwsError as error:
            self.add_error("Password", error.message)


class PlanForm(StepForm):
    title = "Choose your account plan"
    text = (
        "Accounts made before 15 July 2025 have twelve months of Free Tier; since then one chooses between a free plan "
        "with credits for six months and a paid plan."
    )
    Plan = forms.ChoiceField(label="Account plan", choices=PLANS, widget=forms.RadioSelect, initial="free")


class ContactForm(PrimaryContactForm):
    """Who is responsible; an address is made up beforehand, so that nobody gives their own."""

    title = "Contact information"
    text = "AWS wants to know who is responsible. Invent somebody; the address here is made up already."
    submit = "Continue"
    made_up: ClassVar = {
        "PhoneNumber": "+1 555 0100",
        "CountryCode": "US",
        "AddressLine1": "1 Umbrella Street",
        "City": "Springfield",
        "StateOrRegion": "Illinois",
        "PostalCode": "00000",
    }
    kind = forms.ChoiceField(
        label="How do you plan to use AWS?",
        choices=[
            ("business", "Business – for work, school or organization"),
            ("personal", "Personal – for own projects"),
        ],
        widget=forms.RadioSelect,
        initial="personal",
    )
    agreed = forms.BooleanField(label="I have read and agree to the terms (there are none: this is a simulator)")
    field_order = ("kind", "FullName", "CompanyName")

    def __init__(self, *args: Any, initial: dict[str, Any] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, initial={**self.made_up, **(initial or {})}, **kwargs)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("kind") == "business" and not data.get("CompanyName"):
            self.add_error("CompanyName", "A business has a name.")
        return data


class CardForm(StepForm):
    title = "Billing information"
    text = (
        "AWS holds 1 USD on a card for three to five days to see that it is alive, and gives it back. Type the fake "
        f"card {CARD}: no other number is taken, and nothing of this page outlives the sign-up."
    )
    submit = "Verify and continue"
    opened_by = {name: "address" for name, field in BILLING.items() if field.required}
    card = forms.CharField(
        label="Credit or debit card number",
        max_length=30,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "placeholder": CARD}),
    )
    expires = forms.RegexField(
        r"\A(0[1-9]|1[0-2]) ?/ ?\d\d\Z",
        label="Expiration date",
        help_text="Month and year: MM/YY.",
        initial="12/34",
        widget=forms.TextInput(attrs={"autocomplete": "off", "maxlength": "7"}),
        error_messages={"invalid": "Write it as MM/YY."},
    )
    holder = forms.CharField(
        label="Cardholder's name",
        max_length=50,
        initial="Nobody Real",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    address = forms.ChoiceField(label="Billing address", widget=forms.RadioSelect, initial="contact")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("billing_CountryCode", self.initial.get("CountryCode", ""))
        contact = ", ".join(self.initial[name] for name in ADDRESS if self.initial.get(name))
        choices = [("contact", f"Use my contact address: {contact}"), ("new", "Use a new address")]
        self.fields["address"].choices = choices  # type: ignore[attr-defined]
        for name, field in BILLING.items():
            self.fields[name] = deepcopy(field)
            self.fields[name].required = False
            shape = member(PrimaryContactForm.operation, name.removeprefix("billing_"), PrimaryContactForm.inside)
            if shape is not None:
                limit(self.fields[name], shape)
        self.helper.layout = Layout("card", "expires", "holder", "address", Div(*BILLING, css_class="opened"))

    def clean_card(self) -> str:
        """Anything but the one fake card is refused; what was typed is not put back into the page."""
        if "".join(self.cleaned_data["card"].split()) != CARD.replace(" ", ""):
            kept = {name: value for name, value in self.data.items() if name in ("address", *BILLING)}
            self.data = kept | {one: self.fields[one].initial for one in ("expires", "holder")}
            raise ValidationError(f"Only the fake card {CARD} is taken here. Never type a real card number into a lab.")
        return "checked"

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("address") == "new":
            for name, field in BILLING.items():
                if field.required and not data.get(name) and name not in self.errors:
                    self.add_error(name, "This field is required.")
        return data


class IdentityForm(StepForm):
    """How the code comes, and a word to type off, which keeps programs from signing up."""

    title = "Confirm your identity"
    text = "AWS texts or calls you. Here nobody does: the code stands on the next page."
    submit = "Send SMS or call me now"
    how = forms.ChoiceField(
        label="How should we send you the verification code?",
        choices=[("sms", "Text message (SMS)"), ("call", "Voice call")],
        widget=forms.RadioSelect,
        initial="sms",
    )
    mobile = forms.RegexField(
        r"\A[+][\s0-9()-]+\Z",
        label="Mobile phone number",
        help_text="With the country code. Made up, such as +1 555 0100.",
        max_length=20,
        error_messages={"invalid": "Enter a number such as +1 555 0100."},
    )
    code = forms.CharField(
        label="Security check",
        help_text="Type the characters that stand above.",
        max_length=6,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    wanted = ""

    def clean_code(self) -> str:
        if self.cleaned_data["code"].strip().lower() != self.wanted:
            raise ValidationError("Those are not the characters that stand above.")
        return self.wanted


class PhoneForm(CodeForm):
    """The same with four digits, in place of a text message."""

    title = "Confirm your identity"
    submit = "Continue"


class SupportForm(StepForm):
    title = "Select a support plan"
    text = "Basic support is free, and enough."
    submit = "Complete sign up"
    SupportPlan = forms.ChoiceField(label="Support plan", choices=SUPPORT, widget=forms.RadioSelect, initial="basic")


STEPS: dict[str, type[StepForm | ContactForm]] = {
    "email": EmailForm,
    "code": CodeForm,
    "password": PasswordForm,
    "plan": PlanForm,
    "contact": ContactForm,
    "card": CardForm,
    "identity": IdentityForm,
    "phone": PhoneForm,
    "support": SupportForm,
}
