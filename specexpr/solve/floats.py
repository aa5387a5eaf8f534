"""Float proposals for large cones by HiGHS: a direction or multipliers, never a verdict.

What comes back is rounded, repaired and checked exactly by the caller.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import qr

from specexpr.certify.model import Relation

Matrix = NDArray[np.float64]
Columns = NDArray[np.intp]

_MOST_ROWS = 300
_TOLERANCE = 1e-9
_OFF_TARGET = 0.25
_MARGIN = 1e-3  # a larger margin buys nothing and slows the solver


@dataclass(frozen=True, slots=True)
class Proposal:
    """A direction (n floats) that maximises the least strict row, `margin`, and multipliers of the K rows."""

    direction: Matrix
    multipliers: Matrix
    margin: float


def scaled(rows: Matrix) -> Matrix:
    """Scale each row by a power of two so that its largest entry is in (1/2, 1].

    HiGHS drops coefficients below 1e-9 without a word.
    """
    largest = np.max(np.abs(rows), axis=1, initial=0.0)
    factors = np.where(largest > 0, np.exp2(-np.ceil(np.log2(np.where(largest > 0, largest, 1.0)))), 1.0)
    scaled_rows: Matrix = rows * factors[:, None]
    return scaled_rows


def independent_columns(rows: Matrix) -> Columns | None:
    """Return columns on which some w meets the rows if any w does, as many as there are independent rows.

    By pivoted QR; None where they would be more than half of all, or the rows are many.
    """
    count, width = rows.shape
    if not 0 < count <= min(_MOST_ROWS, width // 2):
        return None
    triangle, order = qr(rows, mode="r", pivoting=True)
    diagonal = np.abs(np.diag(triangle))
    rank = int(np.sum(diagonal > _TOLERANCE * diagonal.max(initial=0.0)))
    found: Columns = np.sort(order[:rank])
    return found


def spread(w: Matrix, columns: Columns, width: int) -> Matrix:
    """Return w with zeros in all other columns."""
    whole = np.zeros(width)
    whole[columns] = w
    return whole


def independent_direction(rows: Matrix, targets: Matrix) -> Matrix | None:
    """Return w with rows w = targets by least norm, when the rows are safely independent."""
    count, width = rows.shape
    if count > width:
        return None
    try:
        weights = np.linalg.solve(rows @ rows.T, targets)
    except np.linalg.LinAlgError:
        return None
    w: Matrix = rows.T @ weights
    return w if np.all(np.isfinite(w)) and np.max(np.abs(rows @ w - targets)) < _OFF_TARGET else None


def propose(rows: Matrix, relations: Sequence[Relation], *, seconds: float | None = None) -> Proposal | None:
    """Maximise t subject to rows w >= t (strict), >= 0 (weak), = 0 (tie), |w| <= 1, t <= margin cap.

    rows: (K, n), scaled. Returns None when the solver gives up.
    """
    strict = np.array([relation is Relation.STRICT for relation in relations], dtype=np.float64)
    found = _maximise(np.hstack([rows, -strict[:, None]]), relations, rows.shape[1], seconds)
    if found is None:
        return None
    values, duals = found
    return Proposal(values[: rows.shape[1]], duals, float(values[-1]))


def propose_slacks(
    rows: Matrix, relations: Sequence[Relation], *, seconds: float | None = None
) -> tuple[Matrix, Matrix] | None:
    """Maximise the sum of t_k <= cap subject to rows w >= t_k, and = 0 for ties; return w and t.

    A weak row with t_k = 0 at the optimum is one that every solution seems to meet with equality.
    """
    tie = np.array([relation is Relation.TIE for relation in relations])
    own = -np.diag(np.where(tie, 0.0, 1.0))
    found = _maximise(np.hstack([rows, own]), relations, rows.shape[1], seconds)
    return None if found is None else (found[0][: rows.shape[1]], found[0][rows.shape[1] :])


def propose_columns(
    rows: Matrix, relations: Sequence[Relation], *, free: int = 0, seconds: float | None = None
) -> list[int] | None:
    """Return few columns on which weights seem to decide the rows: a basis of the largest least strict row.

    rows: (K, n), scaled; weights of columns are in [0, 1], those of the last `free` ones in [-1, 1].
    Returns None when the solver gives up.
    """
    strict = np.array([relation is Relation.STRICT for relation in relations], dtype=np.float64)
    highs = _solved(np.hstack([rows, -strict[:, None]]), relations, rows.shape[1], seconds, free=free)
    if highs is None:
        return None
    import highspy

    size = rows.shape[1] - free
    found = zip(highs.getBasis().col_status[:size], highs.getSolution().col_value[:size], strict=True)
    return [j for j, (status, x) in enumerate(found) if status == highspy.HighsBasisStatus.kBasic or x > 0]


def _maximise(
    matrix: Matrix, relations: Sequence[Relation], width: int, seconds: float | None
) -> tuple[Matrix, Matrix] | None:
    """Maximise the sum of the unknowns after the first `width`; they are in [0, cap], those in [-1, 1].

    Return all unknowns, and the multipliers of the rows.
    """
    highs = _solved(matrix, relations, width, seconds, free=width)
    if highs is None:
        return None
    solution = highs.getSolution()
    return np.asarray(solution.col_value), np.asarray(solution.row_dual)


def _solved(
    matrix: Matrix, relations: Sequence[Relation], width: int, seconds: float | None, *, free: int
) -> Any | None:
    """Maximise the same with only the last `free` of the first unknowns in [-1, 1], the others in [0, 1]."""
    import highspy

    count, size = matrix.shape
    tie = np.array([relation is Relation.TIE for relation in relations])
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = size, count
    lp.col_cost_ = np.concatenate([np.zeros(width), -np.ones(size - width)])
    lp.col_lower_ = np.concatenate([np.zeros(width - free), -np.ones(free), np.zeros(size - width)])
    lp.col_upper_ = np.concatenate([np.ones(width), np.full(size - width, _MARGIN)])
    lp.row_lower_ = np.zeros(count)
    lp.row_upper_ = np.where(tie, 0.0, highspy.kHighsInf)
    mask = matrix != 0
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_ = np.concatenate([[0], np.cumsum(mask.sum(axis=1))]).astype(np.int32)
    lp.a_matrix_.index_ = np.nonzero(mask)[1].astype(np.int32)
    lp.a_matrix_.value_ = matrix[mask]
    highs = highspy.Highs.__mro__[1]()  # the solver without its wrapper, whose constructor prints a banner
    highs.setOptionValue("output_flag", False)
    highs.setOptionValue("primal_feasibility_tolerance", _TOLERANCE)
    highs.setOptionValue("dual_feasibility_tolerance", _TOLERANCE)
    if seconds is not None:
        highs.setOptionValue("time_limit", max(seconds, 0.1))
    highs.passModel(lp)
    highs.run()
    return highs if highs.getModelStatus() == highspy.HighsModelStatus.kOptimal else None
