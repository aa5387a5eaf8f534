"""Afriat's inequalities as one convex program, modelled in cvxpy: proposals in floats, never a verdict.

The program grows with the square of the points; beyond `MOST_ENTRIES` coefficients it is not solved.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array

from specexpr.certify.model import Relation
from specexpr.solve.floats import Matrix

if TYPE_CHECKING:
    from specexpr.solve.afriat import Row

MOST_ENTRIES = 1_500_000
"""A program with more coefficients takes longer than cuts."""

_LEAST_MARGIN = 1e-7


def propose_pieces(
    points: Matrix, signed: Sequence[int], rows: Sequence[Row], others: int, *, seconds: float | None = None
) -> Matrix | None:
    """Return pieces g_i, one a point, that meet strict rows by the largest margin; None without a margin.

    points: (n, d). signed: coordinates of pieces that must be positive. rows: on values u_i = <g_i, x_i> and
    so many other unknowns. Returns (n, d).
    """
    n, d = points.shape
    if n * n * (d + 1) > MOST_ENTRIES:
        return None
    import cvxpy as cp

    scale = np.max(np.abs(points), axis=0)
    scale[scale == 0] = 1.0
    x = points / scale
    pieces, unknown, margin = cp.Variable((n, d)), cp.Variable(n + others), cp.Variable()
    values = pieces @ x.T
    asked = [
        values >= cp.reshape(unknown[:n], (1, n), order="C"),
        cp.diag(values) == unknown[:n],
        cp.abs(unknown) <= 1,
        margin <= 1,
    ]
    if signed:
        asked.append(pieces[:, list(signed)] >= margin)
    for relation in Relation:
        chosen = [row.parts for row in rows if row.relation is relation]
        if not chosen:
            continue
        entries = [(k, i if i >= 0 else n - 1 - i, float(c)) for k, row in enumerate(chosen) for i, c in row]
        at, column, weight = zip(*entries, strict=True)
        sums = csr_array((weight, (at, column)), shape=(len(chosen), n + others)) @ unknown
        match relation:
            case Relation.TIE:
                asked.append(sums == 0)
            case Relation.WEAK:
                asked.append(sums >= 0)
            case Relation.STRICT:
                asked.append(sums >= margin)
    program = cp.Problem(cp.Maximize(margin), asked)
    limit = {} if seconds is None else {"time_limit": max(seconds, 0.01)}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what is inaccurate is checked like the rest
            program.solve(solver=cp.CLARABEL, **limit)
    except cp.SolverError:
        return None
    if pieces.value is None or margin.value is None or margin.value < _LEAST_MARGIN:
        return None
    found: Matrix = pieces.value / scale
    return found if np.all(np.isfinite(found)) else None
