"""Pickers: a table to choose from inside a form, one page at a time; what was chosen stays while one looks round.

Looking (search, filter, another page) sends the form with the button `look`; nothing is saved or checked by it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django import forms
from django.http import QueryDict
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from iamlab.components import markup
from iamlab.console import cells, panels
from iamlab.console.forms import OperationForm, typed
from iamlab.console.panels import Panel, panel
from iamlab.console.session import Session
from iamlab.policy.catalog import managed_policy
from iamlab.services.operations import View

SIZE = 10
JOB = "Job"
TYPES = [
    ("All", "All types"),
    ("AWS", "AWS managed"),
    (JOB, "AWS managed - job function"),
    ("Local", "Customer managed"),
]
Row = tuple[str, list[Any]]  # key, cells


@dataclass(frozen=True)
class Kind:
    """What is chosen from: its list call, its columns and how a page's answer becomes rows."""

    title: str
    label: str  # of the search field
    columns: tuple[str, ...]
    find: Callable[[Session, View, str], tuple[Panel, list[Row]]]
    types: list[tuple[str, str]] | None = None
    empty: tuple[str, str] = ("Nothing to choose from", "")  # what stands where there are none at all


def policy_type(arn: str) -> str:
    """As the console's column Type says it."""
    managed = managed_policy(arn)
    if managed is None:
        return "Customer managed"
    return "AWS managed - job function" if managed.is_job_function else "AWS managed"


def asked_types(kind: str) -> tuple[dict[str, str], str]:
    """What the call gets for a choice of TYPES, and which rows are asked for."""
    if kind == JOB:
        return {"Scope": "AWS"}, "job function"
    return {"Scope": kind if kind in dict(TYPES) else "All"}, ""


def find_policies(session: Session, view: View, kind: str) -> tuple[Panel, list[Row]]:
    """Without the policies of service-linked roles: they cannot be attached, and AWS's console does not offer them."""
    params, only = asked_types(kind)
    found = panel(session, "iam:ListPolicies", params, view=replace(view, only=only or "attachable"))
    rows: list[Row] = [
        (one["Arn"], [one["PolicyName"], policy_type(one["Arn"]), str(one["AttachmentCount"])])
        for one in found.get("Policies", [])
    ]
    return found, rows


def used_as(policy: dict[str, Any]) -> str:
    """As the console's column of that name says it."""
    uses = (
        ("Permissions policy", policy["AttachmentCount"]),
        ("Boundary", policy["PermissionsBoundaryUsageCount"]),
    )
    return ", ".join(f"{word} ({number})" for word, number in uses if number) or "None"


def descriptions(session: Session, policies: list[dict[str, Any]]) -> list[Any]:
    """The list call leaves them out; each comes from the policy itself, and may be refused alone."""
    details = panels.cells(session, "iam:GetPolicy", [{"PolicyArn": policy["Arn"]} for policy in policies])
    return [
        one["Policy"].get("Description", markup.NOTHING) if one.stands else panels.refused_cell(one) for one in details
    ]


def find_described(session: Session, view: View, kind: str) -> tuple[Panel, list[Row]]:
    found, rows = find_policies(session, view, kind)
    policies = found.get("Policies", [])
    told = zip(rows, policies, descriptions(session, policies), strict=True)
    return found, [(key, [*cells[:2], used_as(policy), text]) for (key, cells), policy, text in told]


# What a policy can be attached to, and the call that lists them.
ENTITY_KINDS = (("User", "iam:ListUsers"), ("Group", "iam:ListGroups"), ("Role", "iam:ListRoles"))


def find_entities(session: Session, view: View, kind: str) -> tuple[Panel, list[Row]]:
    """Users, groups and roles as one list: each is asked for what is left of the page."""
    rows: list[Row] = []
    start, total, matching = view.start, 0, 0
    for word, operation in ENTITY_KINDS:
        if kind not in ("All", "", word):
            continue
        found = panel(session, operation, view=replace(view, start=start, size=view.size - len(rows)))
        if not found.stands:
            return found, []
        rows += [(f"{word}:{one[f'{word}Name']}", [one[f"{word}Name"], word]) for one in found[f"{word}s"]]
        total, matching = total + found["Total"], matching + found["Found"]
        start = max(0, start - found["Found"])
    return Panel({"Total": total, "Found": matching}), rows


def find_groups(session: Session, view: View, kind: str) -> tuple[Panel, list[Row]]:
    found = panel(session, "iam:ListGroups", view=view)
    groups = found.get("Groups", [])
    named = [{"GroupName": group["GroupName"]} for group in groups]
    users = panels.cells(session, "iam:GetGroup", named)
    policies = panels.cells(session, "iam:ListAttachedGroupPolicies", named)
    rows = []
    for group, members, attached in zip(groups, users, policies, strict=True):
        number = cells.count(members, "Users")
        names = cells.names(attached, "AttachedPolicies", "PolicyName")
        rows.append(
            (group["GroupName"], [group["GroupName"], number, names, cells.ago(group["CreateDate"], session.now)])
        )
    return found, rows


def find_users(session: Session, view: View, kind: str) -> tuple[Panel, list[Row]]:
    found = panel(session, "iam:ListUsers", view=view)
    users = found.get("Users", [])
    groups = panels.cells(session, "iam:ListGroupsForUser", [{"UserName": user["UserName"]} for user in users])
    rows = []
    for user, member in zip(users, groups, strict=True):
        names = cells.names(member, "Groups", "GroupName")
        active, made = (cells.ago(user.get(key), session.now) for key in ("PasswordLastUsed", "CreateDate"))
        rows.append((user["UserName"], [user["UserName"], names, active, made]))
    return found, rows


def find_buckets(session: Session, view: View, kind: str) -> tuple[Panel, list[Row]]:
    found = panel(session, "s3:ListBuckets", view=view)
    rows: list[Row] = [
        (one["Name"], [one["Name"], one["BucketRegion"], cells.moment(one["CreationDate"])])
        for one in found.get("Buckets", [])
    ]
    return found, rows


POLICIES = Kind(
    "Permissions policies", "Find policies", ("Policy name", "Type", "Attached entities"), find_policies, TYPES
)
DESCRIBED = replace(POLICIES, columns=("Policy name", "Type", "Used as", "Description"), find=find_described)
GROUPS = Kind(
    "User groups",
    "Find groups",
    ("Group name", "Users", "Attached policies", "Created"),
    find_groups,
    empty=(
        "Get started with groups",
        "There are none yet. Create a group and select the policies to attach to it: its users get what they allow.",
    ),
)
USERS = Kind("Users", "Find users", ("User name", "Groups", "Last activity", "Creation time"), find_users)
BUCKETS = Kind("Buckets", "Find buckets by name", ("Name", "AWS Region", "Creation date"), find_buckets)
ENTITIES = Kind(
    "IAM entities",
    "Find entities",
    ("Entity name", "Entity type"),
    find_entities,
    [("All", "All types"), *((word, f"{word}s") for word, _ in ENTITY_KINDS)],
)


class Picker(forms.Widget):
    """The widget. It is bound to a session, to what was sent so far and to the address that looking goes to."""

    use_fieldset = True

    def __init__(self, kind: Kind, multiple: bool = True) -> None:
        super().__init__()
        self.kind, self.multiple = kind, multiple
        self.session: Session | None = None
        self.sent: Mapping[str, Any] = {}
        self.action = ""

    def bind(self, session: Session, sent: Mapping[str, Any], action: str) -> None:
        self.session, self.sent, self.action = session, sent, action

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[str]:
        """Of one alone the last counts: what was chosen on another page is sent before the rows that are shown."""
        values = data.getlist(name) if isinstance(data, QueryDict) else data.get(name, [])
        chosen = list(dict.fromkeys(value for value in values if value))
        return chosen if self.multiple else chosen[-1:]

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return False

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        assert self.session is not None
        chosen = list(value or [])
        find, kind = self.sent.get(f"{name}-find", ""), self.sent.get(f"{name}-type", "")
        page = page_asked(self.sent, name)
        view = View(find=find.strip(), start=(page - 1) * SIZE, size=SIZE)
        found, rows = self.kind.find(self.session, view, kind)
        shown = {key for key, _ in rows}
        context = {
            "name": name,
            "kind": self.kind,
            "multiple": self.multiple,
            "action": self.action,
            "found": found,
            "rows": [(key, row, key in chosen) for key, row in rows],
            "elsewhere": [key for key in chosen if key not in shown],
            "chosen": len(chosen),
            "find": find,
            "type": kind,
            "page": page,
            "last": max(1, -(-found.get("Found", 0) // SIZE)),
        }
        return render_to_string("console/picker.html", context)


def page_asked(sent: Mapping[str, Any], name: str) -> int:
    """The page that a button of the pager asks for; any other look starts again at the first."""
    wanted, _, number = sent.get("look", "").partition(":")
    return max(1, int(number)) if wanted == name and number.isascii() and number.isdigit() and len(number) < 6 else 1


class PickField(forms.Field):
    """Keys chosen in a picker, as a list. Whether they exist is for the call to say."""

    def __init__(self, kind: Kind, *, most: int = 10, multiple: bool = True, **more: Any) -> None:
        self.most = most
        super().__init__(widget=Picker(kind, multiple), required=more.pop("required", False), **more)

    def clean(self, value: Any) -> list[str]:
        chosen = [str(item)[:2048] for item in value or []]
        if len(chosen) > self.most:
            raise forms.ValidationError(f"Choose at most {self.most}.")
        if self.required and not chosen:
            raise forms.ValidationError("Choose one.")
        return chosen


def bind(form: forms.Form, session: Session, sent: Mapping[str, Any], action: str) -> None:
    """Bind all pickers of a form."""
    for field in form.fields.values():
        if isinstance(field.widget, Picker):
            field.widget.bind(session, sent, action)


class PickingForm(OperationForm):
    """A form with pickers that is not a wizard's step. `look` is what was sent by looking round in it."""

    def __init__(self, *args: Any, session: Session, action: str, look: QueryDict | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.session = session
        if look is not None:
            self.initial = {**self.initial, **self.typed(look)}
        bind(self, session, look or (self.data if self.is_bound else {}), action)

    def typed(self, sent: QueryDict) -> dict[str, Any]:
        return typed(self, sent)
