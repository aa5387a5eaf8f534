"""What a property of trajectories is worth: to given policies, exactly or about, and to the best ones."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from specexpr.models.environment import Environment
from specexpr.models.policy import Policy
from specexpr.product.automaton import Property, run_of
from specexpr.product.recurrence import acceptance_probability


def property_values(
    environment: Environment, wanted: Property, policies: Sequence[Policy]
) -> tuple[Fraction, ...]:
    """Return the exact probabilities with which the trajectories of some policies have a property."""
    run = run_of(environment, wanted)
    return tuple(acceptance_probability(environment.model, run, policy.table) for policy in policies)


def property_estimates(
    environment: Environment, wanted: Property, policies: Sequence[Policy]
) -> tuple[float, ...]:
    """Return about these probabilities, in floats."""
    from specexpr.product.approximate import approximate_probability

    return tuple(approximate_probability(environment, wanted, policy.table) for policy in policies)
