"""Exact rationals: reading, writing, and the little linear algebra that the kernel needs.

Pure Python on `int` and `Fraction`. Nothing here is fast on large systems; large systems are solved
elsewhere and only multiplied here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm

Vector = Sequence[Fraction]


@dataclass(frozen=True, slots=True)
class Interval:
    """A number that is known to lie between two rationals, ends included."""

    lo: Fraction
    hi: Fraction


Number = Fraction | Interval
"""An exact number, or an enclosure of one that is irrational."""

Value = Number | tuple[Number, ...]
"""What a policy is worth: a number, or to several objectives at once a vector."""


def bounds(value: Number) -> tuple[Fraction, Fraction]:
    """Return the ends of an enclosure, of an exact value both the same.

    >>> bounds(Fraction(1, 2)), bounds(Interval(Fraction(1), Fraction(2)))
    ((Fraction(1, 2), Fraction(1, 2)), (Fraction(1, 1), Fraction(2, 1)))
    """
    return (value.lo, value.hi) if isinstance(value, Interval) else (value, value)


MAX_EXPONENT = 10_000
MAX_DIGITS = 1_000_000
_CHUNK = 4_000  # below CPython's own limit on the conversion between int and decimal text
_NUMBER = re.compile(r"([+-]?)(\d+)(?:/(\d+)|(?:\.(\d+))?(?:[eE]([+-]?\d{1,6}))?)", re.ASCII)


def integer_from_text(digits: str) -> int:
    """Read decimal digits of any length, in subquadratic time and past CPython's limit."""
    if len(digits) <= _CHUNK:
        return int(digits)
    half = len(digits) // 2
    shift: int = 10**half
    return integer_from_text(digits[:-half]) * shift + integer_from_text(digits[-half:])


def integer_to_text(value: int) -> str:
    """Write an integer of any length in decimal."""
    if value < 0:
        return "-" + integer_to_text(-value)
    if value.bit_length() <= 3 * _CHUNK:
        return str(value)
    half = value.bit_length() * 3 // 20  # about half of the decimal digits
    high, low = divmod(value, 10**half)
    return integer_to_text(high) + integer_to_text(low).zfill(half)


def rational(text: str) -> Fraction:
    """Read `9/10`, `-3`, `0.9` or `1e-3` exactly; raise ValueError with the reason otherwise.

    >>> rational("2.50")
    Fraction(5, 2)
    """
    match = _NUMBER.fullmatch(text)
    if match is None:
        raise ValueError("not a number: write 9/10, 0.9, 3 or 1e-3")
    if len(text) > MAX_DIGITS:
        raise ValueError(f"a number may have at most {MAX_DIGITS} digits")
    sign, whole, denominator, decimals, exponent = match.groups()
    if denominator is not None:
        below = integer_from_text(denominator)
        if below == 0:
            raise ValueError("the denominator is zero")
        value = Fraction(integer_from_text(whole), below)
    else:
        power = int(exponent or 0)
        if abs(power) > MAX_EXPONENT:
            raise ValueError(f"an exponent may be at most {MAX_EXPONENT}")
        power -= len(decimals or "")
        digits = integer_from_text(whole + (decimals or ""))
        value = Fraction(digits * 10**power) if power >= 0 else Fraction(digits, 10**-power)
    return -value if sign == "-" else value


def canonical_rational(text: str) -> Fraction:
    """Read a rational in the one form in which `rational_text` writes it; raise ValueError otherwise."""
    value = rational(text)
    if rational_text(value) != text:
        raise ValueError("a rational must be in lowest terms: p or p/q")
    return value


def rational_text(value: Fraction) -> str:
    """Write a rational as `p` or `p/q` in lowest terms.

    >>> rational_text(Fraction(-6, 4))
    '-3/2'
    """
    numerator = integer_to_text(value.numerator)
    return numerator if value.denominator == 1 else f"{numerator}/{integer_to_text(value.denominator)}"


def common_denominator(values: Sequence[Fraction]) -> tuple[list[int], int]:
    """Return integers n_i and the least d > 0 with values[i] = n_i / d.

    >>> common_denominator([Fraction(1, 2), Fraction(2, 3)])
    ([3, 4], 6)
    """
    below = lcm(*(value.denominator for value in values))
    return [value.numerator * (below // value.denominator) for value in values], below


def solve_sparse(rows: Sequence[Mapping[int, Fraction]], right: Vector) -> list[Fraction]:
    """Solve a square sparse system by Gauss-Jordan elimination; for small systems only.

    rows: n mappings column -> coefficient; right: n values. Raises ValueError on a singular matrix.

    >>> solve_sparse([{0: Fraction(2)}, {0: Fraction(1), 1: Fraction(1)}], [Fraction(4), Fraction(5)])
    [Fraction(2, 1), Fraction(3, 1)]
    """
    n = len(rows)
    work = [
        {j: x for j, x in row.items() if x} | ({n: right[i]} if right[i] else {})
        for i, row in enumerate(rows)
    ]
    pivots: dict[int, int] = {}
    for i, row in enumerate(work):
        column = min((j for j in row if j != n), default=None)
        if column is None:
            raise ValueError("the matrix is singular")
        scale = 1 / row[column]
        for j in row:
            row[j] *= scale
        for k, other in enumerate(work):
            if k != i and (factor := other.get(column)):
                for j, x in row.items():
                    value = other.get(j, Fraction(0)) - factor * x
                    if value:
                        other[j] = value
                    else:
                        other.pop(j, None)
        pivots[column] = i
    return [work[pivots[j]].get(n, Fraction(0)) for j in range(n)]
