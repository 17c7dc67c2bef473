"""Alerts of a budget in forms, a row each; and as the API's notifications."""

import re
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator
from django.http import QueryDict
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

MOST = 10  # alerts of a budget, and addresses of an alert
UNITS = [("PERCENTAGE", "% of budgeted amount"), ("ABSOLUTE_VALUE", "Absolute value (USD)")]
TRIGGERS = [("ACTUAL", "Actual"), ("FORECASTED", "Forecasted")]
NEW = ("PERCENTAGE", "ACTUAL")
SIGNS = {"GREATER_THAN": ">", "LESS_THAN": "<", "EQUAL_TO": "="}  # the console makes the first; the API all
PARTS = ("threshold", "unit", "trigger", "comparison", "emails", "topic")
TOPIC = re.compile(r"arn:aws:sns:[a-z0-9-]+:\d{12}:[\w-]{1,256}", re.ASCII)


def row(threshold: str, unit: str, trigger: str, emails: str = "", comparison: str = "GREATER_THAN") -> dict[str, str]:
    """An alert as the form holds it."""
    return dict(zip(PARTS, (threshold, unit, trigger, comparison, emails, ""), strict=True))


def addresses(text: str) -> list[str]:
    """The addresses of a field, each once. Raises ValidationError."""
    found = list(dict.fromkeys(filter(None, re.split(r"[,;\s]+", text))))
    if len(found) > MOST:
        raise ValidationError(f"An alert has at most {MOST} e-mail recipients.")
    for address in found:
        EmailValidator(f"{address} is no e-mail address.")(address)
    return found


class AlertsWidget(forms.Widget):
    """Rows of inputs. The buttons `look=NAME:add` and `look=NAME:drop:N` add and take away rows."""

    use_fieldset = True

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[dict[str, str]]:
        if not isinstance(data, QueryDict):
            return data.get(name, [])
        lists = [data.getlist(f"{name}-{part}") for part in PARTS]
        rows = [dict(zip(PARTS, values, strict=True)) for values in zip(*lists, strict=False)]
        wanted, _, what = data.get("look", "").partition(":")
        if wanted == name and what.startswith("drop:"):
            rows = [one for at, one in enumerate(rows) if str(at) != what[5:]]
        return [*rows, row("80", *NEW)] if wanted == name and what == "add" else rows

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return False

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        rows = list(value or [])
        context = {"name": name, "rows": rows, "left": MOST - len(rows), "units": UNITS, "triggers": TRIGGERS}
        return render_to_string("console/budgets/alerts_input.html", context)


class AlertsField(forms.Field):
    """A list of {threshold, unit, trigger, emails}, all text."""

    def __init__(self, **more: Any) -> None:
        super().__init__(widget=AlertsWidget(), required=False, **{"label": "Alerts", **more})

    def clean(self, value: Any) -> list[dict[str, str]]:
        rows = list(value or [])
        if len(rows) > MOST:
            raise ValidationError(f"A budget has at most {MOST} alerts.")
        errors, seen = [], set()
        for number, one in enumerate(rows, 1):
            try:
                check(one)
            except ValidationError as error:
                errors += [f"Alert #{number}: {message}" for message in error.messages]
                continue
            if key(one) in seen:
                errors.append(f"Alert #{number} stands here twice.")
            seen.add(key(one))
        if errors:
            raise ValidationError(errors)
        return rows


def key(one: dict[str, str]) -> tuple[float, str, str, str]:
    """What tells an alert from others."""
    return float(one["threshold"]), one["unit"], one["trigger"], one["comparison"]


def check(one: dict[str, str]) -> None:
    """Raises ValidationError."""
    if one["unit"] not in dict(UNITS) or one["trigger"] not in dict(TRIGGERS) or one["comparison"] not in SIGNS:
        raise ValidationError("Choose from the lists.")
    try:
        threshold = Decimal(one["threshold"])
    except InvalidOperation as error:
        raise ValidationError("Enter a threshold, such as 80.") from error
    if not threshold.is_finite() or not 0 <= threshold <= 1_000_000:
        raise ValidationError("The threshold is between 0 and 1,000,000.")
    if not addresses(one["emails"]) and not one["topic"]:
        raise ValidationError("Enter at least one e-mail address.")
    if one["topic"] and not TOPIC.fullmatch(one["topic"]):
        raise ValidationError("An SNS topic's ARN looks like arn:aws:sns:us-east-1:111122223333:my-topic.")


def notification(one: dict[str, str]) -> dict[str, Any]:
    """The API's Notification."""
    return {
        "NotificationType": one["trigger"],
        "ComparisonOperator": one["comparison"],
        "Threshold": float(one["threshold"]),
        "ThresholdType": one["unit"],
    }


def subscribers(one: dict[str, str]) -> list[dict[str, str]]:
    found = [{"SubscriptionType": "EMAIL", "Address": address} for address in addresses(one["emails"])]
    return [*found, {"SubscriptionType": "SNS", "Address": one["topic"]}] if one["topic"] else found


def with_subscribers(rows: list[dict[str, str]]) -> list[dict[str, Any]]:
    """The API's NotificationsWithSubscribers."""
    return [{"Notification": notification(one), "Subscribers": subscribers(one)} for one in rows]


def row_of(found: dict[str, Any], who: list[dict[str, str]]) -> dict[str, str]:
    """The other way round: an alert as the form shows it."""
    of_kind = {kind: [one["Address"] for one in who if one["SubscriptionType"] == kind] for kind in ("EMAIL", "SNS")}
    shown = row(
        f"{found['Threshold']:.10g}",
        found["ThresholdType"],
        found["NotificationType"],
        ", ".join(of_kind["EMAIL"]),
        found["ComparisonOperator"],
    )
    return {**shown, "topic": "".join(of_kind["SNS"])}


def recipients(one: dict[str, str]) -> str:
    return ", ".join(filter(None, (one["emails"], one["topic"])))


def words(one: dict[str, str]) -> str:
    """For example: Actual cost > 80% of the budgeted amount."""
    threshold = one["threshold"]
    amount = f"${threshold}" if one["unit"] == "ABSOLUTE_VALUE" else f"{threshold}% of the budgeted amount"
    return f"{dict(TRIGGERS)[one['trigger']]} cost {SIGNS[one['comparison']]} {amount}"
