"""The data of /components/: every component with ordinary, empty, denied and hostile content."""

import json

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Field, Fieldset, Layout, Row
from django import forms
from django.http import HttpRequest
from django.utils.html import format_html

from iamlab.components import markup, tables

POLICY = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {"Sid": "ReadBills", "Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::bills/*"},
            {"Sid": "KeepBills", "Effect": "Deny", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::bills/2021/*"},
        ],
    },
    indent=2,
)
MARKS = [
    {"first": 4, "last": 9, "kind": "near", "note": "nearest: the action differs"},
    {"first": 10, "last": 15, "kind": "deny", "note": "this statement decided"},
]
IDENTITIES = [
    {"kind": "root", "label": "Acme", "account_id": "1111-2222-3333"},
    {"kind": "user", "label": "mario", "account_id": "1111-2222-3333", "account_label": "acme"},
    {"kind": "role", "label": "Auditor/mario", "account_id": "4444-5555-6666"},
]
DENIAL = {
    "user": "arn:aws:iam::111122223333:user/mario",
    "action": "iam:ListUsers",
    "resource": "arn:aws:iam::111122223333:user/",
    "context": "no identity-based policy allows the iam:ListUsers action",
    "why_url": "#denied",
}
FLOW = [
    {"label": "Explicit deny", "kind": "allow", "text": "No statement denies it."},
    {"label": "SCPs", "kind": "allow", "text": "FullAWSAccess allows it."},
    {"label": "Bucket policy", "kind": "silent", "text": "It names nobody like mario."},
    {"label": "Identity policies", "kind": "deny", "text": "None of 2 statements allows it.", "current": True},
    {"label": "Boundary", "kind": "skipped", "text": "Not reached."},
]
CALLS = [
    {"operation": "iam:CreateUser", "params": '{"UserName": "mario"}', "cli": "aws iam create-user --user-name mario"},
    {
        "operation": "iam:AddUserToGroup",
        "params": "",
        "cli": "aws iam add-user-to-group --group-name Accounting --user-name mario",
    },
]
SECTIONS = (
    "Themes",
    "Buttons",
    "Status",
    "Messages",
    "Table",
    "Details",
    "Code",
    "Denied",
    "Forms",
    "Upload",
    "Dialogs",
    "Wizard",
    "Narrow",
)
COLUMNS = [
    tables.column("name", "User name", sortable=True),
    tables.column("groups", "Groups"),
    tables.column("activity", "Last activity", sortable=True),
    tables.column("key", "Access key ID"),
    tables.column("mfa", "MFA"),
]
TREE = (
    ("Root", 0, "", None),
    ("Workloads", 1, "Root", True),
    ("Bills", 2, "Workloads", None),
    ("Sandbox", 1, "Root", False),
)
USERS = [
    {"name": name, "groups": groups, "activity": days, "key": key}
    for name, groups, days, key in (
        ("alice", "Admins", 0, "AKIAIOSFODNN7EXAMPLE"),
        ("mario", "Accounting", 3, ""),
        ("luigi", "Accounting, Developers", 12, "AKIAI44QH8DHBEXAMPLE"),
        ("<b>peach</b>", "-", 90, ""),
        *((f"intern-{number:02}", "Interns", number, "") for number in range(1, 28)),
    )
]


class ExampleForm(forms.Form):
    user_name = forms.CharField(max_length=64, help_text="Up to 64 letters, digits and + = , . @ _ -")
    password = forms.CharField(widget=forms.PasswordInput, required=False)
    partition = forms.ChoiceField(choices=[("console", "Console"), ("cli", "Command line")])
    description = forms.CharField(widget=forms.Textarea(attrs={"rows": 3}), required=False)
    option = forms.ChoiceField(
        label="Permissions options",
        widget=forms.RadioSelect,
        initial="group",
        choices=[
            ("group", markup.tile("Add user to group", "Manage permissions by job function.")),
            ("copy", markup.tile("Copy permissions", "Take over what another user has.")),
            ("attach", markup.tile("Attach policies directly", "Attach a managed policy to the user.")),
        ],
    )
    access = forms.MultipleChoiceField(
        choices=[("key", "Programmatic access"), ("console", "Console access")],
        widget=forms.CheckboxSelectMultiple,
        help_text="At least one.",
    )
    reset = forms.BooleanField(
        label="Users must create a new password at next sign-in", required=False, help_text="Recommended."
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.layout = Layout(
            Row("user_name", "password"),
            Row("partition", "description"),
            Field("option", template="cloudscape/tiles.html"),
            Fieldset("Access", "access", "reset"),
        )


class UploadForm(forms.Form):
    file = forms.FileField(label="Files", widget=forms.ClearableFileInput)


def page(request: HttpRequest) -> dict:
    ordinary = ExampleForm()
    wrong = ExampleForm({"user_name": "", "option": "nothing"}, auto_id="wrong_%s")
    wrong.add_error(None, "A user with this name exists already.")
    return {
        **frame(request),
        "users": users(request),
        "no_users": tables.table(
            request, id="none", title="Groups", columns=COLUMNS[:2], rows=[], empty_text="No groups to display."
        ),
        "denied_users": tables.table(request, id="refused", title="Roles", columns=COLUMNS, rows=[], denial=DENIAL),
        "tree": tables.table(
            request,
            id="tree",
            title="Organizational units",
            columns=[tables.column("name", "Organizational structure")],
            rows=[tree_row(*place) for place in TREE],
            tools=False,
        ),
        "policy": POLICY,
        "marks": MARKS,
        "changed": POLICY.replace("s3:GetObject", "s3:*"),
        "calls": CALLS,
        "flow": FLOW,
        "commands": [call["cli"] for call in CALLS],
        "denial": DENIAL,
        "identities": IDENTITIES,
        "form": ordinary,
        "wrong": wrong,
        "upload": UploadForm(),
        "facts": facts(),
        "tabs": [
            {"label": "Permissions", "url": "?tab=permissions#details", "current": True, "count": 3},
            {"label": "Groups", "url": "?tab=groups#details", "count": 1},
            {"label": "Tags", "url": "?tab=tags#details", "count": 0},
            {"label": "Security credentials", "url": "?tab=credentials#details", "count": None},
        ],
        "segments": [{"label": "Visual", "url": "#code"}, {"label": "JSON", "url": "#code", "current": True}],
        "tokens": [{"label": "env = prod", "remove_url": "#details"}, {"label": "team = finance"}],
    }


def frame(request: HttpRequest) -> dict:
    here = request.path == "/components/"
    items = [{"label": name, "url": f"/components/#{name.lower()}", "current": False} for name in SECTIONS]
    return {
        "identity": {
            **IDENTITIES[1],
            "menu": [
                {"label": "Account", "url": "#themes"},
                {"label": "Security credentials", "url": "#themes"},
                {"label": "Switch role", "url": "#themes"},
                {"label": "Sign out", "url": "#themes"},
            ],
        },
        "services": {
            "Security": [{"label": "IAM", "url": "#themes", "description": "Manage access to resources"}],
            "Storage": [{"label": "S3", "url": "#themes", "description": "Scalable storage in the cloud"}],
        },
        "search": {"url": "/components/"},
        "region": {"label": "Global"},
        "side_title": {"label": "Components", "url": "/components/"},
        "side_nav": [
            {"title": "", "items": [{"label": "All", "url": "/components/", "current": here}]},
            {"title": "Kit", "items": items},
        ],
        "breadcrumbs": [("iamlab", "/"), ("Components", "/components/" if not here else None)],
        "lab_panel": {"title": "Lab panel", "template": "components/panel_example.html"},
    }


def users(request: HttpRequest) -> dict:
    ask = tables.asked(request, COLUMNS, size=10)
    listed = tables.arrange(
        USERS,
        ask,
        text=lambda user: user["name"],
        order={"name": lambda u: u["name"], "activity": lambda u: u["activity"]},
    )
    return tables.table(
        request,
        id="users",
        title="Users",
        description="An IAM user is an identity with long-term credentials.",
        columns=COLUMNS,
        rows=[user_row(user) for user in listed["items"]],
        total=listed["total"],
        found=listed["found"],
        ask=ask,
        info=True,
        select="many",
        preferences=[("groups", "Groups", True), ("mfa", "MFA", True)],
    )


def user_row(user: dict) -> dict:
    key = markup.copy(user["key"], "access key ID") if user["key"] else markup.NOTHING
    mfa = markup.denied_cell("#denied") if user["name"] == "luigi" else markup.status("warning", "None")
    activity = (
        "Today" if not user["activity"] else f"{user['activity']} days ago" if user["activity"] > 1 else "Yesterday"
    )
    detail = format_html("<p>{}</p>", "An expandable row.") if user["name"] == "mario" else ""
    return tables.row(
        user["name"], [markup.link("#table", user["name"]), user["groups"], activity, key, mfa], detail=detail
    )


def tree_row(name: str, depth: int, above: str, is_open: bool | None) -> dict:
    url = f"/components/?turned={name}#table"
    turn = None if is_open is None else {"id": f"turn-{name}", "url": url, "open": is_open, "target": "tree"}
    content = markup.link("#table", name)
    return tables.row(name, [markup.branch(content, depth, label=name, above=above, turn=turn)])


def facts() -> list[tuple]:
    return [
        ("ARN", markup.copy("arn:aws:iam::111122223333:user/mario", "ARN")),
        ("Console access", markup.status("success", "Enabled with MFA")),
        ("Access key 1", markup.link("#details", "Create access key")),
    ]


def wizard(request: HttpRequest, step: int) -> dict:
    titles = ("Specify user details", "Set permissions", "Review and create", "Retrieve password")
    states = ["done" if number < step else "current" if number == step else "next" for number in range(1, 5)]
    return {
        **frame(request),
        "form": ExampleForm(),
        "wizard": {
            "title": "Create user",
            "era": "2021" if request.GET.get("era") == "2021" else "now",
            "steps": [
                {"title": title, "optional": number == 1, "url": "#", "state": state}
                for number, (title, state) in enumerate(zip(titles, states, strict=True))
            ],
            "cancel_url": "/components/#wizard",
            "previous_url": "/components/#wizard",
            "submit": "Next",
        },
    }


def confirm(request: HttpRequest) -> dict:
    return {
        **frame(request),
        "confirm": {
            "title": "Delete mario?",
            "danger": "This cannot be undone. What goes with the user:",
            "consequences": ["1 access key", "the console password", "membership of 1 group"],
            "typed": "mario",
            "cancel_url": "/components/#dialogs",
            "submit": "Delete",
        },
    }
