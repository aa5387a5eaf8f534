"""What the kit knows of the greatest of several objectives by definition."""

from __future__ import annotations

from pathlib import Path

from specexpr.exact import Value
from specexpr.expressivity.task import Question
from specexpr.expressivity.verdict import Verdict
from specexpr.formalism import Spec
from specexpr.models.environment import Environment
from specexpr.models.policy import Policy
from specexpr.testing.component_truth import between, true_values
from specexpr.testing.given_truth import confirm_choice, give, given_truth

HERE = Path(__file__).parent


def value(environment: Environment, spec: Spec, policy: Policy) -> Value:
    """Return the greatest of the values."""
    return between(max, true_values(HERE, spec.objectives, policy))


def truth(question: Question) -> bool:
    """Say whether some choice is as the question asks."""
    return given_truth("maxmax", question, HERE)


def confirm(question: Question, verdict: Verdict) -> str | None:
    """Return what is wrong with a choice, or with constraints that none meets."""
    return confirm_choice("maxmax", question, verdict, HERE)


def prepare(question: Question) -> Question:
    """Give two objectives."""
    return give(question)
