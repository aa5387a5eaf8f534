"""What the kit knows of Markov rewards by definition."""

from __future__ import annotations

from fractions import Fraction

from specexpr.expressivity.task import Question
from specexpr.expressivity.verdict import Verdict
from specexpr.formalism import Spec
from specexpr.models.environment import Environment
from specexpr.models.policy import Policy
from specexpr.testing.brute_force import markov_reward_truth, policy_value
from specexpr.testing.confirmation import confirm_markov_proof, spread_reward


def truth(question: Question) -> bool:
    """Say whether some reward meets every comparison of the question."""
    return markov_reward_truth(question)


def value(environment: Environment, spec: Spec, policy: Policy) -> Fraction:
    """Return E sum_t g^t R(s_t, a_t, s_{t+1}) from V = r + g P V."""
    reward = spread_reward(environment.model, spec.entries)
    return policy_value(environment.model, policy.table, reward, discount=spec.discount)


def confirm(question: Question, verdict: Verdict) -> str | None:
    """Return what is wrong with a reward or a conflict."""
    return confirm_markov_proof(question, verdict)
