"""What the kit knows of formulas on finite traces by definition."""

from __future__ import annotations

from fractions import Fraction

from specexpr.formalism import Spec
from specexpr.models.environment import Environment
from specexpr.models.policy import Policy
from specexpr.testing.trace_truth import trace_probability


def suits(environment: Environment) -> bool:
    """Say whether an environment has episodes: some state is never left."""
    rows = environment.model.rows
    return any(all(dict(law).keys() == {s} for law in row.values()) for s, row in enumerate(rows))


def value(environment: Environment, spec: Spec, policy: Policy) -> Fraction:
    """Return the probability of a trace that satisfies a formula, from the end backwards."""
    return trace_probability(environment.model, environment.labels, policy.table, spec)
