"""The exact features of policies under a clock, in environments of any size; what proofs carry of them."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import cast

from specexpr.certify.chain import Chain
from specexpr.certify.clock import Clock, clock_of, needs_numbers
from specexpr.certify.kinds.step_reward import rivals_of
from specexpr.certify.model import AcceptableSet, Claim, PolicyConstraint, Table
from specexpr.certify.ordering import Rivals
from specexpr.certify.proofs import NodeNumbers, Term
from specexpr.certify.walk import Coordinate, Walk, Walker, walker
from specexpr.models.policy import Behaviours, mark
from specexpr.solve.visits import WeighedVisits, weighed_visits

Vector = Mapping[Coordinate, Fraction]


@dataclass(frozen=True, slots=True)
class ClockedFeatures:
    """The policies of a claim as a linear formalism sees them."""

    claim: Claim
    walker: Walker
    clock: Clock
    rivals: Rivals
    _known: dict[tuple[int, Hashable], tuple[Walk, WeighedVisits]] = field(default_factory=dict)

    def of(self, model: int, table: Table) -> Vector:
        """Return how often, weighed by the clock, a policy visits each coordinate."""
        walk, visits = self._visited(model, table)
        return self.walker.counts(model, walk, visits.masses.numbers(len(walk.nodes)))

    def _visited(self, model: int, table: Table) -> tuple[Walk, WeighedVisits]:
        """Return the walk of a policy with its visits, which are kept where they took long."""
        key = model, mark(table)
        known = self._known.get(key)
        if known is None:
            walk = self.walker.walk(model, table)
            known = walk, weighed_visits(walk, self.clock)
            if needs_numbers(walk, self.clock):
                self._known[key] = known
        return known

    def of_witness(self) -> tuple[NodeNumbers, ...]:
        """Return what a witness carries: numbers of the first policy of each behaviour that is valued."""
        known = Behaviours(self.claim.models)
        tables = {(m, mark(known.of(m, table))): table for m, table in reversed(list(self._valued()))}
        return self._carried((m, table) for (m, _), table in tables.items())

    def of_terms(self, terms: Iterable[Term]) -> tuple[NodeNumbers, ...]:
        """Return what a conflict carries: numbers of each of its policies."""
        sides = [(term.model, cast(Table, side)) for term in terms for side in (term.better, term.worse)]
        tables = {(m, mark(table)): table for m, table in sides}
        return self._carried((m, table) for (m, _), table in tables.items())

    def _carried(self, tables: Iterable[tuple[int, Table]]) -> tuple[NodeNumbers, ...]:
        found = []
        for model, table in tables:
            walk, visits = self._visited(model, table)
            if needs_numbers(walk, self.clock):
                parts = visits.carried()
                listed = (((n, x) for n, x in zip(walk.nodes, part, strict=True) if x) for part in parts)
                found.append(NodeNumbers(model, table, tuple(map(tuple, listed))))
        return tuple(found)

    def _valued(self) -> Iterator[tuple[int, Table]]:
        """Yield the policies in the order in which the kernel values them, more than once where it may be."""
        for c in self.claim.constraints:
            if isinstance(c, PolicyConstraint):
                yield from ((c.model, c.better), (c.model, c.worse))
        for accepted in self.claim.acceptable:
            model = accepted.model
            universe = self.rivals_in(accepted) if accepted.over is None else accepted.over
            yield from ((model, table) for table in (*accepted.good, *universe))

    def rivals_in(self, accepted: AcceptableSet) -> Iterator[Table]:
        """Yield the policies with which those of a set are compared; good ones may be among them."""
        return self.rivals(Chain(self.claim.models[accepted.model]), accepted.good)


def clocked_features(claim: Claim, formalism: str) -> ClockedFeatures:
    """Return the features of a linear formalism under a claim; raise Refused where it lacks an option."""
    return ClockedFeatures(claim, walker(formalism, claim), clock_of(formalism, claim), rivals_of(formalism))
