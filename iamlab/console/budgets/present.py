"""A budget as it is: what an edit begins with, and whether that has changed when it is sent."""

import json
from typing import Any

from iamlab.console.budgets import alerts, plan
from iamlab.console.budgets.forms import DetailsForm
from iamlab.console.budgets.views import alerts_of, asked
from iamlab.console.editing import OVERTAKEN, in_words
from iamlab.console.models import OPEN, Draft
from iamlab.console.session import Session
from iamlab.console.wizard import Incomplete
from iamlab.services.operations import AwsError

# Limits that are not one amount, and how the review tells of them; like what follows, the form knows nothing of them.
LIMITS = {"PlannedBudgetLimits": "As planned for each period", "AutoAdjustData": "Adjusted automatically"}
KEPT = ("BudgetType", "CostTypes", "CostFilters", "FilterExpression", "Metrics", *LIMITS)
FAR = 2087  # the end of a budget without one
GONE = (
    "This budget was deleted since you opened the page. What you typed is still here: save it again, and it is created "
    "anew."
)


def read(session: Session, name: str) -> dict[str, Any]:
    """The budget as the forms hold it, with what they cannot hold. Raises AwsError."""
    found = session.call("budgets:DescribeBudget", {**asked(session, name), "ShowFilterExpression": True})["Budget"]
    rows = [alerts.row_of(one, who) for one, who in alerts_of(session, name)]
    period = found["TimePeriod"]
    details = {
        "name": name,
        "period": found["TimeUnit"],
        "renewal": "recurring" if period["End"].year >= FAR else "expiring",
        "start": f"{period['Start']:%Y-%m-%d}",
        "end": "" if period["End"].year >= FAR else f"{period['End']:%Y-%m-%d}",
    }
    kept = {key: found[key] for key in KEPT if key in found}
    if not LIMITS.keys() & kept.keys():
        details["amount"] = found["BudgetLimit"]["Amount"]
    return {"name": name, "budget": kept, "unit": found["BudgetLimit"]["Unit"], "alerts": rows, "details": details}


def look_again(session: Session, draft: Draft, secrets: dict[str, str]) -> dict[str, str]:
    """Before an edit's calls are made: raises Incomplete where they were planned upon an older budget than the
    present, and plans them upon that."""
    draft.refresh_from_db(fields=["state", "results"])
    before = draft.data["before"]
    if draft.state != OPEN or before.get(plan.GONE):
        return secrets  # the change is its own, or told already
    try:
        now = read(session, before["name"])
    except AwsError as error:
        if error.code != "NotFoundException":
            return secrets  # the calls themselves will say
        now = {**before, plan.GONE: True}
    if json.dumps(now, sort_keys=True) == json.dumps(before, sort_keys=True):
        return secrets
    draft.data["before"], draft.results = now, []
    draft.save(update_fields=["data", "results"])
    raise Incomplete("review", GONE if now.get(plan.GONE) else OVERTAKEN.format(told(now)))


def told(now: dict[str, Any]) -> str:
    """A budget in words."""
    fields = [f"{DetailsForm.base_fields[name].label}: {in_words(value)}" for name, value in now["details"].items()]
    listed = ", ".join(f"{alerts.words(row)} to {alerts.recipients(row)}" for row in now["alerts"])
    return "; ".join([*fields, f"Alerts: {listed or 'none'}"])
