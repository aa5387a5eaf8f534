"""Decide in a formalism that is linear in what steps pay, under a clock of its own, and prove it.

A policy is worth the sum of weight times feature (`certify.features`), so constraints are rows between exact
features, and an acceptable set adds a threshold m with good >= m > bad. Bad policies of a set among all
deterministic ones join as the weights at hand fail to punish them: those one switch away from a good one
first, then whichever of the rivals that the kernel compares are worth too much.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from math import lcm
from typing import cast

from specexpr.certify.checking import check
from specexpr.certify.kinds.step_reward import StepRewardWitness
from specexpr.certify.model import AcceptableSet, Claim, Distribution, Relation, Table
from specexpr.certify.proofs import FarkasCertificate, Refused, RewardEntry, Term, TooLarge
from specexpr.certify.walk import Coordinate
from specexpr.exact import common_denominator
from specexpr.expressivity.clocked_features import ClockedFeatures, Vector, clocked_features
from specexpr.expressivity.conflict import terms
from specexpr.expressivity.set_rows import SetRows, alike_term
from specexpr.expressivity.system import PolicyPoint, System
from specexpr.expressivity.verdict import Undecided
from specexpr.models.policy import Behaviours
from specexpr.solve.cone import Conflict, Direction
from specexpr.solve.rows import decide_rows

_CUTS = 8  # bad policies of a set that join at a time
_OUT_OF_TIME = Undecided("time: the limit passed before an answer was proved")
_ZERO = Fraction(0)

Decided = StepRewardWitness | FarkasCertificate | Undecided


@dataclass(frozen=True, slots=True)
class Pays:
    """A specification: what steps pay and, by the law of actions, what a visit pays besides."""

    reward: tuple[RewardEntry, ...]
    regulariser: tuple[tuple[Distribution, Fraction], ...] = ()


def decide_linear(
    claim: Claim, formalism: str, *, candidate: Pays | None = None, deadline: float | None = None
) -> Decided:
    """Return a proof of whether rewards on steps order a claim as it asks, or why there is none.

    The claim has all options that the formalism needs. A candidate is a specification to try first.
    """
    features = clocked_features(claim, formalism)
    if candidate is not None:
        witness = _witness(candidate, features)
        try:
            check(claim, formalism, witness)
        except Refused:
            pass
        else:
            return witness
    return _Decision(features, deadline).run()


def _witness(pays: Pays, features: ClockedFeatures) -> StepRewardWitness:
    return StepRewardWitness(pays.reward, pays.regulariser, features.of_witness())


def _paid(weights: Mapping[Coordinate, Fraction]) -> Pays:
    """Return weights of coordinates as rewards on (s, a) or (s, a, t), and on laws of actions."""
    reward: list[RewardEntry] = []
    laws: list[tuple[Distribution, Fraction]] = []
    for key, value in weights.items():
        match key:
            case ("law", mu):
                laws.append((cast(Distribution, mu), value))
            case (int(s), int(a)):
                reward.append(RewardEntry(s, a, None, value))
            case (int(s), int(a), int(t)):
                reward.append(RewardEntry(s, a, t, value))
    reward.sort(key=lambda e: (e.state, e.action, -1 if e.next is None else e.next))
    return Pays(tuple(reward), tuple(sorted(laws)))


@dataclass(slots=True)
class _Decision:
    features: ClockedFeatures
    deadline: float | None
    claim: Claim = field(init=False)
    system: System = field(init=False)  # points and rows only
    sets: SetRows = field(init=False)
    _known: dict[int, tuple[dict[Coordinate, int], int]] = field(default_factory=dict)
    _behaviours: dict[int, dict[int, Table]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.claim = self.features.claim
        self.system = System(self.claim, (), Behaviours(self.claim.models))
        self.sets = SetRows(self.system)

    def run(self) -> Decided:
        alike = alike_term(self.claim)
        if alike is not None:
            return self._refuted([alike])
        self.system.add_constraints(self.claim.constraints)
        self.sets.add_all()
        try:
            while not self._is_late():
                columns, vectors, scales = self._rows()
                rows = self.system.rows
                match decide_rows(vectors, [row.relation for row in rows], deadline=self.deadline):
                    case Direction() as found:
                        values = found.fractions()
                        weights = {c: values[j] for c, j in columns.items() if values[j]}
                        if not self._add_cuts(weights):
                            return _witness(_paid(weights), self.features)
                    case Conflict(multipliers=multipliers):
                        scaled = {k: y * scales[k] for k, y in multipliers}
                        total = sum(y for k, y in scaled.items() if rows[k].relation is Relation.STRICT)
                        return self._refuted(
                            list(terms(self.system, {k: y / total for k, y in scaled.items()}))
                        )
                    case _:
                        break
        except _LateError:
            pass
        except TooLarge as limit:
            return Undecided(f"limit: {limit}; those that are near accepted ones refute nothing")
        return _OUT_OF_TIME

    def _is_late(self) -> bool:
        return self.deadline is not None and time.monotonic() > self.deadline

    def _refuted(self, found: list[Term]) -> FarkasCertificate:
        return FarkasCertificate(self.claim.discount, tuple(found), numbers=self.features.of_terms(found))

    def _of(self, number: int) -> tuple[dict[Coordinate, int], int]:
        """Return the features of a point as integers over one denominator."""
        if number not in self._known:
            if self._is_late():
                raise _LateError
            point = self.system.points[number]
            assert isinstance(point, PolicyPoint)
            found = self.features.of(point.model, point.table)
            numerators, below = common_denominator(list(found.values()))
            self._known[number] = dict(zip(found, numerators, strict=True)), below
        return self._known[number]

    def _rows(self) -> tuple[dict[Coordinate, int], list[list[int]], list[int]]:
        """Return the columns by coordinate, each row times a positive integer, and these integers."""
        rows = self.system.rows
        points = dict.fromkeys(n for row in rows for n in (row.plus, row.minus) if n is not None)
        keys = dict.fromkeys(key for number in points for key in self._of(number)[0])
        # laws of actions last: of columns that would do the first are taken, and rewards on steps read better
        columns = {key: j for j, key in enumerate(sorted(keys, key=lambda key: key[0] == "law"))}
        vectors, scales = [], []
        for row in rows:
            sides = [(self._of(n), sign) for n, sign in ((row.plus, 1), (row.minus, -1)) if n is not None]
            below = lcm(*[over for (_, over), _ in sides])
            vector = [0] * (len(columns) + len(self.claim.acceptable))
            for (numerators, over), sign in sides:
                factor = sign * (below // over)
                for key, n in numerators.items():
                    vector[columns[key]] += factor * n
            if row.threshold is not None:
                vector[len(columns) + row.threshold] = row.sign * below
            vectors.append(vector)
            scales.append(below)
        return columns, vectors, scales

    def _add_cuts(self, weights: Vector) -> bool:
        """Add rows for bad policies that are worth as much as some good one; say whether there are any."""
        found = False
        for k, accepted in enumerate(self.claim.acceptable):
            if accepted.over is None:
                goods = (self.system.policy(accepted.model, table) for table in accepted.good)
                least = min(self._value(number, weights) for number in goods)
                bad = self._bad(k, accepted)
                valued = ((self._value(number, weights), number) for number in bad)
                reached = sorted((pair for pair in valued if pair[0] >= least), reverse=True)
                for _, number in reached[:_CUTS]:
                    self.sets.add_bad(k, bad[number])
                    found = True
        return found

    def _value(self, number: int, weights: Vector) -> Fraction:
        numerators, below = self._of(number)
        return sum((n * weights[key] for key, n in numerators.items() if key in weights), _ZERO) / below

    def _bad(self, k: int, accepted: AcceptableSet) -> dict[int, Table]:
        """Return the bad rivals of a set among all policies by point, one for each behaviour."""
        if k not in self._behaviours:
            good = {self.system.policy(accepted.model, table) for table in accepted.good}
            rivals = self.features.rivals_in(accepted)
            every = {self.system.policy(accepted.model, table): table for table in rivals}
            self._behaviours[k] = {number: every[number] for number in every if number not in good}
        return self._behaviours[k]


class _LateError(Exception):
    """The deadline passed between two features."""
