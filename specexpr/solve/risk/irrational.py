"""Expected utilities that may be irrational, of a law: exact where they are rational, else enclosed.

- exponentials: by Lindemann and Weierstrass exp(x_1), exp(x_2), .. of different rationals are linearly
  independent over the rationals, so that a sum of multiples of them is rational only as a multiple of exp(0);
- powers: a sum of positive radicals of rationals is rational only if each of them is;
- logarithms: see `solve.logarithms`.
"""

from __future__ import annotations

from fractions import Fraction

from flint import arb

from specexpr.certify.law import Law
from specexpr.diagnostics import NoValue
from specexpr.exact import Number, rational_text
from specexpr.solve.balls import Ball, ball, enclosed
from specexpr.solve.logarithms import enclosed as enclosed_logarithms

_ZERO = Fraction(0)


def exponential(law: Law, rate: Fraction) -> Number:
    """Return E (exp(rate G) - 1) / rate, for a rate that is not 0.

    >>> exponential(((Fraction(0), Fraction(1)),), Fraction(1, 2))
    Fraction(0, 1)
    """
    if [x for x, _ in law] == [0]:
        return _ZERO
    return enclosed(lambda: (_exponentials(law, rate, _ZERO) - 1) / ball(rate))


def entropic(law: Law, rate: Fraction) -> Number:
    """Return (1/rate) log E exp(rate G), for a rate that is not 0.

    >>> entropic(((Fraction(7, 2), Fraction(1)),), Fraction(1, 2))
    Fraction(7, 2)
    """
    if len(law) == 1:
        return law[0][0]
    largest = law[-1][0] if rate > 0 else law[0][0]
    return enclosed(lambda: ball(largest) + _exponentials(law, rate, largest).log() / ball(rate))


def _exponentials(law: Law, rate: Fraction, centre: Fraction) -> Ball:
    return sum((ball(p) * ball(rate * (x - centre)).exp() for x, p in law), arb(0))


def power(law: Law, exponent: Fraction) -> Number:
    """Return E G^exponent, times -1 if the exponent is negative, so that more is worth more.

    Outcomes must not be negative, nor 0 if the exponent is; only a whole positive exponent takes all.
    Raises NoValue.

    >>> power(((Fraction(0), Fraction(1, 2)), (Fraction(4), Fraction(1, 2))), Fraction(1, 2))
    Fraction(1, 1)
    """
    sign = 1 if exponent > 0 else -1
    worst = law[0][0]
    if worst < 0 and (exponent < 0 or exponent.denominator > 1):
        raise NoValue(f"an outcome is {rational_text(worst)}, and the power of a negative number is none")
    if any(x == 0 for x, _ in law) and exponent < 0:
        raise NoValue("an outcome is 0, and 0 has no negative power")
    known, left = _ZERO, []
    for x, p in law:
        exact = _rational_power(x, exponent)
        if exact is None:
            left.append((x, p))
        else:
            known += p * exact
    if not left:
        return sign * known

    def total() -> Ball:
        radicals = (ball(p) * (ball(x).log() * ball(exponent)).exp() for x, p in left)
        return sign * sum(radicals, ball(known))

    return enclosed(total)


def _rational_power(x: Fraction, exponent: Fraction) -> Fraction | None:
    """Return a power that is rational, else None."""
    if x == 0 or exponent.denominator == 1:
        return x**exponent.numerator
    roots = [_root(n, exponent.denominator) for n in (x.numerator, x.denominator)]
    above, below = roots
    return None if above is None or below is None else Fraction(above, below) ** exponent.numerator


def _root(n: int, degree: int) -> int | None:
    """Return the whole root of n > 0, or None if it has none."""
    low, high = 0, 1 << n.bit_length() // degree + 1
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if middle**degree <= n else (low, middle - 1)
    return low if low**degree == n else None


def logarithm(law: Law) -> Number:
    """Return E ln G. Raises NoValue where an outcome is not positive.

    >>> logarithm(((Fraction(1, 2), Fraction(1, 2)), (Fraction(2), Fraction(1, 2))))
    Fraction(0, 1)
    """
    worst = law[0][0]
    if worst <= 0:
        raise NoValue(f"an outcome is {rational_text(worst)}, and only positive numbers have logarithms")
    coefficients: dict[int, Fraction] = {}
    for x, p in law:
        for n, weight in ((x.numerator, p), (x.denominator, -p)):
            coefficients[n] = coefficients.get(n, _ZERO) + weight
    return enclosed_logarithms(_ZERO, coefficients)
