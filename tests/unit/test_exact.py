"""Systems of equations solved in integers: against flint, with rows and columns of many denominators."""

from __future__ import annotations

from fractions import Fraction
from random import Random

import flint
import pytest

from specexpr.exact import solve_sparse


def by_flint(rows: list[dict[int, Fraction]], right: list[Fraction]) -> list[Fraction] | None:
    """Return the solution by another library, None where the matrix is singular."""
    n = len(rows)
    zero = Fraction(0)
    entries = [row.get(j, zero) for row in rows for j in range(n)]
    matrix = flint.fmpq_mat(n, n, [flint.fmpq(x.numerator, x.denominator) for x in entries])
    if not matrix.det():
        return None
    solved = matrix.solve(flint.fmpq_mat(n, 1, [flint.fmpq(x.numerator, x.denominator) for x in right]))
    return [Fraction(int(x.p), int(x.q)) for x in solved.entries()]


def random_system(random: Random, size: int) -> tuple[list[dict[int, Fraction]], list[Fraction]]:
    """Return a system, some with a denominator for each row, some for each column, some of low rank."""
    below = [random.choice((1, 2, 3, 7, 30)) for _ in range(size)]
    by_row = random.random() < 0.5
    rows = [
        {
            j: Fraction(random.randint(-4, 4), below[i if by_row else j])
            for j in range(size)
            if random.random() < 0.6
        }
        for i in range(size)
    ]
    if size > 1 and random.random() < 0.2:
        rows[-1] = {j: 2 * x for j, x in rows[0].items()}
    return rows, [Fraction(random.randint(-3, 3), random.randint(1, 3)) for _ in range(size)]


def test_systems_against_flint() -> None:
    """Of 600 systems of up to nine unknowns the solution, or that there is not just one."""
    random = Random(1)
    singular = 0
    for _ in range(600):
        rows, right = random_system(random, random.randint(1, 9))
        true = by_flint(rows, right)
        if true is None:
            singular += 1
            with pytest.raises(ValueError, match="singular"):
                solve_sparse(rows, right)
        else:
            assert solve_sparse(rows, right) == true
    assert 60 < singular < 400


@pytest.mark.parametrize("is_turned", [False, True])
def test_denominators_of_rows_or_columns_do_not_pile_up(is_turned: bool) -> None:
    """The visits, or the values, of a chain of 60 states, each with probabilities over its own prime."""
    primes = [p for p in range(500, 1000) if all(p % q for q in range(2, 32))][:60]
    rows = [{j: Fraction((i * j) % 5, p) for j in range(60)} for i, p in enumerate(primes)]
    for i, row in enumerate(rows):
        row[i] += 1
    if is_turned:
        rows = [{j: rows[j][i] for j in range(60)} for i in range(60)]
    right = [Fraction(i) for i in range(60)]
    solution = solve_sparse(rows, right)
    assert [sum(x * solution[j] for j, x in row.items()) for row in rows] == right
