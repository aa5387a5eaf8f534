"""What the kit knows of means of the worst outcomes by definition."""

from __future__ import annotations

from fractions import Fraction

from specexpr.exact import Interval
from specexpr.expressivity.task import Question
from specexpr.expressivity.verdict import Verdict
from specexpr.formalism import Spec
from specexpr.models.environment import Environment
from specexpr.models.policy import Policy
from specexpr.testing.given_returns import confirm_return, give_return, gives_up, return_truth
from specexpr.testing.questions import Kind
from specexpr.testing.return_truth import between, payments, tail_mean_of

CASES = 6
"""How many questions of each kind are drawn, and a quarter of how many specifications."""

MOSTLY_REFUSED = tuple(Kind)
"""The orders that are asked for have nothing to do with the given return."""

UNFIT = ("with a start diluted by a new absorbing state",)
"""Laws that are mixed with 0 need not keep their order."""


def prepare(question: Question) -> Question:
    """Give the return that is asked about."""
    return give_return(question)


def allow_undecided(question: Question, verdict: Verdict) -> bool:
    """Say whether some return takes infinitely many values."""
    return gives_up(question, verdict)


def truth(question: Question) -> bool | None:
    """Say whether some specification orders the laws of the return as asked."""
    return return_truth("cvar", question)


def confirm(question: Question, verdict: Verdict) -> str | None:
    """Return what is wrong with a specification or a conflict."""
    return confirm_return("cvar", question, verdict)


def value(environment: Environment, spec: Spec, policy: Policy) -> Fraction | Interval:
    """Return the largest z - E max(z - G, 0) / level, from the law by enumeration."""
    low, high = between(payments(spec.objective, policy.table), lambda law: tail_mean_of(law, spec.level))
    return low if low == high else Interval(low, high)
