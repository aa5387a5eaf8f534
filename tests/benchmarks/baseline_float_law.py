"""The law of a return in plain floats: masses on (state, sum paid) moved forwards, a dense array each step.

For sums of whole numbers. What a discounted return is worth is found as distributional reinforcement learning
does it: laws on a fixed grid of values at each state, backed up and spread over the two nearest grid points
(Marc G. Bellemare, Will Dabney, Remi Munos: A Distributional Perspective on Reinforcement Learning, 2017).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

Edges = Sequence[tuple[int, int, float, int]]
"""(state, next state, probability, pay)."""


def law_of_sums(states: int, edges: Edges, *, start: int, steps: int, most: int) -> Any:
    """Return the probabilities of the sums 0 .. most after so many steps."""
    now = np.zeros((states, most + 1))
    now[start, 0] = 1
    for _ in range(steps):
        after = np.zeros_like(now)
        for s, t, p, pay in edges:
            if pay:
                after[t, pay:] += p * now[s, :-pay]
            else:
                after[t] += p * now[s]
        now = after
    return now.sum(axis=0)


def law_on_grid(
    states: int,
    edges: Edges,
    *,
    start: int,
    discount: float,
    ends: tuple[float, float],
    cells: int,
    sweeps: int,
) -> tuple[Any, Any]:
    """Return the grid and the probabilities of what is to come from the start, after so many sweeps."""
    grid = np.linspace(*ends, cells)
    step = grid[1] - grid[0]
    laws = np.zeros((states, cells))
    laws[:, np.argmin(np.abs(grid))] = 1
    backed = {}
    for pay in {pay for *_, pay in edges}:
        place = np.clip((pay + discount * grid - grid[0]) / step, 0, cells - 1)
        low = np.floor(place).astype(int)
        backed[pay] = low, np.minimum(low + 1, cells - 1), place - low
    for _ in range(sweeps):
        after = np.zeros_like(laws)
        for s, t, p, pay in edges:
            low, high, share = backed[pay]
            np.add.at(after[s], low, p * laws[t] * (1 - share))
            np.add.at(after[s], high, p * laws[t] * share)
        laws = after
    return grid, laws[start]


def quantile_of(values: Any, law: Any, level: float) -> float:
    """Return the least value that is not exceeded with at least this probability."""
    return float(values[np.searchsorted(np.cumsum(law), level)])


def tail_mean_of(values: Any, law: Any, level: float) -> float:
    """Return the mean of the worst share of outcomes."""
    shares = np.diff(np.minimum(np.cumsum(law), level), prepend=0)
    return float((shares * values).sum() / level)
