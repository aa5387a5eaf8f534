"""What the kit knows of entropic risks by definition."""

from __future__ import annotations

from fractions import Fraction
from math import log

from specexpr.exact import Interval
from specexpr.formalism import Spec
from specexpr.models.environment import Environment
from specexpr.models.policy import Policy
from specexpr.testing.return_truth import exponential_of, moment_of, payments


def value(environment: Environment, spec: Spec, policy: Policy) -> Interval:
    """Return (1/b) log E exp(b G), or E G, from the end backwards."""
    paid = payments(spec.objective, policy.table)
    if not spec.rate:
        return Interval(*moment_of(paid, 1))
    ends = sorted(log(mean) / float(spec.rate) for mean in exponential_of(paid, spec.rate))
    slack = 1e-12 * (1 + abs(ends[0]))
    return Interval(Fraction(ends[0] - slack), Fraction(ends[1] + slack))
