"""What the kit knows of automata by definition."""

from __future__ import annotations

from fractions import Fraction

from specexpr.formalism import Spec
from specexpr.models.environment import Environment
from specexpr.models.policy import Policy
from specexpr.testing.automaton_truth import accepted_probability


def value(environment: Environment, spec: Spec, policy: Policy) -> Fraction:
    """Return the probability of the steps that keep walking where the marks are right."""
    return accepted_probability(environment.model, environment.labels, policy.table, spec)
