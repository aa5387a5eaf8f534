"""One weighed sum of the solution of a large sparse system, exactly: floats propose digits, integers check.

A x = b, where A has an inverse without negative entries (an M-matrix: I - g P with rows multiplied). Each
round takes d near 2^k A^-1 r, digits of x in base 2^k, and goes on with r' = 2^k r - A d, exactly; of the
digits only their weighed sum is kept. By Cramer's rule a denominator of c . x is that of c times det A, and
det A is at most the product of the diagonal. So once the sum of the digits is so close to c . x that no
second fraction with such a denominator is as close, the nearest one is the value, proved.

That is Dixon's lifting with floats in place of a prime: John D. Dixon, Exact solution of linear equations
using p-adic expansions (1982); Zhendong Wan, An algorithm to solve integer linear systems exactly using
numerical methods (2006).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import lcm, prod
from typing import Any

import numpy as np
from scipy.sparse import csc_array, csr_array
from scipy.sparse.linalg import splu

_MOST_BITS = 46  # digits of a round: a float has 53, some of them are lost to its rounding
_LEAST_BITS = 8
_WORD = 1 << 62  # sums below this do not overflow an int64

Rows = Sequence[Mapping[int, int]]


def weighed_solution(
    rows: Rows, right: Sequence[int], weights: Mapping[int, Fraction], *, inverse: Fraction | None = None
) -> Fraction | None:
    """Return sum_x weights[x] solution[x], weights not negative; None where machine words do not suffice.

    rows: of an integer matrix, positive on its diagonal, not positive elsewhere, with an inverse that is not
    negative. inverse: a bound on the row sums of that inverse; without one it is looked for.

    >>> weighed_solution([{0: 2, 1: -1}, {1: 3}], [1, 1], {0: Fraction(1, 2), 1: Fraction(1, 2)})
    Fraction(1, 2)
    """
    size = len(right)
    norm = max(sum(map(abs, row.values())) for row in rows)
    if max(norm, *map(abs, right)) >> (62 - _LEAST_BITS):
        return None
    places = ([x for x, row in enumerate(rows) for _ in row], [y for row in rows for y in row])
    entries = np.array([entry for row in rows for entry in row.values()], dtype=np.int64)
    matrix = csr_array((entries, places), shape=(size, size))
    try:
        factors = splu(csc_array(matrix, dtype=np.float64))
    except RuntimeError:  # floats take it for singular
        return None
    if inverse is None:
        inverse = _row_sums(matrix, factors, norm)
        if inverse is None:
            return None
    below = lcm(*[p.denominator for p in weights.values()])
    law = [(x, p.numerator * (below // p.denominator)) for x, p in weights.items()]
    bound = below * prod(row[x] for x, row in enumerate(rows))
    # |c . x - digits / (below 2^done)| <= |c| inverse |residual| / 2^done, where |c| is the sum of weights;
    # twice that must be less than 1 / bound^2, the least distance of two values
    far = 2 * sum(weights.values(), Fraction(0)) * inverse * bound * bound
    needed, allowed = far.numerator, far.denominator
    residual: Any = np.array(right, dtype=np.int64)
    digits = done = 0
    while True:
        largest = int(np.abs(residual).max())
        if largest * needed < allowed << done:
            return Fraction(digits, below << done).limit_denominator(bound)
        proposed = factors.solve(residual.astype(np.float64))
        size_of = float(np.abs(proposed).max())
        bits = _MOST_BITS
        while bits >= _LEAST_BITS and max(norm * (size_of * 2**bits + 1), largest * 2**bits) >= _WORD:
            bits -= 1
        if not np.isfinite(size_of) or bits < _LEAST_BITS:
            return None
        step: Any = np.rint(np.ldexp(proposed, bits)).astype(np.int64)
        residual = (residual << bits) - matrix @ step
        digits = (digits << bits) + sum(weight * int(step[x]) for x, weight in law)
        done += bits


def _row_sums(matrix: Any, factors: Any, norm: int) -> Fraction | None:
    """Return a proved bound on the row sums of the inverse: the largest entry of a y with A y >= 1."""
    size = matrix.shape[0]
    times = factors.solve(np.ones(size))
    largest = float(np.abs(times).max())
    bits = 40
    while bits >= 0 and norm * (2 * largest * 2**bits + 2) >= _WORD:
        bits -= 1
    if not np.isfinite(largest) or bits < 0:
        return None
    y: Any = np.rint(np.ldexp(2 * times, bits)).astype(np.int64)
    if (matrix @ y >= 1 << bits).all() and (y >= 0).all():
        return Fraction(int(y.max()), 1 << bits)
    return None
