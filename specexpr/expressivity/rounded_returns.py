"""Returns of policies of large models, proposed in floats: a reward and intervals that tell levels apart.

Nothing here decides: the kernel bounds the returns by the residuals of the visits that are carried.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise, product
from random import Random

import numpy as np

from specexpr.certify.model import Model
from specexpr.certify.proofs import RewardEntry, StateOccupancy
from specexpr.exact import Interval
from specexpr.expressivity.figures import around
from specexpr.expressivity.generic_reward import Point
from specexpr.solve.approximate import FloatModel, dyadic
from specexpr.solve.floats import independent_columns

_SPREADS = (3, 9, 99, 9999)
_GAP = 1e-6  # of the largest return: what floats tell apart with some certainty
_BITS = 52
_MOST_ENTRIES = 1_000_000

Step = tuple[int, int, int]
Key = tuple[int, int, int | None]


@dataclass(frozen=True, slots=True)
class Rounded:
    """A reward, an interval about the return of each point, and its approximate visits.

    The intervals of points of different levels seem disjoint.
    """

    reward: tuple[RewardEntry, ...]
    returns: tuple[Interval, ...]
    visits: tuple[StateOccupancy, ...]


def rounded_figures(models: Sequence[Model], points: Sequence[Point], discount: Fraction) -> Rounded | None:
    """Return a reward under which levels seem apart, or None where floats cannot tell."""
    floats = [FloatModel(model) for model in models]
    visits = [floats[x.model].occupancy(floats[x.model].choices(x.table), discount) for x in points]
    rows = []
    for point, d in zip(points, visits, strict=True):
        data, pi = floats[point.model], floats[point.model].choices(point.table)
        mass = d[data.source] * pi[data.source, data.action] * data.probability
        rows.append(dict(zip(zip(data.source, data.action, data.target, strict=True), mass, strict=True)))
    steps = sorted({step for row in rows for step, x in row.items() if x > 0})
    keys = [(int(s), int(a), int(t) if len(models) > 1 else None) for s, a, t in steps]
    for chosen, spread in product((*_few(rows, steps, keys), list(dict.fromkeys(keys))), _SPREADS):
        random = Random(spread)
        pays = dict.fromkeys(keys, 0) | {key: random.randint(-spread, spread) for key in chosen}
        weights = [(step, pays[key]) for step, key in zip(steps, keys, strict=True) if pays[key]]
        returns = [float(sum(row.get(step, 0.0) * n for step, n in weights)) for row in rows]
        gap = _gap(returns, points)
        if gap is not None:
            reward = tuple(RewardEntry(s, a, t, Fraction(n)) for (s, a, t), n in pays.items() if n)
            carried = (
                StateOccupancy(point.model, point.table, tuple(dyadic(d, _BITS)))
                for point, d in zip(points, visits, strict=True)
            )
            return Rounded(reward, tuple(around(x, gap / 3) for x in returns), tuple(carried))
    return None


def _few(
    rows: Sequence[Mapping[Step, float]], steps: Sequence[Step], keys: Sequence[Key]
) -> Iterator[list[Key]]:
    """Yield ever more keys whose visits are independent, if policies and keys are not too many."""
    places = {key: j for j, key in enumerate(dict.fromkeys(keys))}
    if len(rows) * len(places) > _MOST_ENTRIES:
        return
    matrix = np.zeros((len(rows), len(places)))
    for step, key in zip(steps, keys, strict=True):
        matrix[:, places[key]] += [row.get(step, 0.0) for row in rows]
    found = independent_columns(matrix - matrix[0])
    if found is not None:
        named = list(places)
        for count in (1, 2, 4, 8, 16):
            if count <= len(found):
                yield [named[int(j)] for j in found[:count]]


def _gap(returns: Sequence[float], points: Sequence[Point]) -> float | None:
    """Return the least distance of points of different levels; None if floats cannot be sure of it."""
    ranked = sorted(zip(returns, (point.level for point in points), strict=True))
    scale = max(abs(x) for x in returns)
    gap = min((y - x for (x, one), (y, other) in pairwise(ranked) if one != other), default=scale or 1.0)
    return gap if gap > _GAP * scale else None
