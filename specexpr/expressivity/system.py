"""The linear system of a claim: points (policies, trajectories) with exact features, and rows between them.

A row asks <w, phi(plus) - phi(minus)> to be positive, nonnegative or zero. Acceptable sets need no row for
each pair: a threshold m is one more unknown, with good >= m and m > bad.

Coordinates are (s, a), and (s, a, s') where one reward must serve several models. With one model and no
trajectories one action of each state may be left out: potential shaping makes its reward zero and changes
the value of every policy by the same constant.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from math import lcm
from typing import TYPE_CHECKING

from specexpr.certify.model import (
    Claim,
    Constraint,
    Relation,
    Table,
    Trajectory,
    TrajectoryConstraint,
)
from specexpr.models.occupancy import integer_occupancy
from specexpr.models.policy import Behaviours, mark

if TYPE_CHECKING:
    from specexpr.solve.approximate import FloatModel

SIZES = (1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 30, 50, 100, 1 << 10, 1 << 16, 1 << 32)
"""The largest entries of integer directions that are tried, in this order."""

Coordinate = tuple[int, ...]
Features = tuple[Mapping[int, int], int]
"""Numerators by number of the coordinate, zeros left out, over one positive denominator."""


@dataclass(frozen=True, slots=True)
class PolicyPoint:
    """A behaviour (a table emptied where it does not go), and the first full table that was met with it."""

    model: int
    behaviour: Table
    table: Table = field(compare=False)


@dataclass(frozen=True, slots=True)
class TrajectoryPoint:
    """A sequence of (state, action) pairs."""

    model: int
    steps: Trajectory


@dataclass(frozen=True, slots=True)
class Row:
    """value(plus) - value(minus) + sign * m[threshold] in the given relation to 0; point numbers, or None.

    `source` is the constraint it states; in a row of an acceptable set, `good` and `bad` are its tables.
    """

    relation: Relation
    plus: int | None
    minus: int | None
    threshold: int | None = None
    sign: int = 0
    source: Constraint | None = None
    good: Table | None = None
    bad: Table | None = None


@dataclass(slots=True)
class System:
    """Points and rows, growing; features are computed when first asked for."""

    claim: Claim
    used: tuple[tuple[int, ...], ...]  # actions with a coordinate, for each state
    behaviours: Behaviours
    points: list[PolicyPoint | TrajectoryPoint] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    coordinates: dict[Coordinate, int] = field(default_factory=dict)
    _numbers: dict[Hashable, int] = field(default_factory=dict)
    _seen: dict[tuple[int, int], tuple[Table, int]] = field(default_factory=dict)
    _features: dict[int, Features] = field(default_factory=dict)
    _floats: dict[int, FloatModel] = field(default_factory=dict)
    _occupancies: dict[int, tuple[list[int], int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        claim = self.claim
        shaped = len(claim.models) == 1 and not any(
            isinstance(c, TrajectoryConstraint) for c in claim.constraints
        )
        for s, actions in enumerate(self.used):
            for a in actions[1:] if shaped else actions:
                if len(claim.models) == 1:
                    self._add((s, a))
                else:
                    for t in sorted({t for m in claim.models for t, _ in m.rows[s].get(a, ())}):
                        self._add((s, a, t))

    def _add(self, coordinate: Coordinate) -> None:
        self.coordinates[coordinate] = len(self.coordinates)

    @property
    def width(self) -> int:
        """Return the number of unknowns: coordinates, then one threshold for each acceptable set."""
        return len(self.coordinates) + len(self.claim.acceptable)

    def policy(self, model: int, table: Table) -> int:
        """Return the number of the point that behaves like this table; the first one stays its table."""
        known = self._seen.get((model, id(table)))
        if known is not None and known[0] is table:
            return known[1]
        seen = self.behaviours.of(model, table)
        number = self._point((model, mark(seen)), PolicyPoint(model, seen, table))
        self._seen[model, id(table)] = table, number
        return number

    def trajectory(self, model: int, steps: Trajectory) -> int:
        """Return the number of the point of this sequence."""
        return self._point((model, steps, "trajectory"), TrajectoryPoint(model, steps))

    def _point(self, key: Hashable, point: PolicyPoint | TrajectoryPoint) -> int:
        if key not in self._numbers:
            self._numbers[key] = len(self.points)
            self.points.append(point)
        return self._numbers[key]

    def add_constraints(self, constraints: Iterable[Constraint]) -> None:
        """Add one row for each constraint."""
        for c in constraints:
            if isinstance(c, TrajectoryConstraint):
                sides = self.trajectory(c.model, c.better), self.trajectory(c.model, c.worse)
            else:
                sides = self.policy(c.model, c.better), self.policy(c.model, c.worse)
            self.rows.append(Row(c.relation, *sides, source=c))

    def features(self, number: int) -> Features:
        """Return the exact features of a point."""
        if number not in self._features:
            self._features[number] = self._compute(number)
        return self._features[number]

    def floats(self, model: int) -> FloatModel:
        """Return a model in floats, for proposals."""
        if model not in self._floats:
            from specexpr.solve.approximate import FloatModel

            self._floats[model] = FloatModel(self.claim.models[model])
        return self._floats[model]

    def occupancy(self, model: int, table: Table) -> tuple[Fraction, ...]:
        """Return the exact state occupancy of a policy, computed once for all that behave alike."""
        numerators, below = self._occupancy(self.policy(model, table), table)
        return tuple(Fraction(n, below) for n in numerators)

    def _occupancy(self, number: int, table: Table) -> tuple[list[int], int]:
        if number not in self._occupancies:
            model = self.claim.models[self.points[number].model]
            self._occupancies[number] = integer_occupancy(model, table, self.claim.fixed_discount)
        return self._occupancies[number]

    def _compute(self, number: int) -> Features:
        claim, point = self.claim, self.points[number]
        match point:
            case TrajectoryPoint(steps=steps):
                up, down = claim.fixed_discount.numerator, claim.fixed_discount.denominator
                below = down ** (len(steps) - 1)
                visits: dict[tuple[int, int], int] = {}
                for t, pair in enumerate(steps):
                    visits[pair] = visits.get(pair, 0) + up**t * down ** (len(steps) - 1 - t)
            case PolicyPoint(table=table):
                numerators, below = self._occupancy(number, table)
                reached = [(s, n) for s, n in enumerate(numerators) if n]
                over = lcm(*[w.denominator for s, _ in reached for _, w in table[s]])
                below *= over
                visits = {
                    (s, a): n * w.numerator * (over // w.denominator) for s, n in reached for a, w in table[s]
                }
        if len(claim.models) == 1:
            places = self.coordinates
            return {places[pair]: n for pair, n in visits.items() if pair in places}, below
        rows = claim.models[point.model].rows
        over = lcm(*[p.denominator for s, a in visits for _, p in rows[s][a]])
        found = {
            self.coordinates[s, a, t]: n * p.numerator * (over // p.denominator)
            for (s, a), n in visits.items()
            for t, p in rows[s][a]
        }
        return found, below * over

    def integers(self, row: Row) -> tuple[list[int], int]:
        """Return phi(plus) - phi(minus) with the threshold times a positive integer, and that integer."""
        vector = [0] * self.width
        sides = [
            (self.features(number), sign)
            for number, sign in ((row.plus, 1), (row.minus, -1))
            if number is not None
        ]
        below = lcm(*[over for (_, over), _ in sides])
        for (numerators, over), sign in sides:
            factor = sign * (below // over)
            for j, n in numerators.items():
                vector[j] += factor * n
        if row.threshold is not None:
            vector[len(self.coordinates) + row.threshold] = row.sign * below
        return vector, below
