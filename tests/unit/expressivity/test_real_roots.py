"""Real roots in order, and simple rationals between them."""

from __future__ import annotations

from fractions import Fraction
from itertools import islice, pairwise
from math import isqrt
from random import Random

import pytest
from flint import fmpz_poly

from specexpr.certify.algebraic import Algebraic, check_number
from specexpr.expressivity.real_roots import (
    RealRoot,
    Roots,
    compare,
    in_order,
    is_below,
    samples,
    simplest_between,
)


def root(n: int, d: int, roots: Roots) -> RealRoot | Fraction:
    """Return sqrt(n / d)."""
    (found,) = roots.of(fmpz_poly([-n, 0, d]))
    return found


@pytest.mark.parametrize("seed", range(40))
def test_square_roots_are_in_order(seed: int) -> None:
    """sqrt(n/d) < sqrt(m/e) iff n e < m d; equal numbers are one object, or one fraction."""
    random = Random(seed)
    roots = Roots()
    numbers = []
    for _ in range(8):
        d = random.randint(2, 60)
        numbers.append(Fraction(random.randint(1, d - 1), d))
    marks = {x: root(x.numerator, x.denominator, roots) for x in numbers}
    for x, a in marks.items():
        is_square = isqrt(x.numerator) ** 2 == x.numerator and isqrt(x.denominator) ** 2 == x.denominator
        assert isinstance(a, Fraction) == is_square
        for y, b in marks.items():
            assert compare(a, b) == (x > y) - (x < y)
            assert is_below(a, b) == (x < y)
    assert in_order([*marks.values(), *marks.values()]) == [marks[x] for x in sorted(marks)]


def test_roots_of_products() -> None:
    """A number is known again in another polynomial; those outside (0, 1) and repeated ones do not count."""
    roots = Roots()
    half = fmpz_poly([-1, 0, 2])
    (first,) = roots.of(half)
    found = roots.of(half * half * fmpz_poly([-1, 2]) * fmpz_poly([-3, 0, 4]) * fmpz_poly([-5, 1]))
    assert len(found) == 3
    assert found[0] == Fraction(1, 2)
    assert found[1] is first
    assert roots.of(fmpz_poly([7])) == []
    assert roots.of(fmpz_poly([0, 0, 1])) == []
    assert roots.of(fmpz_poly([-1, 1])) == []


def test_numbers_of_proofs() -> None:
    """A root is given between decimals that keep all others out, and is a number to the kernel."""
    roots = Roots()
    (half,) = roots.of(fmpz_poly([-1, 0, 2]))
    assert roots.number(half) == Algebraic((-1, 0, 2), Fraction(7, 10), Fraction(71, 100))
    near = Fraction(7071, 10_000)
    close = roots.number(half, [near])
    assert isinstance(close, Algebraic)
    check_number(close)
    assert near < close.lo < close.hi
    (other,) = roots.of(fmpz_poly([-50001, 0, 100000]))
    for mark in (half, other):
        number = roots.number(mark)
        assert isinstance(number, Algebraic)
        check_number(number)
    assert roots.number(half).hi <= roots.number(other).lo  # type: ignore[union-attr] # both are algebraic
    assert roots.number(near) == near


@pytest.mark.parametrize("seed", range(60))
def test_the_simplest_rational(seed: int) -> None:
    """It is inside, and no rational with a smaller denominator is."""
    random = Random(seed)
    lo, hi = sorted(Fraction(random.randint(0, 60), random.randint(1, 40)) for _ in range(2))
    if lo == hi:
        return
    x = simplest_between(lo, hi)
    assert lo < x < hi
    for d in range(1, x.denominator):
        assert Fraction(lo.numerator * d // lo.denominator + 1, d) >= hi


def test_samples() -> None:
    """They are different, inside, and begin with the simplest."""
    assert list(islice(samples(Fraction(0), Fraction(1)), 6)) == [
        Fraction(*pair) for pair in ((1, 2), (1, 3), (2, 3), (1, 4), (3, 4), (1, 5))
    ]
    roots = Roots()
    lo, hi = root(1, 2, roots), root(5001, 10000, roots)
    found = list(islice(samples(lo, hi), 50))
    assert len(set(found)) == 50
    assert all(is_below(lo, t) and is_below(t, hi) for t in found)
    assert all(a.denominator <= b.denominator for a, b in pairwise(found))
