"""Decide where a specification is coefficients of features, some of which must not be negative, and prove it.

Constraints are rows between the coordinates of policies (`coordinates`); an acceptable set adds a threshold m
with good >= m > bad. What coefficients must be are rows, too. Bad policies of a set among all deterministic
ones join as the coefficients at hand fail to put them below.

Policies whose return takes infinitely many values have no coordinates. The constraints on the others may
conflict all the same; if they do not, only the mean is left to try.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from math import lcm

from specexpr.certify.asked import asked_terms
from specexpr.certify.chain import Chain
from specexpr.certify.kinds.coefficients import CoefficientsWitness, Value, coefficient_values
from specexpr.certify.kinds.dominance import DominanceCertificate
from specexpr.certify.model import AcceptableSet, Acceptance, Claim, Relation, Table
from specexpr.certify.ordering import every_behaviour
from specexpr.certify.proofs import Refused, Term, TooLarge
from specexpr.certify.risk import net_weights
from specexpr.expressivity.acceptable import alike_conflict, classes, fringe, good_test
from specexpr.expressivity.conflict import terms
from specexpr.expressivity.risk.coordinates import Coordinates, Point, Vector, View, view
from specexpr.expressivity.system import PolicyPoint, Row, System
from specexpr.expressivity.verdict import Undecided
from specexpr.models.policy import Behaviours
from specexpr.solve.cone import Conflict, Direction, OutOfTime
from specexpr.solve.rows import decide_rows

_CUTS = 8  # bad policies of a set that join at a time
_ZERO, _ONE = Fraction(0), Fraction(1)

Decided = CoefficientsWitness | DominanceCertificate | Undecided


class _LateError(Exception):
    """The deadline passed."""


OUT_OF_TIME = Undecided("time: the limit passed before an answer was proved")


@dataclass(frozen=True, slots=True)
class Unknown:
    """The constraints that could be looked at do not conflict; why others could not, and for which policy."""

    why: str
    policy: Point | None = None


def decide_coefficients(
    claim: Claim, formalism: str, *, deadline: float | None = None
) -> CoefficientsWitness | DominanceCertificate | Undecided | Unknown:
    """Return a proof of whether coefficients order a claim as it asks, or why there is none.

    formalism: `linear`, `eu` or `spectral`. The claim has all options that it needs.
    """
    try:
        return _Decision(claim, formalism, deadline).run()
    except _LateError:
        return OUT_OF_TIME
    except TooLarge as limit:
        return Unknown(str(limit))


def alike_term(claim: Claim) -> Term | None:
    """Return good > bad of a set, of two policies that behave alike, if there are any."""
    for accepted in claim.acceptable:
        if accepted.over is None and not claim.modulo_unreachable:
            pair = alike_conflict(claim.models[accepted.model], accepted.good)
            if pair is not None:
                return Term(accepted.model, *pair, Relation.STRICT, _ONE, accepted.line)
    return None


@dataclass(slots=True)
class _Decision:
    claim: Claim
    formalism: str
    deadline: float | None
    system: System = field(init=False)  # points and rows only
    unknown: dict[int, str] = field(default_factory=dict)  # of points, why
    _known: set[int] = field(default_factory=set)
    _listed: set[tuple[int, int]] = field(default_factory=set)
    _behaviours: dict[int, dict[int, Table]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.system = System(self.claim, (), Behaviours(self.claim.models))

    def run(self) -> CoefficientsWitness | DominanceCertificate | Unknown:
        """Return a proof, or why constraints had to be left out. Raises _LateError and TooLarge."""
        alike = alike_term(self.claim)
        if alike is not None:
            return DominanceCertificate((alike,))
        self.system.add_constraints(self.claim.constraints)
        for k, accepted in enumerate(self.claim.acceptable):
            self._add_set(k, accepted)
        sight = view(self.claim, self.formalism)
        while True:
            numbers = self._look(sight)
            rows = {k: row for k, row in enumerate(self.system.rows) if not self._is_unknown(row)}
            coordinates = sight.coordinates([self._point(number) for number in numbers])
            vectors = dict(zip(numbers, coordinates.vectors, strict=True))
            lines = _Lines(coordinates, vectors, list(rows.values()))
            match lines.decide(range(len(rows)), self.deadline):
                case Conflict() as conflict:
                    multipliers = lines.irreducible(conflict, self.deadline)
                    places = list(rows)
                    return self._refuted({places[i]: y for i, y in multipliers.items()})
                case Direction() as direction:
                    witness = coordinates.witness(direction.fractions()[: coordinates.width])
                case OutOfTime():
                    raise _LateError
            if self.unknown:
                number, why = next(iter(self.unknown.items()))
                return Unknown(why, self._point(number))
            if not self._add_cuts(witness):
                return witness

    def _look(self, sight: View) -> list[int]:
        """Return the points that rows compare and of which something is known.

        Where a row compares policies that behave alike, nothing need be.
        """
        rows = (row for row in self.system.rows if row.plus != row.minus)
        found = dict.fromkeys(n for row in rows for n in (row.plus, row.minus) if n is not None)
        for number in found:
            if number not in self._known and number not in self.unknown:
                if self.deadline is not None and time.monotonic() > self.deadline:
                    raise _LateError
                try:
                    sight.know(*self._point(number))
                    self._known.add(number)
                except Refused as why:  # the return takes infinitely many values, or too many
                    self.unknown[number] = str(why)
        return [number for number in found if number in self._known]

    def _point(self, number: int) -> Point:
        point = self.system.points[number]
        assert isinstance(point, PolicyPoint)
        return point.model, point.table

    def _is_unknown(self, row: Row) -> bool:
        return row.plus != row.minus and not self.unknown.keys().isdisjoint((row.plus, row.minus))

    def _add_set(self, k: int, accepted: AcceptableSet) -> None:
        """Add the rows of good policies, and of bad ones that are listed or near good ones."""
        system, model = self.system, self.claim.models[accepted.model]
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
        is_good = good_test(model, accepted, modulo_unreachable=self.claim.modulo_unreachable)
        for table in bad:
            if not is_good(table):
                self._add_bad(k, table)

    def _add_bad(self, k: int, table: Table) -> None:
        """Add the row that puts a bad policy below the good ones."""
        accepted = self.claim.acceptable[k]
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

    def _add_cuts(self, witness: CoefficientsWitness) -> bool:
        """Add rows for bad policies that are worth as much as some good one; say whether there are any."""
        found = False
        value = coefficient_values(self.claim, self.formalism, witness)
        for k, accepted in enumerate(self.claim.acceptable):
            if accepted.over is None:
                least = min(value(accepted.model, table) for table in accepted.good)
                reached = sorted(self._reaching(k, accepted, least, value), key=lambda pair: -pair[0])
                for _, table in reached[:_CUTS]:
                    self._add_bad(k, table)
                    found = True
        return found

    def _reaching(
        self, k: int, accepted: AcceptableSet, least: Fraction, value: Value
    ) -> Iterator[tuple[Fraction, Table]]:
        for table in self._bad(k, accepted).values():
            if self.deadline is not None and time.monotonic() > self.deadline:
                raise _LateError
            worth = value(accepted.model, table)
            if worth >= least:
                yield worth, table

    def _bad(self, k: int, accepted: AcceptableSet) -> Mapping[int, Table]:
        """Return the bad policies of a set among all, one for each behaviour. Raises TooLarge."""
        if k not in self._behaviours:
            policy = self.system.policy
            good = {policy(accepted.model, table) for table in accepted.good}
            every = every_behaviour(Chain(self.claim.models[accepted.model]), accepted.good)
            numbered = {policy(accepted.model, table): table for table in every}
            self._behaviours[k] = {number: table for number, table in numbered.items() if number not in good}
        return self._behaviours[k]

    def _refuted(self, multipliers: Mapping[int, Fraction]) -> DominanceCertificate:
        """Return the terms of rows with these multipliers, of which both lotteries have mass 1."""
        found = list(terms(self.system, multipliers))
        chains = [Chain(model) for model in self.claim.models]
        net = net_weights(chains, asked_terms(self.claim, chains, found), found)
        mass = sum((weight for *_, weight in net if weight > 0), _ZERO)
        if not mass:
            mass = sum((abs(term.weight) for term in found), _ZERO)
        return DominanceCertificate(tuple(replace(term, weight=term.weight / mass) for term in found))


class _Lines:
    """The rows of a system on some coordinates over the integers, and what coefficients must be."""

    def __init__(self, coordinates: Coordinates, vectors: Mapping[int, Vector], rows: Sequence[Row]) -> None:
        sets = sorted({row.threshold for row in rows if row.threshold is not None})
        places = {k: coordinates.width + i for i, k in enumerate(sets)}
        width = coordinates.width + len(sets)
        self.count = len(rows)
        self.relations = [row.relation for row in rows]
        self.relations += [Relation.WEAK] * len(coordinates.weak)
        self.relations += [Relation.STRICT] * len(coordinates.strict)
        self.scales: list[int] = []
        self.vectors: list[list[int]] = []
        nothing: Vector = [_ZERO] * coordinates.width
        for row in rows:
            exact = [_ZERO] * width
            if row.plus != row.minus:
                sides = (nothing if n is None else vectors[n] for n in (row.plus, row.minus))
                exact[: coordinates.width] = [x - y for x, y in zip(*sides, strict=True)]
            if row.threshold is not None:
                exact[places[row.threshold]] = Fraction(row.sign)
            self._add(exact)
        for vector in (*coordinates.weak, *coordinates.strict):
            self._add([*vector, *[_ZERO] * len(sets)])

    def _add(self, exact: Vector) -> None:
        below = lcm(*(x.denominator for x in exact))
        self.scales.append(below)
        self.vectors.append([x.numerator * (below // x.denominator) for x in exact])

    def decide(self, kept: Iterable[int], deadline: float | None) -> Direction | Conflict | OutOfTime:
        """Decide some of the rows, with all that coefficients must be; multipliers are of all rows."""
        chosen = [*kept, *range(self.count, len(self.vectors))]
        outcome = decide_rows(
            [self.vectors[k] for k in chosen], [self.relations[k] for k in chosen], deadline=deadline
        )
        if isinstance(outcome, Conflict):
            return Conflict(tuple((chosen[i], y) for i, y in outcome.multipliers))
        return outcome

    def irreducible(self, conflict: Conflict, deadline: float | None) -> Mapping[int, Fraction]:
        """Return multipliers of rows none of which can be left out; when time is up, as they are."""
        found = dict(conflict.multipliers)
        for k in [k for k in found if k < self.count]:
            rest = [other for other in found if other < self.count and other != k]
            if k in found and rest:
                outcome = self.decide(rest, deadline)
                if isinstance(outcome, OutOfTime):
                    break
                if isinstance(outcome, Conflict):
                    found = dict(outcome.multipliers)
        return {k: y * self.scales[k] for k, y in found.items() if k < self.count}
