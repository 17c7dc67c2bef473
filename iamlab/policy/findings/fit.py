"""Whether the actions and the resources of a statement go together."""

import re
from collections.abc import Iterator

from .. import catalog
from .model import Found, Leaf, Policy, Statement, listed, shown
from .patterns import actions_of, all_stars, expand, fits, without_variables
from .resources import is_readable

PLACEHOLDER = re.compile(r"\$\{[^{}]*\}")
MOST = 200  # actions, and resources, of one statement that are compared
MOST_EXPANDED = 60  # an action pattern that covers more than this is sure to cover one that fits


def check(policy: Policy) -> Iterator[Found]:
    for statement in policy.statements:
        resources = statement.resources[:MOST]
        if not resources or any(all_stars(leaf.text) for leaf in statement.resources):
            continue
        if all(is_readable(leaf, policy.has_variables) for leaf in resources):
            yield from _statement(policy, statement)


def _statement(policy: Policy, statement: Statement) -> Iterator[Found]:
    resources = statement.resources[:MOST]
    arns = [without_variables(leaf.text) if policy.has_variables else leaf.text for leaf in resources]
    used: set[int] = set()
    complete = len(statement.resources) <= MOST and len(statement.actions) <= MOST
    for leaf in statement.actions[:MOST]:
        count = len(expand(leaf.text)) if leaf.text != "*" else 0
        if count == 0 or count > MOST_EXPANDED:
            complete = complete and count > 0
            used |= _of_service(leaf, arns)
            continue
        actions = actions_of(leaf.text)
        fitting = {number for action in actions for number in _fitting(action, arns)}
        used |= fitting
        if not fitting:
            yield _no_resource(leaf, actions, resources)
    if complete and used:  # else the actions have said it already
        yield from _unused(statement, resources, used)


def _of_service(leaf: Leaf, arns: list[str]) -> set[int]:
    """A wide action pattern is taken to use every resource of its service."""
    service = leaf.text.partition(":")[0].lower()
    forms = [kind.arn for kind in catalog.resource_types(service).values()]
    return {number for number, arn in enumerate(arns) if any(fits(arn, form) for form in forms)}


def _fitting(action: catalog.Action, arns: list[str]) -> set[int]:
    forms = {target.type.arn for target in action.resource_types}
    return {number for number, arn in enumerate(arns) if any(fits(arn, form) for form in forms)}


def _no_resource(leaf: Leaf, actions: list[catalog.Action], resources: list[Leaf]) -> Found:
    kinds = {target.type.arn: target.type.name for action in actions for target in action.resource_types}
    subject = shown(leaf.text) if len(actions) == 1 else f"What {shown(leaf.text)} covers"
    if not kinds:
        message = f"{subject} acts on no single resource, so that no ARN here matches it: it needs `*`."
        mend = 'Give it a statement of its own with "Resource": "*".'
        return Found("ACTION_WITHOUT_MATCHING_RESOURCE", leaf.place, message, mend)
    s3 = next(filter(None, (_bucket_or_objects(resource.text, kinds) for resource in resources)), None)
    if s3:
        which, right = s3
        message = f"{subject} acts on {which}, and no resource of this statement is that."
        return Found("ACTION_WITHOUT_MATCHING_RESOURCE", leaf.place, message, f"Add the resource {shown(right)}.")
    # The shortest format is the plainest kind: an object rather than an object behind an access point.
    plainest = sorted(kinds, key=len)
    message = f"{subject} acts on {listed([kinds[arn] for arn in plainest], 2)}; no resource of this statement is that."
    mend = f"Add a resource such as {shown(_example(plainest[0]))}."
    return Found("ACTION_WITHOUT_MATCHING_RESOURCE", leaf.place, message, mend)


def _bucket_or_objects(resource: str, kinds: dict[str, str]) -> tuple[str, str] | None:
    """What the action acts on and the ARN of it, where the bucket was named for its objects or they for it."""
    if not resource.startswith("arn:aws:s3:::"):
        return None
    bucket, slash, _ = resource.partition("/")
    if slash and "bucket" in kinds.values():
        return "the bucket itself", bucket
    if not slash and "object" in kinds.values():
        return "the objects in a bucket", f"{bucket}/*"
    return None


def _example(arn: str) -> str:
    return PLACEHOLDER.sub("*", arn.replace("${Partition}", "aws"))


def _unused(statement: Statement, resources: list[Leaf], used: set[int]) -> Iterator[Found]:
    for number, leaf in enumerate(resources):
        if number not in used:
            message = f"No action of this statement acts on {shown(leaf.text)}."
            mend = "Delete the resource, or add the action that you meant for it."
            yield Found("RESOURCE_WITHOUT_MATCHING_ACTION", leaf.place, message, mend)
