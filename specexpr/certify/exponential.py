"""The sign of a sum of exponentials with rational exponents, by enclosures that are narrowed until it shows.

Such a sum, sum_k c_k exp(x_k) with different rational x_k and rational c_k, is not 0 unless all c_k are: by
the theorem of Lindemann and Weierstrass exponentials of different algebraic numbers are linearly independent
over them. So the sign shows once the enclosures are narrow enough.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from functools import lru_cache
from math import lcm

from specexpr.certify.proofs import TooLarge

MOST_BITS = 1 << 16
"""Fixed-point enclosures are narrowed to so many binary digits."""

_FIRST_BITS = 64


@lru_cache(maxsize=1 << 14)
def exp_bounds(y: Fraction, bits: int) -> tuple[int, int]:
    """Return integers around 2^bits exp(-y), y >= 0, close if y is not large.

    exp(-y) = exp(-r)^(2^k) for r = y / 2^k <= 1/2. The series of exp(-r) alternates with falling terms, so
    that its sums are above and below it in turn; squaring keeps the order of bounds that are not negative.

    >>> low, high = exp_bounds(Fraction(1), 20)
    >>> low / 2**20 < 0.36787944 < high / 2**20
    True
    """
    k = max(0, y.numerator.bit_length() - y.denominator.bit_length() + 2)
    up, down = y.numerator, y.denominator << k
    one = 1 << bits
    low, high, i = 0, one, 0
    term, end = one, one  # bounds of the i-th term, from below and from above
    total_low, total_high = one, one
    while end > 1:
        i += 1
        term, end = term * up // (down * i), -(-end * up // (down * i))
        if i % 2:
            total_low, total_high = total_low - end, total_high - term
            low = max(low, total_low)
        else:
            total_low, total_high = total_low + term, total_high + end
            high = min(high, total_high)
    for _ in range(k):
        low, high = low * low >> bits, -(-high * high >> bits)
    return low, high


def sign_of_sum(terms: Mapping[Fraction, Fraction]) -> int:
    """Return the sign of sum of c exp(x) over exponents x with coefficients c. Raises TooLarge.

    >>> sign_of_sum({Fraction(0): Fraction(-3), Fraction(1): Fraction(1)})
    -1
    """
    terms = {x: c for x, c in terms.items() if c}
    if not terms:
        return 0
    signs = {c > 0 for c in terms.values()}
    if len(signs) == 1:
        return 1 if signs.pop() else -1
    most = max(terms)
    below = lcm(*(c.denominator for c in terms.values()))
    whole = [(most - x, int(c * below)) for x, c in terms.items()]
    bits = _FIRST_BITS
    while bits <= MOST_BITS:
        low = high = 0
        for y, c in whole:
            first, last = exp_bounds(y, bits)
            low += c * (first if c > 0 else last)
            high += c * (last if c > 0 else first)
        if low > 0:
            return 1
        if high < 0:
            return -1
        bits *= 2
    raise TooLarge("the sign of a sum of exponentials takes too many digits")
