"""What the kit knows of temporal formulas by definition."""

from __future__ import annotations

from fractions import Fraction

from specexpr.formalism import Spec
from specexpr.models.environment import Environment
from specexpr.models.policy import Policy
from specexpr.testing.temporal_truth import formula_probability


def value(environment: Environment, spec: Spec, policy: Policy) -> Fraction:
    """Return the probability of a formula by eliminating its operators, without any automaton."""
    return formula_probability(environment.model, environment.labels, policy.table, spec)
