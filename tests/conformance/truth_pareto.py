"""What the kit knows of dominance by definition."""

from __future__ import annotations

from pathlib import Path

from specexpr.exact import Value
from specexpr.formalism import Spec
from specexpr.models.environment import Environment
from specexpr.models.policy import Policy
from specexpr.testing.component_truth import true_values

HERE = Path(__file__).parent
CASES = 6
"""How many questions of each kind are drawn."""


def value(environment: Environment, spec: Spec, policy: Policy) -> Value:
    """Return the vector of the values."""
    return true_values(HERE, spec.objectives, policy)
