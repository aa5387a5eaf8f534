"""The linear system of a claim: points (policies, trajectories) with exact features, and rows between them.

A row asks <w, phi(plus) - phi(minus)> to be positive, nonnegative or zero. Acceptable sets need no row for
each pair: a threshold m is one more unknown, with good >= m and m > bad.

Coordinates are (s, a), and (s, a, s') where one reward must serve several models. With one model and no
trajectories one action of each state may be left out: potential shaping makes its reward zero and changes
the value of every policy by the same constant.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING

from specexpr.certify.model import (
    Claim,
    Constraint,
    Relation,
    Table,
    Trajectory,
    TrajectoryConstraint,
)
from specexpr.exact import common_denominator
from specexpr.models.occupancy import state_occupancy
from specexpr.models.policy import behaviour

if TYPE_CHECKING:
    from specexpr.solve.approximate import FloatModel

Coordinate = tuple[int, ...]
_ZERO = Fraction(0)


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
    points: list[PolicyPoint | TrajectoryPoint] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    coordinates: dict[Coordinate, int] = field(default_factory=dict)
    _alike: dict[tuple[int, int], list[int]] = field(default_factory=dict)
    _seen: dict[tuple[int, int], tuple[Table, int]] = field(default_factory=dict)
    _features: dict[int, Mapping[int, Fraction]] = field(default_factory=dict)
    _floats: dict[int, FloatModel] = field(default_factory=dict)
    _occupancies: dict[int, tuple[Fraction, ...]] = field(default_factory=dict)

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
        seen = behaviour(self.claim.models[model], table)
        # Fractions hash slowly, and tables have many: a cheap mark first, then equality.
        mark = hash(tuple([n for row in seen for a, w in row for n in (a, w.numerator)]))
        number = self._point(mark, PolicyPoint(model, seen, table))
        self._seen[model, id(table)] = table, number
        return number

    def trajectory(self, model: int, steps: Trajectory) -> int:
        """Return the number of the point of this sequence."""
        return self._point(hash(steps), TrajectoryPoint(model, steps))

    def _point(self, mark: int, point: PolicyPoint | TrajectoryPoint) -> int:
        candidates = self._alike.setdefault((point.model, mark), [])
        for number in candidates:
            if self.points[number] == point:
                return number
        candidates.append(len(self.points))
        self.points.append(point)
        return candidates[-1]

    def add_constraints(self, constraints: Iterable[Constraint]) -> None:
        """Add one row for each constraint."""
        for c in constraints:
            if isinstance(c, TrajectoryConstraint):
                sides = self.trajectory(c.model, c.better), self.trajectory(c.model, c.worse)
            else:
                sides = self.policy(c.model, c.better), self.policy(c.model, c.worse)
            self.rows.append(Row(c.relation, *sides, source=c))

    def features(self, number: int) -> Mapping[int, Fraction]:
        """Return the exact features of a point, by number of the coordinate; zeros are left out."""
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
        number = self.policy(model, table)
        if number not in self._occupancies:
            found = state_occupancy(self.claim.models[model], table, self.claim.discount)
            self._occupancies[number] = found
        return self._occupancies[number]

    def _compute(self, number: int) -> Mapping[int, Fraction]:
        claim, point, found = self.claim, self.points[number], dict[int, Fraction]()
        model = claim.models[point.model]
        visits: dict[tuple[int, int], Fraction] = {}
        match point:
            case TrajectoryPoint(steps=steps):
                factor = Fraction(1)
                for pair in steps:
                    visits[pair] = visits.get(pair, _ZERO) + factor
                    factor *= claim.discount
            case PolicyPoint(table=table):
                for s, (d, choices) in enumerate(zip(self.occupancy(point.model, table), table, strict=True)):
                    if d:
                        visits |= {(s, a): d * w for a, w in choices}
        for (s, a), visit in visits.items():
            if len(claim.models) == 1:
                j = self.coordinates.get((s, a))
                if j is not None:
                    found[j] = visit
            else:
                for t, p in model.rows[s][a]:
                    found[self.coordinates[s, a, t]] = visit * p
        return found

    def combined(self, row: Row) -> dict[int, Fraction]:
        """Return phi(plus) - phi(minus) with the threshold, by number of the unknown."""
        total: dict[int, Fraction] = {}
        for number, sign in ((row.plus, 1), (row.minus, -1)):
            if number is not None:
                for j, x in self.features(number).items():
                    total[j] = total.get(j, _ZERO) + sign * x
        if row.threshold is not None:
            total[len(self.coordinates) + row.threshold] = Fraction(row.sign)
        return total

    def integers(self, row: Row) -> tuple[list[int], int]:
        """Return the row times a positive integer, and that integer."""
        total = self.combined(row)
        numerators, below = common_denominator(list(total.values()))
        vector = [0] * self.width
        for j, k in zip(total, numerators, strict=True):
            vector[j] = k
        return vector, below
