"""Which policies apply to a principal and to a resource: gathered once per revision of the sandbox, compiled, kept."""

import hashlib
import json
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from iamlab.policy.catalog import managed_policy_document
from iamlab.policy.compile import Policy, compile_policy
from iamlab.policy.evaluate import Policies
from iamlab.services import callers
from iamlab.services.callers import Caller, World
from iamlab.services.iam.documents import texts as own_texts
from iamlab.services.identity_policies import Applied, Held, Own, held_by, named
from iamlab.services.organizations import limits, tree
from iamlab.services.organizations.limits import Place

KEPT = 2_000  # principals whose policies stay compiled in one process
FULL_ACCESS = "aws:FullAWSAccess"  # stands for the digest of the document that AWS keeps
KEPT_RESOURCES = 64  # resource policies beside each


@dataclass(slots=True)
class Applicable:
    """The policies of a principal, ready for the evaluator, and their list as events keep it."""

    own: Policies  # without a resource's policy
    digest: str
    text: str
    _with_resource: dict[tuple[str, tuple[Applied, ...]], Policies] = field(default_factory=dict)

    def policies(
        self,
        digest: str,
        name: str,
        granted: tuple[dict[str, Any], ...] = (),
        rcps: tuple[Applied, ...] = (),
        documents: Mapping[str, str] | None = None,
    ) -> Policies:
        """These with the policies of a resource: its own by digest, and its account's RCPs.

        Kept, since the evaluator's plans hang on the object. `documents`: texts by digest, where they are at hand.
        """
        if granted:
            resource = resource_policy(digest, name, granted, documents)
            return replace(self.own, resource=resource, rcps=levels(rcps, documents))
        if not digest and not rcps:
            return self.own
        key = (digest, rcps)
        found = self._with_resource.get(key)
        if found is None:
            if len(self._with_resource) >= KEPT_RESOURCES:
                self._with_resource.clear()
            resource = resource_policy(digest, name, documents=documents)
            found = replace(self.own, resource=resource, rcps=levels(rcps, documents))
            self._with_resource[key] = found
        return found


_kept: OrderedDict[tuple[object, ...], Applicable] = OrderedDict()


def _key(caller: Caller) -> tuple[object, ...]:
    return (
        caller.world.sandbox_id,
        caller.world.revision,
        caller.kind,
        caller.unique_id,
        caller.account_id,
        caller.boundary,
        caller.session_policies,
        caller.session_policy_arns,
    )


def of_caller(caller: Caller) -> Applicable:
    """What applies to the caller, whoever it is: the root user and strangers have no identity policies."""
    key = _key(caller)
    found = _kept.get(key)
    if found is None:
        found = _kept[key] = _gather(caller.account_id, [caller])[0]
        if len(_kept) > KEPT:
            _kept.popitem(last=False)
    return found


def gather(account_id: str, some: Iterable[Caller]) -> None:
    """Have ready what applies to callers of one account, for whom `of_caller` is asked next: as many queries for all
    of them as for one. Of more than `KEPT` the first would be forgotten again.
    """
    missing = {key: caller for caller in some if (key := _key(caller)) not in _kept}
    _kept.update(zip(missing, _gather(account_id, list(missing.values())), strict=True))
    while len(_kept) > KEPT:
        _kept.popitem(last=False)


_places: OrderedDict[tuple[int, str, str], Place | None] = OrderedDict()


def place_of(world: World, account_id: str) -> Place | None:
    """An account's place in its organization, kept as long as the sandbox's revision."""
    key = (world.sandbox_id, world.revision, account_id)
    if key not in _places:
        _places[key] = limits.place_of(account_id)
        if len(_places) > KEPT:
            _places.popitem(last=False)
    return _places[key]


Between = tuple[dict[str, str | list[str]], tuple[Applied, ...]]
_between: OrderedDict[tuple[int, str, str, str], Between] = OrderedDict()


def between(world: World, caller: str, owner: str) -> Between:
    """What organizations add to a request from one account to another's resource, kept while the revision stays.

    The keys that name both organizations, where there are any, and the resource control policies over the resource.
    """
    key = (world.sandbox_id, world.revision, caller, owner)
    found = _between.get(key)
    if found is None:
        found = _between[key] = _laid_between(world, caller, owner)
        if len(_between) > KEPT:
            _between.popitem(last=False)
    return found


def _laid_between(world: World, caller: str, owner: str) -> Between:
    places = [place_of(world, account_id) if account_id.isdigit() else None for account_id in (caller, owner)]
    context: dict[str, str | list[str]] = {}
    for who, place in zip(("Principal", "Resource"), places, strict=True):
        if place is not None:
            context |= {f"aws:{who}OrgID": place.organization, f"aws:{who}OrgPaths": [place.path]}
    place = places[1]
    return context, tuple(_laid("rcp", place.rcps)) if place is not None and place.rcps else ()


def _laid(layer: str, laid: tuple[limits.Level, ...]) -> list[Applied]:
    return [
        Applied(layer, name, arn, "organization", digest or FULL_ACCESS, level)
        for level, policies in enumerate(laid)
        for name, arn, digest in policies
    ]


def levels(
    applied: Iterable[Applied], documents: Mapping[str, str] | None = None
) -> tuple[tuple[Policy, ...], ...] | None:
    """An organization's policies compiled, level by level. `documents`: texts by digest, where they are at hand."""
    found: dict[int, list[Policy]] = {}
    listed = list(applied)
    if documents is None:
        documents = texts({one.digest for one in listed})
    for one in listed:
        policy = compile_policy(documents[one.digest], one.name, arn=one.arn, via=one.via)
        found.setdefault(one.level, []).append(policy)
    return tuple(tuple(found[level]) for level in sorted(found)) or None


IDENTITIES = (callers.USER, callers.ROLE, callers.FEDERATED)


def _gather(account_id: str, some: Sequence[Caller]) -> list[Applicable]:
    """What applies to each of some callers of an account."""
    identities = [caller for caller in some if caller.kind in IDENTITIES]
    named_too = {arn for caller in identities for arn in (caller.boundary, *caller.session_policy_arns) if arn}
    unique_ids = [caller.unique_id for caller in identities]
    held, own = held_by(account_id, unique_ids, named_too) if identities else ({}, {})
    found = [_applied(caller, held.get(caller.unique_id), own) for caller in some]
    documents = texts({one.digest for applied in found for one in applied})
    return [ready(applied, documents) for applied in found]


def _applied(caller: Caller, held: Held | None, own: Own) -> list[Applied]:
    applied: list[Applied] = []
    inside = caller.account_id.isdigit() and caller.kind != callers.WEB
    place = place_of(caller.world, caller.account_id) if inside else None
    if place is not None and place.scps is not None:
        applied += _laid("scp", place.scps)
    if caller.kind in IDENTITIES and held is not None:
        if caller.unique_id == caller.account_id:  # whom the root user federates may what it may, as far as named
            applied.append(Applied("identity", "root user", "", "directly", FULL_ACCESS))
        applied += [*named(held.attached, "identity", own), *held.inline]
        if caller.boundary:
            applied += named({caller.boundary: "boundary"}, "boundary", own)
        applied += named(dict.fromkeys(caller.session_policy_arns, "session"), "session", own)
        applied += [Applied("session", "session policy", "", "session", digest) for digest in caller.session_policies]
    return applied


def texts(digests: set[str]) -> dict[str, str]:
    """The documents of digests; those of AWS managed policies stand in the catalogue under "aws:ARN"."""
    own = {digest for digest in digests if not digest.startswith("aws:")}
    found = own_texts(own)
    for digest in digests - own:
        aws = digest == FULL_ACCESS
        found[digest] = tree.FULL_ACCESS_TEXT if aws else managed_policy_document(digest.removeprefix("aws:"))
    return found


def ready(applied: list[Applied], documents: Mapping[str, str] | None = None) -> Applicable:
    """Compile what applies, layer by layer. `documents`: the texts by digest, where they are at hand."""
    if documents is None:
        documents = texts({one.digest for one in applied})
    layers: dict[str, list[Policy]] = {"identity": [], "boundary": [], "session": []}
    own_layers = [one for one in applied if one.layer in layers]
    for one in own_layers:
        layers[one.layer].append(compile_policy(documents[one.digest], one.name, arn=one.arn, via=one.via))
    text = json.dumps([[a.layer, a.name, a.arn, a.via, a.digest, a.level] for a in applied], separators=(",", ":"))
    own = Policies(
        identity=tuple(layers["identity"]),
        boundaries=tuple(layers["boundary"]) or None,
        session=tuple(layers["session"]) or None,
        scps=levels((one for one in applied if one.layer == "scp"), documents),
    )
    return Applicable(own, hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest(), text)


def resource_policy(
    digest: str, name: str, granted: tuple[dict[str, Any], ...] = (), documents: Mapping[str, str] | None = None
) -> Policy | None:
    """A resource's own policy by its document's digest, with what is granted beside it (S3's ACLs)."""
    if not digest and not granted:
        return None
    text = (documents or texts({digest}))[digest] if digest else '{"Version": "2012-10-17", "Statement": []}'
    if granted:
        document = json.loads(text)
        own = document["Statement"]
        document["Statement"] = [*(own if isinstance(own, list) else [own]), *granted]
        text = json.dumps(document)
    return compile_policy(text, name, via="resource")
