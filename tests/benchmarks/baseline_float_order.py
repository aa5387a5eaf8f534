"""A peer: a strict order of stochastic policies by one linear program on differences of float occupancies.

Columns (s, a) for every action but a reference one of each state suffice when rewards are on
(state, action): shaping moves any reward there. Written as an author after speed would: sparse chains,
occupancies by iteration (faster here than a factorisation, which fills in), highspy without a modeller.
"""

from __future__ import annotations

from collections.abc import Sequence

import highspy
import numpy as np
import scipy.sparse
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def difference_rows(
    transitions: scipy.sparse.csr_matrix, start: Floats, discount: float, policies: Sequence[Floats]
) -> Floats:
    """Return the differences of the occupancies of neighbours, one row a pair, on the reduced columns.

    transitions: (S * A, S); start: (S,); policies: (S, A) each.
    """
    rows = []
    for policy in policies:
        states, actions = policy.shape
        mixing = scipy.sparse.csr_matrix(
            (policy.ravel(), np.arange(states * actions), np.arange(states + 1) * actions),
            shape=(states, states * actions),
        )
        mixing.eliminate_zeros()
        back = (discount * (mixing @ transitions).T).tocsr()
        visits = term = start
        while term.max() > 1e-16:
            term = back @ term
            visits = visits + term
        rows.append((visits[:, None] * policy)[:, 1:].ravel())
    return np.array(rows[:-1]) - np.array(rows[1:])


def solve(rows: Floats, *, solver: str, bounded: bool) -> Floats | None:
    """Return weights with a positive product with every row, or None if there seem to be none.

    Bounded: weights in [-1, 1], the least product is maximised. Else: every product is at least 1.
    """
    count, width = rows.shape
    program = highspy.HighsLp()
    limit = 1.0 if bounded else highspy.kHighsInf
    least = np.full((count, 1), -1.0)
    sparse = scipy.sparse.csr_matrix(np.hstack([rows, least]) if bounded else rows)
    program.num_col_, program.num_row_ = width + bounded, count
    program.col_cost_ = np.append(np.zeros(width), [-1.0] * bounded)
    program.col_lower_ = np.append(np.full(width, -limit), [0.0] * bounded)
    program.col_upper_ = np.append(np.full(width, limit), [highspy.kHighsInf] * bounded)
    program.row_lower_ = np.full(count, 0.0 if bounded else 1.0)
    program.row_upper_ = np.full(count, highspy.kHighsInf)
    program.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    program.a_matrix_.start_ = sparse.indptr
    program.a_matrix_.index_ = sparse.indices
    program.a_matrix_.value_ = sparse.data
    highs = highspy.Highs()
    highs.setOptionValue("output_flag", False)
    highs.setOptionValue("solver", solver)
    highs.passModel(program)
    highs.run()
    if highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        return None
    return np.array(highs.getSolution().col_value)[:width]
