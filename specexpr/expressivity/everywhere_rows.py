"""The rows of a claim for any discount, and what a solution at one discount still leaves unpunished.

For Markov rewards the bad policies that can matter are the fringe and mixtures of what is named
(`acceptable`), and the decision at the one discount says which are missing. For machines all behaviours are
enumerated and valued.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from specexpr.certify.model import AcceptableSet, Acceptance, Claim, Relation, Table
from specexpr.certify.walk import walker
from specexpr.expressivity.acceptable import (
    alike_conflict,
    bad_mixture,
    classes,
    fringe,
    good_test,
    keeps_to,
    used_actions,
)
from specexpr.expressivity.polynomial_system import PolynomialSystem, Row
from specexpr.models.policy import Behaviours


@dataclass(slots=True)
class ClaimRows:
    """The growing system of a claim in a formalism. Building it raises OutOfTime."""

    claim: Claim
    formalism: str
    deadline: float | None = None
    system: PolynomialSystem = field(init=False)
    used: tuple[tuple[int, ...], ...] = field(init=False)
    _bad: set[tuple[int, int]] = field(default_factory=set)

    def __post_init__(self) -> None:
        claim = self.claim
        self.system = PolynomialSystem(claim, walker(self.formalism, claim), self.deadline)
        self.used = used_actions(claim, Behaviours(claim.models))
        self.system.add_constraints(claim.constraints)
        for k, accepted in enumerate(claim.acceptable):
            self._add_good(k, accepted)
            for table in self._first_bad(accepted):
                self.add_bad(k, table)

    def _add_good(self, k: int, accepted: AcceptableSet) -> None:
        """Put good policies above the threshold; if one is enough, or all tie, it is the threshold."""
        first, *others = [(self.system.policy(accepted.model, table), table) for table in accepted.good]
        if self._has_threshold(k):
            for number, table in (first, *others):
                threshold = self.system.threshold(k)
                self.system.rows.append(Row(Relation.WEAK, number, threshold, accepted=k, good=table))
        else:
            for number, table in others:
                if number != first[0]:
                    row = Row(Relation.TIE, number, first[0], accepted=k, good=table, bad=first[1])
                    self.system.rows.append(row)

    def _has_threshold(self, k: int) -> bool:
        accepted = self.claim.acceptable[k]
        return accepted.acceptance is Acceptance.RANGE and len(accepted.good) > 1

    def add_bad(self, k: int, table: Table) -> bool:
        """Put a bad policy below the good ones; say whether that is new."""
        accepted = self.claim.acceptable[k]
        number = self.system.policy(accepted.model, table)
        if (k, number) in self._bad:
            return False
        self._bad.add((k, number))
        if self._has_threshold(k):
            row = Row(Relation.STRICT, self.system.threshold(k), number, accepted=k, bad=table)
        else:
            first = accepted.good[0]
            plus = self.system.policy(accepted.model, first)
            row = Row(Relation.STRICT, plus, number, accepted=k, good=first, bad=table)
        self.system.rows.append(row)
        return True

    def _first_bad(self, accepted: AcceptableSet) -> Iterator[Table]:
        """Yield the bad policies to begin with: all of a list; of all policies those that come to mind."""
        claim, model = self.claim, self.claim.models[accepted.model]
        if accepted.over is None and not claim.modulo_unreachable:
            pair = alike_conflict(model, accepted.good)
            if pair is not None:
                yield pair[1]
        is_good = good_test(model, accepted, modulo_unreachable=claim.modulo_unreachable)
        candidates: Iterable[Table] = accepted.over or ()
        if accepted.over is None and self.formalism == "mr":
            good = classes(model, accepted.good)
            mixture = bad_mixture(model, self.used, good)
            mixtures = (*fringe(model, self.used, good), *(() if mixture is None else (mixture,)))
            candidates = (table for table in mixtures if keeps_to(model, table, self.used))
        yield from (table for table in candidates if not is_good(table))
