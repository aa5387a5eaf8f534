"""Rows in terms of independent ones: exactly, whatever the size of the numbers."""

from __future__ import annotations

from random import Random

from specexpr.solve import barycentric
from specexpr.solve.barycentric import find_basis


def test_rows_are_recovered() -> None:
    """On random matrices of low rank the basis is as large as the rank, and gives back every row."""
    random = Random(1)
    for _ in range(60):
        rank, size, width = random.randint(1, 4), random.randint(4, 8), random.randint(4, 9)
        spread = random.choice((3, 10**40))
        head = [[random.randint(-spread, spread) for _ in range(width)] for _ in range(rank)]
        mixes = [[random.randint(-3, 3) for _ in range(rank)] for _ in range(size)]
        rows = [
            [sum(c * row[j] for c, row in zip(mix, head, strict=True)) for j in range(width)] for mix in mixes
        ]
        if not any(any(row) for row in rows):
            continue
        basis = find_basis(rows)
        assert len(basis.rows) == len(basis.columns) <= rank
        for row, coefficients in zip(rows, basis.coefficients, strict=True):
            for j, x in enumerate(row):
                assert (
                    sum(c * rows[i][j] for c, i in zip(coefficients, basis.rows, strict=True))
                    == basis.below * x
                )


def test_an_unlucky_prime_is_given_up() -> None:
    """Rows that are dependent modulo the first prime only are independent."""
    prime = barycentric._LARGEST
    basis = find_basis([(1, 1), (1, 1 + prime)])
    assert basis.rows == (0, 1)
    assert basis.columns == (0, 1)
