"""Sets of actions as bits of one integer, so that questions over all actions become a handful of ORs."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from typing import Any
from weakref import WeakKeyDictionary

from .compile import Document
from .globs import glob
from .match import has_space, split_action
from .statement import as_list


class Universe:
    """Some actions in a fixed order; bit n stands for `actions[n]`."""

    def __init__(self, actions: Iterable[str]):
        self.actions: list[str] = []
        self.services: dict[str, tuple[int, list[str]]] = {}
        self.spellings: dict[str, list[str]] = {}  # of actions that are given in more than one
        for service, name, action in sorted({(*split_action(action), action) for action in actions}):
            names = self.services.setdefault(service, (len(self.actions), []))[1]
            if names and names[-1] == name:
                self.spellings.setdefault(self.actions[-1], []).append(action)
                continue
            names.append(name)
            self.actions.append(action)
        self.everything = (1 << len(self.actions)) - 1
        self._masks: WeakKeyDictionary[Document, list[int]] = WeakKeyDictionary()

    def mask(self, actions: Iterable[str]) -> int:
        """The bits of patterns of actions."""
        found = 0
        by_service: dict[str, int] = {}
        for pattern in actions:
            if pattern == "*":
                return self.everything
            service, colon, name = pattern.lower().partition(":")
            if not colon:
                continue
            for one in self.services if service == "*" else (service,):
                if one in self.services:
                    by_service[one] = by_service.get(one, 0) | self._service_mask(self.services[one][1], name)
        for service, bits in by_service.items():
            found |= bits << self.services[service][0]
        return found

    def _service_mask(self, names: list[str], pattern: str) -> int:
        """The bits of one pattern within a service; names are in order, so a `prefix*` is a run of bits."""
        if pattern == "*":
            return (1 << len(names)) - 1
        if has_space(pattern):
            return 0
        head, star, rest = pattern.partition("*")
        if "?" not in pattern and not rest:
            start = bisect_left(names, head)
            if not star:
                return 1 << start if start < len(names) and names[start] == head else 0
            end = bisect_left(names, head + "\uffff", start)
            return ((1 << (end - start)) - 1) << start
        matches, found = glob(pattern), 0
        for number, name in enumerate(names):
            if matches(name):
                found |= 1 << number
        return found

    def statement_masks(self, document: Document) -> list[int]:
        """For each statement the actions that its action part selects; kept while the document lives."""
        kept = self._masks.get(document)
        if kept is None:
            kept = self._masks[document] = [self._statement_mask(raw) for raw in document.raw_statements]
        return kept

    def _statement_mask(self, raw: dict[str, Any]) -> int:
        bits = self.everything if "Action" not in raw and "NotAction" in raw else self._element(raw.get("Action"))
        return bits & ~self._element(raw["NotAction"]) if "NotAction" in raw else bits

    def _element(self, element: object) -> int:
        return self.mask(pattern for pattern in as_list(element) if isinstance(pattern, str))

    def names(self, bits: int) -> Iterator[str]:
        """The actions of a set, in order."""
        chosen = (action for action, bit in zip(self.actions, reversed(format(bits, "b")), strict=False) if bit == "1")
        if not self.spellings:
            return chosen
        return (spelling for action in chosen for spelling in (action, *self.spellings.get(action, ())))
