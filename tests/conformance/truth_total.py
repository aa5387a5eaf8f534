"""What the kit knows of totals by definition: what is paid on the way, whichever way it is."""

from __future__ import annotations

from fractions import Fraction

from specexpr.exact import Interval
from specexpr.formalism import Spec
from specexpr.models.environment import Environment
from specexpr.models.policy import Policy
from specexpr.testing.confirmation import spread_reward

ROUNDS = 400
"""So many steps are walked; what is left then is hardly there."""


def suits(environment: Environment) -> bool:
    """Say whether some state is never entered again once it is left, so that its steps may pay."""
    rows = environment.model.rows
    after = [{t for law in row.values() for t, _ in law} for row in rows]
    for _ in rows:
        after = [some.union(*(after[t] for t in some)) for some in after]
    return any(s not in some for s, some in enumerate(after))


def value(environment: Environment, spec: Spec, policy: Policy) -> Interval:
    """Return what is paid on average in many steps, and as much more or less as may still be paid."""
    pays = spread_reward(environment.model, spec.entries)
    rows = environment.model.rows
    now = {s: float(p) for s, p in environment.model.start}
    total = 0.0
    for _ in range(ROUNDS):
        after: dict[int, float] = {}
        for s, mass in now.items():
            for a, p in policy.table[s]:
                for t, q in rows[s][a]:
                    moved = mass * float(p) * float(q)
                    total += moved * float(pays.get((s, a, t), 0))
                    after[t] = after.get(t, 0.0) + moved
        now = after
    return Interval(Fraction(total - 1e-9), Fraction(total + 1e-9))
