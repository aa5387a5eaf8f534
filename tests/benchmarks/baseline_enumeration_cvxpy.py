"""A peer: every deterministic policy is listed, and cvxpy separates the good from the rest."""

from __future__ import annotations

from collections.abc import Sequence

import cvxpy as cp
import numpy as np
from numpy.typing import NDArray

from tests.benchmarks.baseline_enumeration_scipy import THRESHOLD, Policy, visits_one_by_one


def separate(
    transitions: NDArray[np.float64],
    start: NDArray[np.float64],
    discount: float,
    good: Sequence[Policy],
    *,
    equal: bool,
) -> NDArray[np.float64] | None:
    """Return a reward with the largest margin between good and bad policies, or None if there seems none."""
    states, actions, _ = transitions.shape
    policies, visits = visits_one_by_one(transitions, start, discount)
    accepted = set(good)
    is_good = np.array([policy in accepted for policy in policies])
    reward, value, margin = cp.Variable(states * actions), cp.Variable(), cp.Variable()
    problem = cp.Problem(
        cp.Maximize(margin),
        [
            visits[is_good] @ reward == value if equal else visits[is_good] @ reward >= value,
            visits[~is_good] @ reward + margin <= value,
            cp.abs(reward) <= 1,
        ],
    )
    problem.solve()
    if reward.value is None or margin.value is None or float(margin.value) <= THRESHOLD:
        return None
    return np.asarray(reward.value).reshape(states, actions)
