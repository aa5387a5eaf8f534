"""Discounted visits of many policies in many machine structures at once, in floats; nothing here decides.

Each chain has its nodes; `moves[b, v, o]` is where structure b goes from machine state v on observation o.
The visits of a chain, summed over the machine states, are those without a machine; so the visits in state 0
are left out of the equations, as the kernel does (`certify.mixtures`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Moves = NDArray[np.int8]
"""One row a structure: [structure, machine state, observation]."""

_ENTRIES = 4_000_000  # of the systems that are solved at a time


@dataclass(frozen=True, slots=True)
class Chain:
    """A policy or sequence: where it starts, (observation, from, to, probability), and (node, key, count)."""

    start: Sequence[float]
    edges: Sequence[tuple[int, int, int, float]]
    counts: Sequence[tuple[int, int, float]]


class Chains:
    """Some chains as arrays, padded to the nodes of the largest."""

    def __init__(self, chains: Sequence[Chain], *, observations: int, keys: int, discount: float) -> None:
        size = max((len(chain.start) for chain in chains), default=0)
        self.forward = np.zeros((observations, len(chains), size, size))
        self.counts = np.zeros((len(chains), size, keys))
        start = np.zeros((len(chains), size))
        for n, chain in enumerate(chains):
            start[n, : len(chain.start)] = chain.start
            for o, i, j, p in chain.edges:
                self.forward[o, n, j, i] += discount * p
            for i, key, count in chain.counts:
                self.counts[n, i, key] += count
        whole = np.eye(size) - self.forward.sum(axis=0)
        self.total = np.linalg.solve(whole, start[..., None])[..., 0]

    def weighed(self, weights: Array) -> Array:
        """Return what a visit is worth by machine state, chain and node; weights: [machine state, key]."""
        found: Array = np.einsum("nik,uk->uni", self.counts, weights)
        return found

    def worths(self, moves: Moves, weighed: Array) -> Array:
        """Return what the visits of each chain are worth in each structure: [structure, chain]."""
        count, size = self.total.shape
        states = moves.shape[1]
        if states == 1 or not count:
            worth: Array = np.einsum("ni,ni->n", self.total, weighed[0])
            return np.broadcast_to(worth, (len(moves), count))
        step = max(1, _ENTRIES // (count * (size * states) ** 2))
        parts = [self._worths(moves[i : i + step], weighed) for i in range(0, len(moves), step)]
        return np.concatenate(parts)

    def _worths(self, moves: Moves, weighed: Array) -> Array:
        batch, states, observations = moves.shape
        count, size = self.total.shape
        later = states - 1
        goes = np.stack([moves == u for u in range(1, states)], axis=1)  # [b, u, v, o]
        flat = self.forward.reshape(observations, -1)
        into = (goes.reshape(-1, observations) @ flat).reshape(batch, later, states, count, size, size)
        matrix = into[:, :, :1] - into[:, :, 1:]  # [b, u, v, n, j, i]
        for u in range(later):
            matrix[:, u, u] += np.eye(size)
        matrix = matrix.transpose(0, 3, 1, 4, 2, 5).reshape(batch, count, later * size, later * size)
        right = np.einsum("bunji,ni->bnuj", into[:, :, 0], self.total).reshape(batch, count, later * size)
        found = np.linalg.solve(matrix, right[..., None]).reshape(batch, count, later, size)
        first = self.total - found.sum(axis=2)
        worth: Array = np.einsum("bni,ni->bn", first, weighed[0])
        worth += np.einsum("bnui,uni->bn", found, weighed[1:states])
        return worth


def entries(chains: Sequence[Chain], *, observations: int, keys: int) -> int:
    """Return how many numbers the arrays of some chains hold."""
    size = max((len(chain.start) for chain in chains), default=0)
    return len(chains) * size * (size * observations + keys)


def vanishing(worths: Array, combinations: Array, *, tolerance: float = 1e-9) -> NDArray[np.bool_]:
    """Say which combinations, rows of weights of chains, seem to vanish: [structure, combination]."""
    values, size = worths @ combinations.T, np.abs(worths) @ np.abs(combinations.T)
    found: NDArray[np.bool_] = np.abs(values) <= tolerance * size
    return found
