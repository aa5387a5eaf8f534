"""Sums of step functions over exact places, in integers: the mixtures that conflicts make of laws.

A step function is given by its places and how much it rises there; a law by returns and probabilities, a
quantile function by levels and differences of returns.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Generic, TypeVar

from specexpr.exact import common_denominator

K = TypeVar("K", bound=Hashable)

Rises = Iterable[tuple[Fraction, Fraction]]
"""(place, how much the function rises there)."""


@dataclass(slots=True)
class Steps(Generic[K]):
    """Step functions by name; `rises` are asked for once."""

    rises: Callable[[K], Rises]
    _index: dict[Fraction, int] = field(default_factory=dict)
    _known: dict[K, tuple[list[int], list[int], int]] = field(default_factory=dict)
    _places: list[tuple[Fraction, int, int]] = field(default_factory=list)
    _below: int = 1

    def total(self, weights: Sequence[tuple[K, Fraction]]) -> list[tuple[Fraction, int, int]]:
        """Return (place, that in integers, rise in integers) of a weighted sum, ascending, but for zeros.

        Places are times one positive number, and rises another.
        """
        names = [name for name, _ in weights]
        for name in names:
            self._look(name)
        shares, _ = common_denominator([w / self._known[name][2] for name, w in weights])
        rises = [0] * len(self._index)
        for name, share in zip(names, shares, strict=True):
            where, numerators, _ = self._known[name]
            for i, n in zip(where, numerators, strict=True):
                rises[i] += share * n
        if len(self._places) < len(self._index):
            order = sorted(self._index.items())
            whole, self._below = common_denominator([x for x, _ in order])
            self._places = [(x, n, i) for (x, i), n in zip(order, whole, strict=True)]
        return [(x, n, rises[i]) for x, n, i in self._places if rises[i]]

    def whole(self, place: Fraction) -> int:
        """Return in integers, as the last total did, a place that it knew."""
        return int(place * self._below)

    def _look(self, name: K) -> None:
        if name not in self._known:
            rises = list(self.rises(name))
            where = [self._index.setdefault(x, len(self._index)) for x, _ in rises]
            numerators, below = common_denominator([y for _, y in rises])
            self._known[name] = where, numerators, below
