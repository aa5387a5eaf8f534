"""What the kit knows of numbers of thresholds by definition."""

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
    """Return how many values are at least their thresholds."""

    def count(values: tuple[Fraction, ...]) -> Fraction:
        return Fraction(sum(x >= c for c, x in zip(spec.numbers, values, strict=True)))

    return between(count, true_values(HERE, spec.objectives, policy))
