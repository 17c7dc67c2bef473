"""Actions: whether the services and the actions exist."""

from collections.abc import Iterator

from .. import catalog
from .model import Found, Leaf, Policy, shown
from .patterns import expand, is_pattern

MOST_NEAREST = 25  # looking for the nearest name is the dearest thing here; a document gets it this often


def check(policy: Policy) -> Iterator[Found]:
    wanted = [leaf for s in policy.statements for leaf in (*s.actions, *s.not_actions)]
    nearest_left = MOST_NEAREST
    for leaf in wanted:
        found = _action(leaf, nearest_left > 0)
        if found:
            nearest_left -= 1
            yield found


def _action(leaf: Leaf, look: bool) -> Found | None:
    text = leaf.text
    prefix, colon, name = text.partition(":")
    if text == "*" or (prefix == "*" and expand(text)):
        return None
    if not colon:
        return _without_service(leaf, look)
    if prefix.lower() not in catalog.services():
        return _unknown_service(leaf, prefix, look)
    if not name:
        return Found("INVALID_ACTION", leaf.place, f"{shown(text)} names no action.", f'Write "{prefix}:*" for all.')
    if expand(text):
        return None
    nearest = catalog.nearest_action(text.strip("*?")) if look else None
    if is_pattern(name):
        message = f"{shown(text)} matches no action of {catalog.services()[prefix.lower()]}."
    else:
        message = f"{catalog.services()[prefix.lower()]} has no action {shown(text)}."
    return Found("INVALID_ACTION", leaf.place, message, _instead(nearest))


def _without_service(leaf: Leaf, look: bool) -> Found:
    nearest = catalog.nearest_action(leaf.text) if look else None
    message = f"{shown(leaf.text)} does not say which service it belongs to."
    mend = _instead(nearest) if nearest else 'Write the service before it, such as "s3:GetObject".'
    return Found("INVALID_ACTION", leaf.place, message, mend)


def _unknown_service(leaf: Leaf, prefix: str, look: bool) -> Found:
    if is_pattern(prefix):
        message = f"The service in {shown(leaf.text)} holds a wildcard, which matches no service."
        mend = 'Name the service in full; wildcards may stand after the colon, as in "s3:Get*".'
        return Found("INVALID_SERVICE_IN_ACTION", leaf.place, message, mend)
    nearest = catalog.nearest_action(leaf.text) if look else None
    service = catalog.nearest_service(prefix) if look else None
    message = f"There is no service {shown(prefix)}."
    if nearest:
        mend = _instead(nearest)
    elif service:
        mend = f"Did you mean the service `{service}` ({catalog.services()[service]})?"
    else:
        mend = "Look up the service's prefix in the service authorization reference."
    return Found("INVALID_SERVICE_IN_ACTION", leaf.place, message, mend)


def _instead(nearest: str | None) -> str:
    return f"Did you mean `{nearest}`?" if nearest else "Look up the action in the service authorization reference."
