"""The points of a claim as chains of floats: hints only."""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast

import numpy as np

from specexpr.certify.model import Claim
from specexpr.certify.observing import Observations
from specexpr.certify.walk import Coordinate, Walker
from specexpr.expressivity.system import PolicyPoint, System, TrajectoryPoint
from specexpr.solve.structures import Array, Chain, Chains, entries

_MOST_ENTRIES = 20_000_000
_LARGEST = 1 - 2**-40  # discounts above are too near to 1 for floats


class FloatPoints:
    """Some points of a system, with the numbers of the coordinates that they count without a machine."""

    def __init__(self, claim: Claim, seen: Observations, system: System, numbers: Iterable[int]) -> None:
        self._claim, self._seen, self._system = claim, seen, system
        self._walker = Walker(claim, seen=seen)
        self.keys: dict[Coordinate, int] = {}
        found = [self._chain(number) for number in numbers]
        shape = {"observations": len(seen.known), "keys": len(self.keys)}
        self.chains: Chains | None = None
        """None where the arrays would be too large."""
        if entries(found, **shape) <= _MOST_ENTRIES:
            self.chains = Chains(found, **shape, discount=min(float(claim.fixed_discount), _LARGEST))

    def weights(self, states: int, weights: Iterable[tuple[Coordinate, float]]) -> Array:
        """Return weights of (machine state, ...) by machine state and key."""
        found = np.zeros((states, len(self.keys)))
        for (u, *key), x in weights:
            if tuple(key) in self.keys:
                found[cast(int, u), self.keys[tuple(key)]] = x
        return found

    def _chain(self, number: int) -> Chain:
        point = self._system.points[number]
        of, rows = self._seen.of[point.model], self._claim.models[point.model].rows
        edges: list[tuple[int, int, int, float]] = []
        counts: list[tuple[int, int, float]] = []
        match point:
            case TrajectoryPoint(model=model, steps=steps):
                start = [1.0] + [0.0] * (len(steps) - 1)
                for i, (s, a) in enumerate(steps):
                    counts += self._counts(model, i, (s, a), 1.0)
                    if i + 1 < len(steps):
                        edges.append((of[s, a, rows[s][a][0][0]], i, i + 1, 1.0))
            case PolicyPoint(model=model, table=table):
                walk = self._walker.walk(model, table)
                place = {s: x for x, (_, s) in enumerate(walk.nodes)}
                start = [0.0] * len(place)
                for x, mass in walk.start:
                    start[x] = float(mass)
                for s, x in place.items():
                    for a, p in table[s]:
                        counts += self._counts(model, x, (s, a), float(p))
                        edges += [(of[s, a, t], x, place[t], float(p * q)) for t, q in rows[s][a]]
        return Chain(start, edges, counts)

    def _counts(self, model: int, x: int, pair: tuple[int, int], mass: float) -> list[tuple[int, int, float]]:
        found = self._walker.keys(model, 0, *pair)
        return [(x, self.keys.setdefault(key, len(self.keys)), mass * float(share)) for key, share in found]
