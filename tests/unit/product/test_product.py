"""The product: reachable nodes, the law of the next node, what steps pay, and values."""

from __future__ import annotations

from fractions import Fraction
from random import Random

import pytest

from specexpr.formalism import find_formalism
from specexpr.formalisms import machine, reward
from specexpr.models.environment import Environment
from specexpr.models.policy import Policy
from specexpr.product.machine import Run
from specexpr.product.product import Product, product_values
from specexpr.testing.brute_force import policy_value
from specexpr.testing.generators import random_environment, random_tables


def case(seed: int) -> tuple[Random, Environment, machine.RewardMachine, Product]:
    random = Random(seed)
    where = random_environment(random, seed % 8)
    spec = machine.sample(random, where)
    return random, where, spec, machine.product(where, spec)


@pytest.mark.parametrize("seed", range(25))
def test_nodes_are_those_that_some_policy_reaches(seed: int) -> None:
    """The closure of the start under all actions, no node twice, the start first."""
    _, where, spec, product = case(seed)
    run = Run(where, spec)
    reached = {(0, s) for s, _ in where.model.start}
    while True:
        new = {
            (run.move(u, (s, a, t)), t)
            for u, s in reached
            for a in where.available(s)
            for t, _ in where.successors(s, a)
        }
        if new <= reached:
            break
        reached |= new
    assert len(product.nodes) == len(set(product.nodes))
    assert set(product.nodes) == reached
    assert [product.nodes[x] for x, _ in product.environment.model.start] == [
        (0, s) for s, _ in where.model.start
    ]


@pytest.mark.parametrize("seed", range(25))
def test_steps_are_those_of_environment_and_machine(seed: int) -> None:
    """From (u, s) under a to (u', t) with probability T(t|s, a), paying delta_r; labels are kept."""
    _, where, spec, product = case(seed)
    run, place = Run(where, spec), {node: x for x, node in enumerate(product.nodes)}
    paid = dict(product.rewards)
    for x, (u, s) in enumerate(product.nodes):
        assert set(product.environment.available(x)) == set(where.available(s))
        for a in where.available(s):
            expected = {place[run.move(u, (s, a, t)), t]: p for t, p in where.successors(s, a)}
            assert dict(product.environment.successors(x, a)) == expected
            mean = Fraction(0)
            for t, p in where.successors(s, a):
                value = run.pay(u, (s, a, t))
                assert paid.pop((x, a, place[run.move(u, (s, a, t)), t]), 0) == value
                mean += p * value
            assert product.expected_reward(x, a) == mean
            for ours, theirs in zip(product.environment.labels, where.labels, strict=True):
                assert ((x, a) in ours.pairs) is ((s, a) in theirs.pairs)
        for ours, theirs in zip(product.environment.labels, where.labels, strict=True):
            assert ours.name == theirs.name
            assert (x in ours.states) is (s in theirs.states)
    assert paid == {}


@pytest.mark.parametrize("seed", range(25))
def test_a_product_is_worth_what_its_objective_is(seed: int) -> None:
    """For machines and for rewards, a product of one node a state."""
    random, where, spec, product = case(seed)
    policies = [Policy(table) for table in random_tables(random, where.model, 3)]
    assert product_values(product, policies) == machine.evaluate(where, spec, policies)
    markov = reward.sample(random, where)
    plain = reward.product(where, markov)
    assert product_values(plain, policies) == reward.evaluate(where, markov, policies)
    pays = dict(plain.rewards)
    lifted = [tuple(policy.table[s] for _, s in plain.nodes) for policy in policies]
    by_definition = [
        policy_value(plain.environment.model, table, pays, discount=markov.discount) for table in lifted
    ]
    assert list(product_values(plain, policies)) == by_definition


def test_names_say_what_a_node_is() -> None:
    """Machine state and state; a name that holds a comma is quoted, so that names differ."""
    _, where, _, _ = case(3)
    spec = machine.reward_machine(
        "a, b",
        [("a, b", "c", machine.TRUE, Fraction(1)), ("c", "c", machine.TRUE, Fraction(0))],
        discount=Fraction(1, 2),
    )
    names = machine.product(where, spec).environment.states
    assert names[0] == '"a, b", s0'
    assert len(set(names)) == len(names)
    assert reward.product(where, reward.Reward(Fraction(1, 2), ())).environment.states[0] == "s0"


def test_formalisms_with_values_have_products() -> None:
    """Rewards and machines."""
    for name in ("mr", "rm"):
        formalism = find_formalism(name)
        assert formalism is not None
        assert formalism.product is not None
