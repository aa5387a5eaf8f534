"""Absorption probabilities: by hand, by the small way and by the large one, in floats."""

from __future__ import annotations

from fractions import Fraction
from random import Random

import numpy as np
import pytest
from scipy.sparse import csr_array

from specexpr.solve import absorption, float_absorption
from specexpr.solve.absorption import absorbed, reaching, reaching_from
from specexpr.solve.float_absorption import absorbed_floats
from specexpr.solve.functional import weighed_solution

HALF, THIRD, ONE = Fraction(1, 2), Fraction(1, 3), Fraction(1)


def ruin(n: int) -> list[dict[int, Fraction]]:
    """Return the fair game of a gambler with n coins in all."""
    return [{0: ONE}, *({s - 1: HALF, s + 1: HALF} for s in range(1, n)), {n: ONE}]


@pytest.mark.parametrize("n", [5, 80])
def test_a_gambler_wins_with_his_share_of_the_coins(n: int) -> None:
    """k / n, as few and as many states; from a law of the start its mean."""
    yes, no = [s == n for s in range(n + 1)], [s == 0 for s in range(n + 1)]
    assert reaching(ruin(n), yes=yes, no=no) == [Fraction(k, n) for k in range(n + 1)]
    start = {1: THIRD, n - 1: 1 - THIRD}
    assert reaching_from(start, ruin(n), yes=yes, no=no) == THIRD * Fraction(1, n) + 2 * THIRD * Fraction(
        n - 1, n
    )


def test_what_is_sure_is_not_solved_for() -> None:
    """A walk that goes on for ever, one that must arrive, one that does either."""
    rows = [{0: ONE}, {1: HALF, 3: HALF}, {3: HALF, 0: HALF}, {3: ONE}]
    yes, no = [False, False, False, True], [False] * 4
    assert reaching(rows, yes=yes, no=no) == [0, 1, HALF, 1]
    assert reaching_from({0: HALF, 1: HALF}, rows, yes=yes, no=no) == HALF


def drawn(random: Random, size: int) -> tuple[list[dict[int, Fraction]], list[Fraction]]:
    """Return rows from which mass gets lost, and a right-hand side."""
    rows = []
    for _ in range(size):
        out = random.sample(range(size), min(size, random.randint(1, 3)))
        weights = [random.randint(1, 5) for _ in out]
        rows.append(
            {y: Fraction(w, sum(weights) + random.randint(1, 2)) for y, w in zip(out, weights, strict=True)}
        )
    return rows, [Fraction(random.randint(0, 4), 7) for _ in range(size)]


@pytest.mark.parametrize("seed", range(20))
def test_all_ways_solve_the_system(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """x = right + P x holds exactly, and the weighed sum of the solution is that of its entries."""
    random = Random(seed)
    rows, right = drawn(random, random.randint(1, 12))
    small = absorbed(rows, right)
    for x, row in enumerate(rows):
        assert small[x] == right[x] + sum(p * small[y] for y, p in row.items())
    monkeypatch.setattr(absorption, "SMALL", 0)
    assert absorbed(rows, right) == small
    weights = {x: Fraction(random.randint(1, 3), 11) for x in range(0, len(rows), 2)}
    matrix, numbers = absorption._whole(rows, right)
    total = sum(p * small[x] for x, p in weights.items())
    assert weighed_solution(matrix, numbers, weights) == total
    assert weighed_solution(matrix, numbers, weights, inverse=Fraction(10**6)) == total
    monkeypatch.setattr(float_absorption, "SMALL", 0)
    dense = np.array([[float(row.get(y, 0)) for y in range(len(rows))] for row in rows])
    found = absorbed_floats(csr_array(dense), np.array([float(b) for b in right]))
    assert found == pytest.approx([float(x) for x in small])


def test_numbers_beyond_machine_words_are_no_harm() -> None:
    """Where words do not suffice there is no weighed sum, and the small way is taken."""
    tiny = Fraction(1, 10**30)
    size = 70
    rows = [{(x + 1) % size: 1 - tiny} for x in range(size)]
    right = [tiny] * size
    assert weighed_solution(*absorption._whole(rows, right), {0: ONE}) is None
    assert absorbed(rows, right) == [1] * size


def test_a_system_that_floats_find_singular_is_left_to_the_small_way() -> None:
    """Mass gets lost once in 10^18 steps: the bound on the inverse is not found, the value still is."""
    rare = Fraction(1, 10**9)
    rows = [{1: 1 - rare, 0: Fraction(0)}, {0: 1 - rare}]
    (value, _) = absorbed(rows, [rare, Fraction(0)])
    assert value == rare / (1 - (1 - rare) ** 2)
