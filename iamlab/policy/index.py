"""Many statements by their resource: those that could cover a resource are found without testing the others."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from .match import ResourcePattern, Resources

FEW = 12  # up to so many statements are tested one by one
RUN = 6  # length of the run of literal characters under which an inner wildcard is filed


class ResourceIndex:
    """Entries filed under their literal ARNs, under the text before their first wildcard, or under a rare run.

    `near(resource)` yields the entries whose resource part may match; they have to be tested still.
    """

    __slots__ = ("heads", "literals", "runs")

    def __init__(self, entries: list[Any]):
        self.literals: dict[str, list[Any]] = {}
        heads: dict[str, list[tuple[Any, ResourcePattern]]] = {}
        for entry in entries:
            for pattern in entry.statement.resources.patterns:
                if pattern.literal is not None:
                    self.literals.setdefault(pattern.literal, []).append(entry)
                else:
                    heads.setdefault(pattern.head, []).append((entry, pattern))
        self.runs: dict[str, list[Any]] = {}
        by_length: dict[int, dict[str, list[Any]]] = {}
        for head, filed in heads.items():
            kept = self._file_runs(filed) if len(filed) > FEW else [entry for entry, _ in filed]
            if kept:
                by_length.setdefault(len(head), {})[head] = kept
        self.heads = list(by_length.items())

    def _file_runs(self, filed: list[tuple[Any, ResourcePattern]]) -> list[Any]:
        """File inner wildcards under their rarest run; returns the entries that have no run of that length."""
        counts = Counter(run for _, pattern in filed for run in runs_of(pattern))
        kept = []
        for entry, pattern in filed:
            run = min(runs_of(pattern), key=counts.__getitem__, default=None)
            if run is None:
                kept.append(entry)
            else:
                self.runs.setdefault(run, []).append(entry)
        return kept

    def near(self, resource: str) -> Iterator[Any]:
        yield from self.literals.get(resource, ())
        for length, table in self.heads:
            yield from table.get(resource[:length], ())
        if self.runs:
            get = self.runs.get
            for start in range(len(resource) - RUN + 1):
                found = get(resource[start : start + RUN])
                if found:
                    yield from found


def runs_of(pattern: ResourcePattern) -> set[str]:
    """Every run of RUN characters of the literals after the pattern's head."""
    return {
        token[start : start + RUN]
        for token in pattern.tokens[1:]
        if isinstance(token, str)
        for start in range(len(token) - RUN + 1)
    }


def indexable(entry: Any) -> bool:
    resources = entry.statement.resources
    return isinstance(resources, Resources) and not resources.negated and not resources.everything


class Candidates:
    """The statements of one effect in one layer that an action selects.

    `always` is one that applies whatever the request, so that none needs testing; `few` are tested one by one; `index`
    finds those of the rest that may apply. `tests` has the test of `always` or of each of the `few`.
    """

    __slots__ = ("always", "few", "index", "tests")

    def __init__(self, entries: list[Any]):
        self.always = next((entry for entry in entries if entry.statement.unconditional), None)
        self.index: ResourceIndex | None = None
        if self.always is not None:
            entries = []
        elif len(entries) > FEW:
            filed = [entry for entry in entries if indexable(entry)]
            if len(filed) > FEW:
                self.index = ResourceIndex(filed)
                entries = [entry for entry in entries if not indexable(entry)]
        self.few = tuple(entries)
        tested = entries if self.always is None else [self.always]
        self.tests = tuple([(entry.statement.applies, entry) for entry in tested])

    def first(self, request: Any) -> Any:
        """The first entry that applies, or None."""
        if self.always is not None:
            return self.always
        for applies, entry in self.tests:
            if applies(request):
                return entry
        if self.index is not None:
            for entry in self.index.near(request.resource):
                if entry.statement.applies(request):
                    return entry
        return None

    def near(self, resource: str) -> Iterator[Any]:
        """Every entry that may apply."""
        if self.always is not None:
            yield self.always
        yield from self.few
        if self.index is not None:
            yield from self.index.near(resource)
