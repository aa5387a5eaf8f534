"""Decide where a specification is coefficients of features, some of which must not be negative, and prove it.

Constraints are rows between the features of policies (`columns`); an acceptable set adds a threshold m with
good >= m > bad. What coefficients must be are rows, too. Bad policies of a set among all deterministic ones
join as the coefficients at hand fail to put them below.

Policies whose return takes infinitely many values have no coordinates. The constraints on the others may
conflict all the same; if they do not, only the mean is left to try.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from math import lcm
from typing import cast

from specexpr.certify.asked import asked_terms
from specexpr.certify.chain import Chain
from specexpr.certify.kinds.coefficients import CoefficientsWitness, Value, coefficient_values
from specexpr.certify.kinds.dominance import DominanceCertificate
from specexpr.certify.model import AcceptableSet, Claim, Relation, Table
from specexpr.certify.ordering import every_behaviour
from specexpr.certify.proofs import Refused, TooLarge
from specexpr.certify.risk import net_weights
from specexpr.exact import common_denominator
from specexpr.expressivity.conflict import terms
from specexpr.expressivity.risk.columns import Columns, Coordinates, Mixture, Point, columns_of
from specexpr.expressivity.set_rows import SetRows, alike_term
from specexpr.expressivity.system import PolicyPoint, Row, System
from specexpr.expressivity.verdict import Undecided
from specexpr.models.policy import Behaviours
from specexpr.solve.cone import Conflict, Direction, OutOfTime
from specexpr.solve.rows import decide_rows

_CUTS = 8  # bad policies of a set that join at a time
_FEW_ROWS = 20  # up to so many, features join one by one, so that few do; otherwise ever more at a time
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


@dataclass(slots=True)
class _Decision:
    claim: Claim
    formalism: str
    deadline: float | None
    columns: Columns = field(init=False)
    system: System = field(init=False)  # points and rows only
    sets: SetRows = field(init=False)
    unknown: dict[int, str] = field(default_factory=dict)  # of points, why
    _known: set[int] = field(default_factory=set)
    _behaviours: dict[int, dict[int, Table]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.system = System(self.claim, (), Behaviours(self.claim.models))
        self.sets = SetRows(self.system)
        self.columns = columns_of(self.claim, self.formalism, self._point)

    def run(self) -> CoefficientsWitness | DominanceCertificate | Unknown:
        """Return a proof, or why constraints had to be left out. Raises _LateError and TooLarge."""
        alike = alike_term(self.claim)
        if alike is not None:
            return DominanceCertificate((alike,))
        self.system.add_constraints(self.claim.constraints)
        self.sets.add_all()
        while True:
            self._look()
            known = [k for k, row in enumerate(self.system.rows) if not self._is_unknown(row)]
            alone = self._refuted_alone(known)
            if alone is not None:
                return self._refuted({alone: _ONE})
            found = self._decide(known)
            if not isinstance(found, tuple):
                return self._refuted(self._irreducible(self._paired(self._irreducible(found))))
            if self.unknown:
                number, why = next(iter(self.unknown.items()))
                return Unknown(why, self._point(number))
            witness = self.columns.witness(found)
            if not self._add_cuts(witness):
                return witness

    def _decide(self, chosen: Sequence[int]) -> tuple[Fraction, ...] | Mapping[int, Fraction]:
        """Return coefficients that meet some rows, or multipliers of these that refute all coefficients."""
        rows = self.system.rows
        numbers = list(dict.fromkeys(n for k in chosen for n in _sides(rows[k])))
        count = 1
        if len(chosen) > _FEW_ROWS:
            left = None if self.deadline is None else max(self.deadline - time.monotonic(), 0.0)
            self.columns.prepare([rows[k] for k in chosen], seconds=left)
        while True:
            coordinates = self.columns.coordinates(numbers)
            vectors = dict(zip(numbers, coordinates.vectors, strict=True))
            lines = _Lines(coordinates, vectors, [rows[k] for k in chosen])
            match decide_rows(lines.vectors, lines.relations, deadline=self.deadline):
                case Direction() as direction:
                    found = *direction.fractions(), *[_ZERO] * coordinates.width  # none of no rows
                    return found[: coordinates.width]
                case Conflict(multipliers=pairs):
                    shares = {chosen[i]: y * lines.scales[i] for i, y in pairs if i < len(chosen)}
                case OutOfTime():
                    raise _LateError
            is_strict = any(rows[k].relation is Relation.STRICT for k in shares)
            wanting = self.columns.wanting(self._mixture(shares), is_strict=is_strict, count=count)
            if not wanting:
                return shares
            self.columns.add(wanting)
            count = count if len(chosen) <= _FEW_ROWS else 2 * count

    def _refuted_alone(self, chosen: Sequence[int]) -> int | None:
        """Return a strict row whose policies all utilities or spectra order the wrong way round."""
        rows = self.system.rows
        strict = [k for k in chosen if rows[k].relation is Relation.STRICT and len(_sides(rows[k])) == 2]
        for k in strict if self.formalism != "linear" else ():
            if not self.columns.wanting(self._mixture({k: _ONE}), is_strict=True, count=1):
                return k
        return None

    def _mixture(self, shares: Mapping[int, Fraction]) -> Mixture:
        """Return with what weights policies enter rows with these multipliers."""
        found: dict[int, Fraction] = {}
        for k, y in shares.items():
            row = self.system.rows[k]
            for number, weight in ((row.plus, y), (row.minus, -y)):
                if number is not None:
                    found[number] = found.get(number, _ZERO) + weight
        return [(number, weight) for number, weight in found.items() if weight]

    def _irreducible(self, shares: Mapping[int, Fraction]) -> Mapping[int, Fraction]:
        """Return multipliers of rows none of which can be left out; when time is up, as they are.

        Half of the rows are left out first, if they can be, then ever fewer: most conflicts are of few rows.
        """
        size = max(len(shares) // 2, 1)
        try:
            while size:
                left = list(shares)
                while left:
                    tried, left = left[:size], left[size:]
                    rest = [k for k in shares if k not in tried]
                    found = self._decide(rest) if rest else ()
                    if not isinstance(found, tuple):
                        shares = found
                        left = [k for k in left if k in shares]
                size //= 2
        except _LateError:
            pass
        return shares

    def _paired(self, shares: Mapping[int, Fraction]) -> Mapping[int, Fraction]:
        """Return multipliers of rows that compare two policies each, in place of those with a threshold."""
        rows = self.system.rows
        if all(rows[k].sign == 0 for k in shares):
            return shares
        found = {k: y for k, y in shares.items() if not rows[k].sign}
        sets = dict.fromkeys(rows[k].threshold for k in shares if rows[k].sign)
        for t in sets:
            assert t is not None
            accepted = self.claim.acceptable[t]
            halves = {k: y for k, y in shares.items() if rows[k].sign and rows[k].threshold == t}
            for term in terms(self.system, halves):
                good, bad = cast(Table, term.better), cast(Table, term.worse)
                plus, minus = (self.system.policy(accepted.model, table) for table in (good, bad))
                found[len(rows)] = term.weight
                rows.append(Row(Relation.STRICT, plus, minus, t, good=good, bad=bad))
        return found

    def _look(self) -> None:
        """Look at the points that rows compare."""
        found = dict.fromkeys(n for row in self.system.rows for n in _sides(row))
        for number in found:
            if number not in self._known and number not in self.unknown:
                if self.deadline is not None and time.monotonic() > self.deadline:
                    raise _LateError
                try:
                    self.columns.know(number)
                    self._known.add(number)
                except Refused as why:  # the return takes infinitely many values, or too many
                    self.unknown[number] = str(why)

    def _point(self, number: int) -> Point:
        point = self.system.points[number]
        assert isinstance(point, PolicyPoint)
        return point.model, point.table

    def _is_unknown(self, row: Row) -> bool:
        return not self.unknown.keys().isdisjoint(_sides(row))

    def _add_cuts(self, witness: CoefficientsWitness) -> bool:
        """Add rows for bad policies that are worth as much as some good one; say whether there are any."""
        found = False
        value = coefficient_values(self.claim, self.formalism, witness)
        for k, accepted in enumerate(self.claim.acceptable):
            if accepted.over is None:
                least = min(value(accepted.model, table) for table in accepted.good)
                reached = sorted(self._reaching(k, accepted, least, value), key=lambda pair: -pair[0])
                for _, table in reached[:_CUTS]:
                    self.sets.add_bad(k, table)
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
    """Rows of a system on some coordinates over the integers, and what coefficients must be.

    scales: the positive numbers that the rows have been multiplied by.
    """

    def __init__(
        self, coordinates: Coordinates, vectors: Mapping[int, tuple[Sequence[int], int]], rows: Sequence[Row]
    ) -> None:
        sets = sorted({row.threshold for row in rows if row.threshold is not None})
        places = {k: coordinates.width + i for i, k in enumerate(sets)}
        self.relations = [row.relation for row in rows]
        self.relations += [Relation.WEAK] * len(coordinates.weak)
        self.relations += [Relation.STRICT] * len(coordinates.strict)
        self.scales: list[int] = []
        self.vectors: list[list[int]] = []
        for row in rows:
            sides = _sides(row)
            below = lcm(*(vectors[n][1] for n in sides))
            line = [0] * (coordinates.width + len(sets))
            for number in sides:
                numerators, over = vectors[number]
                factor = (1 if number == row.plus else -1) * (below // over)
                for j, n in enumerate(numerators):
                    line[j] += factor * n
            if row.threshold is not None:
                line[places[row.threshold]] = row.sign * below
            self.scales.append(below)
            self.vectors.append(line)
        for vector in (*coordinates.weak, *coordinates.strict):
            self.vectors.append([*common_denominator(vector)[0], *[0] * len(sets)])


def _sides(row: Row) -> tuple[int, ...]:
    """Return the points that a row compares: none where they are one, of which nothing need be known."""
    return () if row.plus == row.minus else tuple(n for n in (row.plus, row.minus) if n is not None)
