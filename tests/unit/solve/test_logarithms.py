"""Logarithms of integers in rationals, against decimals."""

from __future__ import annotations

from decimal import Decimal, localcontext
from fractions import Fraction
from math import gcd
from random import Random

from specexpr.exact import Interval
from specexpr.solve.logarithms import enclosed, independent, log_bounds


def ln(n: int) -> Fraction:
    """Return ln n, right to some 110 digits."""
    with localcontext(prec=120):
        return Fraction(Decimal(n).ln())


def test_bounds_enclose_and_are_narrow() -> None:
    """For integers of up to 200 bits and several precisions."""
    random = Random(1)
    for _ in range(600):
        n, bits = 1 + random.getrandbits(random.choice((3, 8, 60, 200))), random.choice((8, 30, 64, 180))
        low, high = log_bounds(n, bits)
        assert low - Fraction(1, 10**70) <= ln(n) <= high + Fraction(1, 10**70)
        assert high - low <= Fraction(bits + 8, 1 << bits)


def test_sums_are_exact_or_close() -> None:
    """A rational comes out where the logarithms cancel, else an interval of 64 bits around the sum."""
    random = Random(2)
    seen = {Fraction: 0, Interval: 0}
    for _ in range(400):
        numbers = random.choices(random.choice(((1, 2, 3, 4, 6, 8, 9, 12), (2, 4), (9, 27, 1))), k=3)
        logs = {n: Fraction(random.randint(-3, 3), random.choice((1, 2))) for n in numbers}
        rational = Fraction(random.randint(-4, 4), 3)
        value = enclosed(rational, logs)
        true = rational + sum(c * ln(n) for n, c in logs.items())
        seen[type(value)] += 1
        if isinstance(value, Fraction):
            assert value == rational
            assert abs(value - true) < Fraction(1, 10**60)
        else:
            assert value.lo < true < value.hi
            assert (value.hi - value.lo) * (1 << 64) <= abs(true)
    assert min(seen.values()) > 40


def test_cancelling_logarithms_are_seen() -> None:
    """ln 72 = 3 ln 2 + 2 ln 3, and no other sum of these."""
    one = Fraction(1)
    assert enclosed(one, {72: one, 2: -3 * one, 3: -2 * one}) == 1
    assert isinstance(enclosed(one, {72: one, 2: -3 * one, 3: -2 * one + Fraction(1, 10**30)}), Interval)


def test_a_base_is_coprime_and_gives_the_same_sum() -> None:
    """Powers of the base multiply to the same number."""
    random = Random(3)
    for _ in range(200):
        logs = {random.randint(1, 400): Fraction(random.randint(-2, 2)) for _ in range(4)}
        base = independent(logs)
        assert all(gcd(a, b) == 1 for a in base for b in base if a != b)
        assert abs(
            sum(c * ln(n) for n, c in logs.items()) - sum(c * ln(n) for n, c in base.items())
        ) < Fraction(1, 10**60)


def test_a_value_near_zero_is_enclosed_by_its_own_size() -> None:
    """ln 2 less its first 60 digits has an enclosure that excludes 0 and is as narrow as any."""
    digits = Fraction(int(ln(2) * 10**60), 10**60)
    value = enclosed(-digits, {2: Fraction(1)})
    assert isinstance(value, Interval)
    assert 0 < value.lo < ln(2) - digits < value.hi
    assert (value.hi - value.lo) * (1 << 64) <= value.hi
