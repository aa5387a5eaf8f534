"""Small environments one after the other, up to renaming, with their policies and the orders of these.

In an environment here every action is available in every state. Two that differ in the names of states and
actions are one: of those the first is given, in the order in which they come. Probabilities have denominators
up to a bound, in environments and in policies.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from functools import cache
from itertools import permutations, product

from specexpr.certify.model import Distribution, Model, Table
from specexpr.models.policy import behaviour, mark, reachable

ACTIONS = "abcdefgh"
_OFTEN = 1000


@cache
def laws(outcomes: int, denominator: int) -> tuple[Distribution, ...]:
    """Return the laws on so many outcomes whose probabilities are fractions with denominators up to that.

    Those with small denominators come first, and of these the certain ones.
    """
    found = {
        law: None
        for below in range(1, denominator + 1)
        for parts in _compositions(below, outcomes)
        for law in [tuple((i, Fraction(n, below)) for i, n in enumerate(parts) if n)]
    }
    return tuple(sorted(found, key=lambda law: (denominator_of([law]), len(law), law)))


def _compositions(total: int, parts: int) -> Iterator[tuple[int, ...]]:
    """Yield the ways to write a number as a sum of so many, each at least 0."""
    if parts == 1:
        yield (total,)
        return
    for first in range(total, -1, -1):
        for rest in _compositions(total - first, parts - 1):
            yield (first, *rest)


def denominator_of(some: Sequence[Distribution]) -> int:
    """Return the largest denominator of a probability."""
    return max(p.denominator for law in some for _, p in law)


def environments(
    states: int, actions: int, denominator: int, *, is_late: Callable[[], bool] = lambda: False
) -> Iterator[Model]:
    """Yield every environment of a size, one for all that differ in names alone, until it is late."""
    known = laws(states, denominator)
    names = tuple(f"s{s}" for s in range(states)), tuple(ACTIONS[:actions])
    pairs = [(s, a) for s in range(states) for a in range(actions)]
    renamings = [
        _renaming(known, pairs, by_state, by_action)
        for by_state in permutations(range(states))
        for by_action in permutations(range(actions))
    ]
    for count, key in enumerate(product(range(len(known)), repeat=1 + len(pairs))):
        if count % _OFTEN == 0 and is_late():
            return
        if all(key <= tuple(moved[key[k]] for k in order) for moved, order in renamings):
            rows = [{a: known[key[1 + s * actions + a]] for a in range(actions)} for s in range(states)]
            yield Model(*names, known[key[0]], tuple(rows))


def _renaming(
    known: Sequence[Distribution],
    pairs: Sequence[tuple[int, int]],
    by_state: tuple[int, ...],
    by_action: tuple[int, ...],
) -> tuple[list[int], list[int]]:
    """Return what a renaming does to the key of an environment: to each law, and to their places.

    The renamed environment has at place k the law of place order[k], renamed.
    """
    number = {law: k for k, law in enumerate(known)}
    moved = [number[tuple(sorted((by_state[s], p) for s, p in law))] for law in known]
    place = {pair: 1 + k for k, pair in enumerate(pairs)}
    back = {(by_state[s], by_action[a]): place[s, a] for s, a in pairs}
    return moved, [0, *(back[pair] for pair in pairs)]


def model_denominator(model: Model) -> int:
    """Return the largest denominator in an environment."""
    return denominator_of([model.start, *(law for row in model.rows for law in row.values())])


def is_all_reached(model: Model) -> bool:
    """Say whether every state can be reached from the start."""
    some = tuple((a, Fraction(1, len(model.actions))) for a in range(len(model.actions)))
    return all(reachable(model, (some,) * len(model.states)))


def policies(model: Model, denominator: int, *, are_alike_one: bool) -> tuple[Table, ...]:
    """Return the policies with denominators up to a bound; of those that behave alike perhaps the first."""
    choices = laws(len(model.actions), denominator)
    tables: list[Table] = sorted(
        product(choices, repeat=len(model.states)), key=lambda table: [choices.index(law) for law in table]
    )
    if not are_alike_one:
        return tuple(tables)
    first: dict[object, Table] = {}
    for table in tables:
        first.setdefault(mark(behaviour(model, table)), table)
    return tuple(first.values())


@cache
def weak_orders(size: int) -> tuple[tuple[int, ...], ...]:
    """Return the orders of so many things in levels, 0 the best, but for the one in which all are tied.

    >>> weak_orders(2)
    ((0, 1), (1, 0))
    """
    found = [
        levels for levels in product(range(size), repeat=size) if set(levels) == set(range(max(levels) + 1))
    ]
    return tuple(
        sorted((levels for levels in found if max(levels)), key=lambda levels: (max(levels), levels))
    )
