"""Fewer pieces of a concave function that meet the same constraints."""

from __future__ import annotations

import itertools
from fractions import Fraction
from random import Random

from specexpr.certify.model import Relation
from specexpr.solve.afriat import Concave, Contradiction, Monotone, Point, Row, Sign, Values, value_at
from specexpr.solve.pieces import fewer_pieces, pruned

FREE = (Sign.FREE, Sign.FREE)


def line(*places: int) -> Concave:
    """Return concave functions of numbers."""
    return Concave(tuple(Point((x, 1), 1) for x in places), FREE)


def falling(order: list[int]) -> list[Row]:
    return [Row(((i, 1), (j, -1)), Relation.STRICT) for i, j in itertools.pairwise(order)]


def test_two_pieces_make_a_peak() -> None:
    """Ranks that rise up to the middle of seven places and fall after it need two pieces, and get two."""
    shape = line(*range(7))
    rows = falling([3, 2, 4, 1, 5, 0, 6])
    values: Values[tuple[tuple[Fraction, ...], ...]] = Values(rows=rows)
    found = values.solve(shape)
    assert isinstance(found, tuple)
    best = fewer_pieces(shape, found, rows)
    assert len(best) == 2
    worth = [min(value_at(piece, point) for piece in best) for point in shape.points]
    assert all(worth[row.parts[0][0]] > worth[row.parts[1][0]] for row in rows)


def test_thresholds_are_met_by_pruned_pieces() -> None:
    """Of pieces that nothing needs none is kept but one; those that keep a place below a threshold stay."""
    shape = line(0, 1, 2)
    up, down, flat = (Fraction(1), Fraction(0)), (Fraction(-1), Fraction(2)), (Fraction(0), Fraction(5))
    inside, outside = Row(((1, 1), (-1, -1)), Relation.WEAK), Row(((-1, 1), (0, -1)), Relation.STRICT)
    assert pruned(shape, [up, down, flat], [inside, outside]) == (up,)
    both = [inside, outside, Row(((-1, 1), (2, -1)), Relation.STRICT)]
    assert pruned(shape, [flat, up, down], both) == (up, down)
    assert len(pruned(shape, [up, down, flat], [])) == 1


def test_random_orders_keep_what_they_need() -> None:
    """Whatever is asked of random places is met after pruning and merging, with no more pieces."""
    random = Random(4)
    fewer = 0
    for _ in range(40):
        places = random.sample(range(12), 6)
        shape = line(*places)
        centre = random.randint(0, 11)
        order = sorted(range(6), key=lambda i: (places[i] - centre) ** 2)
        rows = [
            Row(((i, 1), (j, -1)), random.choice((Relation.STRICT, Relation.WEAK)))
            for i, j in itertools.pairwise(order)
            if (places[i] - centre) ** 2 != (places[j] - centre) ** 2
        ]
        values: Values[tuple[tuple[Fraction, ...], ...]] = Values(rows=rows)
        found = values.solve(shape)
        assert isinstance(found, tuple)
        best = fewer_pieces(shape, found, rows)
        assert len(best) <= len(found)
        fewer += len(best) < len(found)
        worth = [min(value_at(piece, point) for piece in best) for point in shape.points]
        for row in rows:
            gap = worth[row.parts[0][0]] - worth[row.parts[1][0]]
            assert gap > 0 or (gap == 0 and row.relation is Relation.WEAK)
    assert fewer > 10


def test_circles_of_vectors() -> None:
    """A monotone function is refuted by a circle: constraints and dominances with equal weights."""
    vectors = tuple((Fraction(x), Fraction(y)) for x, y in ((2, 0), (1, 3), (0, 2), (3, 1)))
    values: Values[tuple[Fraction, ...]] = Values(rows=falling([0, 1]) + falling([2, 3]))
    found = values.solve(Monotone(vectors, is_strict=False))
    assert isinstance(found, Contradiction)
    weights = {y for _, y in (*found.rows, *found.cuts)}
    assert len(weights) == 1
    assert sorted((cut.point, cut.shares[0][0]) for cut, _ in found.cuts) == [(1, 2), (3, 0)]
