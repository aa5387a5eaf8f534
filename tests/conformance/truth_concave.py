"""What the kit knows of concave functions of given objectives by definition."""

from __future__ import annotations

from pathlib import Path

from specexpr.expressivity.task import Question
from specexpr.expressivity.verdict import Verdict
from specexpr.testing.given_truth import give
from specexpr.testing.questions import Kind
from specexpr.testing.several_truth import confirm_function, function_truth

HERE = Path(__file__).parent

CASES = 9

MOSTLY_REFUSED = frozenset({Kind.STRICT, Kind.RANGE, Kind.EQUAL, Kind.STOCHASTIC})
"""Of two objectives and many policies, some are worse in both than ones that should be below them."""


def prepare(question: Question) -> Question:
    """Give two objectives."""
    return give(question)


def truth(question: Question) -> bool | None:
    """Say whether some such function is as the question asks."""
    return function_truth("concave", question, HERE)


def confirm(question: Question, verdict: Verdict) -> str | None:
    """Return what is wrong with a function or with a conflict."""
    return confirm_function("concave", question, verdict, HERE)
