"""A peer: reward design for a set of acceptable policies, with the fringe, in cvxpy.

The algorithm of Abel, Dabney, Harutyunyan, Ho, Littman, Precup and Singh, "On the Expressivity of
Markov Reward" (NeurIPS 2021): expected discounted visits of the good policies and of their fringe, one linear
program, to which constraints are added one by one. Written from the paper's description, with one departure,
to its advantage: the slack is maximised under a bounded reward, so that no fixed slack has to be guessed.
Rewards are on (state, action). A second version hands cvxpy the constraints as matrices.
"""

from __future__ import annotations

from collections.abc import Sequence

import cvxpy as cp
import numpy as np
from numpy.typing import NDArray

Policy = tuple[int, ...]
THRESHOLD = 1e-6


def compute_fringe(good: Sequence[Policy], actions: int) -> list[Policy]:
    """Return the bad policies that differ from a good one in exactly one state."""
    accepted = set(good)
    fringe = dict.fromkeys(
        (*policy[:s], a, *policy[s + 1 :])
        for policy in good
        for s in range(len(policy))
        for a in range(actions)
    )
    return [policy for policy in fringe if policy not in accepted]


def compute_exp_visit(
    transitions: NDArray[np.float64], start: NDArray[np.float64], discount: float, policy: Policy
) -> NDArray[np.float64]:
    """Return the expected discounted visits of (state, action) under a policy, flattened."""
    states, actions, _ = transitions.shape
    chain = transitions[np.arange(states), list(policy)]
    visits = np.linalg.solve(np.eye(states) - discount * chain.T, start)
    flat = np.zeros((states, actions))
    flat[np.arange(states), list(policy)] = visits
    return flat.ravel()


def design_reward(
    transitions: NDArray[np.float64],
    start: NDArray[np.float64],
    discount: float,
    good: Sequence[Policy],
    *,
    equal: bool,
) -> NDArray[np.float64] | None:
    """Return a reward under which every good policy beats its fringe, or None if there seems to be none."""
    states, actions, _ = transitions.shape
    good_visits = [compute_exp_visit(transitions, start, discount, policy) for policy in good]
    fringe_visits = [
        compute_exp_visit(transitions, start, discount, policy) for policy in compute_fringe(good, actions)
    ]
    reward = cp.Variable(states * actions)
    slack = cp.Variable()
    constraints = [reward <= 1, reward >= -1]
    if equal:
        constraints += [visits @ reward == good_visits[0] @ reward for visits in good_visits[1:]]
    for better in good_visits[:1] if equal else good_visits:
        constraints += [worse @ reward + slack <= better @ reward for worse in fringe_visits]
    return _solved(constraints, reward, slack, (states, actions))


def design_reward_with_matrices(
    transitions: NDArray[np.float64],
    start: NDArray[np.float64],
    discount: float,
    good: Sequence[Policy],
    *,
    equal: bool,
) -> NDArray[np.float64] | None:
    """Return the same from one matrix constraint for the good policies and one for the fringe."""
    states, actions, _ = transitions.shape
    fringe = compute_fringe(good, actions)
    visit = [compute_exp_visit(transitions, start, discount, policy) for policy in (*good, *fringe)]
    good_visits, fringe_visits = np.array(visit[: len(good)]), np.array(visit[len(good) :])
    reward = cp.Variable(states * actions)
    slack = cp.Variable()
    value = cp.Variable()
    constraints = [good_visits @ reward == value if equal else good_visits @ reward >= value]
    constraints += [fringe_visits @ reward + slack <= value, reward <= 1, reward >= -1]
    return _solved(constraints, reward, slack, (states, actions))


def _solved(
    constraints: list[cp.Constraint], reward: cp.Variable, slack: cp.Variable, shape: tuple[int, int]
) -> NDArray[np.float64] | None:
    cp.Problem(cp.Maximize(slack), constraints).solve()
    if reward.value is None or slack.value is None or float(slack.value) <= THRESHOLD:
        return None
    return np.asarray(reward.value).reshape(shape)
