"""A drafted policy put among those that apply, so that a question can be asked before and after."""

from dataclasses import replace
from typing import Any

from django import forms
from django.http import QueryDict

from iamlab.console.documents import START, DocumentField
from iamlab.console.forms import ConsoleForm, typed
from iamlab.door.authorise import Judgement
from iamlab.policy.compile import Policy, compile_policy
from iamlab.policy.document import BUCKET_LIMIT, MANAGED_LIMIT, TRUST_LIMIT
from iamlab.policy.evaluate import Policies, evaluate

ADDED = [
    ("identity", "One more identity policy of theirs"),
    ("boundary", "Their permissions boundary"),
    ("resource", "The resource's own policy"),
]
LIMITS = {"identity": MANAGED_LIMIT, "bucket": BUCKET_LIMIT, "trust": TRUST_LIMIT, "resource": BUCKET_LIMIT}


def kind_of(place: str, resource: str) -> str:
    """How a draft is read: a resource's own policy has another grammar, that of the resource's kind."""
    if place != "resource":
        return "identity"
    if resource.startswith("arn:aws:s3:::"):
        return "bucket"
    return "trust" if ":role/" in resource else "resource"


class DraftForm(ConsoleForm):
    """A document, and where it would stand: added, or instead of one that applies."""

    place = forms.ChoiceField(label="Where the draft would stand")
    PolicyDocument = DocumentField(initial=START)

    def __init__(self, data: QueryDict | None, judgement: Judgement, address: str) -> None:
        """Looking round in it (the editor's buttons, another place) sends it to `address` and checks nothing."""
        look = data if data is not None and "look" in data else None
        super().__init__(
            None if look is not None else data, initial=typed(DraftForm, look) if look is not None else None
        )
        instead = [(key_of(one), f"Instead of {label_of(one)}") for one in judgement.policies.identity]
        place: Any = self.fields["place"]
        place.choices = [*ADDED, *dict(instead).items()]
        place.widget.attrs |= {
            "hx-post": address,
            "hx-vals": '{"look": "place"}',
            "hx-trigger": "change",
            "hx-include": "closest form",
            "hx-target": "#editor-PolicyDocument",
            "hx-select": "#editor-PolicyDocument",
            "hx-swap": "outerHTML",
            "hx-push-url": "false",
        }
        self.kind = kind_of(data.get("place", "") if data else "", judgement.request.resource)
        self.fields["PolicyDocument"].kind = self.kind  # type: ignore[attr-defined]

    @property
    def limit(self) -> int:
        return LIMITS[self.kind]


def with_draft(judgement: Judgement, place: str, text: str) -> Judgement:
    """The same question, judged with the draft in its place."""
    policies = put(judgement.policies, place, compile_policy(text, "the draft", via="draft"))
    return replace(judgement, policies=policies, decision=evaluate(judgement.request, policies))


def put(policies: Policies, place: str, draft: Policy) -> Policies:
    if place == "boundary":
        return replace(policies, boundaries=(draft,))
    if place == "resource":
        return replace(policies, resource=draft)
    return replace(policies, identity=(*(held for held in policies.identity if key_of(held) != place), draft))


def key_of(policy: Policy) -> str:
    """What tells a policy from others in the form: several may have one name."""
    return f"instead:{policy.arn or f'{policy.name} {policy.via or str()}'}"


def label_of(policy: Policy) -> str:
    return f"{policy.name} ({policy.via})" if policy.via else policy.name
