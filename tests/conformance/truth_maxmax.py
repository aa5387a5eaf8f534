"""What the kit knows of the greatest of several objectives by definition."""

from __future__ import annotations

from pathlib import Path

from specexpr.exact import Value
from specexpr.formalism import Spec
from specexpr.models.environment import Environment
from specexpr.models.policy import Policy
from specexpr.testing.component_truth import between, true_values

HERE = Path(__file__).parent


def value(environment: Environment, spec: Spec, policy: Policy) -> Value:
    """Return the greatest of the values."""
    return between(max, true_values(HERE, spec.objectives, policy))
