"""The linear system of a claim at every discount at once: points with features in Z[g], rows between them.

As in `system`, a row asks that value(plus) - value(minus) be positive, nonnegative or zero, and a threshold
stands between the good and the bad policies of an acceptable set: here it is a point of its own, whose only
feature is its own coordinate. What a point counts is numerators[column] / denominator, quotients of
polynomials of which the lower one is positive on (0, 1).
"""

from __future__ import annotations

import time
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from math import gcd
from operator import mul

from flint import fmpq, fmpz_poly

from specexpr.certify.chain import Chain
from specexpr.certify.model import Claim, Constraint, Relation, Table, Trajectory, TrajectoryConstraint
from specexpr.certify.ordering import holds
from specexpr.certify.series import Series, policy_series, sequence_series
from specexpr.certify.walk import Coordinate, Walker
from specexpr.expressivity.system import SIZES
from specexpr.solve.cone import Direction

_ONE = Fraction(1)
_THRESHOLD = "threshold"


class OutOfTime(Exception):  # noqa: N818 -- no failure: the deadline came first
    """The deadline passed."""


@dataclass(frozen=True, slots=True)
class Point:
    """Features of a policy, a sequence or a threshold, by column."""

    numerators: Mapping[int, fmpz_poly]
    denominator: fmpz_poly


@dataclass(frozen=True, slots=True)
class Row:
    """value(plus) - value(minus) in a relation to 0; point numbers.

    `source` is the constraint that it states; a row of an acceptable set has its number, and `good` or `bad`
    or both: with one of them it is one between a policy and the threshold.
    """

    relation: Relation
    plus: int
    minus: int
    source: Constraint | None = None
    accepted: int = -1
    good: Table | None = None
    bad: Table | None = None


@dataclass(slots=True)
class PolynomialSystem:
    """Points and rows, growing. What adds a point raises OutOfTime after the deadline."""

    claim: Claim
    walks: Walker
    deadline: float | None = None
    points: list[Point] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    chains: list[Chain] = field(init=False)
    _columns: dict[Coordinate, int] = field(default_factory=dict)
    _numbers: dict[Hashable, int] = field(default_factory=dict)
    _at: tuple[Fraction, dict[int, tuple[dict[int, int], int]]] = field(default_factory=lambda: (_ONE, {}))

    def __post_init__(self) -> None:
        self.chains = [Chain(model) for model in self.claim.models]

    @property
    def width(self) -> int:
        """Return the number of columns."""
        return len(self._columns)

    @property
    def coordinates(self) -> tuple[Coordinate, ...]:
        """Return what the columns count: coordinates of the walks, and thresholds."""
        return tuple(self._columns)

    def policy(self, model: int, table: Table) -> int:
        """Return the number of the point that behaves like this table."""
        name = model, self.chains[model].behaviour(table)[1]
        if name not in self._numbers:
            self._add(name, policy_series(self.walks, model, table))
        return self._numbers[name]

    def sequence(self, model: int, steps: Trajectory) -> int:
        """Return the number of the point of a sequence."""
        name = model, steps, "sequence"
        if name not in self._numbers:
            self._add(name, sequence_series(self.walks, model, steps))
        return self._numbers[name]

    def threshold(self, accepted: int) -> int:
        """Return the number of the point that stands between the two sides of an acceptable set."""
        name = _THRESHOLD, accepted
        if name not in self._numbers:
            self._add(name, Series({name: (1,)}, (1,)))
        return self._numbers[name]

    def _add(self, name: Hashable, series: Series) -> None:
        if self.deadline is not None and time.monotonic() > self.deadline:
            raise OutOfTime
        self._numbers[name] = len(self.points)
        numerators = {self._column(key): fmpz_poly(list(p)) for key, p in series.numerators.items()}
        self.points.append(Point(numerators, fmpz_poly(list(series.denominator))))

    def _column(self, key: Coordinate) -> int:
        return self._columns.setdefault(key, len(self._columns))

    def add_constraints(self, constraints: Iterable[Constraint]) -> None:
        """Add one row for each constraint."""
        for c in constraints:
            if isinstance(c, TrajectoryConstraint):
                sides = self.sequence(c.model, c.better), self.sequence(c.model, c.worse)
            else:
                sides = self.policy(c.model, c.better), self.policy(c.model, c.worse)
            self.rows.append(Row(c.relation, *sides, source=c))

    def integers(self, row: Row, discount: Fraction) -> list[int]:
        """Return the row at a discount, times a positive number."""
        return self._scaled(row, discount)[0]

    def integer_scale(self, row: Row, discount: Fraction) -> Fraction:
        """Return by what `integers` multiplies the row."""
        return self._scaled(row, discount)[1]

    def _scaled(self, row: Row, discount: Fraction) -> tuple[list[int], Fraction]:
        (plus, over), (minus, below) = self._values(row.plus, discount), self._values(row.minus, discount)
        vector = [0] * self.width
        for j, n in plus.items():
            vector[j] += below * n
        for j, n in minus.items():
            vector[j] -= over * n
        content = gcd(*vector) or 1
        return [x // content for x in vector], Fraction(over * below, content)

    def readable(self, solution: Direction, discount: Fraction) -> list[int]:
        """Return a solution of the rows at a discount in the smallest integers tried that solve them, too."""
        exact = solution.numerators
        largest = max(map(abs, exact), default=0)
        vectors = [(self.integers(row, discount), row.relation) for row in self.rows]
        for size in SIZES if largest else ():
            w = [round(Fraction(k * size, largest)) for k in exact]
            if all(holds(relation, sum(map(mul, vector, w)), 0) for vector, relation in vectors):
                return w
        return list(exact)

    def _values(self, number: int, discount: Fraction) -> tuple[dict[int, int], int]:
        """Return the features of a point at a discount as integers over a positive one."""
        if self._at[0] != discount:
            self._at = discount, {}
        known = self._at[1]
        if number not in known:
            point, g = self.points[number], fmpq(discount.numerator, discount.denominator)
            values = {j: p(g) for j, p in point.numerators.items()}
            below = point.denominator(g)
            power = discount.denominator ** max(
                point.denominator.degree(), *(p.degree() for p in point.numerators.values()), 0
            )
            known[number] = {j: int((x * power).p) for j, x in values.items()}, int((below * power).p)
        return known[number]

    def polynomials(self, row: Row) -> list[fmpz_poly]:
        """Return the row times a polynomial that is positive on (0, 1)."""
        plus, minus = self.points[row.plus], self.points[row.minus]
        common = _common(plus.denominator, minus.denominator)
        vector = [fmpz_poly([])] * self.width
        for j, p in plus.numerators.items():
            vector[j] = p * (minus.denominator // common)
        for j, p in minus.numerators.items():
            vector[j] -= p * (plus.denominator // common)
        return vector

    def scale(self, row: Row) -> fmpz_poly:
        """Return by what `polynomials` has multiplied the row."""
        plus, minus = self.points[row.plus].denominator, self.points[row.minus].denominator
        return plus * (minus // _common(plus, minus))


def _common(one: fmpz_poly, other: fmpz_poly) -> fmpz_poly:
    """Return a greatest common divisor that is positive on (0, 1), for polynomials that are."""
    found = one.gcd(other)
    return found if found[0] > 0 else -found


def is_threshold(coordinate: Coordinate) -> bool:
    """Say whether a column stands for a threshold."""
    return coordinate[0] == _THRESHOLD
