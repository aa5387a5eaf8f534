"""What the kit knows of weighted sums by definition."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

from specexpr.exact import Value
from specexpr.formalism import Spec
from specexpr.models.environment import Environment
from specexpr.models.policy import Policy
from specexpr.testing.component_truth import between, true_values

HERE = Path(__file__).parent


def value(environment: Environment, spec: Spec, policy: Policy) -> Value:
    """Return the sum of weights times values."""

    def total(values: tuple[Fraction, ...]) -> Fraction:
        return sum((w * x for w, x in zip(spec.numbers, values, strict=True)), Fraction(0))

    return between(total, true_values(HERE, spec.objectives, policy))
