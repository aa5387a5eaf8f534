"""Integer rows: the same answers as the exact simplex method, proved, also when floats go first."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from random import Random
from time import monotonic

import pytest

from specexpr.certify.model import Relation
from specexpr.solve import rows as module
from specexpr.solve.cone import Conflict, Direction, OutOfTime
from specexpr.solve.rows import decide_rows, meets
from specexpr.testing.linear_truth import Inequality, is_consistent

STRICT, WEAK, TIE = Relation.STRICT, Relation.WEAK, Relation.TIE

Rows = Sequence[Sequence[int]]


def consistent(rows: Rows, relations: Sequence[Relation]) -> bool:
    """Say whether some direction meets the rows, by the oracle."""
    return is_consistent(
        [
            Inequality({j: Fraction(x) for j, x in enumerate(row) if x}, relation)
            for row, relation in zip(rows, relations, strict=True)
        ]
    )


def random_rows(random: Random) -> tuple[list[list[int]], list[Relation]]:
    """Return rows that conflict about half of the time: few columns, some rows combinations of others."""
    width, count = random.randint(1, 7), random.randint(1, 9)
    rows = [[random.randint(-3, 3) for _ in range(width)] for _ in range(count)]
    for k in range(2, count):
        if random.random() < 0.3:
            one, other = random.sample(rows[:k], 2)
            x, y = random.choice((-2, -1, 1)), random.choice((-1, 1, 3))
            rows[k] = [x * a + y * b for a, b in zip(one, other, strict=True)]
    scales = [10 ** random.choice((0, 0, 3, 9)) for _ in range(width)]
    rows = [[s * x for s, x in zip(scales, row, strict=True)] for row in rows]
    return rows, random.choices([STRICT, WEAK, TIE], weights=[4, 2, random.choice((0, 1, 3))], k=count)


@pytest.mark.parametrize("work", [-1, module.SMALL_WORK])
def test_directions_and_conflicts_are_right_and_proved(work: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """On small systems, whichever way is taken, the answer is that of the oracle and is multiplied out."""
    monkeypatch.setattr(module, "SMALL_WORK", work)
    seen = {True: 0, False: 0}
    for case in range(250):
        rows, relations = random_rows(Random(case))
        found = decide_rows(rows, relations)
        truth = consistent(rows, relations)
        seen[truth] += 1
        match found:
            case Direction():
                assert truth
                assert found.denominator > 0
                assert meets(found.numerators, rows, relations)
            case Conflict(multipliers=multipliers):
                assert not truth
                assert all(y > 0 or (relations[k] is TIE and y) for k, y in multipliers)
                assert sum(y for k, y in multipliers if relations[k] is STRICT) == 1
                for j in range(len(rows[0])):
                    assert sum(y * rows[k][j] for k, y in multipliers) == 0
                used = [k for k, _ in multipliers]
                for left_out in used:
                    kept = [k for k in used if k != left_out]
                    assert consistent([rows[k] for k in kept], [relations[k] for k in kept])
            case OutOfTime():
                raise AssertionError(case)
    assert min(seen.values()) > 50


def test_whether_a_direction_meets_rows_by_hand() -> None:
    """Each relation with a positive, a zero and a negative value."""
    for relation, answers in ((STRICT, (True, False, False)), (WEAK, (True, True, False))):
        assert tuple(meets([x], [[1]], [relation]) for x in (1, 0, -1)) == answers
    assert [meets([x], [[1]], [TIE]) for x in (1, 0, -1)] == [False, True, False]


def test_floats_alone_settle_a_system_of_many_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sixty independent rows with ties and weak ones need no exact simplex method."""
    monkeypatch.setattr(module, "decide_cone", None)
    random = Random(1)
    rows = [[random.randint(-99, 99) for _ in range(70)] for _ in range(60)]
    relations = [(STRICT, TIE, WEAK)[k % 3] for k in range(60)]
    found = decide_rows(rows, relations)
    assert isinstance(found, Direction)
    assert meets(found.numerators, rows, relations)


def test_floats_find_the_conflict_among_many_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    """One row that is the negative sum of others conflicts with these alone."""
    monkeypatch.setattr(module, "decide_cone", None)
    random = Random(2)
    rows = [[random.randint(-99, 99) for _ in range(70)] for _ in range(59)]
    rows.append([-sum(row[j] for row in rows[:9]) for j in range(70)])
    found = decide_rows(rows, [STRICT] * 60)
    assert isinstance(found, Conflict)
    assert [k for k, _ in found.multipliers] == [*range(9), 59]


def test_a_row_of_zeros_is_a_conflict_by_itself() -> None:
    """0 > 0 refutes; 0 >= 0 does not."""
    assert decide_rows([[0, 0]], [STRICT]) == Conflict(((0, Fraction(1)),))
    assert isinstance(decide_rows([[0, 0]], [WEAK]), Direction)


def test_a_deadline_is_kept() -> None:
    """The exact method stops at the deadline."""
    assert decide_rows([[1, 2], [3, 4]], [STRICT, WEAK], deadline=monotonic() - 1) == OutOfTime()
