"""Values that some concave function takes: cuts come to an end, whatever the signs of pieces."""

from __future__ import annotations

import itertools
import time
from collections import Counter
from collections.abc import Iterator
from random import Random

import pytest

from specexpr.certify.model import Relation
from specexpr.solve import afriat, convex
from specexpr.solve.afriat import Concave, Contradiction, Point, Row, Sign, Values, met, value_at
from specexpr.solve.cone import OutOfTime


def strictly(*order: int) -> list[Row]:
    """Return rows that ask for values that fall along the numbers of points."""
    return [Row(((better, 1), (worse, -1)), Relation.STRICT) for better, worse in itertools.pairwise(order)]


def test_a_preference_for_less_is_refuted() -> None:
    """Of prizes 100, 139, 11, 50 the first is not better than the second, even beside a pair that agrees."""
    prizes = Concave(
        points=tuple(Point((n, 100), 100) for n in (100, 139, 11, 50)), signs=(Sign.POSITIVE, Sign.FREE)
    )
    values: Values[object] = Values(rows=[*strictly(0, 1), *strictly(3, 2)])
    found = values.solve(prizes, deadline=time.monotonic() + 20)
    assert isinstance(found, Contradiction)
    assert [k for k, _ in found.rows] == [0]
    assert len(values.cuts) <= 4


def test_random_orders_end() -> None:
    """Orders of random points are had by increasing concave functions or refuted, with few cuts."""
    random, outcomes = Random(5), set()
    for _ in range(60):
        points = tuple(Point((random.randint(0, 9), random.randint(0, 9), 1), 1) for _ in range(6))
        shape = Concave(points=points, signs=(Sign.POSITIVE, Sign.POSITIVE, Sign.FREE))
        order = random.sample(range(6), 4)
        values: Values[object] = Values(rows=strictly(*order))
        found = values.solve(shape, deadline=time.monotonic() + 20)
        assert not isinstance(found, OutOfTime)
        assert len(values.cuts) < 100
        outcomes.add(type(found))
        if isinstance(found, tuple):
            worth = [min(value_at(piece, points[k]) for piece in found) for k in order]
            assert all(one > other for one, other in itertools.pairwise(worth))
            assert all(piece[0] > 0 and piece[1] > 0 for piece in found)
    assert len(outcomes) == 2


def some_orders() -> Iterator[tuple[Concave, list[Row], int]]:
    """Yield concave shapes, rows for them, and the number of further unknowns."""
    random = Random(11)
    for _ in range(150):
        n = random.randint(4, 9)
        corners = random.sample(range(100), n)
        points = tuple(Point((k % 10, k // 10, 1), 1) for k in corners)
        sign = random.choice(list(Sign))
        rows = strictly(*random.sample(range(n), random.randint(2, n - 1)))
        others = random.randint(0, 1)
        if others:  # two that are at least a threshold, and two below it
            four = random.sample(range(n), 4)
            rows += [Row(((k, 1), (-1, -1)), Relation.WEAK) for k in four[:2]]
            rows += [Row(((-1, 1), (k, -1)), Relation.STRICT) for k in four[2:]]
        if random.random() < 1 / 4:
            rows.append(Row(((0, 1), (1, -1)), Relation.TIE))
        yield Concave(points=points, signs=(sign, sign, Sign.FREE)), rows, others


def test_what_floats_propose_changes_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the convex program and without it the same orders are had; what it proposes meets the rows."""
    kinds: Counter[tuple[bool, bool]] = Counter()
    for shape, rows, others in some_orders():
        monkeypatch.setattr(afriat, "FEWEST_PROPOSED", 1000)
        exact = Values(rows=list(rows), others=others).solve(shape)
        monkeypatch.setattr(afriat, "FEWEST_PROPOSED", 0)
        proposed = shape.propose(rows, others, None)
        assert isinstance(Values(rows=list(rows), others=others).solve(shape), Contradiction) == isinstance(
            exact, Contradiction
        )
        kinds[isinstance(exact, Contradiction), proposed is not None] += 1
        if proposed is None:
            continue
        least = [min(value_at(piece, point) for piece in proposed) for point in shape.points]
        assert met(least, rows)
        for sign, *coordinates in zip(shape.signs, *proposed, strict=True):
            assert sign is Sign.FREE or all(
                w > 0 or (not w and sign is Sign.NONNEGATIVE) for w in coordinates
            )
    assert not kinds[True, True]
    assert min(kinds[True, False], kinds[False, True], kinds[False, False]) > 4


def test_many_points_need_no_cuts() -> None:
    """The order of 60 points by the least of three sums is found by the convex program alone."""
    random = Random(3)
    points = tuple(Point((random.randint(-99, 99), random.randint(-99, 99), 1), 1) for _ in range(60))
    sums = [(5, 1, 0), (1, 4, 7), (2, 2, -9)]
    worth = [min(sum(w * n for w, n in zip(one, x.numerators, strict=True)) for one in sums) for x in points]
    order = sorted(range(60), key=lambda k: -worth[k])
    rows = [
        Row(((i, 1), (j, -1)), Relation.STRICT) for i, j in itertools.pairwise(order) if worth[i] > worth[j]
    ]
    values: Values[object] = Values(rows=rows)
    found = values.solve(Concave(points=points, signs=(Sign.POSITIVE, Sign.POSITIVE, Sign.FREE)))
    assert isinstance(found, tuple)
    assert not values.cuts
    assert met([min(value_at(piece, x) for piece in found) for x in points], rows)


def test_a_program_that_would_be_too_large_is_not_solved(monkeypatch: pytest.MonkeyPatch) -> None:
    """Then cuts decide."""
    monkeypatch.setattr(convex, "MOST_ENTRIES", 0)
    shape, rows, others = next(some_orders())
    monkeypatch.setattr(afriat, "FEWEST_PROPOSED", 0)
    assert shape.propose(rows, others, None) is None
