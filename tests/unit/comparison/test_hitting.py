"""Sets that meet all conflicts: against all subsets written out."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specexpr.comparison.hitting import hitting_sets

NUMBERS = st.integers(0, 6)


@given(
    conflicts=st.lists(st.frozensets(NUMBERS, max_size=4), max_size=6),
    size=st.integers(0, 7),
)
def test_all_of_one_size(conflicts: list[frozenset[int]], size: int) -> None:
    """Exactly those subsets of that size are found that share a number with each conflict, once each."""
    found = list(hitting_sets(conflicts, range(7), size))
    truth = [
        frozenset(some)
        for some in combinations(range(7), size)
        if all(conflict.intersection(some) for conflict in conflicts)
    ]
    assert len(found) == len(set(found))
    assert set(found) == set(truth)


def test_apart() -> None:
    """Twenty conflicts that share nothing need twenty numbers: for fewer the search ends at once."""
    conflicts = [frozenset(range(5 * k, 5 * k + 5)) for k in range(20)]
    steps = 0

    def pause() -> None:
        nonlocal steps
        steps += 1

    assert not list(hitting_sets(conflicts, range(100), 19, pause=pause))
    assert steps == 1
    assert next(hitting_sets(conflicts, range(100), 20)) == frozenset(range(0, 100, 5))


def test_pause_stops() -> None:
    """What `pause` raises ends the search."""

    def pause() -> None:
        raise TimeoutError

    with pytest.raises(TimeoutError):
        next(hitting_sets([frozenset({1})], [1], 1, pause=pause))
