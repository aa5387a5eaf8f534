"""What the kit knows of quasi-hyperbolic rewards by definition: first steps one by one, then an occupancy."""

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
from specexpr.testing.brute_force import state_occupancy
from specexpr.testing.confirmation import spread_reward
from specexpr.testing.feature_truth import confirm_linear_proof, is_linearly_expressible, on_steps

Steps = Mapping[tuple[int, int, int], Fraction]

CASES = 15
"""How many questions of each kind are drawn."""


def weighed(
    model: Model, table: Table, weights: tuple[Fraction, ...], discount: Fraction | None
) -> Mapping[int, Fraction]:
    """Return the weighed visits to each state: sum_t w_t P(s_t = s)."""
    found = dict.fromkeys(range(len(model.states)), Fraction(0))
    law = dict(model.start)
    *first, last = weights
    for weight in first:
        following: dict[int, Fraction] = {}
        for s, mass in law.items():
            found[s] += weight * mass
            for a, p in table[s]:
                for t, q in model.rows[s][a]:
                    following[t] = following.get(t, Fraction(0)) + mass * p * q
        law = following
    if last:
        assert discount is not None
        later = replace(model, start=tuple(sorted(law.items())))
        for s, n in enumerate(state_occupancy(later, table, discount)):
            found[s] += last * n
    return found


def features(claim: Claim, model: int, table: Table) -> Steps:
    """Return the weighed number of times that each transition is taken."""
    one = claim.models[model]
    assert claim.setting.weights is not None
    return on_steps(one, table, weighed(one, table, claim.setting.weights, claim.discount))


def prepare(question: Question) -> Question:
    """Ask with beta 7/10."""
    return replace(question, options=replace(question.options, beta=Fraction(7, 10)))


def truth(question: Question) -> bool:
    """Say whether some reward has weighed sums as the question asks."""
    return is_linearly_expressible(question, features)


def value(environment: Environment, spec: Spec, policy: Policy) -> Fraction:
    """Return the expected sum of the weighed rewards."""
    model = environment.model
    pays = spread_reward(model, spec.entries)
    taken = on_steps(model, policy.table, weighed(model, policy.table, spec.weights, spec.discount))
    return sum((mass * pays.get(step, Fraction(0)) for step, mass in taken.items()), Fraction(0))


def confirm(question: Question, verdict: Verdict) -> str | None:
    """Return what is wrong with a reward or a conflict."""
    return confirm_linear_proof(question, verdict, features)
