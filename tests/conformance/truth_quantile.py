"""What the kit knows of quantiles by definition."""

from __future__ import annotations

from fractions import Fraction

from specexpr.exact import Interval
from specexpr.formalism import Spec
from specexpr.models.environment import Environment
from specexpr.models.policy import Policy
from specexpr.testing.return_truth import payments, quantile_between

CASES = 9
"""How many questions of each kind are drawn, and a quarter of how many specifications."""


def value(environment: Environment, spec: Spec, policy: Policy) -> Fraction | Interval:
    """Return the least outcome that is not exceeded as often as the level, from the law by enumeration."""
    low, high = quantile_between(payments(spec.objective, policy.table), spec.level)
    return low if low == high else Interval(low, high)
