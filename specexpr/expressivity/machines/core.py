"""Decide a claim on one machine: weights of coordinates that meet every row, or a combination that vanishes.

Rows stand between points, policies by behaviour and sequences; an acceptable set adds a threshold m with
good >= m > bad. Of a set among all deterministic policies the bad ones join as weights fail to punish them,
and stay for the machines that come after.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import inf, lcm

import numpy as np

from specexpr.certify.chain import Chain
from specexpr.certify.model import (
    AcceptableSet,
    Acceptance,
    Claim,
    Constraint,
    Machine,
    PolicyConstraint,
    Relation,
    Table,
    TrajectoryConstraint,
)
from specexpr.certify.observing import Observations, observations
from specexpr.certify.ordering import behaviours
from specexpr.certify.proofs import Term
from specexpr.certify.walk import Coordinate, Walk, Walker
from specexpr.expressivity.conflict import terms
from specexpr.expressivity.machines.chains import FloatPoints
from specexpr.expressivity.system import PolicyPoint, Row, System, TrajectoryPoint
from specexpr.models.occupancy import fixed_point
from specexpr.models.policy import Behaviours, mark
from specexpr.solve.cone import Conflict, Direction
from specexpr.solve.rows import decide_rows

_CUTS = 8  # bad policies that join at a time
_MARGIN = 1e-6
_ZERO = Fraction(0)

Vector = Mapping[Coordinate, Fraction]


@dataclass(frozen=True, slots=True)
class Rewards:
    """Weights of the coordinates of a machine that meet the claim; those not listed are 0."""

    weights: Vector


@dataclass(frozen=True, slots=True)
class Combination:
    """Constraints of the claim with weights under which they add up to 0 > 0 in a machine."""

    terms: tuple[Term, ...]

    def parts(self) -> list[tuple[Constraint, Fraction]]:
        """Return the constraints with their weights."""
        return [(_constraint(term), term.weight) for term in self.terms]


@dataclass(frozen=True, slots=True)
class GaveUp:
    """Time or a limit came first; the reason starts with which."""

    reason: str


def _constraint(term: Term) -> Constraint:
    kind = TrajectoryConstraint if term.is_trajectory else PolicyConstraint
    return kind(term.model, term.better, term.worse, term.relation, term.line)  # type: ignore[arg-type] # as is_trajectory says


class Core:
    """A claim at a discount, to be decided on one machine after another; rows and points only grow."""

    def __init__(self, claim: Claim, discount: Fraction, *, deadline: float | None = None) -> None:
        self.claim = replace(claim, discount=discount)
        self.discount = discount
        self.deadline = deadline
        self.seen: Observations = observations(claim)
        self.system = System(self.claim, (), Behaviours(claim.models))
        self.system.add_constraints(claim.constraints)
        self._floats: dict[int, FloatPoints] = {}
        self._open: list[tuple[int, list[int]]] = []  # sets among all policies, with their bad points
        for k, accepted in enumerate(claim.acceptable):
            self._add_set(k, accepted)
        self._listed = {(row.threshold, row.minus) for row in self.system.rows}

    def _add_set(self, k: int, accepted: AcceptableSet) -> None:
        system, model = self.system, accepted.model
        good = [(system.policy(model, table), table) for table in accepted.good]
        first, first_table = good[0]
        for number, table in good:
            if accepted.acceptance is Acceptance.RANGE:
                system.rows.append(Row(Relation.WEAK, number, None, k, -1, good=table))
            elif number != first:
                system.rows.append(Row(Relation.TIE, number, first, k, good=table, bad=first_table))
        bad = self._bad(accepted)
        if accepted.over is None:
            self._open.append((k, [system.policy(model, table) for table in bad]))
        else:
            for table in bad:
                self._add_bad(k, table)

    def _bad(self, accepted: AcceptableSet) -> Iterator[Table]:
        """Yield the bad policies of a set, of all deterministic ones one for each behaviour."""
        chain = Chain(self.claim.models[accepted.model])
        alike = {chain.behaviour(table)[1] for table in accepted.good}
        if accepted.over is None:
            yield from (t for t in behaviours(chain.model) if chain.behaviour(t)[1] not in alike)
            return
        listed = {mark(table) for table in accepted.good}
        for table in accepted.over:
            is_good = mark(table) in listed
            if self.claim.modulo_unreachable:
                is_good = chain.behaviour(table)[1] in alike
            if not is_good:
                yield table

    def _add_bad(self, k: int, table: Table) -> None:
        accepted = self.claim.acceptable[k]
        number = self.system.policy(accepted.model, table)
        if accepted.acceptance is Acceptance.RANGE:
            row = Row(Relation.STRICT, None, number, k, 1, bad=table)
        else:
            good = accepted.good[0]
            plus = self.system.policy(accepted.model, good)
            row = Row(Relation.STRICT, plus, number, k, good=good, bad=table)
        self.system.rows.append(row)

    def used_points(self) -> list[int]:
        """Return the points that stand in rows."""
        rows = self.system.rows
        return sorted({p for row in rows for p in (row.plus, row.minus) if p is not None})

    def decide(self, machine: Machine, *, margin: float = _MARGIN) -> Rewards | Combination | GaveUp:
        """Return rewards on a machine, or a combination that vanishes in it.

        Of sets among all policies, bad ones that floats find worth less than good ones by this share of all
        worths are not valued: then the rewards may yet be wrong.
        """
        product = Product(self, machine)
        while True:
            found = self._solve(product)
            if not isinstance(found, tuple):
                return found
            cuts = [(k, p) for k, bad in self._open for p in self._cuts(product, k, bad, found, margin)]
            if not cuts:
                return Rewards(found[0])
            for k, p in cuts:
                point = self.system.points[p]
                assert isinstance(point, PolicyPoint)
                self._listed.add((k, p))
                self._add_bad(k, point.table)

    def _solve(
        self, product: Product
    ) -> tuple[dict[Coordinate, Fraction], dict[int, Fraction]] | Combination | GaveUp:
        rows = self.system.rows
        columns: dict[Coordinate, int] = {}
        for p in self.used_points():
            for coordinate in product.features(p):
                columns.setdefault(coordinate, len(columns))
        width = len(columns) + len(self.claim.acceptable)
        vectors, scales = [], []
        for row in rows:
            vector, below = self._integers(product, row, columns, width)
            vectors.append(vector)
            scales.append(below)
        outcome = decide_rows(vectors, [row.relation for row in rows], deadline=self.deadline)
        match outcome:
            case Direction():
                values = outcome.fractions() or (_ZERO,) * width
                weights = {c: values[j] for c, j in columns.items() if values[j]}
                return weights, {k: values[len(columns) + k] for k in range(len(self.claim.acceptable))}
            case Conflict(multipliers=multipliers):
                weighted = {i: y * scales[i] for i, y in multipliers}
                total = sum(y for i, y in weighted.items() if rows[i].relation is Relation.STRICT)
                return Combination(tuple(terms(self.system, {i: y / total for i, y in weighted.items()})))
            case _:
                return GaveUp("time: the rewards of a machine were not found or refuted")

    def _integers(
        self, product: Product, row: Row, columns: Mapping[Coordinate, int], width: int
    ) -> tuple[list[int], int]:
        """Return a row times a positive integer, and that integer."""
        difference: dict[Coordinate, Fraction] = {}
        for number, sign in ((row.plus, 1), (row.minus, -1)):
            if number is not None:
                for c, x in product.features(number).items():
                    difference[c] = difference.get(c, _ZERO) + sign * x
        below = lcm(*(x.denominator for x in difference.values()))
        vector = [0] * width
        for c, x in difference.items():
            vector[columns[c]] = x.numerator * (below // x.denominator)
        if row.threshold is not None:
            vector[len(columns) + row.threshold] = row.sign * below
        return vector, below

    def _cuts(
        self,
        product: Product,
        k: int,
        bad: Sequence[int],
        solved: tuple[Vector, Mapping[int, Fraction]],
        margin: float,
    ) -> list[int]:
        """Return bad policies that are worth too much, those first that floats find worth most."""
        weights, thresholds = solved
        accepted = self.claim.acceptable[k]
        least = thresholds[k]
        if accepted.acceptance is Acceptance.EQUAL:
            least = product.value(self.system.policy(accepted.model, accepted.good[0]), weights)
        found: list[int] = []
        for p in self._by_worth(product, k, bad, weights, float(least), margin):
            if (k, p) not in self._listed and product.value(p, weights) >= least:
                found.append(p)
                if len(found) == _CUTS:
                    break
        return found

    def _by_worth(
        self, product: Product, k: int, bad: Sequence[int], weights: Vector, least: float, margin: float
    ) -> Sequence[int]:
        """Return bad policies, those first that floats find worth most, without those below the margin."""
        if k not in self._floats:
            self._floats[k] = FloatPoints(self.claim, self.seen, self.system, bad)
        points = self._floats[k]
        if points.chains is None:
            return bad
        states = len(product.machine.states)
        by_key = points.weights(states, ((c, float(x)) for c, x in weights.items()))
        moves = np.array([product.machine.moves], dtype=np.int8)
        worths = points.chains.worths(moves, points.chains.weighed(by_key))[0]
        scale = float(np.max(np.abs(worths), initial=0.0)) + abs(least)
        below = -inf if margin == inf else least - margin * scale
        order = np.argsort(-worths, kind="stable")
        return [bad[int(i)] for i in order if worths[i] >= below]


class Product:
    """The points of a claim on one machine: their exact features, each computed once."""

    def __init__(self, core: Core, machine: Machine) -> None:
        self.core, self.machine = core, machine
        self.walker = Walker(core.claim, machine, core.seen)
        self._features: dict[int, Vector] = {}

    def features(self, number: int) -> Vector:
        """Return the discounted visits of a point to the coordinates of the machine."""
        if number not in self._features:
            self._features[number] = self._compute(number)
        return self._features[number]

    def value(self, number: int, weights: Vector) -> Fraction:
        """Return what a point is worth under some weights."""
        return sum((x * weights[c] for c, x in self.features(number).items() if c in weights), _ZERO)

    def _compute(self, number: int) -> Vector:
        match self.core.system.points[number]:
            case TrajectoryPoint(model=model, steps=steps):
                found: dict[Coordinate, Fraction] = {}
                weight = Fraction(1)
                for shares in self.walker.sequence(model, steps):
                    for key, share in shares:
                        found[key] = found.get(key, _ZERO) + weight * share
                    weight *= self.core.discount
                return found
            case PolicyPoint(model=model, table=table):
                walk = self.walker.walk(model, table)
                return self.walker.counts(model, walk, visits(walk, self.core.discount))


def visits(walk: Walk, discount: Fraction) -> tuple[Fraction, ...]:
    """Return the discounted visits to the nodes of a walk, exactly."""
    size = len(walk.nodes)
    into: dict[int, dict[int, Fraction]] = {x: {} for x in range(size)}
    for x, row in enumerate(walk.steps):
        for y, p in row:
            into[y][x] = p
    return fixed_point(size, list(range(size)), into, dict(walk.start), discount)
