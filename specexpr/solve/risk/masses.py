"""Masses on a lattice in floats, with a count of their roundings, and the laws that they leave open.

A mass that was made by n products and sums of numbers that are not negative errs by a factor (1 + u)^n at
most, u = 2^-53, to either side. What underflows in all is far less than 2^-100.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from math import ceil, fsum, ldexp
from typing import Any

import numpy as np

from specexpr.solve.risk.functionals import Outcomes

_HEAP = 64  # parts that are kept before they are added up
_BITS = 120
_UNIT = 1 << _BITS
_ULP = Fraction(1, 1 << 53)
_STRAY = Fraction(1, 1 << 100)


@dataclass(frozen=True, slots=True)
class Masses:
    """Masses at base, base + 1, .., each made by so many products and sums at most."""

    base: int
    masses: Any
    roundings: int = 1

    @property
    def end(self) -> int:
        """Return the place after the last one."""
        return self.base + len(self.masses)

    @property
    def error(self) -> Fraction:
        """Return how much a mass may err, relative to itself."""
        return 2 * _ULP * self.roundings

    def total(self) -> float:
        """Return about how much mass there is."""
        return float(self.masses.sum())

    def at_most(self) -> Fraction:
        """Return a bound of how much mass there is."""
        return (Fraction(fsum(self.masses)) + _STRAY) * (1 + self.error)

    def law(self, step: Fraction, *, is_upper: bool) -> Outcomes:
        """Return a law below the one of these masses, at multiples of a step; or one above it.

        The masses are those of a whole law. At each outcome z the probability of what is at most z is at
        most, or at least, what the masses up to z and beyond it leave open.
        """
        error = ceil(self.error * _UNIT)
        where = sorted({0, len(self.masses) - 1, *np.flatnonzero(self.masses).tolist()})
        units = [int(ldexp(mass, _BITS)) for mass in self.masses[where].tolist()]
        highs = [n + 2 + ((n + 1) * error >> _BITS) for n in units]
        lows = [max(0, n - 1 - (n * error >> _BITS)) for n in units]
        stray = ceil(_STRAY * _UNIT)
        found: list[tuple[int, int]] = []
        before, up_to, beyond = 0, 0, sum(highs if is_upper else lows)
        for k, high, low in zip(where, highs, lows, strict=True):
            up_to += low if is_upper else high
            beyond -= high if is_upper else low
            both = up_to, _UNIT - beyond
            below = max(both) - stray if is_upper else min(both) + stray
            below = _UNIT if k == where[-1] else min(max(below, before), _UNIT)
            if below > before:
                found.append((self.base + k, below - before))
            before = below
        by, scale = step.numerator, step.denominator
        return Outcomes([k * by for k, _ in found], scale, [mass for _, mass in found], _UNIT)

    def cut(self, tiny: float, *, side: int) -> tuple[Masses, Fraction, Fraction]:
        """Move the outermost masses inwards to the last place where there is more than next to nothing.

        side: 1 for the greatest places, -1 for the least. Return moreover how much was moved at most, and
        that times how far.
        """
        outward = self.masses[::side]
        far = np.flatnonzero(np.cumsum(outward[::-1]) > tiny)
        count = int(far[0]) if len(far) else len(outward) - 1
        if not count:
            return self, Fraction(0), Fraction(0)
        moved = outward[-count:]
        kept = outward[:-count].copy()
        kept[-1] += moved.sum()
        far_moved = Fraction(fsum(moved * np.arange(1, count + 1))) * 2 + _STRAY
        masses = Masses(self.base + (count if side < 0 else 0), kept[::side], self.roundings + count + 1)
        return masses, Masses(0, moved, self.roundings).at_most(), far_moved * (1 + self.error)


@dataclass(slots=True)
class Pile:
    """Masses that are added up, a few at a time."""

    parts: list[Masses] = field(default_factory=list)

    def add(self, masses: Masses) -> None:
        """Add masses."""
        self.parts.append(masses)
        if len(self.parts) > _HEAP:
            self.parts = [self.total()]

    def total(self) -> Masses:
        """Return the sum of what there is, which is something."""
        return added(self.parts)


def added(parts: Iterable[Masses]) -> Masses:
    """Return the sum of masses, of which there are some.

    >>> added([Masses(0, np.array([0.5])), Masses(2, np.array([0.25, 0.25]))]).masses.tolist()
    [0.5, 0.0, 0.25, 0.25]
    """
    some = list(parts)
    if len(some) == 1:
        return some[0]
    base = min(one.base for one in some)
    total: Any = np.zeros(max(one.end for one in some) - base)
    for one in some:
        total[one.base - base : one.end - base] += one.masses
    return Masses(base, total, max(one.roundings for one in some) + len(some))
