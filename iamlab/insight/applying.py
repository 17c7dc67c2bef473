"""What would change a decision, ready to be done: each edit with the page where it is made, its draft filled in."""

import json
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from iamlab.console.documents import pretty
from iamlab.console.menus import name_of
from iamlab.console.session import Session
from iamlab.door.authorise import Judgement
from iamlab.policy.compile import Policy
from iamlab.policy.statement import as_list
from iamlab.policy.whatif import Change, Step


@dataclass(frozen=True)
class Place:
    """A page of the console by its name; `document` is the draft that its editor opens with in `field`, "" for none."""

    name: str
    args: tuple[str, ...]
    document: str = ""
    field: str = "PolicyDocument"


def offered(session: Session, judgement: Judgement, changes: list[Change]) -> list[list[dict[str, Any]]]:
    """For each change its edits as {sentence, place, doors: [(who, address)]}; only what is true today may be done."""
    return [
        [_edit(session, judgement, step, first=step is change.steps[0]) for step in change.steps] for change in changes
    ]


def told(changes: list[Change]) -> list[list[dict[str, Any]]]:
    """The same without a way to do it: of a call of long ago, or for somebody who only looks."""
    return [[{"sentence": step.sentence} for step in change.steps] for change in changes]


def _edit(session: Session, judgement: Judgement, step: Step, *, first: bool) -> dict[str, Any]:
    # A second edit is offered once the first is saved: its draft holds both.
    place = place_of(session.account.pk, judgement, step) if first else None
    return {"sentence": step.sentence, "place": place, "doors": doors(session, place) if place else []}


def doors(session: Session, place: Place) -> list[tuple[str, str]]:
    """Who could do it here: this session, and the person's others in the same account."""
    beside = [row for row in session.open_others if row.account_id == session.account.pk]
    who = [("root" if session.is_root else session.label, session.id), *((name_of(row), row.pk) for row in beside)]
    return [(name, reverse(place.name, args=[key, *place.args])) for name, key in who]


def place_of(account: str, judgement: Judgement, step: Step) -> Place | None:
    """Where an edit is made; None for what no page of this account changes (AWS's policies, a request's own keys)."""
    kind, holder = holder_of(account, judgement)
    if step.kind == "attach-policy":
        return _attaching(kind, holder)
    if step.document is None:
        return None
    text = pretty(json.dumps(step.document, ensure_ascii=False))
    if step.layer == "resource":
        return _bucket_policy(account, judgement, step)
    if not step.policy:
        return Place(f"{kind}-inline-create", (holder,), text) if kind and step.layer == "identity" else None
    policy = edited(judgement, step)
    if policy is None or (not policy.arn and step.layer != "identity"):
        return None
    if policy.arn:
        own = policy.arn.startswith(f"arn:aws:iam::{account}:policy/")
        return Place("policy-edit", (policy.arn,), text) if own else None
    via = policy.via or ""
    if via.startswith("group "):
        return Place("group-inline", (via.removeprefix("group "), policy.name), text)
    return Place(f"{kind}-inline", (holder, policy.name), text) if kind and via == "inline" else None


def edited(judgement: Judgement, step: Step) -> Policy | None:
    """The policy that an edit exchanges. Its name may be that of others: a group's inline policy and the user's own."""
    kept = {id(one) for *_, listed in step.policies.layers() for one in listed}
    held = [one for layer, *_, listed in judgement.policies.layers() for one in listed if layer == step.layer]
    return next((one for one in held if one.name == step.policy and id(one) not in kept), None)


def _bucket_policy(account: str, judgement: Judgement, step: Step) -> Place | None:
    """The bucket's whole policy after the edit; its end where no statement is left."""
    request = judgement.request
    if not request.resource.startswith("arn:aws:s3:::") or request.resource_account not in (None, "", account):
        return None
    bucket = request.resource.removeprefix("arn:aws:s3:::").partition("/")[0]
    source = step.policies.resource.document.source if step.policies.resource else {}
    # What the bucket's ACL grants was judged as statements beside the policy; it is none of the policy's own.
    own = [one for one in as_list(source.get("Statement", [])) if one not in judgement.granted]
    if not own:
        return Place("bucket-policy-delete", (bucket,))
    text = pretty(json.dumps({**source, "Statement": own}, ensure_ascii=False))
    return Place("bucket-policy", (bucket,), text, "Policy")


def _attaching(kind: str, holder: str) -> Place | None:
    names = {"user": "user-permissions-start", "role": "role-attach"}
    return Place(names[kind], (holder,)) if kind else None


def holder_of(account: str, judgement: Judgement) -> tuple[str, str]:
    """(user or role, its name) of who asks, ("", "") for anybody without policies of their own in this account."""
    request = judgement.request
    arn = request.session_issuer or (request.principal if isinstance(request.principal, str) else "")
    kind, _, path = arn.removeprefix(f"arn:aws:iam::{account}:").partition("/")
    return (kind, path.rpartition("/")[2]) if kind in ("user", "role") else ("", "")
