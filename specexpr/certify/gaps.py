"""How two policies compare as one number varies: the level of CVaR, or the base of an entropic value.

**Level.** CVaR at level t in (0, 1] is L(t) / t, L the lower part of the law. The gap of two laws is the
difference of their L: continuous, linear between finitely many levels.

**Base.** Let returns lie on a lattice x_0 + k c, k whole, and z = exp(b c). For b not 0 the entropic value
(1/b) log E exp(bG) rises with (p(z) - 1) / (z - 1), p(z) = sum over k of P(G = x_0 + k c) z^k: with p itself
if z > 1, against it if z < 1. So the sign of the gap (p_i(z) - p_j(z)) / (z - 1) says which of two values is
the greater one. Its coefficient at z^k is P(G_i > x_0 + k c) - P(G_j > x_0 + k c). At z = 1 it is the
difference of means over c: there b = 0, and the value is the mean.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from specexpr.certify.algebraic import Algebraic, Number, sign_at, vanishes
from specexpr.certify.law import Law
from specexpr.certify.polynomial import Polynomial, roots, sign
from specexpr.certify.proofs import Refused, TooLarge
from specexpr.certify.risk import first_order, lower_parts, mixed
from specexpr.exact import common_denominator

MOST_DEGREE = 1_000
"""A polynomial in z may have such a degree."""

_ZERO, _ONE = Fraction(0), Fraction(1)


@dataclass(frozen=True, slots=True)
class LevelGap:
    """The gap of two laws by level: (level, gap), ascending from (0, 0) to 1, linear in between."""

    knots: tuple[tuple[Fraction, Fraction], ...]

    def at(self, level: Number) -> int:
        """Return the sign of the gap at a level."""
        if isinstance(level, Algebraic) or not 0 < level <= 1:
            raise Refused("a level must be a rational above 0 and at most 1")
        return _sign(self._gap(level))

    def within(self, lo: Number, hi: Number | None) -> int | None:
        """Return the one sign that the gap has between two levels, both excluded; None if it varies."""
        if not (isinstance(lo, Fraction) and isinstance(hi, Fraction) and 0 <= lo < hi <= 1):
            raise Refused("levels must be rationals from 0 to 1 that ascend")
        inner = [gap for level, gap in self.knots if lo < level < hi]
        signs = {_sign(gap) for gap in inner}
        ends = {_sign(self._gap(lo)), _sign(self._gap(hi))} - {0}
        if not inner:  # one piece: it has no zero inside unless its ends have different signs, or are 0
            return next(iter(ends), 0) if len(ends) < 2 else None
        return signs.pop() if len(signs) == 1 and ends <= signs else None

    def _gap(self, level: Fraction) -> Fraction:
        for (low, first), (high, last) in pairwise(self.knots):
            if level <= high:
                return first + (last - first) * (level - low) / (high - low)
        raise Refused("a level must be at most 1")


def level_gap(better: Law, worse: Law) -> LevelGap:
    """Return the gap of two laws by level."""
    return LevelGap(((_ZERO, _ZERO), *lower_parts([(better, _ONE), (worse, -_ONE)])))


@dataclass(frozen=True, slots=True)
class BaseGap:
    """The gap of two laws by z > 0, times a power of z: (exponent, step) where its coefficients change.

    From each exponent on all coefficients are that step, until the next one; the last step is 0.
    """

    steps: tuple[tuple[int, int], ...]

    def at(self, z: Number) -> int:
        """Return the sign of the gap at z."""
        same = self.one_sign()
        return sign_at(self.polynomial(), z) if same is None else same

    def within(self, lo: Number, hi: Number | None) -> int | None:
        """Return the one sign that the gap has between two numbers, None: no end; None if it has zeros."""
        low, first = _around(lo)
        last, high = (None, None) if hi is None else _around(hi)
        if last is not None and not first < last:
            raise Refused("the ends of a cell do not ascend")
        same = self.one_sign()
        if same is not None:
            return same
        gap = self.polynomial()
        if last is None or high is None:
            most = 1 + Fraction(max(map(abs, gap)), abs(gap[-1]))  # beyond are no roots (Cauchy)
            last = high = max(most, first) + 1
        at_ends = sum(vanishes(gap, x) for x in (lo, hi) if isinstance(x, Algebraic))
        return sign(gap, (first + last) / 2) if len(roots(gap, low, high)) == at_ends else None

    def one_sign(self) -> int | None:
        """Return the sign of the gap for all z at once, where no coefficients have opposite signs."""
        signs = {_sign(step) for _, step in self.steps} - {0}
        return next(iter(signs), 0) if len(signs) < 2 else None

    def polynomial(self) -> Polynomial:
        """Return the gap over a power of z. Raises TooLarge."""
        if self.steps[-1][0] - self.steps[0][0] > MOST_DEGREE:
            raise TooLarge(f"returns lie on more than {MOST_DEGREE} places of a lattice")
        return tuple([step for (k, step), (end, _) in pairwise(self.steps) for _ in range(k, end)])


def base_gap(better: Law, worse: Law, unit: Fraction) -> BaseGap:
    """Return the gap of two laws by z = exp(b unit). Raises Refused where they are on no such lattice."""
    parts = [(better, _ONE), (worse, -_ONE)]
    places = [x for x, _ in mixed(parts)] or [_ZERO]
    if unit <= 0 or any((x - places[0]) % unit for x in places):
        raise Refused("returns do not lie on the lattice of the proof")
    masses, _ = common_denominator([mass for _, mass in first_order(parts)])
    starts = [int((x - places[0]) / unit) for x in places]
    return BaseGap(tuple(zip(starts, [*masses, 0], strict=True)))


def _around(x: Number) -> tuple[Fraction, Fraction]:
    """Return what is known of a number."""
    return (x, x) if isinstance(x, Fraction) else (x.lo, x.hi)


def _sign(x: Fraction | int) -> int:
    return (x > 0) - (x < 0)
