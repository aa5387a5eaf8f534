"""Large sparse integer systems, exactly and as a whole: floats propose digits, integers keep the residual.

With A x = b, each round takes d near 2^k A^-1 r, digits of x in base 2^k, and goes on with r' = 2^k r - A d,
exactly; r stays small where floats are good for k bits. A right-hand side of large integers enters k bits at
a time. Once there are digits enough, one entry of x after the other gives its denominator, and what is
returned has been multiplied out: A x = b. So no bound is needed beforehand and nothing rests on a float.

That is Dixon's lifting with floats in place of a prime: John D. Dixon, Exact solution of linear equations
using p-adic expansions (1982); Zhendong Wan, An algorithm to solve integer linear systems exactly using
numerical methods (2006).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
from scipy.sparse import csc_array, csr_array
from scipy.sparse.linalg import splu

Rows = Sequence[Mapping[int, int]]

_BITS = (44, 38, 32, 26, 20, 14, 9)  # of a round: a float has 53, some of them are lost to its rounding
_WORD = 1 << 62  # sums below this do not overflow an int64
_FIRST_ROUNDS = 4
_PROBED = 3  # entries that are looked at to see whether there are digits enough
_SLACK = 24
_MOST_BITS = 1 << 18


def solve_lifted(rows: Rows, right: Sequence[int]) -> tuple[list[int], int] | None:
    """Solve a square system; return numerators over one positive denominator.

    None where machine words or floats do not suffice.

    >>> solve_lifted([{0: 2, 1: 1}, {1: 3}], [1, 1])
    ([1, 1], 3)
    """
    if not any(right):
        return [0] * len(rows), 1
    norm = max(sum(map(abs, row.values())) for row in rows)
    if norm >> 40:
        return None
    matrix = _matrix(rows)
    try:
        factors = splu(csc_array(matrix, dtype=np.float64))
    except RuntimeError:  # floats take it for singular
        return None
    for bits in _BITS:
        lifted = _Lifting(matrix, factors, norm, bits, right)
        rounds = _FIRST_ROUNDS
        while lifted.advance(rounds):
            if _reconstructed(lifted.numbers(_PROBED), lifted.scale) is not None:
                found = _reconstructed(lifted.numbers(), lifted.scale)
                if found is not None and _holds(rows, right, *found):
                    return found
            if lifted.scale > _MOST_BITS:
                return None
            rounds = max(_FIRST_ROUNDS, lifted.count // 8)
    return None


def _matrix(rows: Rows) -> Any:
    places = [(i, j) for i, row in enumerate(rows) for j in row]
    entries = np.array([x for row in rows for x in row.values()], dtype=np.int64)
    size = len(rows)
    return csr_array((entries, ([i for i, _ in places], [j for _, j in places])), shape=(size, size))


class _Lifting:
    """Digits of x, the most significant first: x = sum_j digits[j] 2^(shift - bits (j + 1)), and a rest."""

    def __init__(self, matrix: Any, factors: Any, norm: int, bits: int, right: Sequence[int]) -> None:
        self.matrix, self.factors, self.norm, self.bits = matrix, factors, norm, bits
        length = max(abs(b) for b in right).bit_length()
        self.shift = -(-max(0, length - bits) // bits) * bits
        self.right = right
        self.residual: Any = np.array([b >> self.shift for b in right], dtype=np.int64)
        self.digits: list[Any] = []

    @property
    def count(self) -> int:
        return len(self.digits)

    @property
    def scale(self) -> int:
        """Return e such that x is about `numbers` / 2^e."""
        return self.bits * self.count - self.shift

    def advance(self, rounds: int) -> bool:
        """Add digits; say whether words and floats sufficed."""
        bits, factor = self.bits, float(1 << self.bits)
        for _ in range(rounds):
            proposed = self.factors.solve(self.residual.astype(np.float64)) * factor
            largest = float(np.max(np.abs(proposed)))
            kept = int(np.max(np.abs(self.residual)))
            if not np.isfinite(largest) or max(self.norm * (largest + 1), kept * factor) >= _WORD:
                return False
            digits: Any = np.rint(proposed).astype(np.int64)
            at = self.shift - bits * (self.count + 1)
            self.residual = (self.residual << bits) - self.matrix @ digits
            if at >= 0:
                mask = (1 << bits) - 1
                self.residual += np.array([(b >> at) & mask for b in self.right], dtype=np.int64)
            self.digits.append(digits)
        return True

    def numbers(self, first: int | None = None) -> list[int]:
        """Return the digits of each of the first entries as one integer, joined two by two: few are long."""
        parts: list[Any] = [digits[:first].astype(object) for digits in reversed(self.digits)]
        width = self.bits
        while len(parts) > 1:
            joined = [low + (high << width) for low, high in zip(parts[::2], parts[1::2], strict=False)]
            parts = joined if len(parts) % 2 == 0 else [*joined, parts[-1]]
            width *= 2
        return list(parts[0])


def _reconstructed(numbers: Sequence[int], scale: int) -> tuple[list[int], int] | None:
    """Return numerators over a common denominator for x = numbers / 2^scale, None where digits are lacking.

    Half of the digits give the denominators, the other half say whether they are right: of numbers that are
    no such quotients the denominators come out as long as they are allowed to be.
    """
    half = (scale - _SLACK) // 2
    if half < _SLACK:
        return None
    below = 1
    for x in numbers:
        whole = below * x
        away = whole - (((whole >> scale - 1) + 1 >> 1) << scale)
        if abs(away) >> max(0, scale - half + below.bit_length()):
            below *= Fraction(whole, 1 << scale).limit_denominator(1 << half).denominator
            if below.bit_length() > half - _SLACK:
                return None
    return [(2 * below * x + (1 << scale)) >> scale + 1 for x in numbers], below


def _holds(rows: Rows, right: Sequence[int], numerators: Sequence[int], below: int) -> bool:
    """Say whether the rows give the right-hand side, in integers."""
    return all(
        sum(x * numerators[j] for j, x in row.items()) == b * below
        for row, b in zip(rows, right, strict=True)
    )
