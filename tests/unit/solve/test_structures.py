"""Visits of chains in many structures at once, in floats, against one exact solution each."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest

from specexpr.solve.structures import Chain, Chains, vanishing

DISCOUNT = 0.9


def random_chain(random: Random, size: int, observations: int) -> Chain:
    """Return a chain whose nodes count one or two of three keys."""
    start = [random.random() for _ in range(size)]
    edges = []
    for i in range(size):
        weights = [random.random() for _ in range(2)]
        edges += [
            (random.randrange(observations), i, random.randrange(size), w / sum(weights)) for w in weights
        ]
    counts = [(i, random.randrange(3), random.random()) for i in range(size) for _ in range(2)]
    return Chain([x / sum(start) for x in start], edges, counts)


def worth(chain: Chain, moves: np.ndarray, keys: np.ndarray) -> float:
    """Return what a chain is worth in one structure, by the sum over times."""
    now = {(0, i): mass for i, mass in enumerate(chain.start)}
    total, weight = 0.0, 1.0
    for _ in range(400):
        for (u, i), mass in now.items():
            total += weight * mass * sum(keys[u, key] * count for j, key, count in chain.counts if i == j)
        ahead: dict[tuple[int, int], float] = {}
        for (u, i), mass in now.items():
            for o, j, k, p in chain.edges:
                if i == j:
                    place = int(moves[u, o]), k
                    ahead[place] = ahead.get(place, 0.0) + mass * p
        now, weight = ahead, weight * DISCOUNT
    return total


@pytest.mark.parametrize("states", [1, 2, 3])
def test_worths_are_discounted_sums(states: int) -> None:
    """In each structure a chain is worth the discounted sum of what its nodes count in the machine state."""
    random = Random(states)
    keys = np.array([[random.random() for _ in range(3)] for _ in range(states)])
    chains = [random_chain(random, size, 3) for size in (1, 3, 2)]
    moves = np.array(
        [[[random.randrange(states) for _ in range(3)] for _ in range(states)] for _ in range(5)],
        dtype=np.int8,
    )
    arrays = Chains(chains, observations=3, keys=3, discount=DISCOUNT)
    found = arrays.worths(moves, arrays.weighed(keys))
    truth = [[worth(chain, one, keys) for chain in chains] for one in moves]
    np.testing.assert_allclose(found, truth, rtol=1e-9)


def test_what_cancels_vanishes() -> None:
    """A combination vanishes where its worths cancel, up to rounding, and not where they nearly do."""
    worths = np.array([[1.0, 2.0, 3.0], [1.0, 2.0, 3.0 + 1e-6]])
    combinations = np.array([[1.0, 1.0, -1.0], [2.0, -1.0, 0.0], [1.0, 0.0, 0.0]])
    assert vanishing(worths, combinations).tolist() == [[True, True, False], [False, True, False]]
