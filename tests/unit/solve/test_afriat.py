"""Values that some concave function takes: cuts come to an end, whatever the signs of pieces."""

from __future__ import annotations

import itertools
import time
from random import Random

from specexpr.certify.model import Relation
from specexpr.solve.afriat import Concave, Contradiction, Point, Row, Sign, Values, value_at
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
