"""A peer: all deterministic policies are listed, `scipy.optimize.linprog` separates good from bad."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog

Policy = tuple[int, ...]
THRESHOLD = 1e-6


def visits_one_by_one(
    transitions: NDArray[np.float64], start: NDArray[np.float64], discount: float
) -> tuple[list[Policy], NDArray[np.float64]]:
    """Return all deterministic policies and their discounted visits, one linear system a policy."""
    states, actions, _ = transitions.shape
    index = np.arange(states)
    policies = list(product(range(actions), repeat=states))
    visits = np.zeros((len(policies), states, actions))
    for i, policy in enumerate(policies):
        chain = transitions[index, list(policy)]
        visits[i, index, list(policy)] = np.linalg.solve(np.eye(states) - discount * chain.T, start)
    return policies, visits.reshape(len(policies), -1)


def visits_at_once(
    transitions: NDArray[np.float64], start: NDArray[np.float64], discount: float
) -> tuple[list[Policy], NDArray[np.float64]]:
    """Return the same from one batched solve."""
    states, actions, _ = transitions.shape
    policies = list(product(range(actions), repeat=states))
    table = np.array(policies)
    chains = transitions[np.arange(states), table]
    right = np.broadcast_to(start[:, None], (len(policies), states, 1))
    state_visits = np.linalg.solve(np.eye(states) - discount * chains.transpose(0, 2, 1), right)[:, :, 0]
    visits = np.zeros((len(policies), states, actions))
    np.put_along_axis(visits, table[:, :, None], state_visits[:, :, None], axis=2)
    return policies, visits.reshape(len(policies), -1)


def separate(
    transitions: NDArray[np.float64],
    start: NDArray[np.float64],
    discount: float,
    good: Sequence[Policy],
    *,
    equal: bool,
    batched: bool = False,
) -> NDArray[np.float64] | None:
    """Return a reward with the largest margin between good and bad policies, or None if there seems none.

    Variables: the reward, bounded by 1, a value that separates, the margin.
    """
    states, actions, _ = transitions.shape
    policies, visits = (visits_at_once if batched else visits_one_by_one)(transitions, start, discount)
    accepted = set(good)
    is_good = np.array([policy in accepted for policy in policies])
    better, worse = visits[is_good], visits[~is_good]
    count = states * actions
    above = np.hstack([-better, np.tile([1.0, 0.0], (len(better), 1))])
    below = np.hstack([worse, np.tile([-1.0, 1.0], (len(worse), 1))])
    answer = linprog(
        np.append(np.zeros(count + 1), -1.0),
        A_ub=below if equal else np.vstack([above, below]),
        b_ub=np.zeros(len(below) if equal else len(above) + len(below)),
        A_eq=above if equal else None,
        b_eq=np.zeros(len(above)) if equal else None,
        bounds=[(-1, 1)] * count + [(None, None), (None, None)],
        method="highs",
    )
    if answer.x is None or answer.x[-1] <= THRESHOLD:
        return None
    return np.asarray(answer.x[:count]).reshape(states, actions)
