"""Integer polynomials in the discount g: arithmetic, division, and real roots isolated exactly.

A polynomial is a tuple of integers, ascending, without zeros at its end; the zero polynomial is empty.

Roots are isolated as G. E. Collins and A. G. Akritas do in "Polynomial Real Root Isolation Using Descartes's
Rule of Signs" (1976): by that rule, (1 + x)^n p(1 / (1 + x)) has at least as many changes of sign as p has
roots in (0, 1), counted with multiplicity, and where it has none or one, exactly as many. An interval with
more is halved, which ends if no root inside is a multiple one.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import accumulate, pairwise, zip_longest
from math import gcd as integer_gcd

Polynomial = tuple[int, ...]
Interval = tuple[Fraction, Fraction]

_PATIENCE = 64  # halvings of an interval before multiple roots are suspected


def trimmed(coefficients: Sequence[int]) -> Polynomial:
    """Return the polynomial with these coefficients.

    >>> trimmed([1, 2, 0])
    (1, 2)
    """
    size = len(coefficients)
    while size and not coefficients[size - 1]:
        size -= 1
    return tuple(coefficients[:size])


def add(p: Polynomial, q: Polynomial) -> Polynomial:
    return trimmed([a + b for a, b in zip_longest(p, q, fillvalue=0)])


def negated(p: Polynomial) -> Polynomial:
    return tuple([-a for a in p])


def multiply(p: Polynomial, q: Polynomial) -> Polynomial:
    """Return the product, by one product of integers: the polynomials at a power of two that is large enough.

    >>> multiply((-1, 1), (1, 1))
    (-1, 0, 1)
    """
    if not p or not q:
        return ()
    if min(len(p), len(q)) == 1:
        factor, other = (p[0], q) if len(p) == 1 else (q[0], p)
        return tuple([factor * a for a in other])
    bits = max(map(abs, p)).bit_length() + max(map(abs, q)).bit_length() + min(len(p), len(q)).bit_length()
    width = bits // 8 + 1  # bytes: every coefficient of the product is below 2^(8 width - 1)
    return _unpacked(_packed(p, width) * _packed(q, width), width, len(p) + len(q) - 1)


def _packed(p: Polynomial, width: int) -> int:
    """Return p(256^width); coefficients are below its half."""
    above = b"".join([max(a, 0).to_bytes(width, "little") for a in p])
    below = b"".join([max(-a, 0).to_bytes(width, "little") for a in p])
    return int.from_bytes(above, "little") - int.from_bytes(below, "little")


def _unpacked(value: int, width: int, size: int) -> Polynomial:
    sign = -1 if value < 0 else 1
    data = abs(value).to_bytes(width * size + 1, "little")
    half, carry, found = 1 << (8 * width - 1), 0, []
    for i in range(size):
        a = int.from_bytes(data[i * width : (i + 1) * width], "little") + carry
        carry = int(a >= half)
        found.append(sign * (a - 2 * half * carry))
    return trimmed(found)


def primitive(p: Polynomial) -> Polynomial:
    """Return p without the common divisor of its coefficients, its sign kept."""
    content = integer_gcd(*p)
    return tuple([a // content for a in p]) if content > 1 else p


def quotient(p: Polynomial, divisor: Polynomial) -> Polynomial | None:
    """Return p / divisor if that has integer coefficients, else None.

    By the lemma of Gauss, for a primitive divisor None says that it does not divide p over the rationals.

    >>> quotient((-1, 0, 1), (1, 1)), quotient((1, 1), (1, 2))
    ((-1, 1), None)
    """
    rest, found = list(p), []
    last, *lower = reversed(divisor)
    while len(rest) >= len(divisor):
        factor, left = divmod(rest.pop(), last)
        if left:
            return None
        found.append(factor)
        if factor:
            for i, a in enumerate(lower, 1):
                rest[-i] -= factor * a
    return None if any(rest) else trimmed(found[::-1])


def gcd(p: Polynomial, q: Polynomial) -> Polynomial:
    """Return the greatest common divisor, primitive, by primitive remainders.

    >>> gcd((-1, 0, 1), (1, 2, 1))
    (1, 1)
    """
    p, q = primitive(p), primitive(q)
    while q:
        p, q = q, _remainder(p, q)
    return negated(p) if p and p[-1] < 0 else p


def _remainder(p: Polynomial, divisor: Polynomial) -> Polynomial:
    """Return the remainder of p, up to a rational factor, as a primitive polynomial."""
    rest, last = list(p), divisor[-1]
    while len(rest) >= len(divisor):
        lead = rest.pop()
        if lead:
            common = integer_gcd(lead, last)
            scale, factor = last // common, lead // common
            rest = [scale * a for a in rest]
            start = len(rest) - len(divisor) + 1
            for i, a in enumerate(divisor[:-1]):
                rest[start + i] -= factor * a
    return primitive(trimmed(rest))


def squarefree(p: Polynomial) -> Polynomial:
    """Return a polynomial with the roots of p, each once.

    >>> squarefree((1, 2, 1))
    (1, 1)
    """
    derivative = trimmed([i * a for i, a in enumerate(p)][1:])
    found = quotient(primitive(p), gcd(p, derivative)) if derivative else primitive(p)
    if found is None:
        raise ArithmeticError("a common divisor does not divide")
    return found


def evaluate(p: Polynomial, x: Fraction) -> Fraction:
    """Return p(x)."""
    return Fraction(_scaled_value(p, x), x.denominator ** max(len(p) - 1, 0))


def sign(p: Polynomial, x: Fraction) -> int:
    """Return the sign of p(x): -1, 0 or 1."""
    value = _scaled_value(p, x)
    return (value > 0) - (value < 0)


def dyadic_value(p: Polynomial, n: int, bits: int) -> int:
    """Return p(n / 2^bits) times 2^(bits (len(p) - 1))."""
    value = 0
    for i, a in enumerate(reversed(p)):
        value = value * n + (a << (bits * i))
    return value


def _scaled_value(p: Polynomial, x: Fraction) -> int:
    value, power = 0, 1
    for a in reversed(p):
        value = value * x.numerator + a * power
        power *= x.denominator
    return value


def roots(p: Polynomial, lo: Fraction, hi: Fraction) -> list[Interval]:
    """Return an interval for each different root of p with lo < root < hi, ascending; p is not zero.

    An open interval (a, b) has that root and no other; a rational root that is met is given as (a, a).

    >>> roots((-1, 0, 2), Fraction(0), Fraction(1))
    [(Fraction(0, 1), Fraction(1, 1))]
    """
    found = _isolated(on_unit(p, lo, hi), lo, hi, _PATIENCE)
    if found is None:
        found = _isolated(on_unit(squarefree(p), lo, hi), lo, hi, None)
    return found or []


def _isolated(p: Polynomial, lo: Fraction, hi: Fraction, patience: int | None) -> list[Interval] | None:
    """Return the intervals of a polynomial that has been moved to (0, 1); None when patience runs out."""
    found: list[Interval] = []
    stack: list[tuple[Sequence[int], Fraction, Fraction, int]] = [(p, lo, hi, 0)]
    while stack:
        here, a, b, depth = stack.pop()
        changes = 1 if a == b else sign_changes(here)
        if changes == 1:
            found.append((a, b))
        if changes < 2:
            continue
        if depth == patience:
            return None
        middle = (a + b) / 2
        left = [x << (len(here) - 1 - i) for i, x in enumerate(here)]
        right = _shifted(left)
        stack.append((right, middle, b, depth + 1))
        if not right[0]:
            stack.append(((), middle, middle, depth + 1))
        stack.append((left, a, middle, depth + 1))
    return found


def on_unit(p: Polynomial, lo: Fraction, hi: Fraction) -> Polynomial:
    """Return p(lo + (hi - lo) x) times a positive number."""
    below = lo.denominator * hi.denominator
    start, length = int(lo * below), int((hi - lo) * below)
    found: list[int] = []
    power = 1
    for a in reversed(p):
        moved = [0, *(length * x for x in found)]
        for i, x in enumerate(found):
            moved[i] += start * x
        moved[0] += a * power
        found, power = moved, power * below
    return primitive(trimmed(found))


def _shifted(p: Sequence[int]) -> list[int]:
    """Return p(x + 1)."""
    rest, found = list(reversed(p)), []
    while rest:
        rest = list(accumulate(rest))
        found.append(rest.pop())
    return found


def sign_changes(p: Sequence[int]) -> int:
    """Return the changes of sign in (1 + x)^n p(1 / (1 + x)): p has no more roots in (0, 1) than that."""
    if all(a >= 0 for a in p) or all(a <= 0 for a in p):
        return 0
    signs = [a > 0 for a in _shifted(list(reversed(p))) if a]
    return sum(a != b for a, b in pairwise(signs))
