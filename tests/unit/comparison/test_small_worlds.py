"""Small environments: all there are, one for each up to names; laws, policies and orders counted."""

from __future__ import annotations

from fractions import Fraction
from itertools import permutations, product
from math import comb

import pytest

from specexpr.certify.model import Model, Table
from specexpr.comparison.small_worlds import (
    denominator_of,
    environments,
    is_all_reached,
    laws,
    model_denominator,
    policies,
    weak_orders,
)
from specexpr.models.policy import behaviour

HALF = Fraction(1, 2)


@pytest.mark.parametrize(("outcomes", "denominator"), [(1, 3), (2, 1), (2, 3), (3, 2), (3, 4)])
def test_laws_are_all_with_small_denominators(outcomes: int, denominator: int) -> None:
    """By brute force: all distributions whose probabilities are fractions of a whole number up to that."""
    below = [Fraction(n, d) for d in range(1, denominator + 1) for n in range(d + 1)]
    expected = set()
    for shares in product(sorted(set(below)), repeat=outcomes):
        whole = any(all((p * d).denominator == 1 for p in shares) for d in range(1, denominator + 1))
        if sum(shares) == 1 and whole:
            expected.add(tuple((i, p) for i, p in enumerate(shares) if p))
    found = laws(outcomes, denominator)
    assert set(found) == expected
    assert len(found) == len(expected)
    assert [denominator_of([law]) for law in found] == sorted(denominator_of([law]) for law in found)


def orbit(model: Model) -> set[object]:
    """Return the keys of an environment under all names of states and actions."""
    states, actions = range(len(model.states)), range(len(model.actions))
    found: set[object] = set()
    for s in permutations(states):
        for a in permutations(actions):
            start = tuple(sorted((s[x], p) for x, p in model.start))
            rows = {
                (s[x], a[b]): tuple(sorted((s[y], p) for y, p in law))
                for x, row in enumerate(model.rows)
                for b, law in row.items()
            }
            found.add((start, tuple(sorted(rows.items()))))
    return found


@pytest.mark.parametrize(("states", "actions", "denominator"), [(1, 3, 2), (2, 2, 1), (2, 2, 2), (3, 1, 1)])
def test_each_environment_comes_once_up_to_names(states: int, actions: int, denominator: int) -> None:
    """Their orbits are disjoint, and together all environments."""
    seen: set[object] = set()
    for model in environments(states, actions, denominator):
        named = orbit(model)
        assert not named & seen
        seen |= named
    choices = laws(states, denominator)
    assert len(seen) == len(choices) ** (1 + states * actions)


def test_they_stop_when_it_is_late() -> None:
    """Nothing comes once the time is up."""
    assert list(environments(3, 2, 2, is_late=lambda: True)) == []


def test_what_is_reached_and_what_is_certain() -> None:
    """Of the environments of two states some never reach the second."""
    some = list(environments(2, 2, 1))
    stuck = [model for model in some if not is_all_reached(model)]
    assert stuck
    for model in stuck:
        (start, _), *others = model.start
        assert not others
        assert {t for law in model.rows[start].values() for t, _ in law} == {start}
    assert {model_denominator(model) for model in some} == {1}
    assert max(model_denominator(model) for model in environments(2, 1, 2)) == 2


def test_policies_that_behave_alike_come_once() -> None:
    """All tables, or one for each behaviour: the first."""
    model = next(model for model in environments(2, 2, 1) if not is_all_reached(model))
    every = policies(model, 2, are_alike_one=False)
    assert len(every) == len(set(every)) == 3**2
    single = policies(model, 2, are_alike_one=True)
    assert len(single) == 3
    known: dict[Table, Table] = {}
    for table in every:
        known.setdefault(behaviour(model, table), table)
    assert set(single) == set(known.values())


@pytest.mark.parametrize(("size", "count"), [(2, 2), (3, 12), (4, 74), (5, 540)])
def test_weak_orders_are_counted_by_fubini(size: int, count: int) -> None:
    """The ordered Bell numbers, without the order in which all tie; each level is used."""
    bell = [1]
    for n in range(1, size + 1):
        bell.append(sum(comb(n, k) * bell[n - k] for k in range(1, n + 1)))
    orders = weak_orders(size)
    assert len(orders) == len(set(orders)) == count == bell[size] - 1
    assert all(set(levels) == set(range(max(levels) + 1)) for levels in orders)
