"""Decide whether one number, the level of CVaR or the rate of an entropic value, orders a claim; prove it.

A value of the parameter is tried; a constraint that fails there fails on known intervals around it
(`gap_signs`). So the next value is tried outside of all intervals so far, and at last the single numbers
between them, which may be algebraic. Each constraint has finitely many intervals, so this ends: at a value
that fails none, or with constraints that together fail everywhere. Of those as many are left out as can be.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from functools import partial
from math import gcd, lcm
from typing import Any, cast

from specexpr.certify.chain import Chain
from specexpr.certify.checking import check
from specexpr.certify.kinds.parameter import LevelWitness, ParameterWitness, RateWitness, parameter_values
from specexpr.certify.kinds.parameter_cells import CellsCertificate
from specexpr.certify.law import Law
from specexpr.certify.model import AcceptableSet, Acceptance, Claim, PolicyConstraint, Relation, Table
from specexpr.certify.ordering import every_behaviour, holds
from specexpr.certify.proofs import Refused, Term, TooLarge
from specexpr.certify.risk import Returns, returns_of
from specexpr.diagnostics import InternalError
from specexpr.expressivity.acceptable import classes, fringe, good_test
from specexpr.expressivity.risk.cone import OUT_OF_TIME, Unknown
from specexpr.expressivity.risk.covers import Cover
from specexpr.expressivity.risk.gap_signs import Bases, Levels, Range, Signs
from specexpr.expressivity.set_rows import alike_term
from specexpr.expressivity.verdict import Undecided
from specexpr.models.policy import Behaviours, mark

_ONE = Fraction(1)
_NOTHING: Law = ((Fraction(0), _ONE),)

Worth = Callable[[int, Table], Any]


class _LateError(Exception):
    """The deadline passed."""


def decide_parameter(
    claim: Claim,
    formalism: str,
    *,
    candidates: Iterable[ParameterWitness] = (),
    deadline: float | None = None,
) -> ParameterWitness | CellsCertificate | Undecided | Unknown:
    """Return a proof of whether a level (`cvar`) or a rate (`entropic`) orders a claim as it asks.

    Candidates are tried first.
    """
    mean: ParameterWitness = LevelWitness(_ONE) if formalism == "cvar" else RateWitness(Fraction(0))
    for candidate in (*candidates, mean):
        try:
            check(claim, formalism, candidate)
        except Refused:
            continue
        return candidate
    try:
        return _Search(claim, formalism, deadline).run()
    except _LateError:
        return OUT_OF_TIME
    except TooLarge as limit:
        return Unknown(str(limit))


@dataclass(slots=True)
class _Search:
    claim: Claim
    formalism: str
    deadline: float | None
    returns: Returns = field(init=False)
    behaviours: Behaviours = field(init=False)
    missing: Unknown | None = None
    pairs: dict[object, tuple[Term, Signs]] = field(default_factory=dict)
    _laws: dict[object, Law | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.returns = returns_of(self.claim)
        self.behaviours = Behaviours(self.claim.models)

    def run(self) -> ParameterWitness | CellsCertificate | Unknown:
        """Return a proof, or why constraints had to be left out. Raises _LateError and TooLarge."""
        alike = alike_term(self.claim)
        bad = [] if alike else [self._bad(accepted) for accepted in self.claim.acceptable]
        laws = [law for law in self._known(bad) if law is not None]
        kind: Range = Levels() if self.formalism == "cvar" else Bases(_unit(laws))
        if alike is not None:
            self._add(alike, kind)
        while True:
            cover = Cover.of(kind, list(self.pairs.values()))
            place = cover.open()
            if place is None:
                return cover.certificate()
            found = self._tried(cover.values_at(place), bad)
            if not isinstance(found, Term):
                return found if self.missing is None else self.missing
            self._add(found, kind)

    def _tried(self, values: Iterable[ParameterWitness], bad: list[list[Table]]) -> ParameterWitness | Term:
        """Return a value that fails no constraint, or a constraint that had not failed so far."""
        for value in values:
            self._look_at_the_clock()
            term = self._failing(parameter_values(self.returns, self.formalism, value), bad)
            if term is None:
                return value
            if self._mark(term) not in self.pairs:
                return term
        raise InternalError("a constraint fails where it was shown not to")

    def _add(self, term: Term, kind: Range) -> None:
        better, worse = cast(Table, term.better), cast(Table, term.worse)
        laws = (self._law(term.model, table) or _NOTHING for table in (better, worse))
        self.pairs[self._mark(term)] = term, kind.signs(*laws)

    def _mark(self, term: Term) -> object:
        sides = (self._name(term.model, cast(Table, side)) for side in (term.better, term.worse))
        return term.relation, *sides

    def _look_at_the_clock(self) -> None:
        if self.deadline is not None and time.monotonic() > self.deadline:
            raise _LateError

    def _name(self, model: int, table: Table) -> object:
        return model, mark(self.behaviours.of(model, table))

    def _law(self, model: int, table: Table) -> Law | None:
        """Return the law of the return of a policy; None where it cannot be had."""
        name = self._name(model, table)
        if name not in self._laws:
            self._look_at_the_clock()
            try:
                self._laws[name] = self.returns.law(model, table)
            except Refused as why:
                self._laws[name] = None
                self.missing = self.missing or Unknown(str(why), (model, table))
        return self._laws[name]

    def _known(self, bad: list[list[Table]]) -> Iterator[Law | None]:
        """Yield the laws of all policies that are compared."""
        for c in self.claim.constraints:
            assert isinstance(c, PolicyConstraint)
            if self._name(c.model, c.better) != self._name(c.model, c.worse):
                yield self._law(c.model, c.better)
                yield self._law(c.model, c.worse)
        for accepted, others in zip(self.claim.acceptable, bad, strict=False):
            for table in (*accepted.good, *others):
                yield self._law(accepted.model, table)

    def _bad(self, accepted: AcceptableSet) -> list[Table]:
        """Return the policies of a universe that are not accepted; if too many, those near good ones."""
        model = self.claim.models[accepted.model]
        is_good = good_test(model, accepted, modulo_unreachable=self.claim.modulo_unreachable)
        if accepted.over is not None:
            return [table for table in accepted.over if not is_good(table)]
        good = {self._name(accepted.model, table) for table in accepted.good}
        try:
            every = list(every_behaviour(Chain(model), accepted.good))
        except TooLarge as limit:
            self.missing = Unknown(str(limit))
            every = list(fringe(model, [tuple(row) for row in model.rows], classes(model, accepted.good)))
        return [table for table in every if self._name(accepted.model, table) not in good]

    def _failing(self, worth: Worth, bad: list[list[Table]]) -> Term | None:
        """Return a constraint that fails, of those between policies whose laws are known."""
        known: dict[object, Any] = {}

        def value(model: int, table: Table) -> Any:
            name = self._name(model, table)
            if name not in known:
                known[name] = worth(model, table)
            return known[name]

        for c in self.claim.constraints:
            assert isinstance(c, PolicyConstraint)
            if self._name(c.model, c.better) == self._name(c.model, c.worse):
                is_met = c.relation is not Relation.STRICT
            elif self._law(c.model, c.better) and self._law(c.model, c.worse):
                is_met = holds(c.relation, value(c.model, c.better), value(c.model, c.worse))
            else:
                continue
            if not is_met:
                return Term(c.model, c.better, c.worse, c.relation, _ONE, c.line)
        for accepted, others in zip(self.claim.acceptable, bad, strict=True):
            found = self._failing_of_set(accepted, others, partial(value, accepted.model))
            if found is not None:
                return Term(accepted.model, *found, _ONE, accepted.line)
        return None

    def _failing_of_set(
        self, accepted: AcceptableSet, bad: list[Table], value: Callable[[Table], Any]
    ) -> tuple[Table, Table, Relation] | None:
        goods = [table for table in accepted.good if self._law(accepted.model, table)]
        if not goods:
            return None
        least = goods[0]
        for table in goods[1:]:
            if accepted.acceptance is Acceptance.EQUAL and value(table) != value(least):
                return least, table, Relation.TIE
            least = table if value(table) < value(least) else least
        for table in bad:
            if self._law(accepted.model, table) and not value(least) > value(table):
                return least, table, Relation.STRICT
        return None


def _unit(laws: Iterable[Law]) -> Fraction:
    """Return the largest unit of a lattice on which all returns lie."""
    found = Fraction(0)
    first: Fraction | None = None
    for law in laws:
        for x, _ in law:
            first = x if first is None else first
            step = abs(x - first)
            below = lcm(found.denominator, step.denominator)
            found = Fraction(gcd(int(found * below), int(step * below)), below)
    return found or _ONE
