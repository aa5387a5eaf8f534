"""What the kit knows of functions of a discounted return by definition."""

from __future__ import annotations

from specexpr.expressivity.task import Question
from specexpr.expressivity.verdict import Verdict
from specexpr.testing.word_confirmation import confirm_trajectory_proof
from specexpr.testing.word_truth import trajectory_function_truth


def truth(question: Question) -> bool:
    """Say whether some function of trajectories meets every comparison: returns can tell any beginning."""
    return trajectory_function_truth(question)


def confirm(question: Question, verdict: Verdict) -> str | None:
    """Return what is wrong with a reward and a function of its return, or with a conflict."""
    return confirm_trajectory_proof(question, verdict)
