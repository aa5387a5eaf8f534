"""What the kit knows of mixtures of means of the worst outcomes by definition."""

from __future__ import annotations

from fractions import Fraction

from specexpr.exact import Interval
from specexpr.formalism import Spec
from specexpr.models.environment import Environment
from specexpr.models.policy import Policy
from specexpr.testing.return_truth import Points, between, payments, tail_mean_of

CASES = 9
"""How many questions of each kind are drawn, and a quarter of how many specifications."""


def value(environment: Environment, spec: Spec, policy: Policy) -> Fraction | Interval:
    """Return the mixture, from the law by enumeration."""

    def mixed(law: Points) -> Fraction:
        return sum((weight * tail_mean_of(law, level) for weight, level in spec.mixture), Fraction(0))

    low, high = between(payments(spec.objective, policy.table), mixed)
    return low if low == high else Interval(low, high)
