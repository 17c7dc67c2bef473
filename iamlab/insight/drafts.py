"""A drafted policy put among those that apply, so that a question can be asked before and after."""

from dataclasses import replace
from typing import Any

from django import forms

from iamlab.console.documents import START, DocumentField
from iamlab.door.authorise import Judgement
from iamlab.policy.compile import Policy, compile_policy
from iamlab.policy.evaluate import Policies, evaluate

ADDED = [
    ("identity", "One more identity policy of theirs"),
    ("boundary", "Their permissions boundary"),
    ("resource", "The resource's own policy"),
]
KINDS = {"resource": "resource"}  # all others are read as identity policies


class DraftForm(forms.Form):
    """A document, and where it would stand: added, or instead of one that applies."""

    place = forms.ChoiceField(label="Where the draft would stand")
    PolicyDocument = DocumentField(initial=START)

    def __init__(self, data: Any, policies: Policies) -> None:
        super().__init__(data)
        instead = [(f"instead:{policy.name}", f"Instead of {policy.name}") for policy in policies.identity]
        self.fields["place"].choices = [*ADDED, *dict(instead).items()]  # type: ignore[attr-defined]
        if data:
            self.fields["PolicyDocument"].kind = KINDS.get(data.get("place", ""), "identity")  # type: ignore[attr-defined]


def with_draft(judgement: Judgement, place: str, text: str) -> Judgement:
    """The same question, judged with the draft in its place."""
    policies = put(judgement.policies, place, compile_policy(text, "the draft", via="draft"))
    return replace(judgement, policies=policies, decision=evaluate(judgement.request, policies))


def put(policies: Policies, place: str, draft: Policy) -> Policies:
    if place == "boundary":
        return replace(policies, boundaries=(draft,))
    if place == "resource":
        return replace(policies, resource=draft)
    name = place.removeprefix("instead:") if place != "identity" else None
    return replace(policies, identity=(*(held for held in policies.identity if held.name != name), draft))
