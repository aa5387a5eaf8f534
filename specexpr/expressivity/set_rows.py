"""The rows of acceptable sets in a system of points: good policies reach a threshold, bad ones do not.

Of a set among all deterministic policies the bad ones that are one switch away from a good one have rows at
once; others join as they are found to be worth too much.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction

from specexpr.certify.model import Acceptance, Claim, Relation, Table
from specexpr.certify.proofs import Term
from specexpr.expressivity.acceptable import alike_conflict, classes, fringe, good_test
from specexpr.expressivity.system import Row, System


def alike_term(claim: Claim) -> Term | None:
    """Return good > bad of a set, of two policies that behave alike, if there are any."""
    for accepted in claim.acceptable:
        if accepted.over is None and not claim.modulo_unreachable:
            pair = alike_conflict(claim.models[accepted.model], accepted.good)
            if pair is not None:
                return Term(accepted.model, *pair, Relation.STRICT, Fraction(1), accepted.line)
    return None


@dataclass(slots=True)
class SetRows:
    """Adds rows to a system, each bad policy of a set once."""

    system: System
    _listed: set[tuple[int, int]] = field(default_factory=set)

    def add_all(self) -> None:
        """Add the rows of good policies, and of bad ones that are listed or near good ones."""
        for k in range(len(self.system.claim.acceptable)):
            self._add_set(k)

    def _add_set(self, k: int) -> None:
        claim, system = self.system.claim, self.system
        accepted = claim.acceptable[k]
        model = claim.models[accepted.model]
        first, *others = [(system.policy(accepted.model, table), table) for table in accepted.good]
        if accepted.acceptance is Acceptance.RANGE:
            for number, table in (first, *others):
                system.rows.append(Row(Relation.WEAK, number, None, k, -1, good=table))
        else:
            for number, table in others:
                if number != first[0]:
                    system.rows.append(Row(Relation.TIE, number, first[0], k, good=table, bad=first[1]))
        bad: Iterable[Table] = accepted.over or ()
        if accepted.over is None:
            bad = fringe(model, [tuple(row) for row in model.rows], classes(model, accepted.good))
        is_good = good_test(model, accepted, modulo_unreachable=claim.modulo_unreachable)
        for table in bad:
            if not is_good(table):
                self.add_bad(k, table)

    def add_bad(self, k: int, table: Table) -> None:
        """Add the row that puts a bad policy of a set below its good ones."""
        accepted = self.system.claim.acceptable[k]
        number = self.system.policy(accepted.model, table)
        if (k, number) in self._listed:
            return
        self._listed.add((k, number))
        if accepted.acceptance is Acceptance.RANGE:
            row = Row(Relation.STRICT, None, number, k, 1, bad=table)
        else:
            good = accepted.good[0]
            plus = self.system.policy(accepted.model, good)
            row = Row(Relation.STRICT, plus, number, k, good=good, bad=table)
        self.system.rows.append(row)
