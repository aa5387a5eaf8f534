"""Exact rationals: reading, writing, and the little linear algebra that the kernel needs.

Pure Python on `int` and `Fraction`. Nothing here is fast on large systems; large systems are solved
elsewhere and only multiplied here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm, prod

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
    """Solve a square sparse system in integers by Bareiss' elimination; for small systems only.

    rows: n mappings column -> coefficient; right: n values. Raises ValueError on a singular matrix.

    >>> solve_sparse([{0: Fraction(2)}, {0: Fraction(1), 1: Fraction(1)}], [Fraction(4), Fraction(5)])
    [Fraction(2, 1), Fraction(3, 1)]
    """
    n, widths = len(rows), _column_widths(rows)
    work: list[dict[int, int]] = []
    for equation, value in zip(rows, right, strict=True):
        numerators = common_denominator([*(x * widths[j] for j, x in equation.items()), value])[0]
        work.append({j: x for j, x in zip((*equation, n), numerators, strict=True) if x})
    # Entries are minors. A row without an entry in the column of a pivot would be multiplied by that pivot
    # and divided by the one before: it is left as it is, with the pivot up to which it has been multiplied.
    pivots, last, level = [], 1, [1] * n
    for i in range(n):
        row = work[i] = {j: x * last // level[i] for j, x in work[i].items()}
        column = min(row.keys() - {n}, default=n)
        if column == n:
            raise ValueError("the matrix is singular")
        for k, old in enumerate(work[i + 1 :], i + 1):
            if factor := old.get(column):
                after = {j: row[column] * old.get(j, 0) - factor * row.get(j, 0) for j in {**row, **old}}
                work[k] = {j: x // level[k] for j, x in after.items() if x}
                level[k] = row[column]
        last = row[column]
        pivots.append((row, column))
    found = [0] * n + [-last]
    for row, column in reversed(pivots):
        found[column] = -sum(x * found[j] for j, x in row.items()) // row[column]
    return [Fraction(x * width, last) for x, width in zip(found[:n], widths, strict=True)]


def _column_widths(rows: Sequence[Mapping[int, Fraction]]) -> list[int]:
    """Return by what to multiply columns so that rows have short numerators: ones, or their denominators."""
    by_row = [lcm(*(x.denominator for x in row.values())) for row in rows]
    by_column = [lcm(*(row[j].denominator for row in rows if j in row)) for j in range(len(rows))]
    return by_column if prod(by_column) < prod(by_row) else [1] * len(rows)
