"""Returns under several rewards: when they are known without solving, and one reward that stands for all."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations
from math import lcm
from random import Random

import pytest

from specexpr.certify.chain import Chain
from specexpr.certify.model import AcceptableSet, Acceptance, Claim, PolicyConstraint, Relation
from specexpr.certify.outcomes import kept, least_base, returns_of
from specexpr.certify.proofs import Refused, RewardEntry, StateOccupancy
from specexpr.exact import Interval
from specexpr.testing.brute_force import (
    deterministic_tables,
    is_alike,
    occupancy,
    policy_value,
    state_occupancy,
)
from specexpr.testing.confirmation import spread_reward
from specexpr.testing.generators import random_discount, random_model, random_tables

ZERO = Fraction(0)


def some_reward(random: Random, states: int, actions: int, *, signed: bool) -> tuple[RewardEntry, ...]:
    low = -3 if signed else 0
    cells = [(s, a) for s in range(states) for a in range(actions) if random.random() < 0.6]
    return tuple(RewardEntry(s, a, None, Fraction(random.randint(low, 3))) for s, a in cells)


def test_a_return_is_found_by_comparison() -> None:
    """`is_at` says of each policy whether its return is a number, or lies in an interval."""
    for seed in range(40):
        random = Random(seed)
        model, discount = random_model(random, 3, 2), random_discount(random)
        reward = some_reward(random, 3, 2, signed=random.random() < 0.5)
        known = returns_of([Chain(model)], discount, [reward])
        spread = spread_reward(model, reward)
        for table in random_tables(random, model, 4):
            value = policy_value(model, table, spread, discount=discount)
            for wanted in (value, ZERO, value + 1):
                assert known.is_at(0, 0, table, wanted) == (value == wanted)
            assert known.is_at(0, 0, table, Interval(value - 1, value))
            assert not known.is_at(0, 0, table, Interval(value + 1, value + 2))


def test_visits_that_are_off_bound_the_return() -> None:
    """Rounded visits tell returns that are apart; of others nothing is said, and nothing wrong."""
    random = Random(5)
    said = {True: 0, False: 0, None: 0}
    for _ in range(60):
        model, discount = random_model(random, 3, 2), Fraction(9, 10)
        reward = some_reward(random, 3, 2, signed=True)
        (table,) = random_tables(random, model, 1)
        value = policy_value(model, table, spread_reward(model, reward), discount=discount)
        exact = state_occupancy(model, table, discount)
        noise = Fraction(1, 10 ** random.choice((1, 3, 6)))
        rough = tuple(x + noise * random.randint(-1, 1) if x else x for x in exact)
        known = returns_of([Chain(model)], discount, [reward])
        key = known.chains[0].behaviour(table)[1]
        known.carried[0, key] = StateOccupancy(0, table, rough)
        for wanted in (Interval(value - 1, value + 1), Interval(value + 1, value + 2), value):
            is_there = not isinstance(wanted, Interval) or wanted.lo <= value <= wanted.hi
            try:
                assert known.is_at(0, 0, table, wanted) == is_there
                said[is_there] += 1
            except Refused:
                said[None] += 1
    assert min(said.values()) > 10


def test_policies_with_given_returns_are_explored() -> None:
    """What the rule leaves has all deterministic policies with these returns, and spares most others."""
    spared = 0
    for seed in range(30):
        random = Random(seed)
        model, discount = random_model(random, 3, 2), Fraction(1, 2)
        rewards = [some_reward(random, 3, 2, signed=False) for _ in range(2)]
        spreads = [spread_reward(model, reward) for reward in rewards]
        known = returns_of([Chain(model)], discount, rewards)
        everything = deterministic_tables(model)

        tables = (*everything, *random_tables(random, model, 3))
        values = {t: tuple(policy_value(model, t, r, discount=discount) for r in spreads) for t in tables}
        for wanted in set(values.values()):
            allowed = known.rule(0, wanted)
            left = [] if allowed is None else list(kept(known.chains[0], allowed))
            for table in everything:
                if values[table] == wanted:
                    assert any(is_alike(model, table, other) for other in left)
            assert not any(is_alike(model, x, y) for x, y in combinations(left, 2))
            spared += len(everything) - len(left)
    assert spared > 60


def test_two_actions_in_one_state_are_no_deterministic_policy() -> None:
    """Rewards of 1 for two actions, with returns that are not 0, leave none."""
    random = Random(1)
    model = random_model(random, 2, 2)
    state = next(s for s, row in enumerate(model.rows) if len(row) == 2)
    units = [[RewardEntry(state, a, None, Fraction(1))] for a in (0, 1)]
    known = returns_of([Chain(model)], Fraction(1, 2), units)
    assert known.rule(0, [Fraction(1), Interval(Fraction(1, 9), Fraction(1))]) is None
    assert known.rule(0, [Fraction(1), None]) is not None
    assert returns_of([Chain(model)], Fraction(1, 2), [[]]).rule(0, [Fraction(1)]) is None


@pytest.mark.parametrize("is_meant", [True, False])
def test_one_reward_tells_all_returns(is_meant: bool) -> None:
    """Above the bound, policies with one return under sum B^i R_i have one return under each R_i.

    The bound covers the denominators of all occupancies that are named or meant.
    """
    for seed in range(20):
        random = Random(seed)
        model, discount = random_model(random, 3, 2), random_discount(random)
        rewards = [some_reward(random, 3, 2, signed=True) for _ in range(3)]
        named = random_tables(random, model, 4)
        tables = deterministic_tables(model) if is_meant else named
        asked = tuple(PolicyConstraint(0, t, t, Relation.TIE) for t in named)
        sets = (AcceptableSet(0, named[:1], None, Acceptance.RANGE),) if is_meant else ()
        claim = Claim((model,), asked, sets, discount)
        known = returns_of([Chain(model)], discount, rewards)
        bound = least_base(claim, known)
        below = [lcm(*(x.denominator for x in occupancy(model, t, discount).values())) for t in tables]
        most = max(
            (abs(e.value) for r in rewards for e in r if e.action in model.rows[e.state]), default=ZERO
        )
        assert bound >= 2 * max(below) ** 2 * most / (1 - discount)
        base = int(bound) + 1
        values = [
            [policy_value(model, t, spread_reward(model, r), discount=discount) for r in rewards]
            for t in tables
        ]
        for one, other in combinations(values, 2):
            together = [sum(x * base**i for i, x in enumerate(v)) for v in (one, other)]
            assert (one == other) == (together[0] == together[1])
