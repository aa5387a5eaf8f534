"""What the kit knows of functions of trajectories by definition."""

from __future__ import annotations

from dataclasses import replace

from specexpr.certify.model import TrajectoryConstraint
from specexpr.expressivity.task import Question
from specexpr.expressivity.verdict import Verdict
from specexpr.testing.word_confirmation import confirm_trajectory_proof
from specexpr.testing.word_truth import trajectory_function_truth


def prepare(question: Question) -> Question:
    """Let sequences be seen by their labels: whole ones can have any value, and no order is refused."""
    if any(isinstance(c, TrajectoryConstraint) for c in question.task.constraints):
        return replace(question, options=replace(question.options, observe_labels=True))
    return question


def truth(question: Question) -> bool:
    """Say whether some function of trajectories meets every comparison of the question."""
    return trajectory_function_truth(question)


def confirm(question: Question, verdict: Verdict) -> str | None:
    """Return what is wrong with a function or a conflict."""
    return confirm_trajectory_proof(question, verdict)
