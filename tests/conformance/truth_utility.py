"""What the kit knows of expected utilities by definition."""

from __future__ import annotations

from fractions import Fraction

from specexpr.exact import Interval
from specexpr.formalism import Spec
from specexpr.models.environment import Environment
from specexpr.models.policy import Policy
from specexpr.solve.risk.utility import Exponential, Piecewise, Power, Quadratic
from specexpr.testing.return_truth import exponential_of, mean_of, moment_of, payments


def value(environment: Environment, spec: Spec, policy: Policy) -> Fraction | Interval:
    """Return E u(G): means of powers and exponentials from the end backwards, others from the law."""
    paid = payments(spec.objective, policy.table)
    low: Fraction
    high: Fraction
    match spec.utility:
        case Exponential(rate=rate):
            ends = sorted((mean - 1) / rate for mean in exponential_of(paid, rate))
            low, high = ends[0], ends[1]
        case Power(exponent=exponent):
            low, high = moment_of(paid, int(exponent))
        case Quadratic(weight=weight):
            mean, square = moment_of(paid, 1), moment_of(paid, 2)
            ends = sorted(weight * end for end in square)
            low, high = mean[0] - ends[1], mean[1] - ends[0]
        case Piecewise(points=points):
            low, high = mean_of(paid, dict(points))
    return low if low == high else Interval(low, high)
