"""The exact signs of how two laws compare, as the level of CVaR varies or the base z = exp(b c) does.

A *mark* is a number at which some sign changes. Between the marks of a pair its gap has one sign, and at each
of them one. What is to be shown of a whole range is shown of its *places*: cells and marks in turn.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise
from math import log
from typing import Protocol

from flint import fmpz_poly

from specexpr.certify.algebraic import Number
from specexpr.certify.gaps import base_gap, level_gap
from specexpr.certify.kinds.parameter import BaseWitness, LevelWitness, ParameterWitness, RateWitness
from specexpr.certify.law import Law
from specexpr.expressivity.real_roots import (
    Mark,
    Roots,
    around,
    is_below,
    samples,
    sign,
    simplest_between,
)

_ZERO, _ONE = Fraction(0), Fraction(1)
_MARGIN = 1e-9  # floats this close to an end are not trusted to be inside


@dataclass(frozen=True, slots=True)
class Signs:
    """The signs of a gap: cells[i] before marks[i], points[i] at it, and the last cell after all marks."""

    marks: tuple[Mark, ...]
    cells: tuple[int, ...]
    points: tuple[int, ...]

    def along(self, marks: Sequence[Mark]) -> list[int]:
        """Return the signs at the places of more marks: a cell, a mark, a cell, .., a cell."""
        found, i = [self.cells[0]], 0
        for mark in marks:
            if i < len(self.marks) and _is_same(mark, self.marks[i]):
                found += [self.points[i], self.cells[i + 1]]
                i += 1
            else:
                found += [self.cells[i], self.cells[i]]
        return found


def _is_same(a: Mark, b: Mark) -> bool:
    return a is b or (isinstance(a, Fraction) and a == b)


class Range(Protocol):
    """The range of a parameter: its end, None where it has none, and whether the end belongs to it."""

    @property
    def end(self) -> Fraction | None: ...

    def signs(self, better: Law, worse: Law) -> Signs:
        """Return the signs of the gap of two laws. Raises TooLarge."""

    def inside(self, lo: Mark, hi: Mark | None) -> Iterable[ParameterWitness]:
        """Return values between two marks, None: no end; simple ones first, the last one surely there."""

    def at(self, mark: Mark, besides: Sequence[Mark]) -> ParameterWitness:
        """Return the value at a mark, told apart from others."""

    def number(self, mark: Mark, besides: Sequence[Mark]) -> Number:
        """Return a mark for a proof, told apart from others."""


@dataclass(frozen=True, slots=True)
class Levels:
    """The levels of CVaR: above 0, and 1 at most."""

    end: Fraction | None = _ONE

    def signs(self, better: Law, worse: Law) -> Signs:
        """Return the signs of a gap that is linear between its knots; its last mark is 1."""
        marks: dict[Fraction, int] = {}
        cells: list[int] = []
        for (low, first), (high, last) in pairwise(level_gap(better, worse).knots):
            if first * last < 0:
                crossing = low + (high - low) * first / (first - last)
                cells.append(_sign(first))
                marks[crossing] = 0
            cells.append(_sign(first + last) if first * last >= 0 else _sign(last))
            marks[high] = _sign(last)
        return Signs(tuple(marks), (*cells, cells[-1]), tuple(marks.values()))

    def inside(self, lo: Mark, hi: Mark | None) -> Iterable[ParameterWitness]:
        """Return a simple level."""
        assert isinstance(lo, Fraction)
        assert isinstance(hi, Fraction)
        return [LevelWitness(simplest_between(lo, hi))]

    def at(self, mark: Mark, besides: Sequence[Mark]) -> LevelWitness:
        """Return the level at a mark."""
        assert isinstance(mark, Fraction)
        return LevelWitness(mark)

    def number(self, mark: Mark, besides: Sequence[Mark]) -> Number:
        """Return a mark for a proof."""
        assert isinstance(mark, Fraction)
        return mark


@dataclass(frozen=True, slots=True)
class Bases:
    """The bases z = exp(b unit) > 0 of entropic values on a lattice of this unit."""

    unit: Fraction
    end: Fraction | None = None
    roots: Roots = field(default_factory=lambda: Roots(end=None))

    def signs(self, better: Law, worse: Law) -> Signs:
        """Return the signs of a gap that is a polynomial."""
        gap = base_gap(better, worse, self.unit)
        same = gap.one_sign()
        if same is not None:
            return Signs((), (same,), ())
        polynomial = fmpz_poly(list(gap.polynomial()))
        marks = self.roots.of(polynomial)
        ends = zip([_ZERO, *marks], [*marks, None], strict=True)
        cells = [sign(polynomial, between(lo, hi)) for lo, hi in ends]
        return Signs(tuple(marks), tuple(cells), (0,) * len(marks))

    def inside(self, lo: Mark, hi: Mark | None) -> Iterable[ParameterWitness]:
        """Return a simple b whose base seems to be there, if there is one, and a base that is."""
        rate, base = self._rate(lo, hi), BaseWitness(self.unit, between(lo, hi))
        return [base] if rate is None else [RateWitness(rate), base]

    def _rate(self, lo: Mark, hi: Mark | None) -> Fraction | None:
        if is_below(lo, _ONE) and (hi is None or is_below(_ONE, hi)):
            return _ZERO
        z = between(lo, hi)
        (_, low), (high, _) = around(lo), around(2 * z) if hi is None else around(hi)
        try:
            scale = float(self.unit)
            first = log(low) / scale if low else min(2 * log(z), log(z) - 1) / scale
            last = log(high) / scale
            room = _MARGIN * (1 + abs(first) + abs(last))
            if not first + 2 * room < last - 2 * room:
                return None
            a, b = Fraction(first + room), Fraction(last - room)
        except (ArithmeticError, ValueError):
            return None
        return simplest_between(a, b) if a >= 0 else -simplest_between(-b, -a) if b <= 0 else _ZERO

    def at(self, mark: Mark, besides: Sequence[Mark]) -> BaseWitness:
        """Return the base at a mark."""
        return BaseWitness(self.unit, self.number(mark, besides))

    def number(self, mark: Mark, besides: Sequence[Mark]) -> Number:
        """Return a mark for a proof: the interval of an algebraic one is above 0."""
        return self.roots.number(mark, (_ZERO, *besides))


def between(lo: Mark, hi: Mark | None) -> Fraction:
    """Return a simple rational between two marks; None: no end."""
    if hi is None:
        (_, last) = around(lo)
        return Fraction(last.__floor__() + 1)
    return next(samples(lo, hi))


def _sign(x: Fraction) -> int:
    return (x > 0) - (x < 0)


def approximate_rate(witness: ParameterWitness) -> float:
    """Return about the b of an entropic value."""
    if isinstance(witness, RateWitness):
        return float(witness.rate)
    assert isinstance(witness, BaseWitness)
    base = witness.base
    middle = base if isinstance(base, Fraction) else (base.lo + base.hi) / 2
    return log(middle) / float(witness.unit)
