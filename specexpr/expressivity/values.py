"""Values of named policies under a reward, as the numbers from which the kernel bounds them.

Rounded numbers do where the values are apart: the kernel reads the error off the Bellman residual.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from fractions import Fraction

from specexpr.certify.model import Model, PolicyConstraint, Relation, Table
from specexpr.certify.proofs import PolicyValue, RewardEntry
from specexpr.expressivity.system import System
from specexpr.models.occupancy import policy_row, policy_value
from specexpr.models.policy import behaviour, reachable

_ZERO = Fraction(0)


class Precision(IntEnum):
    """How many rounds of refinement a value gets: each adds about 40 bits; EXACT solves."""

    ROUNDED = 0
    REFINED = 2
    EXACT = -1


def named_values(system: System, reward: Sequence[RewardEntry], precision: Precision) -> list[PolicyValue]:
    """Return values of the policies that the claim compares by name; those of ties are always exact."""
    claim = system.claim
    exact: set[int] = set()
    named: dict[
        tuple[int, int], Table
    ] = {}  # by identity: equal tables hash slowly, and repeating one is no harm
    for c in claim.constraints:
        if isinstance(c, PolicyConstraint):
            for table in (c.better, c.worse):
                named[c.model, id(table)] = table
                if c.relation is Relation.TIE or (c.relation is Relation.WEAK and precision):
                    exact.add(id(table))
    for accepted in claim.acceptable:
        for table in accepted.over or ():
            named[accepted.model, id(table)] = table
        for table in accepted.good:
            # Among all policies, deterministic behaviours have their numbers from the completion.
            seen = () if accepted.over is not None else behaviour(claim.models[accepted.model], table)
            if accepted.over is not None or any(len(row) > 1 for row in seen):
                named[accepted.model, id(table)] = table
        if len(accepted.good) > 1:
            exact.update(map(id, accepted.good))
    values: list[PolicyValue] = []
    for k, model in enumerate(claim.models):
        mean = _Mean(model, reward)
        tables = [table for (index, _), table in named.items() if index == k]
        rounded = [t for t in tables if precision is not Precision.EXACT and id(t) not in exact]
        found = zip(map(id, rounded), _rounded_values(system, k, mean, rounded, precision), strict=True)
        known: dict[int, Sequence[Fraction]] = dict(found)
        for table in tables:
            if id(table) not in known:
                known[id(table)] = policy_value(model, table, claim.fixed_discount, mean)
            values.append(PolicyValue(k, table, tuple(known[id(table)])))
    return values


class _Mean:
    """The mean over next states of a reward in one model, each computed once."""

    def __init__(self, model: Model, reward: Sequence[RewardEntry]) -> None:
        self.model = model
        self.known: dict[tuple[int, int], Fraction] = {}
        self.onward: dict[tuple[int, int], list[RewardEntry]] = {}
        for entry in reward:
            if entry.next is None:
                self.known[entry.state, entry.action] = entry.value
            else:
                self.onward.setdefault((entry.state, entry.action), []).append(entry)

    def __call__(self, s: int, a: int) -> Fraction:
        entries = self.onward.pop((s, a), None)
        if entries is not None:
            law = dict(self.model.rows[s][a])
            mean = sum((law.get(e.next, _ZERO) * e.value for e in entries if e.next is not None), _ZERO)
            self.known[s, a] = self.known.get((s, a), _ZERO) + mean
        return self.known.get((s, a), _ZERO)


def _rounded_values(
    system: System, k: int, mean: _Mean, tables: Sequence[Table], precision: Precision
) -> list[list[Fraction]]:
    if not tables:
        return []
    import numpy as np

    from specexpr.solve.approximate import dyadic

    model, discount, floats = system.claim.models[k], system.claim.fixed_discount, system.floats(k)
    reward = np.zeros((len(model.states), len(model.actions)))
    for s, row in enumerate(model.rows):
        for a in row:
            reward[s, a] = float(mean(s, a))
    values = []
    for table in tables:
        value = dyadic(floats.value(floats.choices(table), discount, reward), 40)
        for step in range(precision):
            value = _refine(system, k, mean, table, value, 80 + 40 * step)
        values.append(value)
    return values


def _refine(
    system: System, k: int, mean: _Mean, table: Table, value: list[Fraction], bits: int
) -> list[Fraction]:
    """Add the float solution of (I - g P) x = residual, where the residual is exact."""
    import numpy as np

    model, discount, floats = system.claim.models[k], system.claim.fixed_discount, system.floats(k)
    residual = [_ZERO] * len(value)
    for s, on in enumerate(reachable(model, table)):
        if on:
            ahead = sum((p * value[t] for t, p in policy_row(model, table, s).items()), _ZERO)
            residual[s] = sum((w * mean(s, a) for a, w in table[s]), _ZERO) + discount * ahead - value[s]
    scale = max(map(abs, residual))
    if not scale:
        return value
    step = floats.solve(floats.choices(table), discount, np.array([float(r / scale) for r in residual]))
    unit = 1 << bits
    return [
        v + Fraction(round(Fraction(float(x)) * scale * unit), unit) for v, x in zip(value, step, strict=True)
    ]
