"""What the kit knows of an aim subject to a constraint by definition."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

from specexpr.exact import Value
from specexpr.formalism import Spec
from specexpr.models.environment import Environment
from specexpr.models.policy import Policy
from specexpr.testing.component_truth import between, true_values

HERE = Path(__file__).parent


def value(environment: Environment, spec: Spec, policy: Policy) -> tuple[Value, Value]:
    """Return 1 and the aim where the constraint is at least the bar, else 0 and the constraint."""
    constraint, aim = true_values(HERE, (spec.constraint, spec.aim), policy)

    def side(values: tuple[Fraction, ...]) -> Fraction:
        return Fraction(values[0] >= spec.bar)

    above = between(side, (constraint,))
    return above, (aim if above == 1 else constraint)
