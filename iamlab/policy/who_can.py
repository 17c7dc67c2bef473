"""Which of many principals can do something, and through what; and what each of them can do.

A `Directory` files principals under the documents they share, as bits of one integer, so that a question costs what
the documents cost that bear on it, not what the principals cost.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

from .compile import Document, Policy, compile_document
from .effective import Universe, effective
from .evaluate import Policies, Request, evaluate
from .statement import Statement

ANYTHING = Policy(compile_document({"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}))
FORBIDDEN = Policy(compile_document({"Statement": {"Effect": "Deny", "Action": "*", "Resource": "*"}}))


class Directory:
    """Principals by ARN with the policies of each; bit n stands for `arns[n]`."""

    def __init__(self, principals: Iterable[tuple[str, Policies]]):
        self.arns: list[str] = []
        self.policies: list[Policies] = []
        self.by_document: defaultdict[Document, list[int]] = defaultdict(list)
        alike: defaultdict[Any, list[int]] = defaultdict(list)
        for number, (arn, policies) in enumerate(principals):
            self.arns.append(arn)
            self.policies.append(policies)
            for policy in policies.identity:
                self.by_document[policy.document].append(number)
            alike[_likeness(arn, policies)].append(number)
        # One representative of those who differ in nothing but name and identity policies.
        self.alike = [(numbers[0], _bits(numbers)) for numbers in alike.values()]
        self._members: dict[Document, int] = {}

    def who_can(self, request: Request, resource_policy: Policy | None = None) -> list[str]:
        """The principals that `evaluate` would allow the request's action, resource and context, in order.

        The request's own principal does not matter.
        """
        if resource_policy is not None:
            return [arn for arn, _ in self._one_by_one(request, resource_policy)]
        granting, denying = self._documents(request)
        found = 0
        for representative, members in self.alike:
            found |= self._of_alike(request, representative, members, granting, denying)
        return [self.arns[number] for number in _numbers(found)]

    def through(self, request: Request, arn: str) -> list[tuple[Policy, Statement]]:
        """The statements by which a principal is allowed."""
        policies = self.policies[self.arns.index(arn)]
        decision = evaluate(replace(request, principal=arn), policies)
        return [(entry.policy, entry.statement) for entry in decision.statements] if decision.allowed else []

    def _documents(self, request: Request) -> tuple[int, int]:
        """The principals with an identity policy that allows, and those with one that denies."""
        granting = denying = 0
        for document in self.by_document:
            selection = document.select(request.action, "identity")
            if any(statement.applies(request) for statement in selection.allows):
                granting |= self._holders(document)
            if any(statement.applies(request) for statement in selection.denies):
                denying |= self._holders(document)
        return granting, denying

    def _holders(self, document: Document) -> int:
        """The principals that have a document, as bits from the first time that it bears on a question."""
        found = self._members.get(document)
        if found is None:
            found = self._members[document] = _bits(self.by_document[document])
        return found

    def _of_alike(self, request: Request, representative: int, members: int, granting: int, denying: int) -> int:
        """Those of one kind who are allowed: judged once with, once without, once against their identity policies; one
        who is alone as he is."""
        asked = replace(request, principal=self.arns[representative])
        policies = self.policies[representative]
        if not members & (members - 1):
            return members if evaluate(asked, policies).allowed else 0

        def allowed(*identity: Policy) -> bool:
            return evaluate(asked, replace(policies, identity=identity)).allowed

        if allowed(FORBIDDEN):
            return members
        reached = members if allowed() else members & granting if allowed(ANYTHING) else 0
        return reached & ~denying

    def _one_by_one(self, request: Request, resource_policy: Policy | None) -> Iterator[tuple[str, Policies]]:
        for arn, policies in zip(self.arns, self.policies, strict=True):
            full = replace(policies, resource=resource_policy or policies.resource)
            if evaluate(replace(request, principal=arn), full).allowed:
                yield arn, policies

    def permissions(self, universe: Universe, context: Mapping[str, Any] | None = None) -> dict[str, int]:
        """For each principal the actions it may do on `*`, as bits; those with the same policies are judged once."""
        kept: dict[Any, int] = {}
        found = {}
        for arn, policies in zip(self.arns, self.policies, strict=True):
            key = (_likeness(arn, policies), frozenset(policy.document for policy in policies.identity))
            if key not in kept:
                request = Request(arn, "*", "*", context or {})
                kept[key] = effective(request, policies, universe).allowed
            found[arn] = kept[key]
        return found


def _likeness(arn: str, policies: Policies) -> tuple[Any, ...]:
    """What two principals must share to be judged alike but for their identity policies."""
    head, slash, rest = arn.partition("/")
    named = policies.resource is not None or ((policies.rcps or policies.vpce) and _names(policies.rcps, policies.vpce))
    if named or rest.startswith("aws-service-role/") or not slash:
        head = arn
    return (head, policies.boundaries, policies.session, policies.scps, policies.rcps, policies.vpce, policies.resource)


@lru_cache(maxsize=64)
def _names(rcps: tuple[tuple[Policy, ...], ...] | None, vpce: tuple[Policy, ...] | None) -> bool:
    """Whether a statement of these tells principals apart by name."""
    kinds = [("rcp", policy) for level in rcps or () for policy in level] + [("vpce", policy) for policy in vpce or ()]
    return any(
        policy.document.statement(number, kind).denied is not None
        for kind, policy in kinds
        for number in range(len(policy.document.raw_statements))
    )


def _bits(numbers: list[int]) -> int:
    last = numbers[-1]
    if len(numbers) == last + 1 and numbers == list(range(last + 1)):
        return (1 << last + 1) - 1
    array = bytearray(last // 8 + 1)
    for number in numbers:
        array[number >> 3] |= 1 << (number & 7)
    return int.from_bytes(array, "little")


def _numbers(bits: int) -> Iterator[int]:
    return (number for number, bit in enumerate(reversed(format(bits, "b"))) if bit == "1")
