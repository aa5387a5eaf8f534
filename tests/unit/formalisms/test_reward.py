"""Markov rewards: reading, printing and values, against the definitions."""

import doctest
from fractions import Fraction
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import specexpr.formalisms.reward as reward_module
from specexpr.diagnostics import Source, Span
from specexpr.document import loads
from specexpr.expressivity.task import Options
from specexpr.formalisms.reward import FORMALISM, Reward, evaluate, parse, print_reward, reward
from specexpr.models.policy import Policy
from specexpr.testing.generators import random_environment, random_tables


def read(text, environment, **options):
    return parse(Source("t", text), Span(0, len(text)), environment, pytest.fail, options=Options(**options))


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 10**6))
def test_a_reward_prints_and_reads_back(seed):
    """print, parse: the same reward, whatever wildcards the printing finds."""
    random = Random(seed)
    environment = random_environment(random, random.randrange(8))
    spec = FORMALISM.sample(random, environment)
    assert read(print_reward(environment, spec), environment) == spec


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6))
def test_values_agree_with_summing_step_by_step(seed):
    """The exact value lies within the tail bound of the sum over the first steps, by the definition."""
    random = Random(seed)
    environment = random_environment(random, random.randrange(6))
    spec = Reward(Fraction(1, 2), FORMALISM.sample(random, environment).entries)
    policies = [Policy(table) for table in random_tables(random, environment.model, 2)]
    pays = {}
    for entry in spec.entries:
        pays[entry.state, entry.action, entry.next] = entry.value
    size = max((abs(v) for v in pays.values()), default=Fraction(0)) * 2
    for policy, value in zip(policies, evaluate(environment, spec, policies), strict=True):
        law, total, weight = dict(environment.model.start), Fraction(0), Fraction(1)
        for _ in range(12):
            following = {}
            for s, p in law.items():
                for a, q in policy.table[s]:
                    for t, r in environment.successors(s, a):
                        gain = pays.get((s, a, None), 0) + pays.get((s, a, t), 0)
                        total += weight * p * q * r * gain
                        following[t] = following.get(t, 0) + p * q * r
            law, weight = following, weight / 2
        assert abs(total - value) <= size * weight * 2


def test_the_two_kinds_of_entries_are_chosen_separately_and_added():
    """A specific entry for an action does not hide a general one for a step."""
    environment = loads(
        "environment e { states s t; actions a; start s; s / a -> { s: 1/2, t: 1/2 }; t / a -> t }"
    ).environment("e")
    spec = read("discount 1/2; s / a: 1; * / a: 5; * / * / *: 2; s / a / t: 4; * / * / t: 3", environment)
    values = {(e.state, e.action, e.next): e.value for e in spec.entries}
    assert values == {(0, 0, None): 1, (1, 0, None): 5, (0, 0, 0): 2, (0, 0, 1): 4, (1, 0, 1): 3}


def test_the_discount_may_come_from_the_document():
    """The body's own discount counts first."""
    environment = loads("environment e { states s; actions a; start s; s / a -> s }").environment("e")
    assert read("s / a: 1", environment, discount=Fraction(1, 3)).discount == Fraction(1, 3)
    assert read("s / a: 1; discount 1/2", environment, discount=Fraction(1, 3)).discount == Fraction(1, 2)


def test_rewards_are_in_one_form():
    """Zeros are left out and the order is that of the environment."""
    spec = reward(
        Fraction(1, 2), {(1, 0, None): Fraction(1), (0, 0, 1): Fraction(2), (0, 0, None): Fraction(0)}
    )
    assert [(e.state, e.action, e.next) for e in spec.entries] == [(0, 0, 1), (1, 0, None)]


def test_the_documented_example_runs():
    """The page of the formalism tells the truth."""
    assert doctest.testmod(reward_module).failed == 0
