"""What the kit knows of expected utilities by definition."""

from __future__ import annotations

from fractions import Fraction

from specexpr.exact import Interval
from specexpr.expressivity.task import Question
from specexpr.expressivity.verdict import Verdict
from specexpr.formalism import Spec
from specexpr.models.environment import Environment
from specexpr.models.policy import Policy
from specexpr.solve.risk.utility import Exponential, Piecewise, Power, Quadratic
from specexpr.testing.given_returns import confirm_return, give_return, gives_up, return_truth
from specexpr.testing.questions import Kind
from specexpr.testing.return_truth import exponential_of, mean_of, moment_of, payments

CASES = 6
"""How many questions of each kind are drawn, and a quarter of how many specifications."""

MOSTLY_REFUSED = tuple(Kind)
"""The orders that are asked for have nothing to do with the given return."""


def prepare(question: Question) -> Question:
    """Give the return that is asked about."""
    return give_return(question)


def allow_undecided(question: Question, verdict: Verdict) -> bool:
    """Say whether some return takes infinitely many values."""
    return gives_up(question, verdict)


def truth(question: Question) -> bool | None:
    """Say whether some specification orders the laws of the return as asked."""
    return return_truth("eu", question)


def confirm(question: Question, verdict: Verdict) -> str | None:
    """Return what is wrong with a specification or a conflict."""
    return confirm_return("eu", question, verdict)


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
