"""A Markov reward in few small whole numbers under which policies of different levels have different returns.

Policies that are not alike differ in how often some step is taken, so some reward tells them apart. Rewards
are added one at a time: the step that tells most of those apart that are still together, with the least
whole number that brings no others together. On large models floats propose some reward instead.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import count

from specexpr.certify.model import Model, Table
from specexpr.certify.proofs import RewardEntry
from specexpr.models.occupancy import integer_occupancy

_ZERO = Fraction(0)

Coordinate = tuple[int, int, int | None]


@dataclass(frozen=True, slots=True)
class Point:
    """A policy of a model (by its index), with the level that its return is to tell."""

    model: int
    table: Table
    level: int


@dataclass(frozen=True, slots=True)
class Generic:
    """A reward with the exact return of each point."""

    reward: tuple[RewardEntry, ...]
    returns: tuple[Fraction, ...]


def exact_reward(models: Sequence[Model], points: Sequence[Point], discount: Fraction) -> Generic:
    """Return a reward that gives points of different levels, none of which are alike, different returns."""
    visits = [dict(step_visits(models[x.model], x.table, discount)) for x in points]
    reward: dict[Coordinate, int] = {}
    returns = [_ZERO] * len(points)
    while together := _together(returns, points):
        columns: dict[Coordinate, dict[int, Fraction]] = {}
        for group in together:
            for i in group:
                for coordinate, x in visits[i].items():
                    columns.setdefault(coordinate, {})[i] = x
        best = max(sorted(columns, key=_order), key=lambda c: (_parts(columns[c], together), c[2] is None))
        column = [here.get(best, _ZERO) for here in visits]
        pays = next(n for n in count(1) if _is_finer(returns, column, n, points))
        reward[best] = reward.get(best, 0) + pays
        returns = [old + pays * x for old, x in zip(returns, column, strict=True)]
    entries = (RewardEntry(s, a, t, Fraction(n)) for (s, a, t), n in sorted(reward.items(), key=_key))
    return Generic(tuple(entries), tuple(returns))


def _order(c: Coordinate) -> tuple[int, int, int]:
    return c[0], c[1], -1 if c[2] is None else c[2]


def _key(item: tuple[Coordinate, int]) -> tuple[int, int, int]:
    return _order(item[0])


def step_visits(model: Model, table: Table, discount: Fraction) -> Iterator[tuple[Coordinate, Fraction]]:
    """Yield d(s, a), and d(s, a, t) where several states may follow."""
    numerators, below = integer_occupancy(model, table, discount)
    for s, n in enumerate(numerators):
        for a, p in table[s] if n else ():
            mass = Fraction(n * p.numerator, below * p.denominator)
            yield (s, a, None), mass
            for t, q in model.rows[s][a]:
                yield (s, a, t), mass * q


def _together(returns: Sequence[Fraction], points: Sequence[Point]) -> list[list[int]]:
    """Return the points of one return, as far as they have different levels."""
    groups: dict[Fraction, list[int]] = {}
    for i, x in enumerate(returns):
        groups.setdefault(x, []).append(i)
    return [group for group in groups.values() if len({points[i].level for i in group}) > 1]


def _parts(column: dict[int, Fraction], together: Sequence[list[int]]) -> int:
    """Return into how many parts a step takes the groups."""
    return sum(len({column.get(i, _ZERO) for i in group}) for group in together)


def _is_finer(
    returns: Sequence[Fraction], column: Sequence[Fraction], pays: int, points: Sequence[Point]
) -> bool:
    """Say whether points that now have one return and different levels also had one, and do alike here."""
    after = [old + pays * x for old, x in zip(returns, column, strict=True)]
    return all(len({(returns[i], column[i]) for i in group}) == 1 for group in _together(after, points))
