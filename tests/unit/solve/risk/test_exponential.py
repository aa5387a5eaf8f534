"""E exp(rate G) in balls, against laws, series and formulas."""

from __future__ import annotations

from decimal import Decimal, localcontext
from fractions import Fraction
from random import Random

import pytest
from flint import ctx
from returns_cases import CLOCKS, HALF, ONE, draw_case, geometric, return_of, table_of

from specexpr.certify.clock import ByState, Discounted, Horizon
from specexpr.certify.measure import Total
from specexpr.diagnostics import NoValue
from specexpr.exact import Interval
from specexpr.solve.balls import ball, enclosed
from specexpr.solve.risk.exponential import Unsuited, exponential_mean
from specexpr.solve.risk.laws import Infinite, point_law
from specexpr.solve.risk.returns import Return, return_under

NEAR = Fraction(1, 10**15)


def exp(x: Fraction) -> Fraction:
    """Return e^x, right to some 40 digits."""
    with localcontext(prec=60):
        return Fraction((Decimal(x.numerator) / Decimal(x.denominator)).exp())


def mean_of(of: Return, rate: Fraction) -> Interval:
    """Return an enclosure of E exp(rate G)."""
    return enclosed(lambda: exponential_mean(of, rate))


def is_at(found: Interval, true: Fraction) -> bool:
    """Say whether an enclosure is narrow and contains a number, which is known to 40 digits."""
    slack = true / 10**38
    return found.lo - slack <= true <= found.hi + slack and (found.hi - found.lo) * (1 << 64) <= found.hi


def test_of_finite_laws() -> None:
    """Under every clock but discounts by state: the sum over outcomes."""
    random, checked = Random(1), 0
    for _ in range(200):
        account, model = draw_case(random, random.choice(CLOCKS))
        if isinstance(account.clock, ByState):
            continue
        try:
            of = return_under(account, model, table_of(model))
            law = point_law(of, most=10**5).law()
        except (Infinite, NoValue):
            continue
        checked += len(law) > 1
        rate = Fraction(random.randint(-4, 4), 3)
        assert is_at(mean_of(of, rate), sum((p * exp(rate * x) for x, p in law), Fraction(0)))
    assert checked > 30


def test_a_uniform_law() -> None:
    """A coin for ever at discount 1/2 is uniform on [0, 2]: E exp(b G) = (exp(2 b) - 1) / (2 b)."""
    of = return_of(Discounted(HALF), [{0: HALF, 1: HALF}, {0: HALF, 1: HALF}], {(0, 1): 1, (1, 1): 1})
    for rate in (ONE, Fraction(-3), Fraction(1, 7)):
        assert is_at(mean_of(of, rate), (exp(2 * rate) - 1) / (2 * rate))


def test_a_product_of_coins() -> None:
    """At any discount: the product over time of the means of exp(b g^t X)."""
    g, rate = Fraction(9, 10), Fraction(2, 3)
    of = return_of(Discounted(g), [{0: HALF, 1: HALF}, {0: HALF, 1: HALF}], {(0, 1): 1, (1, 1): 1})
    product = ONE
    with localcontext(prec=60):
        weight = Decimal(2) / 3
        found = Decimal(1)
        for _ in range(1500):
            found *= (1 + weight.exp()) / 2
            weight *= Decimal(9) / 10
        product = Fraction(found)
    assert is_at(mean_of(of, rate), product)


@pytest.mark.parametrize("q", [HALF, Fraction(9, 10)])
def test_a_geometric_total(q: Fraction) -> None:
    """E exp(b G) = (1 - q) / (1 - q e^b) where q e^b < 1, and infinite beyond: ln 2 for q = 1/2."""
    for rate in (Fraction(-2), Fraction(1, 20)):
        assert is_at(mean_of(geometric(q, 1), rate), (1 - q) / (1 - q * exp(rate)))
    with pytest.raises(NoValue, match="infinite"):
        mean_of(geometric(q, 1), ONE)
    near = Fraction(693147180559945309417, 10**21)
    if q == HALF:
        assert mean_of(geometric(q, 1), near).lo > 10**18
        with pytest.raises(NoValue, match="infinite"):
            mean_of(geometric(q, 1), near + Fraction(1, 10**20))


def test_totals_with_rounds_inside() -> None:
    """From 0 a coin leads to 1 and back, or to the end: a system of two equations."""
    rows = [{1: HALF, 2: HALF}, {0: HALF, 2: HALF}, {2: ONE}]
    of = return_of(Total(), rows, {(0, 1): 1, (1, 0): -2, (0, 2): 3})
    rate = Fraction(1, 3)
    out, back = exp(rate), exp(-2 * rate)
    # f0 = 1/2 e^b f1 + 1/2 e^3b, f1 = 1/2 e^-2b f0 + 1/2
    expected = (out / 4 + exp(3 * rate) / 2) / (1 - out * back / 4)
    assert is_at(mean_of(of, rate), expected)


def test_large_numbers() -> None:
    """Exponents of many thousands are enclosed as narrowly."""
    of = return_of(Horizon(2), [{0: HALF, 1: HALF}, {1: ONE}], {(0, 1): 10**5, (1, 1): 10**5})
    found = mean_of(of, ONE)
    assert (found.hi - found.lo) * (1 << 64) <= found.hi
    assert found.lo > Fraction(2) ** 280_000


def test_what_is_not_done() -> None:
    """Discounts by state, and discounts so near 1 that too many steps tell: said so, not got wrong."""
    rows = [{0: HALF, 1: HALF}, {0: HALF, 1: HALF}]
    pays = {(0, 1): 1, (1, 1): 1}
    both = return_of(ByState(), rows, pays, discounts={0: HALF, 1: Fraction(1, 3)})
    near = return_of(Discounted(1 - Fraction(1, 10**9)), rows, pays)
    for of in (both, near):
        with pytest.raises(Unsuited), ctx.workprec(64):
            exponential_mean(of, ONE)


def test_enclosures_of_nothing_and_of_what_is_huge() -> None:
    """A number that is 0 is enclosed to the size that will do, or not; one that is huge is not written."""
    found = enclosed(lambda: ball(HALF).exp() - ball(HALF).exp(), least=ONE)
    assert found.lo <= 0 <= found.hi
    assert found.hi - found.lo <= Fraction(1, 1 << 64)
    with pytest.raises(NoValue, match="narrowly"):
        enclosed(lambda: ball(HALF).exp() - ball(HALF).exp())
    with pytest.raises(NoValue, match="too large"):
        enclosed(lambda: ball(Fraction(10**9)).exp())
