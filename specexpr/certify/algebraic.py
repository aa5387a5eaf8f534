"""Algebraic discounts: a number in (0, 1) by an integer polynomial and an interval with one root of it.

An element of Q(g0) is a list of rational coefficients: a polynomial c, standing for c(g0). It is zero iff the
minimal polynomial of g0 divides c. The sign of another one shows once the interval is narrow enough: for
0 <= lo <= g0 <= hi the positive part of c grows with g, and so does the negative one.

The kernel does not check that a `minpoly` is irreducible. If it were not, an element might be zero without
its being seen, and then the kernel would refuse: it would accept nothing that is false.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import gcd

from specexpr.certify.node import Node
from specexpr.certify.polynomial import Polynomial, evaluate, quotient, roots, sign, trimmed
from specexpr.certify.proofs import Refused, TooLarge
from specexpr.certify.scope import JsonObject
from specexpr.exact import common_denominator, rational_text

Coefficients = tuple[Fraction, ...]

_FINEST = 1 << 16
"""A sign that does not show within so many bits is given up: only a reducible polynomial hides one."""


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
    if not 0 <= x.lo < x.hi <= 1 or not x.minpoly or not x.minpoly[-1] or gcd(*x.minpoly) != 1:
        raise Refused("an algebraic discount needs a primitive polynomial and an interval within [0, 1]")
    if sign(x.minpoly, x.lo) * sign(x.minpoly, x.hi) != -1 or len(roots(x.minpoly, x.lo, x.hi)) != 1:
        raise Refused("the interval of an algebraic discount does not have one simple root of its polynomial")


def vanishes(p: Polynomial, x: Number) -> bool:
    """Say whether p(x) is zero: exactly, if the polynomial of x is irreducible."""
    return not sign(p, x) if isinstance(x, Fraction) else quotient(p, x.minpoly) is not None


def sign_at(p: Polynomial, x: Number) -> int:
    """Return the sign of p(x); x has passed `check_number`. Raises TooLarge."""
    if isinstance(x, Fraction):
        return sign(p, x)
    if vanishes(p, x):
        return 0
    above, below = tuple([max(a, 0) for a in p]), tuple([max(-a, 0) for a in p])
    lo, hi, left, bits = x.lo, x.hi, sign(x.minpoly, x.lo), 8
    while bits <= _FINEST:
        while hi - lo > Fraction(1, 1 << bits):
            middle = Fraction(int((lo + hi) * (1 << (bits + 1))), 1 << (bits + 2))
            side = sign(x.minpoly, middle)
            if not side:
                lo = hi = middle
            elif side == left:
                lo = middle
            else:
                hi = middle
        if evaluate(above, lo) > evaluate(below, hi):
            return 1
        if evaluate(above, hi) < evaluate(below, lo):
            return -1
        bits *= 2
    raise TooLarge("the sign of an algebraic number takes too many digits")


def integers(lists: Sequence[Coefficients]) -> list[Polynomial]:
    """Return coefficient lists over the integers, all times one positive number."""
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
