"""Exact solutions of sparse systems by lifting, against elimination."""

from __future__ import annotations

from fractions import Fraction
from random import Random

import pytest

from specexpr.exact import solve_sparse
from specexpr.solve.lifting import solve_lifted


def flow(random: Random, size: int, discount: Fraction) -> list[dict[int, int]]:
    """Return the transposed I - g P of a random chain, its columns whole."""
    rows: list[dict[int, int]] = [{} for _ in range(size)]
    for x in range(size):
        weights = {random.randrange(size): random.randint(1, 9) for _ in range(3)}
        below = sum(weights.values())
        rows[x][x] = rows[x].get(x, 0) + discount.denominator * below
        for y, weight in weights.items():
            rows[y][x] = rows[y].get(x, 0) - discount.numerator * weight
    return rows


def test_solutions_are_those_of_elimination() -> None:
    """On random chains, for right-hand sides of a bit or of many, and discounts up to 1 - 1e-9."""
    for seed in range(150):
        random = Random(seed)
        rows = flow(
            random, random.randint(1, 12), Fraction(random.choice(("1/2", "9/10", "999999999/1000000000")))
        )
        bits = random.choice((1, 60, 900))
        right = [random.getrandbits(bits) - random.getrandbits(bits) for _ in rows]
        exact = solve_sparse(
            [{j: Fraction(x) for j, x in row.items()} for row in rows], list(map(Fraction, right))
        )
        found = solve_lifted(rows, right)
        assert found is not None
        numerators, below = found
        assert below > 0
        assert [Fraction(n, below) for n in numerators] == exact


def test_any_regular_matrix_will_do() -> None:
    """Signs and sizes of entries are free, as long as they fit a machine word."""
    for seed in range(100):
        random = Random(seed)
        size = random.randint(1, 6)
        rows = [{j: random.randint(-(10**4), 10**4) for j in range(size)} for _ in range(size)]
        right = [random.randint(-5, 5) for _ in range(size)]
        found = solve_lifted(rows, right)
        assert found is not None
        numerators, below = found
        for row, b in zip(rows, right, strict=True):
            assert sum(x * numerators[j] for j, x in row.items()) == b * below


@pytest.mark.parametrize(
    "rows",
    [
        [{0: 1, 1: 1}, {0: 1, 1: 1}],
        [{0: 1 << 50, 1: 1}, {1: 1}],
        [{0: 10**9, 1: 10**9 - 1}, {0: 10**9 + 1, 1: 10**9}],
    ],
)
def test_what_floats_cannot_do_is_left_to_others(rows: list[dict[int, int]]) -> None:
    """Singular, too large or too close to singular: the answer is None, or it is right."""
    found = solve_lifted(rows, [1, 0])
    if found is not None:
        numerators, below = found
        assert [sum(x * numerators[j] for j, x in row.items()) for row in rows] == [below, 0]


def test_a_large_system_is_solved_at_once() -> None:
    """400 unknowns, whose common denominator has about 2,000 bits; the solution is multiplied out."""
    rows = flow(Random(1), 400, Fraction(9, 10))
    right = [int(i == 0) for i in range(400)]
    found = solve_lifted(rows, right)
    assert found is not None
    numerators, below = found
    assert below.bit_length() > 1_000
    assert [sum(x * numerators[j] for j, x in row.items()) for row in rows] == [below * b for b in right]
