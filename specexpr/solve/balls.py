"""Enclosures of irrational numbers by ball arithmetic, as narrow as one likes compared to their size.

The balls are Arb's: each operation returns a ball that contains every result of it on points of its operands.

Fredrik Johansson: Arb: Efficient Arbitrary-Precision Midpoint-Radius Interval Arithmetic (IEEE Transactions
on Computers, 2017).
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import ceil, floor
from typing import TypeAlias

from flint import arb, ctx, fmpq

from specexpr.diagnostics import NoValue
from specexpr.exact import Interval

Ball: TypeAlias = "arb"

_ZERO = Fraction(0)
_GUARD = 32  # bits beyond those that are asked for
_MOST_BITS = 1 << 14
_LARGEST = 1 << 20  # an exponent of 2, beyond which numbers are not written down


def ball(value: Fraction) -> Ball:
    """Return a ball that contains a rational."""
    return arb(fmpq(value.numerator, value.denominator))


def enclosed(compute: Callable[[], Ball], *, bits: int = 64, least: Fraction = _ZERO) -> Interval:
    """Return an enclosure of a number, to 2^-bits of its size. Raises NoValue where it is huge.

    compute: the ball around the number, at the precision that is set when it is called.
    least: a size that will do for a number that may be smaller, or 0; without one it must not be 0.

    >>> found = enclosed(lambda: ball(Fraction(1)).exp(), bits=20)
    >>> float(found.lo) < 2.718281828 < float(found.hi)
    True
    """
    precision = bits + _GUARD
    while precision <= _MOST_BITS:
        with ctx.workprec(precision):
            found = compute()
            if found.is_finite():
                ends = _interval(found, bits)
                if (ends.hi - ends.lo) * (1 << bits) <= max(min(abs(ends.lo), abs(ends.hi)), least):
                    return ends
        precision *= 2
    raise NoValue("it could not be enclosed narrowly enough")


def _interval(found: Ball, bits: int) -> Interval:
    """Return the ends of a ball, rounded outward to a few bits more than are asked for."""
    mantissa, exponent = map(int, found.mid().man_exp())
    radius, small = map(int, found.rad().man_exp())
    size = max(exponent + abs(mantissa).bit_length(), small + radius.bit_length())
    if abs(size) > _LARGEST:
        raise NoValue(f"it is about 2^{size}, which is too {'large' if size > 0 else 'small'} to write down")
    unit = Fraction(2) ** (size - bits - 3)
    mid, rad = mantissa * Fraction(2) ** exponent, radius * Fraction(2) ** small
    return Interval(floor((mid - rad) / unit) * unit, ceil((mid + rad) / unit) * unit)
