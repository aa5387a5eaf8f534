"""What the kit knows of functions of several discounted returns by definition."""

from __future__ import annotations

from dataclasses import replace

from specexpr.expressivity.task import Question
from specexpr.expressivity.verdict import Verdict
from specexpr.testing.word_confirmation import confirm_trajectory_proof
from specexpr.testing.word_truth import trajectory_function_truth

CASES = 9
"""The decision is one for `ftr`, `inmr` and `imorl`: each is asked fewer questions than others."""


def prepare(question: Question) -> Question:
    """Let labels be observed in about half of the questions, whichever way they are asked again."""
    goal = next(label for label in question.task.environments[0].labels if label.name == "goal")
    if len(goal.states) % 2:
        return replace(question, options=replace(question.options, observe_labels=True))
    return question


def truth(question: Question) -> bool:
    """Say whether some function of trajectories meets every comparison: returns can tell any beginning."""
    return trajectory_function_truth(question)


def confirm(question: Question, verdict: Verdict) -> str | None:
    """Return what is wrong with rewards and a function of their returns, or with a conflict."""
    return confirm_trajectory_proof(question, verdict)
