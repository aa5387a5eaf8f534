"""What the kit knows of means of the worst outcomes by definition."""

from __future__ import annotations

from fractions import Fraction

from specexpr.exact import Interval
from specexpr.formalism import Spec
from specexpr.models.environment import Environment
from specexpr.models.policy import Policy
from specexpr.testing.return_truth import between, payments, tail_mean_of

CASES = 9
"""How many questions of each kind are drawn, and a quarter of how many specifications."""


def value(environment: Environment, spec: Spec, policy: Policy) -> Fraction | Interval:
    """Return the largest z - E max(z - G, 0) / level, from the law by enumeration."""
    low, high = between(payments(spec.objective, policy.table), lambda law: tail_mean_of(law, spec.level))
    return low if low == high else Interval(low, high)
