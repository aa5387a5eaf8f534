"""Sums q + sum_j c_j ln b_j of rationals and logarithms of integers: exact where rational, else enclosed.

Such a sum is rational iff its logarithms cancel: sum_j c_j ln b_j is the logarithm of an algebraic number,
which by Hermite and Lindemann is transcendental unless that number is 1. Whether it is 1 shows on a base of
integers that are coprime in pairs, where exponents are unique. A sum that is irrational is not 0, so that
enclosures can be had as narrow as one likes, also compared to the value.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from functools import cache
from math import gcd

from specexpr.exact import Interval, Number

_GUARD = 16  # bits beyond those that are asked for


def enclosed(rational: Fraction, logarithms: Mapping[int, Fraction], *, bits: int = 64) -> Number:
    """Return rational + sum of coefficients times ln n, n > 0: exactly, or to 2^-bits of its size.

    >>> enclosed(Fraction(1, 2), {4: Fraction(1), 2: Fraction(-2)})
    Fraction(1, 2)
    >>> found = enclosed(Fraction(0), {2: Fraction(1)}, bits=16)
    >>> float(found.lo) < 0.69314718 < float(found.hi)
    True
    """
    left = independent(logarithms)
    if not left:
        return rational
    precision = bits + _GUARD
    while True:
        lo = hi = rational
        for n, coefficient in left.items():
            low, high = log_bounds(n, precision)
            lo += coefficient * (low if coefficient > 0 else high)
            hi += coefficient * (high if coefficient > 0 else low)
        if lo * hi > 0:
            size = min(abs(lo), abs(hi))
            grain = bits + 2 - (size.numerator.bit_length() - size.denominator.bit_length() - 1)
            rounded = Interval(_down(lo, grain), -_down(-hi, grain))
            if (rounded.hi - rounded.lo) * (1 << bits) <= size:
                return rounded
        precision *= 2


def _down(value: Fraction, grain: int) -> Fraction:
    """Return the greatest multiple of 2^-grain that is not above a value."""
    unit = Fraction(2) ** grain
    return (value * unit).__floor__() / unit


def independent(logarithms: Mapping[int, Fraction]) -> dict[int, Fraction]:
    """Return the same sum over a base of integers that are coprime in pairs, zeros left out.

    >>> independent({6: Fraction(1), 3: Fraction(-1), 4: Fraction(2)})
    {2: Fraction(5, 1)}
    """
    found: dict[int, Fraction] = {}
    base = _coprime(n for n, coefficient in logarithms.items() if coefficient)
    for n, coefficient in logarithms.items():
        for b in base if coefficient else ():
            while n % b == 0:
                n //= b
                found[b] = found.get(b, Fraction(0)) + coefficient
    return {b: coefficient for b, coefficient in sorted(found.items()) if coefficient}


def _coprime(numbers: Iterable[int]) -> list[int]:
    """Return integers above 1, coprime in pairs, of which each number is a product of powers."""
    base: list[int] = []
    pending = list(numbers)
    while pending:
        n = pending.pop()
        if n == 1:
            continue
        for i, b in enumerate(base):
            common = gcd(n, b)
            if common > 1:
                if n == b:
                    break
                del base[i]
                pending += [common, n // common, b // common] if common < n else [n, b // n]
                break
        else:
            base.append(n)
    return base


@cache
def log_bounds(n: int, bits: int) -> tuple[Fraction, Fraction]:
    """Return rationals around ln n, n > 0, about 2^-bits apart.

    ln n = k ln 2 + 2 artanh z for 2^k <= n < 2^(k+1), z = (n - 2^k) / (n + 2^k) in [0, 1/3).
    """
    k = n.bit_length() - 1
    power = 1 << k
    extra = bits + k.bit_length() + 4
    low, high = _artanh(n - power, n + power, extra)
    low_two, high_two = _artanh(1, 3, extra)
    scale = 1 << extra - 1
    return Fraction(k * low_two + low, scale), Fraction(k * high_two + high, scale)


def _artanh(p: int, q: int, bits: int) -> tuple[int, int]:
    """Return integers around 2^bits artanh(p / q), 0 <= p / q <= 1/3.

    The sum of z^(2i+1) / (2i+1), each rounded down. A power is too low by less than 9/8 units: at first by
    less than 1, then by at most 1 + 1/9 of that of the one before. So each term is too low by less than 17/8
    units, and once a power is rounded to 0, what is left is less than 9/8 units, over 1 - 1/9 with its tail.
    """
    up, down = p * p, q * q
    power = (p << bits) // q
    total, i = 0, 0
    while power:
        total += power // (2 * i + 1)
        power = power * up // down
        i += 1
    return total, total + 3 * i + 2
