"""Rows of a matrix as combinations of few of them: which are independent, and the exact coefficients.

Which rows and columns form a nonsingular square is read off the matrix modulo a large prime; the coefficients
are then solved for exactly and multiplied out on all columns. If the prime was unlucky, another one is taken.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, count

from flint import fmpz, fmpz_mat, nmod_mat

_LARGEST = (1 << 61) - 1  # a prime

Matrix = Sequence[Sequence[int]]


@dataclass(frozen=True, slots=True)
class Basis:
    """Independent rows that span all, columns on which they are nonsingular, and each row in terms of them.

    Row i times `below` is the sum of coefficients[i][k] times row rows[k].
    """

    rows: tuple[int, ...]
    columns: tuple[int, ...]
    coefficients: tuple[tuple[int, ...], ...]
    below: int


def find_basis(matrix: Matrix) -> Basis:
    """Return a basis of the rows, the first ones that are independent; some row must not be zero.

    >>> find_basis([(1, 0, 1), (0, 1, 1), (1, 1, 2)])
    Basis(rows=(0, 1), columns=(0, 1), coefficients=((1, 0), (0, 1), (1, 1)), below=1)
    """
    for prime in filter(_is_prime, count(_LARGEST, -2)):
        rows = _pivots(list(zip(*matrix, strict=True)), prime)
        columns = _pivots([matrix[i] for i in rows], prime)
        found = _coefficients(matrix, rows, columns)
        if found is not None:
            return found
    raise AssertionError("there is no end of primes")


def _is_prime(n: int) -> bool:
    return bool(fmpz(n).is_prime())


def _pivots(matrix: Matrix, prime: int) -> tuple[int, ...]:
    """Return the first columns that are independent modulo a prime."""
    width = len(matrix[0])
    flat = [x % prime for x in chain.from_iterable(matrix)]
    reduced, rank = nmod_mat(len(matrix), width, flat, prime).rref()
    found = []
    j = 0
    for i in range(rank):
        while not int(reduced[i, j]):
            j += 1
        found.append(j)
    return tuple(found)


def _coefficients(matrix: Matrix, rows: tuple[int, ...], columns: tuple[int, ...]) -> Basis | None:
    """Solve for all rows on the columns, and return the basis if the rest agrees."""
    rank, size = len(rows), len(matrix)
    if len(columns) < rank:
        return None
    square = fmpz_mat(rank, rank, [matrix[i][j] for j in columns for i in rows])
    right = fmpz_mat(rank, size, [row[j] for j in columns for row in matrix])
    try:
        numerators, below = square.solve(right).numer_denom()
    except ZeroDivisionError:
        return None
    whole = fmpz_mat(size, len(matrix[0]), list(chain.from_iterable(matrix)))
    spanning = fmpz_mat(rank, len(matrix[0]), [x for i in rows for x in matrix[i]])
    coefficients = numerators.transpose()
    if coefficients * spanning != whole * below:
        return None
    table = coefficients.tolist()
    return Basis(rows, columns, tuple(tuple(map(int, row)) for row in table), int(below))
