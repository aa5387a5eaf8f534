"""Product sets: where every state is always reached, just these are equally acceptable."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations
from math import comb, prod
from random import Random
from types import MappingProxyType

import pytest

import specexpr
from specexpr.certify.model import AcceptableSet, Acceptance, Model, Table
from specexpr.expressivity.task import Task
from specexpr.expressivity.verdict import Expressible
from specexpr.models.environment import Environment
from specexpr.testing.brute_force import deterministic_tables

DISCOUNTS = (Fraction(1, 2), Fraction(99, 100))


def dense_environment(random: Random, states: int, actions: int) -> Environment:
    """Return an environment in which every step may lead anywhere, with random rational probabilities."""

    def law() -> tuple[tuple[int, Fraction], ...]:
        weights = [random.randint(1, 9) for _ in range(states)]
        return tuple((t, Fraction(w, sum(weights))) for t, w in enumerate(weights))

    rows = tuple(MappingProxyType({a: law() for a in range(actions)}) for _ in range(states))
    names = tuple(f"s{s}" for s in range(states)), tuple("abc"[:actions])
    return Environment("dense", Model(*names, ((0, Fraction(1)),), rows))


def is_acceptable(
    environment: Environment, good: tuple[Table, ...], acceptance: Acceptance, g: Fraction
) -> bool:
    accepted = AcceptableSet(0, good, None, acceptance)
    task = Task(name="t", scope="dense", environments=(environment,), policies=(), acceptable=(accepted,))
    return isinstance(specexpr.check(task, "mr", discount=g), Expressible)


def is_product(good: tuple[Table, ...]) -> bool:
    """Say whether a set is all that chooses in each state among some actions."""
    return len(good) == prod(len(set(choices)) for choices in zip(*good, strict=True))


@pytest.mark.parametrize(("states", "actions"), [(1, 2), (1, 3), (2, 2), (3, 2), (2, 3)])
@pytest.mark.parametrize("discount", DISCOUNTS)
def test_equally_acceptable_sets_are_product_sets(states: int, actions: int, discount: Fraction) -> None:
    """Of all non-empty sets (2^|A| - 1)^|S| can be accepted equally, whatever the discount: the product sets.

    Derived, after David Abel et al., On the Expressivity of Markov Reward (NeurIPS 2021), who estimate such
    shares from samples.
    """
    environment = dense_environment(Random(states * 10 + actions), states, actions)
    everything = deterministic_tables(environment.model)
    count = 0
    for size in range(1, len(everything) + 1):
        for good in combinations(everything, size):
            found = is_acceptable(environment, good, Acceptance.EQUAL, discount)
            assert found == is_product(good)
            count += found
    assert count == (2**actions - 1) ** states


@pytest.mark.parametrize(("states", "actions"), [(1, 3), (2, 2), (2, 3), (3, 2), (4, 2)])
@pytest.mark.parametrize("acceptance", Acceptance)
def test_two_acceptable_policies_differ_in_one_state(
    states: int, actions: int, acceptance: Acceptance
) -> None:
    """Of all pairs |S|(|A|-1) in |A|^|S| - 1 can be accepted: those that differ in one state. Derived."""
    environment = dense_environment(Random(states * 10 + actions), states, actions)
    everything = deterministic_tables(environment.model)
    count = 0
    for one, other in combinations(everything, 2):
        found = is_acceptable(environment, (one, other), acceptance, Fraction(9, 10))
        assert found == (sum(x != y for x, y in zip(one, other, strict=True)) == 1)
        count += found
    share = Fraction(states * (actions - 1), actions**states - 1)
    assert Fraction(count, comb(actions**states, 2)) == share
