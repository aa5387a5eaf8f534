"""What the kit knows of entropic risks by definition."""

from __future__ import annotations

from fractions import Fraction
from math import log

from specexpr.exact import Interval
from specexpr.expressivity.task import Question
from specexpr.expressivity.verdict import Verdict
from specexpr.formalism import Spec
from specexpr.models.environment import Environment
from specexpr.models.policy import Policy
from specexpr.testing.given_returns import confirm_return, give_return, gives_up, return_truth
from specexpr.testing.questions import Kind
from specexpr.testing.return_truth import exponential_of, moment_of, payments

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
    return return_truth("entropic", question)


def confirm(question: Question, verdict: Verdict) -> str | None:
    """Return what is wrong with a specification or a conflict."""
    return confirm_return("entropic", question, verdict)


def value(environment: Environment, spec: Spec, policy: Policy) -> Interval:
    """Return (1/b) log E exp(b G), or E G, from the end backwards."""
    paid = payments(spec.objective, policy.table)
    if not spec.rate:
        return Interval(*moment_of(paid, 1))
    ends = sorted(log(mean) / float(spec.rate) for mean in exponential_of(paid, spec.rate))
    slack = 1e-12 * (1 + abs(ends[0]))
    return Interval(Fraction(ends[0] - slack), Fraction(ends[1] + slack))
