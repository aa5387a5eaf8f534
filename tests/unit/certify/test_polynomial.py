"""Integer polynomials: arithmetic against FLINT, roots against known ones."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from random import Random

import pytest
from flint import fmpz_poly

from specexpr.certify.polynomial import (
    Polynomial,
    add,
    evaluate,
    gcd,
    multiply,
    negated,
    primitive,
    quotient,
    roots,
    sign,
    sign_changes,
    squarefree,
    trimmed,
)

HEIGHTS = (1, 3, 300, 1 << 70, 1 << 300)
ZERO, ONE = Fraction(0), Fraction(1)


def drawn(random: Random, *, most: int = 9) -> Polynomial:
    """Return a polynomial, now and then zero or constant, its coefficients of any size and sign."""
    height = random.choice(HEIGHTS)
    return trimmed(
        [random.choice((0, random.randint(-height, height))) for _ in range(random.randint(0, most))]
    )


def coefficients(p: fmpz_poly) -> Polynomial:
    return tuple(map(int, p.coeffs()))


def linear(root: Fraction) -> Polynomial:
    return -root.numerator, root.denominator


@pytest.mark.parametrize("seed", range(60))
def test_ring_operations(seed: int) -> None:
    """Sum, product and greatest common divisor are those of FLINT."""
    random = Random(seed)
    p, q, r = drawn(random), drawn(random), drawn(random)
    x, y = fmpz_poly(list(p)), fmpz_poly(list(q))
    assert add(p, q) == coefficients(x + y)
    assert add(p, negated(p)) == ()
    assert multiply(p, q) == coefficients(x * y)
    common = gcd(multiply(p, r), multiply(q, r))
    expected = (x * fmpz_poly(list(r))).gcd(y * fmpz_poly(list(r)))
    assert common == primitive(coefficients(expected))


@pytest.mark.parametrize("seed", range(60))
def test_division_is_exact_or_refused(seed: int) -> None:
    """A multiple of a primitive polynomial is divided; what is no multiple is not, whatever its degree."""
    random = Random(seed)
    p, divisor = drawn(random), primitive(drawn(random))
    if not divisor:
        return
    assert quotient(multiply(p, divisor), divisor) == p
    rest = drawn(random, most=len(divisor) - 1)
    found = quotient(add(multiply(p, divisor), rest), divisor)
    assert found == (None if rest else p)


@pytest.mark.parametrize("seed", range(60))
def test_roots_are_isolated(seed: int) -> None:
    """Each rational root in the open interval has its own interval, once, however often it is a root."""
    random = Random(seed)
    p: Polynomial = (random.choice((-3, 1, 7)),)
    known = set()
    for _ in range(random.randint(1, 5)):
        root = Fraction(random.randint(-3, 15), random.randint(1, 12))
        known.add(root)
        for _ in range(random.choice((1, 1, 1, 2, 3))):
            p = multiply(p, linear(root))
    if random.random() < 0.5:
        p = multiply(p, (1, 0, 1))
    lo, hi = sorted(Fraction(k, 20) for k in random.sample(range(21), 2))
    found = roots(p, lo, hi)
    inside = sorted(x for x in known if lo < x < hi)
    assert len(found) == len(inside)
    for (a, b), x in zip(found, inside, strict=True):
        assert a < x < b or a == x == b
    assert all(b <= c for (_, b), (c, _) in pairwise(found))


def test_roots_of_high_multiplicity_between_dyadic_numbers() -> None:
    """A square of an irrational root does not make halving go on for ever."""
    square = multiply((-1, 0, 2), (-1, 0, 2))
    assert len(roots(square, ZERO, ONE)) == 1
    assert len(roots(multiply(square, (-7, 10)), ZERO, ONE)) == 2
    assert roots((0, 0, 1), ZERO, ONE) == []
    assert roots((-1, 1), ZERO, ONE) == []
    assert roots((5,), ZERO, ONE) == []


def test_close_roots_are_told_apart() -> None:
    """Two roots at a distance of 2^-200 have two intervals."""
    near = Fraction(1, 3) + Fraction(1, 1 << 200)
    p = multiply(linear(Fraction(1, 3)), linear(near))
    (_, left), (right, _) = roots(p, ZERO, ONE)
    assert Fraction(1, 3) < left <= right < near
    assert len(roots(add(p, (1,)), ZERO, ONE)) == 0


@pytest.mark.parametrize("seed", range(60))
def test_values_and_signs(seed: int) -> None:
    """Values are those of the definition, and bounds on the number of roots hold."""
    random = Random(seed)
    p = drawn(random)
    x = Fraction(random.randint(-20, 20), random.randint(1, 20))
    value = sum((a * x**i for i, a in enumerate(p)), Fraction(0))
    assert evaluate(p, x) == value
    assert sign(p, x) == (value > 0) - (value < 0)
    if p:
        assert len(roots(p, ZERO, ONE)) <= sign_changes(p)


def test_squarefree() -> None:
    """The same roots, each once."""
    p = multiply(multiply((1, 2), (1, 2)), multiply((-1, 0, 2), (1, 2)))
    assert squarefree(p) in (multiply((1, 2), (-1, 0, 2)), negated(multiply((1, 2), (-1, 0, 2))))
    assert squarefree((6,)) == (1,)
