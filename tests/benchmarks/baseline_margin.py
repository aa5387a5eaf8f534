"""Peers: preferences between policies decided by float solvers, with the usual ways to read the answer.

`margin`: the largest margin of all strict constraints under a reward bounded by 1, and a threshold on it.
`fixed`: a margin of 1, the reward unbounded; whether the solver calls that feasible. Rows are scaled to 1.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import cvxpy as cp
import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog

Floats = NDArray[np.float64]
CVXPY_SOLVERS = tuple(s for s in ("CLARABEL", "ECOS", "OSQP", "SCS") if s in cp.installed_solvers())


def occupancy(transitions: Floats, start: Floats, discount: float, policy: Floats) -> Floats:
    """Return the discounted visits of (state, action), flattened; policy: (S, A)."""
    chain = np.einsum("sa,sat->st", policy, transitions)
    visits = np.linalg.solve(np.eye(len(start)) - discount * chain.T, start)
    return (visits[:, None] * policy).ravel()


def scaled(rows: Sequence[Floats]) -> Floats:
    """Return the rows, each divided by its largest entry."""
    table = np.array(rows)
    size = np.abs(table).max(axis=1, keepdims=True, initial=0.0)
    return np.divide(table, size, out=np.zeros_like(table), where=size > 0)


def margin_by_highs(strict: Floats, ties: Floats) -> float | None:
    """Return the largest margin, by HiGHS through scipy."""
    width = strict.shape[1]
    answer = linprog(
        np.append(np.zeros(width), -1.0),
        A_ub=np.hstack([-strict, np.ones((len(strict), 1))]),
        b_ub=np.zeros(len(strict)),
        A_eq=np.hstack([ties, np.zeros((len(ties), 1))]) if len(ties) else None,
        b_eq=np.zeros(len(ties)) if len(ties) else None,
        bounds=[(-1, 1)] * width + [(None, 1)],
        method="highs",
    )
    return None if answer.x is None else float(answer.x[-1])


def fixed_by_highs(strict: Floats, ties: Floats) -> bool | None:
    """Say whether HiGHS finds a margin of 1 feasible, None when it does not know."""
    width = strict.shape[1]
    answer = linprog(
        np.zeros(width),
        A_ub=-strict,
        b_ub=-np.ones(len(strict)),
        A_eq=ties if len(ties) else None,
        b_eq=np.zeros(len(ties)) if len(ties) else None,
        bounds=[(None, None)] * width,
        method="highs",
    )
    return {0: True, 2: False}.get(answer.status)


def margin_by_cvxpy(strict: Floats, ties: Floats, solver: str) -> float | None:
    """Return the largest margin, by a solver of cvxpy."""
    reward, margin = cp.Variable(strict.shape[1]), cp.Variable()
    constraints = [strict @ reward >= margin, cp.abs(reward) <= 1, margin <= 1]
    if len(ties):
        constraints.append(ties @ reward == 0)
    _solve(problem := cp.Problem(cp.Maximize(margin), constraints), solver)
    return None if problem.value is None or margin.value is None else float(margin.value)


def fixed_by_cvxpy(strict: Floats, ties: Floats, solver: str) -> bool | None:
    """Say whether a solver of cvxpy finds a margin of 1 feasible, None when it does not know."""
    reward = cp.Variable(strict.shape[1])
    constraints = [strict @ reward >= 1]
    if len(ties):
        constraints.append(ties @ reward == 0)
    _solve(problem := cp.Problem(cp.Minimize(0), constraints), solver)
    if problem.status in (cp.OPTIMAL, cp.OPTIMAL_INACCURATE):
        return True
    return False if problem.status in (cp.INFEASIBLE, cp.INFEASIBLE_INACCURATE) else None


def _solve(problem: cp.Problem, solver: str) -> None:
    with warnings.catch_warnings(), _quiet():
        warnings.simplefilter("ignore")
        try:
            problem.solve(solver=solver)
        except cp.SolverError:
            return


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep what solvers print from C out of the report."""
    kept, nowhere = os.dup(1), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    try:
        yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)
        os.close(nowhere)
