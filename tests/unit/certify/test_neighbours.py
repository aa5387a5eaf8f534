"""Neighbours of good policies: where they suffice, and where they do not."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from random import Random

import pytest

from specexpr.certify.chain import Chain
from specexpr.certify.clock import Average, ByState, Clock, Discounted, Horizon, visits
from specexpr.certify.model import Claim, Model, Table
from specexpr.certify.neighbours import neighbours
from specexpr.certify.ordering import every_behaviour
from specexpr.certify.proofs import TooLarge
from specexpr.certify.walk import Walker
from specexpr.testing.brute_force import deterministic_tables, is_alike
from specexpr.testing.examples import model, table
from specexpr.testing.generators import random_environment

Value = Callable[[Table], Fraction]
Pairs = dict[tuple[int, int], Fraction]
HALF = Fraction(1, 2)


def valued(one: Model, reward: Pairs, clock: Clock, discounts: Pairs | None = None) -> Value:
    """Return the values of policies under a clock."""
    walker = Walker(Claim((one,), (), (), None), discounts=discounts)
    known: dict[Table, Fraction] = {}

    def value(table: Table) -> Fraction:
        if table not in known:
            walk = walker.walk(0, table)
            counts = walker.counts(0, walk, visits(walk, clock))
            known[table] = sum((n * reward[s, a] for (s, a), n in counts.items()), Fraction(0))  # type: ignore[misc,index] # pairs
        return known[table]

    return value


def counterexamples(clock: Clock, cases: int) -> tuple[int, int]:
    """Return how often good policies beat all neighbours, and how often they then do not beat all others.

    Good are all that behave like one policy, or like one of two: so each policy that is best among its
    neighbours is met, whether it is best of all or not.
    """
    beaten = wrong = 0
    for seed in range(cases):
        random = Random(seed)
        one = random_environment(random, random.randrange(2, 7)).model
        everything = deterministic_tables(one)
        if len(everything) > 16:
            continue
        pairs = [(s, a) for s, row in enumerate(one.rows) for a in row]
        reward = {pair: Fraction(random.randint(-3, 3)) for pair in pairs}
        discounts = {pair: random.choice((HALF, Fraction(0), Fraction(9, 10))) for pair in pairs}
        value = valued(one, reward, clock, discounts if isinstance(clock, ByState) else None)
        for chosen in everything:
            names = [chosen, *random.sample(everything, random.randint(0, 1))]
            good = tuple(t for t in everything if any(is_alike(one, t, name) for name in names))
            least = min(map(value, good))
            near = [t for t in neighbours(Chain(one), good) if not any(is_alike(one, t, g) for g in good)]
            if all(value(t) < least for t in near):
                beaten += 1
                wrong += any(value(t) >= least for t in everything if t not in good)
    return beaten, wrong


@pytest.mark.parametrize("clock", [Average(), ByState(), Discounted(Fraction(9, 10))])
def test_policies_that_beat_their_neighbours_beat_all(clock: Clock) -> None:
    """Under discounts, discounts of states and actions, and averages, on random environments and rewards."""
    beaten, wrong = counterexamples(clock, 150)
    assert beaten > 60
    assert wrong == 0


def test_under_a_horizon_they_need_not() -> None:
    """Two steps: to stay in both states beats to leave one of them, and is beaten by leaving both."""
    one = model(
        {"x": {"stay": "x", "go": "y"}, "y": {"stay": "y", "go": "x"}}, start={"x": "9/10", "y": "1/10"}
    )
    pays = {(0, 0): 0, (0, 1): -11, (1, 0): 10, (1, 1): 19}
    value = valued(one, {pair: Fraction(x) for pair, x in pays.items()}, Horizon(2))
    named = {name: table(one, *name.split()) for name in ("stay stay", "go stay", "stay go", "go go")}
    values = {name: value(policy) for name, policy in named.items()}
    assert values == {"stay stay": 2, "go stay": Fraction(11, 10), "stay go": Fraction(19, 10), "go go": 8}
    assert named["go go"] not in set(neighbours(Chain(one), (named["stay stay"],)))


def test_neighbours_do_as_they_like_where_the_good_policy_does_not_go() -> None:
    """After b in s both actions of t occur: the good policy never came there."""
    one = model({"s": {"a": "s", "b": "t"}, "t": {"a": "s", "b": "t"}}, start="s")
    stay = tuple(((0, Fraction(1)),) for _ in range(2))
    assert {tuple(row[0][0] for row in table) for table in neighbours(Chain(one), (stay,))} == {
        (1, 0),
        (1, 1),
    }


def test_all_are_neighbours_of_what_is_not_deterministic() -> None:
    """No switch leads from a good policy that mixes to a deterministic one."""
    one = model({"s": {"a": "s", "b": "s"}}, start="s")
    coin = (((0, HALF), (1, HALF)),)
    assert list(neighbours(Chain(one), (coin,))) == list(every_behaviour(Chain(one), (coin,)))


def test_there_may_be_too_many() -> None:
    """A switch that leads where 13 states have a choice has 2^13 continuations."""
    rows = [{0: ((0, Fraction(1)),), 1: tuple((t, Fraction(1, 13)) for t in range(1, 14))}]
    rows += [{a: ((t, Fraction(1)),) for a in range(2)} for t in range(1, 14)]
    one = Model(tuple(f"s{i}" for i in range(14)), ("a", "b"), ((0, Fraction(1)),), tuple(rows))
    stay = tuple(((0, Fraction(1)),) for _ in range(14))
    with pytest.raises(TooLarge, match="more than 5000"):
        list(neighbours(Chain(one), (stay,)))
