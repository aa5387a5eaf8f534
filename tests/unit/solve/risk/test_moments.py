"""Moments of returns, against laws where these are finite and against formulas where not."""

from __future__ import annotations

from fractions import Fraction
from random import Random

from returns_cases import CLOCKS, HALF, ONE, draw_case, geometric, return_of, table_of

from specexpr.certify.clock import Discounted, Horizon
from specexpr.diagnostics import NoValue
from specexpr.solve.risk.laws import Infinite, point_law
from specexpr.solve.risk.moments import mean_and_square, moment
from specexpr.solve.risk.returns import return_under


def test_moments_are_those_of_the_law() -> None:
    """Of random finite returns under every clock, up to the fourth."""
    random, checked = Random(1), 0
    for _ in range(300):
        account, model = draw_case(random, random.choice(CLOCKS))
        try:
            of = return_under(account, model, table_of(model))
            law = point_law(of, most=10**5).law()
        except (Infinite, NoValue):
            continue
        checked += len(law) > 1
        for k in range(1, 5):
            assert moment(of, k) == sum(p * x**k for x, p in law)
    assert checked > 40


def test_a_coin_for_ever() -> None:
    """sum g^t X_t of fair coins in {0, 1} has the mean 1 / (2 (1 - g)), the variance 1 / (4 (1 - g^2))."""
    for g in (HALF, Fraction(9, 10), Fraction(999, 1000)):
        of = return_of(Discounted(g), [{0: HALF, 1: HALF}, {0: HALF, 1: HALF}], {(0, 1): 1, (1, 1): 1})
        mean, square = mean_and_square(of)
        assert mean == 1 / (2 * (1 - g))
        assert square - mean**2 == 1 / (4 * (1 - g * g))


def test_a_geometric_total() -> None:
    """Paid 1 as long as it stays with probability q: mean q / (1 - q), variance q / (1 - q)^2."""
    for q in (HALF, Fraction(9, 10), Fraction(99, 100)):
        mean, square = mean_and_square(geometric(q, 1))
        assert mean == q / (1 - q)
        assert square - mean**2 == q / (1 - q) ** 2
        assert moment(geometric(q, -2), 3) == -8 * q * (1 + 4 * q + q * q) / (1 - q) ** 3


def test_first_steps_that_weigh_otherwise() -> None:
    """G = 3 X_0 + 1/2 (X_1 + g X_2 + ..) of fair coins."""
    g = Fraction(2, 3)
    clock = Discounted(g, (Fraction(3), HALF))
    of = return_of(clock, [{0: HALF, 1: HALF}, {0: HALF, 1: HALF}], {(0, 1): 1, (1, 1): 1})
    mean, square = mean_and_square(of)
    assert mean == 3 * HALF + HALF * HALF / (1 - g)
    assert square - mean**2 == Fraction(9, 4) + Fraction(1, 16) / (1 - g * g)


def test_long_horizons() -> None:
    """A thousand fair coins."""
    of = return_of(Horizon(1000), [{0: HALF, 1: HALF}, {0: HALF, 1: HALF}], {(0, 1): 1, (1, 1): 1})
    assert mean_and_square(of) == (500, 500**2 + 250)


def test_large_chains() -> None:
    """Round a ring of 150 states, with a coin each step whether to move: as the coin alone says."""
    n, g = 150, Fraction(1, 3)
    rows = [{s: HALF, (s + 1) % n: HALF} for s in range(n)]
    of = return_of(Discounted(g), rows, {(s, (s + 1) % n): ONE for s in range(n)})
    mean, square = mean_and_square(of)
    assert (mean, square - mean**2) == (1 / (2 * (1 - g)), 1 / (4 * (1 - g * g)))
