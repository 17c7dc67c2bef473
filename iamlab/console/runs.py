"""The calls of a wizard, made one by one: what was made stands; a refusal stops, and the learner goes on or not."""

import json
from typing import TYPE_CHECKING, Any

from iamlab.console import drafts, refusals
from iamlab.console.models import DONE, OPEN, STOPPED, Draft
from iamlab.console.session import Session
from iamlab.services.operations import AwsError

if TYPE_CHECKING:
    from iamlab.console.wizard import Planned

MADE, FAILED, SKIPPED = "made", "failed", "skipped"


def key_of(planned: "Planned") -> str:
    """A planned call by its content: going back to correct one thing does not make the others twice."""
    return json.dumps([planned.operation, planned.params], sort_keys=True)


def run(session: Session, draft: Draft, planned: list["Planned"], secrets: dict[str, str]) -> None:
    """Make what is not made yet. Stops at the first refusal or failure; nothing made at all leaves the draft open."""
    draft.results = [one for one in draft.results if one["outcome"] != FAILED]
    behind = {one["key"] for one in draft.results}
    left_out = {one["label"] for one in draft.results if one["outcome"] == SKIPPED}
    for call in planned:
        if key_of(call) in behind:
            continue
        if call.of in left_out:
            left_out.add(call.label)
            draft.results = [*draft.results, {"key": key_of(call), "label": call.label, "outcome": SKIPPED}]
        elif not _make(session, draft, call, secrets):
            made = any(one["outcome"] == MADE for one in draft.results)
            draft.state = STOPPED if made else OPEN
            draft.save(update_fields=["state", "results"])
            return
    draft.state = DONE
    draft.save(update_fields=["state", "results"])
    drafts.keep_secrets(draft, {name[6:]: value for name, value in secrets.items() if name.startswith("shown:")})


def _make(session: Session, draft: Draft, call: "Planned", secrets: dict[str, str]) -> bool:
    """One call; how it went is stored at once. Adds what is to be shown once to `secrets`."""
    outcome: dict[str, Any] = {"key": key_of(call), "label": call.label, "outcome": MADE}
    params = {**call.params, **{name: secrets[secret] for name, secret in call.secret.items()}}
    if call.fill is not None:
        params = call.fill(params, secrets)
    try:
        answer = session.call(call.operation, params, region=call.region)
    except AwsError as error:
        outcome |= {"outcome": FAILED, "code": error.code, "message": error.message, "event": error.event_id}
    else:
        if call.shows is not None:
            secrets |= {f"shown:{name}": value for name, value in call.shows(answer, params).items()}
            drafts.keep_secrets(draft, secrets)
    draft.results = [*draft.results, outcome]
    draft.save(update_fields=["results"])
    return outcome["outcome"] == MADE


def skip(draft: Draft) -> None:
    """Go on without the call that stopped."""
    for one in draft.results:
        if one["outcome"] == FAILED:
            one["outcome"] = SKIPPED
    draft.save(update_fields=["results"])


def lacks(draft: Draft, planned: list["Planned"]) -> bool:
    """Whether a call was left out that makes something: the first one, or one that others hang on."""
    makers = {call.of for call in planned} | {call.label for call in planned[:1]}
    return any(one["outcome"] == SKIPPED and one["label"] in makers for one in draft.results)


def first_failure(draft: Draft) -> AwsError | None:
    found = next((one for one in draft.results if one["outcome"] == FAILED), None)
    if found is None:
        return None
    error = AwsError(found["code"], found["message"])
    error.event_id = found["event"]
    return error


def refusal(session: Session, error: AwsError) -> dict[str, Any]:
    """What a page shows of a call that stopped: a denial, or a message."""
    refused = refusals.is_refusal(error)
    denial = refusals.denial(session, error) if refused else None
    return {"denial": denial, "message": error.message, "code": error.code}


def listed(session: Session, draft: Draft, planned: list["Planned"]) -> list[dict[str, Any]]:
    """Every call with its state: {label, operation, params, outcome ("" when not made), refusal}."""
    results = {one["key"]: one for one in draft.results}
    calls = []
    for call in planned:
        found = results.get(key_of(call), {})
        error = None
        if found.get("code"):
            error = AwsError(found["code"], found["message"])
            error.event_id = found["event"]
        calls.append(
            {
                "label": call.label,
                "operation": call.operation,
                "params": call.shown_params,
                "region": call.region,
                "outcome": found.get("outcome", ""),
                "refusal": refusal(session, error) if error is not None else None,
            }
        )
    return calls
