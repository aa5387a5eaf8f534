"""What the kit knows of functions of trajectory lotteries by definition."""

from __future__ import annotations

from specexpr.expressivity.task import Question
from specexpr.expressivity.verdict import Verdict
from specexpr.testing.acyclic_proofs import doubt_proof
from specexpr.testing.acyclic_truth import is_acyclic, lottery_look
from specexpr.testing.questions import Kind

CASES = 6
"""A few: the same questions are asked, and the same circles found, in onmr."""

MOSTLY_MET = frozenset(Kind)
"""Of so few cases all may be met."""


def truth(question: Question) -> bool:
    """Say whether values of the laws of trajectories meet every comparison of the question."""
    return is_acyclic(question, lottery_look)


def confirm(question: Question, verdict: Verdict) -> str | None:
    """Return what is wrong with a table or a circle."""
    return doubt_proof(question, verdict, lottery_look)
