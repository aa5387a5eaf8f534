"""What the kit knows of rewards with discounts of states and actions, by definition.

With D the largest discount, to count what follows (s, a) Gamma(s, a) times is to discount it by D and to end
the episode there with probability 1 - Gamma(s, a) / D: so these are discounted visits of a model with an end.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from types import MappingProxyType

from specexpr.certify.model import Claim, Model, Table
from specexpr.expressivity.task import Objective, Question
from specexpr.expressivity.verdict import Verdict
from specexpr.formalism import Spec
from specexpr.formalisms.statediscount import StateDiscountedReward
from specexpr.models.environment import Environment
from specexpr.models.policy import Policy
from specexpr.testing.brute_force import state_occupancy
from specexpr.testing.confirmation import spread_reward
from specexpr.testing.feature_truth import confirm_linear_proof, is_linearly_expressible, on_steps

Pair = tuple[int, int]
Steps = Mapping[tuple[int, int, int], Fraction]

CASES = 15
"""How many questions of each kind are drawn."""


def weighed(model: Model, table: Table, gamma: Mapping[Pair, Fraction]) -> Mapping[int, Fraction]:
    """Return the visits to each state, weighed by the discounts of what came before."""
    largest = max(gamma.values()) or Fraction(1, 2)
    end = len(model.states)
    rows = []
    for s, row in enumerate(model.rows):
        laws = {}
        for a, law in row.items():
            on = gamma[s, a] / largest
            steps = (*((t, on * p) for t, p in law), (end, 1 - on))
            laws[a] = tuple((t, p) for t, p in steps if p)
        rows.append(MappingProxyType(laws))
    rows.append(MappingProxyType({0: ((end, Fraction(1)),)}))
    ending = Model((*model.states, "end"), model.actions, model.start, tuple(rows))
    found = state_occupancy(ending, (*table, ((0, Fraction(1)),)), largest)
    return dict(enumerate(found[:end]))


def features(claim: Claim, model: int, table: Table) -> Steps:
    """Return the weighed number of times that each transition is taken."""
    one = claim.models[model]
    return on_steps(one, table, weighed(one, table, dict(claim.setting.discounts or ())))


def prepare(question: Question) -> Question:
    """Take discounts that are the same when states and actions are renamed: by how many states may follow."""
    first, *_ = environments = question.task.environments
    pairs = {(s, a) for one in environments for s, row in enumerate(one.model.rows) for a in row}
    some = {1: Fraction(1, 2), 2: Fraction(9, 10), 3: Fraction(0)}
    count = {(s, a): len(law) for s, row in enumerate(first.model.rows) for a, law in row.items()}
    discounts = tuple((pair, some.get(count.get(pair, 0), Fraction(1, 3))) for pair in sorted(pairs))
    structure = Objective("g", first, "sdd", StateDiscountedReward(discounts, ()))
    return replace(question, options=replace(question.options, structure=structure))


def truth(question: Question) -> bool:
    """Say whether some reward has sums with these discounts as the question asks."""
    return is_linearly_expressible(question, features)


def value(environment: Environment, spec: Spec, policy: Policy) -> Fraction:
    """Return the expected sum of the rewards, each times the discounts of what came before."""
    model = environment.model
    pays = spread_reward(model, spec.entries)
    taken = on_steps(model, policy.table, weighed(model, policy.table, dict(spec.discounts)))
    return sum((mass * pays.get(step, Fraction(0)) for step, mass in taken.items()), Fraction(0))


def confirm(question: Question, verdict: Verdict) -> str | None:
    """Return what is wrong with a reward or a conflict."""
    return confirm_linear_proof(question, verdict, features)
