"""The exact cone solver: right against an independent simplex, proved, irreducible, on time."""

from __future__ import annotations

import time
from collections.abc import Sequence
from fractions import Fraction
from random import Random

import pytest

from specexpr.certify.model import Relation
from specexpr.solve.cone import Conflict, Direction, OutOfTime, decide_cone
from specexpr.testing.linear_truth import Inequality, is_consistent

STRICT, WEAK, TIE = Relation.STRICT, Relation.WEAK, Relation.TIE

Rows = Sequence[Sequence[int]]


def inequalities(rows: Rows, relations: Sequence[Relation]) -> list[Inequality]:
    """Return the system in the terms of the oracle."""
    return [
        Inequality({j: Fraction(x) for j, x in enumerate(row) if x}, relation)
        for row, relation in zip(rows, relations, strict=True)
    ]


def check_direction(rows: Rows, relations: Sequence[Relation], found: Direction) -> None:
    """Assert that a direction meets every row, strict ones by at least 1."""
    assert found.denominator > 0
    w = found.fractions()
    for row, relation in zip(rows, relations, strict=True):
        value = sum((x * y for x, y in zip(row, w, strict=True)), Fraction(0))
        match relation:
            case Relation.STRICT:
                assert value >= 1
            case Relation.WEAK:
                assert value >= 0
            case Relation.TIE:
                assert value == 0


def check_conflict(rows: Rows, relations: Sequence[Relation], found: Conflict) -> None:
    """Assert that a conflict adds up to 0 > 0 and that no row of it can be left out."""
    y = dict(found.multipliers)
    assert all(value > 0 or (relations[k] is TIE and value) for k, value in y.items())
    assert sum((value for k, value in y.items() if relations[k] is STRICT), Fraction(0)) == 1
    for j in range(len(rows[0])):
        assert sum((value * rows[k][j] for k, value in y.items()), Fraction(0)) == 0
    for left_out in y:
        kept = [k for k in y if k != left_out]
        assert is_consistent(inequalities([rows[k] for k in kept], [relations[k] for k in kept]))


def check(rows: Rows, relations: Sequence[Relation]) -> bool:
    """Decide, assert that the answer is proved and right, and return whether there is a direction."""
    found = decide_cone(rows, relations)
    match found:
        case Direction():
            check_direction(rows, relations, found)
        case Conflict():
            check_conflict(rows, relations, found)
        case OutOfTime():
            raise AssertionError("there was no deadline")
    is_direction = isinstance(found, Direction)
    assert is_direction == is_consistent(inequalities(rows, relations))
    return is_direction


def random_rows(random: Random, count: int, width: int) -> list[list[int]]:
    """Return small rows, some of them zero, repeated, opposite or sums of others."""
    rows: list[list[int]] = []
    for _ in range(count):
        shape = random.random()
        if shape < 0.1 or not rows:
            row = [random.randint(-1, 1) for _ in range(width)]
        elif shape < 0.2:
            row = [0] * width
        elif shape < 0.3:
            row = list(random.choice(rows))
        elif shape < 0.45:
            row = [-x for x in random.choice(rows)]
        elif shape < 0.65:
            one, other = random.choice(rows), random.choice(rows)
            row = [x - random.choice((1, 2)) * y for x, y in zip(one, other, strict=True)]
        else:
            row = [random.choice((0, 0, random.randint(-3, 3))) for _ in range(width)]
        rows.append(row)
    return rows


@pytest.mark.parametrize("seed", range(20))
def test_agrees_with_an_independent_simplex(seed: int) -> None:
    """On small nasty systems the answer is the oracle's, proved exactly, and conflicts are irreducible."""
    random = Random(seed)
    answers = set()
    for _ in range(100):
        count, width = random.randint(1, 8), random.randint(1, 5)
        rows = random_rows(random, count, width)
        relations = [random.choice((STRICT, STRICT, WEAK, TIE)) for _ in rows]
        answers.add(check(rows, relations))
    assert answers == {True, False}


@pytest.mark.parametrize("scale", [1, 10**40])
def test_sizes_of_numbers_do_not_matter(scale: int) -> None:
    """Rows of very different scales are decided exactly."""
    assert check([[scale, -1], [-scale, 2]], [STRICT, STRICT])
    assert not check([[scale, -1], [-scale, 1]], [STRICT, WEAK])
    assert check([[scale, -1], [1 - scale, 1]], [STRICT, STRICT])


@pytest.mark.parametrize(
    ("relations", "expected"),
    [([STRICT], False), ([WEAK], True), ([TIE], True), ([WEAK, STRICT], False), ([TIE, WEAK], True)],
)
def test_zero_rows(relations: list[Relation], *, expected: bool) -> None:
    """0 > 0 is a conflict of one row; 0 >= 0 and 0 = 0 hold."""
    rows = [[0, 0]] * len(relations)
    assert check(rows, relations) is expected
    if not expected:
        found = decide_cone(rows, relations)
        assert isinstance(found, Conflict)
        assert len(found.multipliers) == 1


def test_no_rows() -> None:
    """Nothing is asked: the empty direction."""
    assert decide_cone([], []) == Direction((), 1)


def test_only_ties_and_weak_rows_hold_at_zero() -> None:
    """Without a strict row every system is consistent."""
    assert check([[1, 2], [-1, -2], [3, 4]], [TIE, WEAK, WEAK])


def test_a_tie_forces_a_strict_row_to_zero() -> None:
    """A tie and a strict row along the same vector contradict each other, with either sign."""
    assert not check([[1, -1], [2, -2]], [TIE, STRICT])
    assert not check([[1, -1], [-2, 2]], [TIE, STRICT])


def test_redundant_ties() -> None:
    """Ties that depend on each other are no obstacle, and a conflict uses no more of them than needed."""
    rows = [[1, -1, 0], [0, 1, -1], [1, 0, -1], [1, 1, -2]]
    assert not check(rows, [TIE, TIE, TIE, STRICT])
    assert check([*rows[:3], [1, 0, 0]], [TIE, TIE, TIE, STRICT])


def test_a_degenerate_system_ends() -> None:
    """Many multiples of few rows, which make ordinary pivots degenerate, do not cycle."""
    base = [[1, 0, -1], [0, 1, -1], [-1, -1, 2], [1, -1, 0]]
    rows = [[k * x for x in row] for k in range(1, 12) for row in base]
    assert not check(rows, [STRICT] * len(rows))
    rows = [row for row in rows if row[2] <= 0]
    assert check(rows, [STRICT] * len(rows))


def test_an_order_against_its_own_mean_is_a_conflict_of_all() -> None:
    """e_1, .., e_n and minus their sum need every one of the n + 1 rows."""
    n = 9
    rows = [[int(i == j) for j in range(n)] for i in range(n)] + [[-1] * n]
    found = decide_cone(rows, [STRICT] * (n + 1))
    assert isinstance(found, Conflict)
    assert found.multipliers == tuple((k, Fraction(1, n + 1)) for k in range(n + 1))


def test_the_deadline_is_kept() -> None:
    """A deadline that has passed ends the search at once."""
    rows = [[int(i == j) for j in range(30)] for i in range(30)] + [[-1] * 30]
    assert decide_cone(rows, [STRICT] * 31, deadline=time.monotonic() - 1) == OutOfTime()


def test_the_same_rows_give_the_same_answer() -> None:
    """Nothing depends on chance or on the order of hashes."""
    random = Random(5)
    rows = random_rows(random, 12, 5)
    relations = [random.choice((STRICT, WEAK, TIE)) for _ in rows]
    assert decide_cone(rows, relations) == decide_cone(rows, relations)
