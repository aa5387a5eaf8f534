"""What the kit knows of rewards over a horizon by definition: laws of the states at each time, added up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction

from specexpr.certify.model import Claim, Model, Table
from specexpr.expressivity.task import Question
from specexpr.expressivity.verdict import Verdict
from specexpr.formalism import Spec
from specexpr.models.environment import Environment
from specexpr.models.policy import Policy
from specexpr.testing.confirmation import spread_reward
from specexpr.testing.feature_truth import confirm_linear_proof, is_linearly_expressible

Steps = Mapping[tuple[int, int, int], Fraction]

CASES = 15
"""How many questions of each kind are drawn."""


def taken(model: Model, table: Table, steps: int) -> Steps:
    """Return how often each transition is taken in so many steps."""
    found: dict[tuple[int, int, int], Fraction] = {}
    law = dict(model.start)
    for _ in range(steps):
        following: dict[int, Fraction] = {}
        for s, mass in law.items():
            for a, p in table[s]:
                for t, q in model.rows[s][a]:
                    found[s, a, t] = found.get((s, a, t), Fraction(0)) + mass * p * q
                    following[t] = following.get(t, Fraction(0)) + mass * p * q
        law = following
    return found


def features(claim: Claim, model: int, table: Table) -> Steps:
    """Return how often each transition is taken within the horizon of the claim."""
    assert claim.setting.horizon is not None
    return taken(claim.models[model], table, claim.setting.horizon)


def prepare(question: Question) -> Question:
    """Ask for a horizon of three steps, which some of the sampled objectives have, too."""
    return replace(question, options=replace(question.options, horizon=3))


def truth(question: Question) -> bool:
    """Say whether some reward has sums as the question asks."""
    return is_linearly_expressible(question, features)


def value(environment: Environment, spec: Spec, policy: Policy) -> Fraction:
    """Return the expected sum of the rewards of the first steps."""
    pays = spread_reward(environment.model, spec.entries)
    steps = taken(environment.model, policy.table, spec.steps)
    return sum((mass * pays.get(step, Fraction(0)) for step, mass in steps.items()), Fraction(0))


def confirm(question: Question, verdict: Verdict) -> str | None:
    """Return what is wrong with a reward or a conflict."""
    return confirm_linear_proof(question, verdict, features)
