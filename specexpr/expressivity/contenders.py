"""Policies that an acceptable set leaves out and that are most likely to be in a conflict.

One is the fringe, one switch away from an accepted policy. Others cross from one accepted policy to another:
they do what the second does from some state on, and what the first does elsewhere. Where start states lead
apart, two accepted policies and the two crossings between them have one mean lottery.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from itertools import chain, islice, zip_longest

from specexpr.certify.model import AcceptableSet, Model, Table
from specexpr.expressivity.acceptable import Class, classes, fringe, good_test
from specexpr.models.policy import behaviour, mark

MOST = 1_000
"""So many of either kind are looked at."""


def contenders(model: Model, accepted: AcceptableSet, *, modulo_unreachable: bool) -> tuple[Table, ...]:
    """Return crossings and the fringe in turns, one policy for each behaviour."""
    good = classes(model, accepted.good)
    is_good = good_test(model, accepted, modulo_unreachable=modulo_unreachable)
    everything = tuple(tuple(sorted(row)) for row in model.rows)
    kinds = (islice(_crossings(model, good), MOST), islice(fringe(model, everything, good), MOST))
    found: dict[Hashable, Table] = {}
    for table in chain.from_iterable(zip_longest(*kinds)):
        if table is not None and not is_good(table):
            found.setdefault(mark(behaviour(model, table)), table)
    return tuple(found.values())


def _crossings(model: Model, good: Sequence[Class]) -> Iterator[Table]:
    """Yield what does as one class does from some state on, and as another one does elsewhere."""
    for s in range(len(model.states)):
        for second in good:
            beyond = _reached_from(model, second.table, s)
            for first in good:
                if first is not second:
                    yield tuple(
                        there if t in beyond else here
                        for t, (here, there) in enumerate(zip(first.table, second.table, strict=True))
                    )


def _reached_from(model: Model, table: Table, state: int) -> set[int]:
    """Return the states that a policy reaches from a state, which is one of them."""
    found = {state}
    order = [state]
    for s in order:
        new = {t for a, _ in table[s] for t, _ in model.rows[s][a]} - found
        found |= new
        order += new
    return found
