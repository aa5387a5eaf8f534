"""Algebraic discounts: a number in (0, 1) by an integer polynomial and an interval with one root of it.

An element of Q(g0) is a list of rational coefficients: a polynomial c, standing for c(g0). It is zero iff the
minimal polynomial of g0 divides c. The sign of another one shows once the interval is narrow enough: from its
left end on, the part of c with positive coefficients grows, and so does the part with negative ones.

The kernel does not check that a `minpoly` is irreducible. If it were not, an element might be zero without
its being seen; then no sign shows within the digits that it would need, and the kernel refuses.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import gcd

from specexpr.certify.node import Node
from specexpr.certify.polynomial import Polynomial, dyadic_value, on_unit, quotient, roots, sign, trimmed
from specexpr.certify.proofs import Refused, TooLarge
from specexpr.certify.scope import JsonObject
from specexpr.exact import common_denominator, rational_text

Coefficients = tuple[Fraction, ...]

MOST_COEFFICIENTS = 5_000
"""A polynomial of a proof may have so many."""


@dataclass(frozen=True, slots=True)
class Algebraic:
    """The one root of a polynomial (integers, ascending) with lo < root < hi."""

    minpoly: Polynomial
    lo: Fraction
    hi: Fraction


Number = Fraction | Algebraic


def check_number(x: Number) -> None:
    """Check that x is a number between 0 and 1. Raises Refused."""
    if isinstance(x, Fraction):
        if not 0 < x < 1:
            raise Refused("a discount must be between 0 and 1")
        return
    if not 0 <= x.lo < x.hi <= 1:
        raise Refused("an algebraic discount needs an interval within [0, 1]")
    _check_root(x)


def check_positive(x: Number) -> None:
    """Check that x is a number above 0. Raises Refused."""
    if not (x > 0 if isinstance(x, Fraction) else 0 <= x.lo < x.hi):
        raise Refused("a number must be positive, an algebraic one have an interval that is")
    if not isinstance(x, Fraction):
        _check_root(x)


def _check_root(x: Algebraic) -> None:
    """Check that the polynomial is primitive and has one root in the interval, a simple one."""
    if len(x.minpoly) > MOST_COEFFICIENTS:
        raise TooLarge(f"a polynomial has more than {MOST_COEFFICIENTS} coefficients")
    if not x.minpoly or not x.minpoly[-1] or gcd(*x.minpoly) != 1:
        raise Refused("an algebraic number needs a primitive polynomial")
    if sign(x.minpoly, x.lo) * sign(x.minpoly, x.hi) != -1 or len(roots(x.minpoly, x.lo, x.hi)) != 1:
        raise Refused("the interval of an algebraic number does not have one simple root of its polynomial")


def vanishes(p: Polynomial, x: Number) -> bool:
    """Say whether p(x) is zero: exactly, if the polynomial of x is irreducible."""
    return not sign(p, x) if isinstance(x, Fraction) else quotient(p, x.minpoly) is not None


def sign_at(p: Polynomial, x: Number) -> int:
    """Return the sign of p(x); x has passed `check_number`. Raises TooLarge."""
    if isinstance(x, Fraction):
        return sign(p, x)
    if vanishes(p, x):
        return 0
    # The resultant with an irreducible polynomial is a nonzero integer: so small p(x) cannot be.
    most = 256 + 4 * (len(p) * _bits(x.minpoly) + len(x.minpoly) * _bits(p))
    # From lo to hi as from 0 to 1: the root is between n / 2^bits and (n + 1) / 2^bits.
    moved, whole = on_unit(x.minpoly, x.lo, x.hi), on_unit(p, x.lo, x.hi)
    above, below = tuple([max(a, 0) for a in whole]), tuple([max(-a, 0) for a in whole])
    left, n, bits, wanted = sign(x.minpoly, x.lo), 0, 0, 8
    while wanted <= most:
        while bits < wanted:
            n, bits = 2 * n, bits + 1
            value = dyadic_value(moved, n + 1, bits)
            if (value > 0) - (value < 0) == left:
                n += 1
        if dyadic_value(above, n, bits) > dyadic_value(below, n + 1, bits):
            return 1
        if dyadic_value(above, n + 1, bits) < dyadic_value(below, n, bits):
            return -1
        wanted *= 2
    raise TooLarge("the sign of an algebraic number takes too many digits")


def _bits(p: Polynomial) -> int:
    return len(p) + max(map(abs, p)).bit_length()


def integers(lists: Sequence[Coefficients]) -> list[Polynomial]:
    """Return coefficient lists over the integers, all times one positive number. Raises TooLarge."""
    if any(len(coefficients) > MOST_COEFFICIENTS for coefficients in lists):
        raise TooLarge(f"a polynomial has more than {MOST_COEFFICIENTS} coefficients")
    whole = iter(common_denominator([a for coefficients in lists for a in coefficients])[0])
    return [trimmed([next(whole) for _ in coefficients]) for coefficients in lists]


def read_number(node: Node) -> Number:
    """Read a rational or an algebraic number. Raises Malformed."""
    if not isinstance(node.value, dict):
        return node.rational()
    entry = node.fields("minpoly", "lo", "hi")
    coefficients = read_coefficients(entry["minpoly"])
    if any(a.denominator != 1 for a in coefficients):
        entry["minpoly"].expected("integers in quotes")
    return Algebraic(
        tuple([a.numerator for a in coefficients]), entry["lo"].rational(), entry["hi"].rational()
    )


def read_coefficients(node: Node) -> Coefficients:
    """Read a list of rationals. Raises Malformed."""
    return tuple([item.rational() for item in node.items()])


def write_number(x: Number) -> str | JsonObject:
    """Return the JSON of a number."""
    if isinstance(x, Fraction):
        return rational_text(x)
    return {
        "minpoly": [rational_text(Fraction(a)) for a in x.minpoly],
        "lo": rational_text(x.lo),
        "hi": rational_text(x.hi),
    }


def write_coefficients(coefficients: Coefficients) -> list[str]:
    return [rational_text(a) for a in coefficients]
