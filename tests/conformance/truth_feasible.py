"""What the kit knows of sets that thresholds bound by definition."""

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
    """Return 1 if each value is at least its threshold, else 0."""

    def inside(values: tuple[Fraction, ...]) -> Fraction:
        return Fraction(all(x >= c for c, x in zip(spec.numbers, values, strict=True)))

    return between(inside, true_values(HERE, spec.objectives, policy))
