"""Visits of walks under each clock: what the kernel computes, found quickly, with numbers that it accepts."""

from __future__ import annotations

from fractions import Fraction
from random import Random

import pytest

from specexpr.certify.clock import Average, ByState, Clock, Discounted, Horizon, visits
from specexpr.certify.model import Claim, Model, Table
from specexpr.certify.walk import Walk, Walker
from specexpr.solve import visits as module
from specexpr.solve.visits import weighed_visits
from specexpr.testing.generators import random_environment, random_tables

ONE = Fraction(1)
CLOCKS = (
    Average(),
    Horizon(4),
    Discounted(Fraction(9, 10)),
    Discounted(Fraction(1, 2), (ONE, Fraction(1, 3), Fraction(2))),
    ByState(),
)


def walks(seed: int) -> list[tuple[Walk, Clock]]:
    """Return the walks of random policies of a random environment, with each clock."""
    random = Random(seed)
    model = random_environment(random, random.randrange(9)).model
    claim = Claim((model,), (), (), None)
    some = (Fraction(0), Fraction(1, 2), Fraction(9, 10))
    discounts = {(s, a): random.choice(some) for s, row in enumerate(model.rows) for a in row}
    found = []
    for table in random_tables(random, model, 2):
        for clock in CLOCKS:
            walker = Walker(claim, discounts=discounts if isinstance(clock, ByState) else None)
            found.append((walker.walk(0, table), clock))
    return found


@pytest.mark.parametrize("small", [60, 0])
def test_visits_are_those_of_the_kernel(small: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """As small systems are solved, and as large ones are, on 100 random environments of one class or more."""
    monkeypatch.setattr(module, "SMALL", small)
    for seed in range(100):
        for walk, clock in walks(seed):
            found = weighed_visits(walk, clock)
            assert found.masses.numbers(len(walk.nodes)) == visits(walk, clock)
            carried = found.carried()
            assert visits(walk, clock, carried or None) == found.masses.numbers(len(walk.nodes))
            assert len(carried) == (
                0 if isinstance(clock, Horizon) else 2 if isinstance(clock, Average) else 1
            )


def ring(size: int, step: Fraction) -> tuple[Model, Table]:
    """Return a ring on which one goes on with a probability, entered from a tail of the same length."""
    states = tuple(f"s{i}" for i in range(2 * size))
    rows = []
    for i in range(2 * size):
        ahead = i + 1 if i + 1 < 2 * size else size
        law = tuple(sorted(((i, 1 - step), (ahead, step))))
        rows.append({0: tuple((t, p) for t, p in law if p)})
    return Model(states, ("a",), ((0, ONE),), tuple(rows)), (((0, ONE),),) * (2 * size)


@pytest.mark.parametrize("step", [Fraction(1), Fraction(1, 3)])
def test_a_large_ring(step: Fraction) -> None:
    """In the long run all states of a ring of 200 share the time; the kernel accepts the numbers."""
    model, table = ring(200, step)
    walk = Walker(Claim((model,), (), (), None)).walk(0, table)
    found = weighed_visits(walk, Average())
    shares = {s: n for (_, s), n in zip(walk.nodes, found.masses.numbers(len(walk.nodes)), strict=True) if n}
    assert shares == {s: Fraction(1, 200) for s in range(200, 400)}
    assert visits(walk, Average(), found.carried()) == found.masses.numbers(len(walk.nodes))


def test_a_horizon_with_long_denominators() -> None:
    """Steps of probabilities over 10^30 are summed as any others."""
    p = Fraction(10**30 - 7, 10**30)
    model = Model(("s", "t"), ("a",), ((0, ONE),), ({0: ((0, p), (1, 1 - p))}, {0: ((1, ONE),)}))
    walk = Walker(Claim((model,), (), (), None)).walk(0, (((0, ONE),),) * 2)
    assert weighed_visits(walk, Horizon(3)).masses.numbers(2) == (1 + p + p**2, 2 - p - p**2)
