"""Intervals: what they leave, and how they are strung together from 0 to 1."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from random import Random

import pytest

from specexpr.expressivity.coverings import Covering, cells, gaps, interval_around
from specexpr.expressivity.real_roots import is_below

ZERO, ONE = Fraction(0), Fraction(1)


def drawn(random: Random) -> list[tuple[Fraction, Fraction]]:
    ends = [sorted(Fraction(k, 12) for k in random.sample(range(13), 2)) for _ in range(random.randint(1, 8))]
    return [(lo, hi) for lo, hi in ends]


@pytest.mark.parametrize("seed", range(60))
def test_what_intervals_leave(seed: int) -> None:
    """A number that is no end is in a gap iff it is in no interval; gaps are in order, and not empty."""
    intervals = drawn(Random(seed))
    left = list(gaps(intervals))
    for k in range(1, 120):
        x = Fraction(2 * k + 1, 241)
        assert (interval_around(left, x) is None) == (interval_around(intervals, x) is not None)
    assert all(lo < hi for lo, hi in left)
    assert all(not is_below(lo, hi) for (_, hi), (lo, _) in pairwise(left))


@pytest.mark.parametrize("seed", range(60))
def test_cells_follow_each_other(seed: int) -> None:
    """Where no gap is left, cells lead from 0 to 1, each inside an interval of its covering."""
    random = Random(seed)
    intervals = [*drawn(random), (ZERO, Fraction(1, 2)), (Fraction(random.randint(1, 6), 12), ONE)]
    found = [Covering([], (interval,)) for interval in intervals]
    chain = list(cells(found))
    assert [lo for _, lo, _ in chain] == [ZERO, *(hi for *_, hi in chain[:-1])]
    assert chain[-1][2] == ONE
    for covering, lo, hi in chain:
        ((first, last),) = covering.intervals
        assert first <= lo < hi <= last
