"""Importing a managed policy into the draft: its statements come behind those that are there."""

from collections.abc import Mapping
from typing import Any

from django.http import QueryDict

from iamlab.console import pickers, refusals
from iamlab.console.forms import ConsoleForm
from iamlab.console.pickers import PickField
from iamlab.console.session import Session
from iamlab.policy import blocks
from iamlab.policy.blocks import Unreadable
from iamlab.services.operations import AwsError

DOCUMENT, CHOSEN = "PolicyDocument", "imported"  # names of fields


class ImportMixin(ConsoleForm):
    """For a form with a session and a policy document, which takes in another's statements when its button asks."""

    imported = PickField(pickers.POLICIES, label="Import policy", most=1, multiple=False)
    importing: Mapping[str, Any] = {}  # open: the list to choose from is shown; done, note, denial: what came of it
    session: Session

    def typed(self, sent: QueryDict) -> dict[str, Any]:
        values = super().typed(sent)  # type: ignore[misc]  # of a StepForm or a PickingForm
        look = sent.get("look", "")
        self.importing = {"open": look.partition(":")[0] == CHOSEN and look != f"{CHOSEN}:no"}
        if look != f"{CHOSEN}:do" or not values.get(CHOSEN):
            return values
        arn = values[CHOSEN][0]
        try:
            merged = blocks.merge(values.get(DOCUMENT) or "", document(self.session, arn))
        except Unreadable as error:
            self.importing = {"open": True, "note": str(error)}
        except AwsError as error:
            denial = refusals.denial(self.session, error) if refusals.is_refusal(error) else None
            self.importing = {"open": True, "note": "" if denial else error.message, "denial": denial}
        else:
            self.importing = {"done": arn.rpartition("/")[2]}
            values = {**values, DOCUMENT: merged, CHOSEN: []}
        return values


def document(session: Session, arn: str) -> str:
    """The default version's text. Raises AwsError."""
    version = session.call("iam:GetPolicy", {"PolicyArn": arn})["Policy"]["DefaultVersionId"]
    found = session.call("iam:GetPolicyVersion", {"PolicyArn": arn, "VersionId": version})
    return found["PolicyVersion"]["Document"]
