"""Sets of numbers that meet each of some conflicts, by their size; each is given once.

A set that mends everything meets every conflict. So sets of one size that do are all that could mend with so
few, and if there is none, more are needed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import combinations

Conflict = frozenset[int]


def hitting_sets(
    conflicts: Sequence[Conflict],
    universe: Sequence[int],
    size: int,
    *,
    pause: Callable[[], None] = lambda: None,
) -> Iterator[Conflict]:
    """Yield the subsets of the universe, of that size, that share a number with each conflict.

    pause: is called between steps, and may raise to stop the search.

    >>> [sorted(one) for one in hitting_sets([frozenset({1, 2}), frozenset({2, 3})], range(1, 4), 1)]
    [[2]]
    """
    yield from _extended(frozenset(), frozenset(), tuple(conflicts), universe, size, pause)


def _extended(
    chosen: Conflict,
    excluded: Conflict,
    missed: tuple[Conflict, ...],
    universe: Sequence[int],
    room: int,
    pause: Callable[[], None],
) -> Iterator[Conflict]:
    """Yield those that contain `chosen` and nothing excluded; `missed` are the conflicts still to be met.

    Branches on the members of one conflict; a later branch excludes the members before, so no set comes
    twice.
    """
    pause()
    if not missed:
        free = [x for x in universe if x not in chosen and x not in excluded]
        for more in combinations(free, room):
            pause()
            yield chosen | frozenset(more)
        return
    open_ones = [conflict - excluded for conflict in missed]
    if _apart(open_ones) > room:
        return
    smallest = min(open_ones, key=lambda conflict: (len(conflict), sorted(conflict)))
    passed: set[int] = set()
    for x in sorted(smallest):
        rest = tuple(conflict for conflict in missed if x not in conflict)
        yield from _extended(chosen | {x}, excluded | passed, rest, universe, room - 1, pause)
        passed.add(x)


def _apart(conflicts: Sequence[Conflict]) -> int:
    """Return a number of conflicts no two of which share a member: so many numbers are needed at least."""
    met: set[int] = set()
    count = 0
    for conflict in sorted(conflicts, key=len):
        if not conflict & met:
            met |= conflict
            count += 1
    return count
