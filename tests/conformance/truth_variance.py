"""What the kit knows of means less variances by definition."""

from __future__ import annotations

from specexpr.exact import Interval
from specexpr.formalism import Spec
from specexpr.models.environment import Environment
from specexpr.models.policy import Policy
from specexpr.testing.return_truth import moment_of, payments


def value(environment: Environment, spec: Spec, policy: Policy) -> Interval:
    """Return E G - c (E G^2 - (E G)^2), both moments from the end backwards."""
    paid = payments(spec.objective, policy.table)
    (low, high), (least, most) = moment_of(paid, 1), moment_of(paid, 2)
    squares = [low * low, high * high]
    variances = [least - max(squares), most - (min(squares) if low * high > 0 else 0)]
    ends = [spec.weight * variance for variance in variances]
    return Interval(low - max(ends), high - min(ends))
