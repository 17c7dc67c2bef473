"""What a user group's policies say by themselves: the policy simulator with the group as its source. API Reference:
"SimulatePrincipalPolicy"."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from iamlab.components import markup, tables
from iamlab.console import pages
from iamlab.console.forms import OperationForm
from iamlab.console.panels import Panel, panel
from iamlab.console.session import Session, console_page

MOST = 20  # actions at once
COLUMNS = [
    tables.column("action", "Action"),
    tables.column("resource", "Resource"),
    tables.column("decision", "Permission"),
    tables.column("policies", "Matching statements of"),
]
DECISIONS = {
    "allowed": ("success", "Allowed"),
    "explicitDeny": ("error", "Denied by a statement"),
    "implicitDeny": ("error", "Denied: no statement allows it"),
}


class SimulateForm(OperationForm):
    operation = "iam:SimulatePrincipalPolicy"

    actions = forms.CharField(
        label="Actions",
        max_length=2000,
        help_text="One action, or several with commas between: s3:PutObject, s3:GetObject",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    resource = forms.CharField(
        label="Resource",
        required=False,
        max_length=2048,
        help_text="The ARN that is acted on; * where there is none.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def clean_actions(self) -> list[str]:
        names = [name for name in re.split(r"[,\s]+", self.cleaned_data["actions"]) if name]
        if not 1 <= len(names) <= MOST:
            raise ValidationError(f"Ask for one to {MOST} actions.")
        return names


@require_safe
@console_page
def simulate(request: HttpRequest, session: Session, name: str) -> HttpResponse:
    """The question is an address; the answer is a call, which may be refused."""
    form = SimulateForm(request.GET if "actions" in request.GET else None)
    context: dict[str, Any] = {"form": form, "name": name}
    if form.is_bound and form.is_valid():
        context["table"] = results(request, session, name, form.cleaned_data)
    back = session.url("group", name, "permissions")
    crumbs: pages.Crumbs = [("User groups", session.url("groups")), (name, back), ("Simulate", None)]
    template, status = "console/groups/simulate.html", 422 if form.is_bound and form.errors else 200
    return pages.render(request, session, template, context, title="Simulate", crumbs=crumbs, status=status)


def results(request: HttpRequest, session: Session, name: str, asked: dict[str, Any]) -> dict[str, Any]:
    found: Panel = panel(session, "iam:GetGroup", {"GroupName": name, "MaxItems": 1})
    if found.stands:
        params = {"PolicySourceArn": found["Group"]["Arn"], "ActionNames": asked["actions"]}
        more = {"ResourceArns": [asked["resource"]]} if asked["resource"] else {}
        found = panel(session, "iam:SimulatePrincipalPolicy", {**params, **more})
    rows = [
        tables.row(
            str(at),
            [
                one["EvalActionName"],
                one["EvalResourceName"],
                markup.status(*DECISIONS[one["EvalDecision"]]),
                ", ".join(dict.fromkeys(s["SourcePolicyId"] for s in one["MatchedStatements"])) or markup.NOTHING,
            ],
        )
        for at, one in enumerate(found.get("EvaluationResults", []))
    ]
    told: dict[str, Any] = {"denial": found.denial, "failure": found.failure}
    return tables.table(request, id="results", title="Results", columns=COLUMNS, rows=rows, tools=False, **told)
