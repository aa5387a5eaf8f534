"""Values of named policies under a reward, as the numbers from which the kernel bounds them.

Rounded numbers do where the values are apart: the kernel reads the error off the Bellman residual.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import IntEnum
from fractions import Fraction
from typing import TYPE_CHECKING

from specexpr.certify.model import Claim, Model, PolicyConstraint, Relation, Table
from specexpr.certify.proofs import PolicyValue
from specexpr.expressivity.system import Coordinate
from specexpr.models.occupancy import policy_row, policy_value
from specexpr.models.policy import reachable

if TYPE_CHECKING:
    from specexpr.solve.approximate import Array, FloatModel

_ZERO = Fraction(0)


class Precision(IntEnum):
    """How many rounds of refinement a value gets: each adds about 40 bits; EXACT solves."""

    ROUNDED = 0
    REFINED = 2
    EXACT = -1


def named_values(claim: Claim, rewards: Mapping[Coordinate, Fraction], precision: Precision) -> list[PolicyValue]:
    """Return values of the policies that the claim compares by name; those of ties are always exact.

    rewards: by (s, a), or (s, a, s') where several models share it; what is not listed is 0.
    """
    exact: set[tuple[int, Table]] = set()
    named: dict[tuple[int, Table], None] = {}
    for c in claim.constraints:
        if isinstance(c, PolicyConstraint):
            sides = ((c.model, c.better), (c.model, c.worse))
            named |= dict.fromkeys(sides)
            if c.relation is not Relation.STRICT:
                exact.update(sides)
    for accepted in claim.acceptable:
        listed = [(accepted.model, table) for table in (*accepted.good, *(accepted.over or ()))]
        named |= dict.fromkeys(listed)
        if len(accepted.good) > 1:
            exact.update((accepted.model, table) for table in accepted.good)
    values: list[PolicyValue] = []
    for k, model in enumerate(claim.models):
        mean = _Mean(claim, model, rewards)
        tables = [table for index, table in named if index == k]
        rounded = [t for t in tables if precision is not Precision.EXACT and (k, t) not in exact]
        found = dict(zip(rounded, _rounded_values(claim, model, mean, rounded, precision), strict=True))
        for table in tables:
            value = found[table] if table in found else policy_value(model, table, claim.discount, mean)
            values.append(PolicyValue(k, table, tuple(value)))
    return values


class _Mean:
    """The mean over next states of a reward in one model, each computed once."""

    def __init__(self, claim: Claim, model: Model, rewards: Mapping[Coordinate, Fraction]) -> None:
        self.model, self.rewards, self.is_shared = model, rewards, len(claim.models) > 1
        self.known: dict[tuple[int, int], Fraction] = {}

    def __call__(self, s: int, a: int) -> Fraction:
        if not self.is_shared:
            return self.rewards.get((s, a), _ZERO)
        if (s, a) not in self.known:
            law = self.model.rows[s][a]
            self.known[s, a] = sum((p * self.rewards.get((s, a, t), _ZERO) for t, p in law), _ZERO)
        return self.known[s, a]


def _rounded_values(
    claim: Claim, model: Model, mean: _Mean, tables: Sequence[Table], precision: Precision
) -> list[list[Fraction]]:
    if not tables:
        return []
    import numpy as np

    from specexpr.solve.approximate import FloatModel, dyadic

    floats = FloatModel(model)
    reward = np.zeros((len(model.states), len(model.actions)))
    for s, row in enumerate(model.rows):
        for a in row:
            reward[s, a] = float(mean(s, a))
    values = []
    for table in tables:
        pi = floats.choices(table)
        value = dyadic(floats.value(pi, claim.discount, reward), 40)
        for step in range(precision):
            value = _refine(claim.discount, model, mean, table, value, floats, pi, 80 + 40 * step)
        values.append(value)
    return values


def _refine(
    discount: Fraction,
    model: Model,
    mean: _Mean,
    table: Table,
    value: list[Fraction],
    floats: FloatModel,
    pi: Array,
    bits: int,
) -> list[Fraction]:
    """Add the float solution of (I - g P) x = residual, where the residual is exact."""
    import numpy as np

    residual = [_ZERO] * len(value)
    for s, on in enumerate(reachable(model, table)):
        if on:
            ahead = sum((p * value[t] for t, p in policy_row(model, table, s).items()), _ZERO)
            residual[s] = sum((w * mean(s, a) for a, w in table[s]), _ZERO) + discount * ahead - value[s]
    scale = max(map(abs, residual))
    if not scale:
        return value
    step = floats.solve(pi, discount, np.array([float(r / scale) for r in residual]))
    unit = 1 << bits
    return [v + Fraction(round(Fraction(float(x)) * scale * unit), unit) for v, x in zip(value, step, strict=True)]
