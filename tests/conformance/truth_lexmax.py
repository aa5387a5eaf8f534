"""What the kit knows of objectives of which one comes before the other by definition."""

from __future__ import annotations

from pathlib import Path

from specexpr.exact import Value
from specexpr.expressivity.task import Question
from specexpr.expressivity.verdict import Verdict
from specexpr.formalism import Spec
from specexpr.models.environment import Environment
from specexpr.models.policy import Policy
from specexpr.testing.brute_force import markov_reward_truth
from specexpr.testing.component_truth import true_values
from specexpr.testing.confirmation import confirm_markov_proof
from specexpr.testing.given_truth import confirm_choice, given_truth

HERE = Path(__file__).parent
CASES = 9
"""How many questions of each kind are drawn."""


def value(environment: Environment, spec: Spec, policy: Policy) -> Value:
    """Return the vector of the values."""
    return true_values(HERE, spec.objectives, policy)


def truth(question: Question) -> bool:
    """Say whether some list of rewards, or of the given objectives, is as the question asks."""
    if question.options.given:
        return given_truth("lexmax", question, HERE)
    return markov_reward_truth(question)


def confirm(question: Question, verdict: Verdict) -> str | None:
    """Return what is wrong with a reward or a conflict, or with priorities."""
    if question.options.given:
        return confirm_choice("lexmax", question, verdict, HERE)
    return confirm_markov_proof(question, verdict)
