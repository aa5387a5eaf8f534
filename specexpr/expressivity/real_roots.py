"""Real roots of polynomials, of those in the discount in (0, 1), in order, and simple rationals between them.

A root is a Fraction or, where it is irrational, a `RealRoot`: one object for each number, so that equality is
identity. Order shows once the intervals are narrow enough.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cmp_to_key
from heapq import heappop, heappush
from itertools import pairwise
from math import floor, lcm

from flint import fmpq, fmpz, fmpz_poly

from specexpr.certify.algebraic import Algebraic
from specexpr.certify.polynomial import sign_changes

_ZERO, _ONE = Fraction(0), Fraction(1)
_NEXT = fmpz_poly([1, 1])


@dataclass(slots=True, eq=False)
class RealRoot:
    """The one root of an irreducible polynomial between lo and hi; narrower the more it is asked."""

    polynomial: fmpz_poly
    lo: Fraction
    hi: Fraction
    _left: int = 0

    def narrow(self) -> None:
        """Halve the interval."""
        if not self._left:
            self._left = sign(self.polynomial, self.lo)
        middle = (self.lo + self.hi) / 2
        if sign(self.polynomial, middle) == self._left:
            self.lo = middle
        else:
            self.hi = middle


Mark = Fraction | RealRoot


def sign(p: fmpz_poly, x: Fraction) -> int:
    """Return the sign of p(x)."""
    value = p(fmpq(x.numerator, x.denominator))
    return int(value > 0) - int(value < 0)


def is_below(a: Mark, b: Mark) -> bool:
    """Say whether a < b."""
    return compare(a, b) < 0


def compare(a: Mark, b: Mark) -> int:
    """Return -1, 0 or 1 as a is below, at or above b."""
    if a is b:
        return 0
    if isinstance(a, Fraction) and isinstance(b, Fraction):
        return (a > b) - (a < b)
    while True:
        (low, high), (first, last) = around(a), around(b)
        if high <= first:
            return -1
        if last <= low:
            return 1
        for x in (a, b):
            if isinstance(x, RealRoot):
                x.narrow()


rank = cmp_to_key(compare)


def around(x: Mark) -> tuple[Fraction, Fraction]:
    """Return the ends of what is known of a mark."""
    return (x, x) if isinstance(x, Fraction) else (x.lo, x.hi)


def in_order(marks: Iterable[Mark]) -> list[Mark]:
    """Return different marks in ascending order."""
    return sorted(dict.fromkeys(marks), key=rank)


@dataclass(slots=True)
class Roots:
    """The roots met so far, by the polynomial that they have as irreducible factor.

    Those between 0 and an end: a discount's, or None for all positive ones.
    """

    end: Fraction | None = _ONE
    known: dict[tuple[int, ...], tuple[Mark, ...]] = field(default_factory=dict)

    def of(self, p: fmpz_poly) -> list[Mark]:
        """Return the different roots of p from 0 to the end, both excluded, ascending; p is not zero."""
        if self.end == 1 and not sign_changes(tuple(map(int, p.coeffs()))):
            return []
        found: list[Mark] = []
        for factor, _ in p.factor()[1]:
            found += self._of_irreducible(factor)
        return in_order(found)

    def _of_irreducible(self, p: fmpz_poly) -> tuple[Mark, ...]:
        name = tuple(map(int, p.coeffs()))
        if name not in self.known:
            if len(name) == 2:
                root = Fraction(-name[0], name[1])
                self.known[name] = (root,) if root > 0 and (self.end is None or root < self.end) else ()
            else:
                beyond = 1 + Fraction(max(map(abs, name)), abs(name[-1]))  # no root is there (Cauchy)
                found = isolated(p, _ZERO, beyond if self.end is None else self.end)
                self.known[name] = tuple(RealRoot(p, lo, hi) for lo, hi in found)
        return self.known[name]

    def number(self, mark: Mark, besides: Iterable[Mark] = ()) -> Fraction | Algebraic:
        """Return a mark for a proof: between decimals that keep their distance from all others met so far.

        So there is room between the decimals of any two of them.
        """
        if isinstance(mark, Fraction):
            return mark
        met = (*besides, *(x for marks in self.known.values() for x in marks))
        others = [x for x in met if x is not mark]
        unit = 100
        while True:
            while floor(mark.lo * unit) != floor(mark.hi * unit):
                mark.narrow()
            lo, step = Fraction(floor(mark.lo * unit), unit), Fraction(1, unit)
            hi = lo + step
            if all(compare(x, lo - step) < 0 or compare(x, hi + step) > 0 for x in others):
                return Algebraic(tuple(map(int, mark.polynomial.coeffs())), lo, hi)
            unit *= 10


def isolated(p: fmpz_poly, lo: Fraction, hi: Fraction) -> list[tuple[Fraction, Fraction]]:
    """Return an interval for each root with lo < root < hi, as `certify.polynomial.roots` does, but faster.

    p has no rational roots and no multiple ones.

    >>> isolated(fmpz_poly([-1, 0, 2]), Fraction(0), Fraction(1))
    [(Fraction(0, 1), Fraction(1, 1))]
    """
    below, degree = lcm(lo.denominator, hi.denominator), p.degree()
    scaled = fmpz_poly([a * below ** (degree - k) for k, a in enumerate(p.coeffs())])
    found = []
    stack = [(scaled(fmpz_poly([int(lo * below), int((hi - lo) * below)])), lo, hi)]
    while stack:
        here, a, b = stack.pop()
        changes = _changes(fmpz_poly(here.coeffs()[::-1])(_NEXT).coeffs())
        if changes == 1:
            found.append((a, b))
        elif changes:
            left = fmpz_poly([c << (degree - k) for k, c in enumerate(here.coeffs())])
            middle = (a + b) / 2
            stack += [(left(_NEXT), middle, b), (left, a, middle)]
    return found


def _changes(coefficients: list[fmpz]) -> int:
    signs = [c > 0 for c in coefficients if c]
    return sum(a != b for a, b in pairwise(signs))


def simplest_between(lo: Fraction, hi: Fraction) -> Fraction:
    """Return the rational of the least denominator with lo < x < hi, for 0 <= lo.

    >>> simplest_between(Fraction(7, 10), Fraction(8, 10))
    Fraction(3, 4)
    """
    quotients = []  # of the continued fraction that both ends share
    while floor(lo) + 1 >= hi and lo != floor(lo):
        quotients.append(floor(lo))
        lo, hi = 1 / (hi - floor(lo)), 1 / (lo - floor(lo))
    whole = floor(lo)
    found = Fraction(whole + 1) if whole + 1 < hi else whole + Fraction(1, floor(1 / (hi - whole)) + 1)
    for quotient in reversed(quotients):
        found = quotient + 1 / found
    return found


def samples(lo: Mark, hi: Mark) -> Iterator[Fraction]:
    """Yield different rationals strictly between two marks, simple ones first, without end."""
    (_, a), (b, _) = around(lo), around(hi)
    while not (a < b and all(8 * (last - first) < b - a for first, last in (around(lo), around(hi)))):
        for x in (lo, hi):
            if isinstance(x, RealRoot):
                x.narrow()
        (_, a), (b, _) = around(lo), around(hi)
    waiting: list[tuple[int, Fraction, Fraction, Fraction]] = []

    def put(left: Fraction, right: Fraction) -> None:
        t = simplest_between(left, right)
        heappush(waiting, (t.denominator, t, left, right))

    put(a, b)
    while True:
        _, t, left, right = heappop(waiting)
        yield t
        put(left, t)
        put(t, right)
