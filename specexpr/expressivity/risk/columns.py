"""Features of policies that a specification weighs, few at first, and more where a conflict asks for them.

What `certify.kinds.dominance` says of mixtures holds of policies: their worth is a sum of coefficients times
features, and coefficients must not be negative, or be positive. There is a feature for each return, or for
each level; but a specification needs few, and a utility by few points is read more easily. So one begins with
one feature, the mean: a utility that is one line, a spectrum that is flat.

- Coefficients on the features at hand that meet the constraints are a specification.
- Multipliers that refute these make a mixture of policies. If no feature has the wrong sign there, they
  refute every specification; otherwise some that have join. There are finitely many.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import accumulate, pairwise
from math import gcd, lcm
from typing import Protocol, TypeVar

import numpy as np

from specexpr.certify.kinds.coefficients import (
    CoefficientsWitness,
    SpectrumWitness,
    UtilityWitness,
    WeightsWitness,
)
from specexpr.certify.law import Law
from specexpr.certify.measure import Given, given_values
from specexpr.certify.model import Claim, Shape, Table
from specexpr.certify.proofs import Refused
from specexpr.certify.risk import returns_of
from specexpr.exact import common_denominator
from specexpr.expressivity.risk.steps import Rises, Steps
from specexpr.expressivity.system import Row
from specexpr.solve.floats import propose_columns, scaled

Vector = Sequence[Fraction]
Point = tuple[int, Table]
"""The index of a model, and a policy."""
Mixture = Sequence[tuple[int, Fraction]]
"""(number of a point, weight)."""
K = TypeVar("K")
N = TypeVar("N", int, Fraction)

_MANY_LEVELS = 500
_SHORT = 200  # bits up to which the values of a utility are made whole
_ZERO, _ONE = Fraction(0), Fraction(1)


@dataclass(frozen=True, slots=True)
class Coordinates:
    """Some policies as vectors of one width, in integers over a positive one, and what coefficients must be.

    weak: combinations that must not be negative; strict: those that must be positive.
    """

    width: int
    vectors: Sequence[tuple[Sequence[int], int]]
    weak: Sequence[Vector]
    strict: Sequence[Vector]


class Columns(Protocol):
    """The features of a formalism at hand; policies are points, by number."""

    def know(self, number: int) -> object:
        """Look at a policy. Raises Refused where nothing can be known of it."""

    def coordinates(self, numbers: Sequence[int]) -> Coordinates:
        """Return policies that are known by their features at hand."""

    def witness(self, coefficients: Vector) -> CoefficientsWitness:
        """Return the specification with these coefficients, on the features of the last coordinates."""

    def wanting(self, mixture: Mixture, *, is_strict: bool, count: int) -> Sequence[Fraction]:
        """Return where up to so many features do not refute a mixture: none if all do.

        is_strict: whether the mixture is asked to be worth more than 0, not only as much.
        """

    def add(self, places: Sequence[Fraction]) -> None:
        """Add the features of some places to those at hand."""

    def prepare(self, rows: Sequence[Row], *, seconds: float | None) -> None:
        """Add features that seem to be needed to decide many rows."""


def columns_of(claim: Claim, formalism: str, point: Callable[[int], Point]) -> Columns:
    """Return the first features of `linear`, `eu` or `spectral`. Raises Refused where an option lacks."""
    if formalism == "linear":
        return _Weights(given_values(claim.setting.given, claim.models), claim.setting.nonnegative, point)
    returns = returns_of(claim)

    def law(number: int) -> Law:
        return returns.law(*point(number))

    if formalism == "spectral":
        return _Spectrum(law, Steps(lambda number: _jumps(law(number))), _Curves(lambda n: _lower(law(n))))
    if formalism == "eu" and claim.setting.utility is not None:
        curves = _Curves(lambda number: _capped(law(number)))
        return _Utility(law, Steps(law), curves, claim.setting.utility)
    raise Refused("the question does not say what a utility must be")


def _units(width: int) -> list[Vector]:
    return [[_ONE if i == j else _ZERO for i in range(width)] for j in range(width)]


@dataclass(slots=True)
class _Weights:
    """The values under each given objective."""

    known: Given
    is_signed: bool
    point: Callable[[int], Point]

    def know(self, number: int) -> object:
        return self.known.vector(*self.point(number))

    def coordinates(self, numbers: Sequence[int]) -> Coordinates:
        width = len(self.known.objectives)
        vectors = [common_denominator(self.known.vector(*self.point(number))) for number in numbers]
        return Coordinates(width, vectors, _units(width) if self.is_signed else [], [])

    def witness(self, coefficients: Vector) -> CoefficientsWitness:
        return WeightsWitness(tuple(coefficients))

    def wanting(self, mixture: Mixture, *, is_strict: bool, count: int) -> Sequence[Fraction]:
        return ()

    def add(self, places: Sequence[Fraction]) -> None:
        """Add nothing: there are no more."""

    def prepare(self, rows: Sequence[Row], *, seconds: float | None) -> None:
        """Add nothing."""


@dataclass(frozen=True, slots=True)
class _Curve:
    """A function that is linear between its points, before the first one with slope 1, then constant."""

    xs: Sequence[Fraction]
    ys: Sequence[Fraction]

    def at(self, x: Fraction) -> Fraction:
        i = bisect_left(self.xs, x)
        if i == len(self.xs):
            return self.ys[-1]
        if i == 0 or self.xs[i] == x:
            return self.ys[i] + min(x - self.xs[i], _ZERO)
        (a, b), (u, v) = self.xs[i - 1 : i + 1], self.ys[i - 1 : i + 1]
        return u + (v - u) * (x - a) / (b - a)


@dataclass(slots=True)
class _Curves:
    """Curves of points, and their values at places; both are remembered, the latter by number."""

    curve: Callable[[int], _Curve]
    _known: dict[int, _Curve] = field(default_factory=dict)
    _places: dict[Fraction, int] = field(default_factory=dict)
    _values: dict[tuple[int, int], Fraction] = field(default_factory=dict)

    def of(self, number: int) -> _Curve:
        if number not in self._known:
            self._known[number] = self.curve(number)
        return self._known[number]

    def at(self, numbers: Sequence[int], places: Sequence[Fraction]) -> list[tuple[list[int], int]]:
        """Return the values of points at places, in integers over one for each point."""
        ids = [(x, self._places.setdefault(x, len(self._places))) for x in places]
        found = []
        for number in numbers:
            curve = self.of(number)
            for x, i in ids:
                if (number, i) not in self._values:
                    self._values[number, i] = curve.at(x)
            found.append(common_denominator([self._values[number, i] for _, i in ids]))
        return found


def _capped(law: Law) -> _Curve:
    """Return x -> E min(G, x)."""
    xs = [x for x, _ in law]
    above = [_ONE - p for p in accumulate(p for _, p in law)]
    steps = ((y - x) * mass for (x, y), mass in zip(pairwise(xs), above, strict=False))
    return _Curve(xs, list(accumulate(steps, initial=xs[0])))


def _lower(law: Law) -> _Curve:
    """Return t -> the integral of the quantile function from 0 to t."""
    levels = accumulate((p for _, p in law), initial=_ZERO)
    return _Curve(list(levels), list(accumulate((x * p for x, p in law), initial=_ZERO)))


@dataclass(slots=True)
class _Utility:
    """Where a utility may bend, between the least and the greatest return that are known.

    Coefficients are its slopes between the bends; where it is concave, what the slope loses at each bend, and
    at the greatest return the last slope.
    """

    know: Callable[[int], object]
    steps: Steps[int]
    curves: _Curves
    shape: Shape
    _bends: set[Fraction] = field(default_factory=set)
    _knots: list[Fraction] = field(default_factory=list)

    def coordinates(self, numbers: Sequence[int]) -> Coordinates:
        ranges = [self.curves.of(number).xs for number in numbers]
        least, most = (
            min((xs[0] for xs in ranges), default=_ZERO),
            max((xs[-1] for xs in ranges), default=_ZERO),
        )
        self._knots = sorted({least, most, *(x for x in self._bends if least < x < most)})
        values = self.curves.at(numbers, self._knots)
        if self.shape.is_concave:
            vectors = [(ys[1:], below) for ys, below in values]
        else:
            vectors = [([y - x for x, y in pairwise(ys)], below) for ys, below in values]
        units = _units(len(self._knots) - 1)
        if not self.shape.is_strict:
            return Coordinates(len(units), vectors, units, [])
        if self.shape.is_concave:
            return Coordinates(len(units), vectors, units[:-1], units[-1:])
        return Coordinates(len(units), vectors, [], units)

    def witness(self, coefficients: Vector) -> UtilityWitness:
        slopes = list(coefficients)
        if self.shape.is_concave:
            slopes = list(accumulate(reversed(slopes)))[::-1]
        if not slopes:
            x = self._knots[0]
            return UtilityWitness(((x, _ZERO), (x + 1, _ONE if self.shape.is_strict else _ZERO)))
        steps = [slope * (y - x) for slope, (x, y) in zip(slopes, pairwise(self._knots), strict=True)]
        points = list(zip(self._knots, accumulate(_whole(steps), initial=_ZERO), strict=True))
        bends = [a != b for a, b in pairwise(slopes)]
        kept = [point for point, is_bend in zip(points[1:-1], bends, strict=True) if is_bend]
        return UtilityWitness((points[0], *kept, points[-1]))

    def wanting(self, mixture: Mixture, *, is_strict: bool, count: int) -> Sequence[Fraction]:
        gains = _gains(self.steps.total(mixture))
        if self.shape.is_concave:
            totals = accumulate(gain for *_, gain in gains)
            return _peaks([(x, v) for (_, x, _), v in zip(gains, totals, strict=True) if v > 0], count)
        return [x for _, *ends in sorted(_rising(gains), reverse=True)[:count] for x in ends]

    def add(self, places: Sequence[Fraction]) -> None:
        self._bends.update(places)

    def prepare(self, rows: Sequence[Row], *, seconds: float | None) -> None:
        """Add nothing: bends that are asked for one by one are fewer."""


def _gains(law: Sequence[tuple[Fraction, int, int]]) -> list[tuple[Fraction, Fraction, int]]:
    """Return (low, x, worth of a mixture if the utility rises from low to x only), in integers."""
    above, found = 0, []
    for (low, first, _), (x, last, mass) in reversed(list(pairwise(law))):
        above += mass
        found.append((low, x, above * (last - first)))
    return found[::-1]


def _rising(gains: Sequence[tuple[Fraction, Fraction, int]]) -> list[tuple[int, Fraction, Fraction]]:
    """Return the longest intervals (worth, from, to) on which all gains are positive."""
    runs: list[tuple[int, Fraction, Fraction]] = []
    for low, x, gain in gains:
        if gain > 0:
            start = (0, low, low)
            before, begin, _ = runs.pop() if runs and runs[-1][2] == low else start
            runs.append((before + gain, begin, x))
    return runs


@dataclass(slots=True)
class _Spectrum:
    """Levels, 1 among them, at which a spectrum may fall; coefficients are by how much."""

    know: Callable[[int], object]
    steps: Steps[int]
    curves: _Curves
    _levels: set[Fraction] = field(default_factory=lambda: {_ONE})

    def coordinates(self, numbers: Sequence[int]) -> Coordinates:
        levels = sorted(self._levels)
        vectors = self.curves.at(numbers, levels)
        return Coordinates(len(levels), vectors, _units(len(levels)), [levels])

    def witness(self, coefficients: Vector) -> SpectrumWitness:
        found = [(t, c * t) for t, c in zip(sorted(self._levels), coefficients, strict=True) if c]
        total = sum((weight for _, weight in found), _ZERO)
        return SpectrumWitness(tuple((t, weight / total) for t, weight in found))

    def wanting(self, mixture: Mixture, *, is_strict: bool, count: int) -> Sequence[Fraction]:
        total, slope, last = 0, 0, 0
        found: list[tuple[Fraction, int, int]] = []
        for t, place, jump in [*self.steps.total(mixture), (_ONE, self.steps.whole(_ONE), 0)]:
            total += slope * (place - last)
            found.append((t, place, total))
            slope, last = slope + jump, place
        if is_strict:
            return _peaks([(t, v) for t, _, v in found if v > 0], count)
        # the mixture must be worth less than 0 at every level
        return _peaks([(t, Fraction(v, n)) for t, n, v in found if n and v >= 0], count)

    def add(self, places: Sequence[Fraction]) -> None:
        self._levels.update(places)

    def prepare(self, rows: Sequence[Row], *, seconds: float | None) -> None:
        """Add the levels on which floats seem to decide the rows: of thousands, as many as there are rows."""
        numbers = list(dict.fromkeys(n for row in rows for n in (row.plus, row.minus) if n is not None))
        levels = sorted({x for number in numbers for x in self.curves.of(number).xs if x})
        if len(levels) <= _MANY_LEVELS:
            return
        places = np.array([float(x) for x in levels])
        values = {}
        for number in numbers:
            curve = self.curves.of(number)
            xs, ys = (np.array([float(x) for x in some]) for some in (curve.xs, curve.ys))
            values[number] = np.interp(places, xs, ys) / places
        sets = sorted({row.threshold for row in rows if row.threshold is not None})
        matrix = np.zeros((len(rows), len(levels) + len(sets)))
        for i, row in enumerate(rows):
            for side, sign in ((row.plus, 1), (row.minus, -1)):
                if side is not None:
                    matrix[i, : len(levels)] += sign * values[side]
            if row.threshold is not None:
                matrix[i, len(levels) + sets.index(row.threshold)] = row.sign
        relations = [row.relation for row in rows]
        found = propose_columns(scaled(matrix), relations, free=len(sets), seconds=seconds)
        self._levels.update(levels[j] for j in found or ())


def _jumps(law: Law) -> Rises:
    """Yield the levels at which a quantile function jumps, and by how much; it is 0 before 0. Ends at 1."""
    level, before = _ZERO, _ZERO
    for x, p in law:
        yield level, x - before
        level, before = level + p, x
    yield level, _ZERO


def _peaks(values: Sequence[tuple[K, N]], count: int) -> list[K]:
    """Return the places of the greatest of those values that no neighbour exceeds."""
    padded = [None, *(v for _, v in values), None]
    peaks = [
        (v, i)
        for i, (_, v) in enumerate(values)
        if all(other is None or other <= v for other in (padded[i], padded[i + 2]))
    ]
    return [values[i][0] for _, i in sorted(peaks, reverse=True)[:count]]


def _whole(steps: Sequence[Fraction]) -> Sequence[Fraction]:
    """Return numbers times the positive one that makes them whole and coprime, unless that is long."""
    below = lcm(*(x.denominator for x in steps))
    whole = [int(x * below) for x in steps]
    common = gcd(*whole) or 1
    found = [Fraction(n // common) for n in whole]
    return found if max(n.numerator.bit_length() for n in found) <= _SHORT else steps
