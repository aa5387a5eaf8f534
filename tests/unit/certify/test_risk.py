"""Mixtures of laws, their features, and the signs of gaps: against the definitions, on random lotteries."""

from __future__ import annotations

from decimal import Decimal, localcontext
from fractions import Fraction
from itertools import pairwise
from math import lcm
from random import Random

import pytest

from specexpr.certify.algebraic import Algebraic, check_positive
from specexpr.certify.exponential import exp_bounds, sign_of_sum
from specexpr.certify.gaps import base_gap, level_gap
from specexpr.certify.law import Law
from specexpr.certify.proofs import Refused, TooLarge
from specexpr.certify.risk import first_order, lower_part, lower_parts, mixed, second_order

ONE = Fraction(1)


def random_law(random: Random) -> Law:
    """Return a law of a few values."""
    points = sorted(random.sample(range(-4, 7), random.randint(1, 4)))
    weights = [random.randint(1, 4) for _ in points]
    return tuple((Fraction(x, 2), Fraction(w, sum(weights))) for x, w in zip(points, weights, strict=True))


def random_parts(random: Random) -> list[tuple[Law, Fraction]]:
    """Return laws with weights that sum to 0."""
    weights = [Fraction(random.randint(-3, 3), 2) for _ in range(random.randint(1, 3))]
    return [(random_law(random), w) for w in (*weights, -sum(weights))]


def quantile(law: Law, level: Fraction) -> Fraction:
    return next(x for k, (x, _) in enumerate(law) if sum(p for _, p in law[: k + 1]) >= level)


@pytest.mark.parametrize("seed", range(60))
def test_features_of_mixtures_are_those_of_the_definitions(seed: int) -> None:
    """Masses at and above x, means of min(G, x), and lower parts; between the places listed nothing turns."""
    parts = random_parts(Random(seed))
    every = [Fraction(k, 4) for k in range(-20, 20)]

    def above(x: Fraction) -> Fraction:
        return sum((w * p for law, w in parts for y, p in law if y >= x), Fraction(0))

    def capped(x: Fraction) -> Fraction:
        return sum((w * p * min(y, x) for law, w in parts for y, p in law), Fraction(0))

    assert all(above(x) == mass for x, mass in first_order(parts))
    assert all(capped(x) == value for x, value in second_order(parts))
    places = [x for x, _ in mixed(parts)]
    for x in every:
        following = [y for y in places if y >= x]
        assert above(x) == (above(following[0]) if following and following[0] != places[0] else 0)
        assert capped(x) == _along([(places[0], Fraction(0)), *second_order(parts)] if places else [], x)
    levels = lower_parts(parts)
    assert levels[-1][0] == 1
    for t in (Fraction(k, 60) for k in range(1, 61)):
        exact = sum((w * lower_part(law, t) for law, w in parts), Fraction(0))
        assert exact == _along([(Fraction(0), Fraction(0)), *levels], t)


def _along(points: list[tuple[Fraction, Fraction]], x: Fraction) -> Fraction:
    """Return the function that is linear between its points, and constant beyond."""
    if not points or x <= points[0][0]:
        return points[0][1] if points else Fraction(0)
    for (a, u), (b, v) in pairwise(points):
        if x <= b:
            return u + (v - u) * (x - a) / (b - a)
    return points[-1][1]


@pytest.mark.parametrize("seed", range(20))
def test_lower_parts_add_up_quantiles(seed: int) -> None:
    """The lower part at t is the sum of quantiles over small steps of levels, where none of them jumps."""
    law = random_law(Random(seed))
    below = lcm(*(p.denominator for _, p in law))
    steps = [Fraction(k + 1, below) for k in range(below)]
    for k in range(1, below + 1):
        exact = sum((quantile(law, t) / below for t in steps[:k]), Fraction(0))
        assert lower_part(law, Fraction(k, below)) == exact


@pytest.mark.parametrize("seed", range(30))
def test_gaps_by_level_have_the_signs_of_cvar(seed: int) -> None:
    """At levels, and throughout intervals, of which the sign says so only if it never changes."""
    random = Random(seed)
    one, other = random_law(random), random_law(random)
    gap = level_gap(one, other)
    grid = [Fraction(k, 120) for k in range(1, 121)]
    signs = {t: _sign(lower_part(one, t) - lower_part(other, t)) for t in grid}
    assert all(gap.at(t) == sign for t, sign in signs.items())
    for _ in range(20):
        lo, hi = sorted(random.sample([Fraction(0), *grid], 2))
        seen = {sign for t, sign in signs.items() if lo < t < hi}
        found = gap.within(lo, hi)
        if found is not None:
            assert seen <= {found}
        elif hi - lo > Fraction(1, 2) and len(seen) == 1:
            assert 0 in {gap.at(t) for t, _ in gap.knots[1:]} or len(gap.knots) > 2


@pytest.mark.parametrize("seed", range(30))
def test_gaps_by_base_have_the_signs_of_entropic_values(seed: int) -> None:
    """At rational z, at z = 1 that of the means, and as long as no root is inside throughout an interval."""
    random = Random(seed)
    one, other = random_law(random), random_law(random)
    unit = Fraction(1, 2)
    gap = base_gap(one, other, unit)
    grid = [Fraction(k, 7) for k in range(1, 30)]

    def value(law: Law, z: Fraction) -> Fraction:
        least = -8
        return sum((p * z ** int(x / unit - least) for x, p in law), Fraction(0))

    for z in grid:
        mean = sum(x * p for x, p in one) - sum(x * p for x, p in other)
        exact = mean if z == 1 else (value(one, z) - value(other, z)) * (1 if z > 1 else -1)
        assert gap.at(z) == _sign(exact)
    for lo, hi in ((Fraction(0), None), (Fraction(1), None), (Fraction(0), Fraction(1)), (grid[3], grid[9])):
        seen = {gap.at(z) for z in grid if z > lo and (hi is None or z < hi)}
        found = gap.within(lo, hi)
        assert found is None or seen <= {found}


def test_a_gap_tells_a_root_from_what_is_close_to_it() -> None:
    """1 against 0 or 3: the gap 1 - z - z^2 is positive below (sqrt(5) - 1) / 2, 0 there, then negative."""
    one, other = ((ONE, ONE),), ((Fraction(0), Fraction(1, 2)), (Fraction(3), Fraction(1, 2)))
    gap = base_gap(one, other, ONE)
    golden = Algebraic((-1, 1, 1), Fraction(3, 5), Fraction(7, 10))
    check_positive(golden)
    assert [gap.at(z) for z in (Fraction(3, 5), golden, Fraction(7, 10))] == [1, 0, -1]
    assert (gap.within(Fraction(0), golden), gap.within(golden, None)) == (1, -1)
    assert gap.within(Fraction(0), None) is None
    assert gap.within(Fraction(1, 2), Fraction(7, 10)) is None


def test_a_gap_needs_a_lattice_only_where_laws_differ() -> None:
    """Masses that both have cancel; other returns must be whole multiples of the unit apart."""
    half = Fraction(1, 2)
    one = ((Fraction(0), half), (Fraction(1, 3), half))
    other = ((Fraction(1, 3), half), (Fraction(2), half))
    assert base_gap(one, other, Fraction(2)).at(half) == -1
    with pytest.raises(Refused, match="lattice"):
        base_gap(one, ((Fraction(1, 7), ONE),), Fraction(1))
    with pytest.raises(Refused, match="lattice"):
        base_gap(one, other, Fraction(0))


def test_a_gap_of_one_sign_needs_no_polynomial() -> None:
    """First-order dominance shows on any lattice; where signs differ, its size is limited."""
    far = Fraction(10**9)
    low, high = ((Fraction(0), ONE),), ((far, ONE),)
    assert base_gap(high, low, ONE).within(Fraction(0), None) == 1
    spread = ((Fraction(-1), Fraction(1, 2)), (far, Fraction(1, 2)))
    with pytest.raises(TooLarge, match="lattice"):
        base_gap(spread, low, ONE).at(Fraction(1, 2))


@pytest.mark.parametrize("bits", [8, 64, 200])
def test_exponentials_are_enclosed(bits: int) -> None:
    """The bounds of exp(-y) are on the right sides, and close."""
    random = Random(bits)
    with localcontext() as context:
        context.prec = 150
        for _ in range(300):
            y = Fraction(random.randrange(2_000), random.randrange(1, 200))
            low, high = exp_bounds(y, bits)
            exact = (-Decimal(y.numerator) / Decimal(y.denominator)).exp() * 2**bits
            assert low <= exact <= high
            assert high - low < 200


def test_sums_of_exponentials_have_signs() -> None:
    """Close calls are told apart: exp(1) lies between its convergents, and only an empty sum is 0."""
    for p, q in ((8, 3), (19, 7), (1457, 536), (25946, 9545), (49171, 18089)):
        exact = Decimal(p) / Decimal(q) < Decimal(1).exp()
        assert sign_of_sum({ONE: Fraction(q), Fraction(0): Fraction(-p)}) == (1 if exact else -1)
    assert sign_of_sum({}) == 0
    assert sign_of_sum({ONE: Fraction(0)}) == 0
    tiny = Fraction(1, 10**30)
    assert sign_of_sum({tiny: ONE, Fraction(0): -ONE}) == 1
    assert sign_of_sum({-tiny: ONE, Fraction(0): -ONE}) == -1


def _sign(x: Fraction | int) -> int:
    return (x > 0) - (x < 0)
