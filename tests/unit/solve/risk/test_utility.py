"""What policies are worth to utilities and risk measures: exact where that is rational, else enclosed."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal, localcontext
from fractions import Fraction
from random import Random

import pytest
from returns_cases import CLOCKS, HALF, ONE, Pays, Rows, account_of, draw_case, model_of, table_of

from specexpr.certify.clock import ByState, Discounted, Horizon
from specexpr.certify.measure import Account, AccountClock, Total
from specexpr.certify.model import Model, Table
from specexpr.diagnostics import NoValue
from specexpr.exact import Interval, Number, bounds
from specexpr.solve.risk.irrational import logarithm, power
from specexpr.solve.risk.laws import Infinite, point_law
from specexpr.solve.risk.returns import return_under
from specexpr.solve.risk.utility import (
    Exponential,
    Logarithm,
    Piecewise,
    Power,
    Quadratic,
    Utility,
    entropic_value,
    expected_utility,
)
from specexpr.solve.risk.valuing import cvar_value, quantile_value, spectral_value

COIN: Rows = [{0: HALF, 1: HALF}, {0: HALF, 1: HALF}]
PAID: Pays = {(0, 1): 1, (1, 1): 1}
LINE = Piecewise(((Fraction(0), Fraction(0)), (ONE, Fraction(3)), (Fraction(5), Fraction(1))))


def case(clock: AccountClock, rows: Rows, pays: Pays) -> tuple[Account, Model, Table]:
    """Return an account, a chain and its policy."""
    model = model_of(rows)
    return account_of(clock, pays), model, table_of(model)


def lottery(points: dict[Fraction | int, Fraction]) -> tuple[Account, Model, Table]:
    """Return a total that pays one of some outcomes in its first step."""
    n = len(points)
    rows: Rows = [
        dict(zip(range(1, n + 1), points.values(), strict=True)),
        *({i: ONE} for i in range(1, n + 1)),
    ]
    return case(Total(), rows, {(0, i): Fraction(x) for i, x in enumerate(points, 1)})


def holds(value: Number, true: Fraction, width: Fraction = Fraction(1, 10**15)) -> bool:
    """Say whether a value is a narrow enclosure of a number."""
    low, high = bounds(value)
    return low - width <= true <= high + width and high - low <= width


def decimal(x: Fraction, of: Callable[[Decimal], Decimal]) -> Fraction:
    """Return a function of a number, right to some 40 digits."""
    with localcontext(prec=60):
        return Fraction(of(Decimal(x.numerator) / Decimal(x.denominator)))


def test_finite_laws_by_definition() -> None:
    """Under every clock: the mean of the utility over the outcomes."""
    random, checked = Random(1), 0
    for _ in range(200):
        account, model = draw_case(random, random.choice(CLOCKS))
        where = account, model, table_of(model)
        try:
            law = point_law(return_under(*where), most=10**5).law()
        except (Infinite, NoValue):
            continue
        checked += len(law) > 1
        mean = sum((p * x for x, p in law), Fraction(0))
        square = sum((p * x * x for x, p in law), Fraction(0))
        assert expected_utility(LINE, *where) == sum((p * LINE.at(x) for x, p in law), Fraction(0))
        assert expected_utility(Quadratic(HALF), *where) == mean - HALF * square
        assert expected_utility(Power(Fraction(3)), *where) == sum((p * x**3 for x, p in law), Fraction(0))
        exponential = sum((p * (decimal(-x, Decimal.exp) - 1) / -1 for x, p in law), Fraction(0))
        assert holds(expected_utility(Exponential(-ONE), *where), exponential)
        entropic = -decimal(1 - exponential, Decimal.ln)
        assert holds(entropic_value(-ONE, *where), entropic)
        assert entropic_value(Fraction(0), *where) == mean
    assert checked > 30


def test_what_is_rational_is_exact() -> None:
    """Entropic risk of a certain return, powers of powers, logarithms that cancel; others are intervals."""
    sure = lottery({Fraction(7, 2): ONE})
    assert entropic_value(HALF, *sure) == Fraction(7, 2)
    assert expected_utility(Exponential(ONE), *lottery({0: ONE})) == 0
    assert isinstance(expected_utility(Exponential(ONE), *sure), Interval)
    squares = lottery({4: HALF, Fraction(9, 16): HALF})
    assert expected_utility(Power(HALF), *squares) == (2 + Fraction(3, 4)) / 2
    assert expected_utility(Power(Fraction(-3, 2)), *squares) == -(Fraction(1, 8) + Fraction(64, 27)) / 2
    assert isinstance(expected_utility(Power(Fraction(1, 3)), *squares), Interval)
    assert expected_utility(Logarithm(), *lottery({Fraction(1, 3): HALF, 3: HALF})) == 0
    assert isinstance(expected_utility(Logarithm(), *lottery({2: HALF, 3: HALF})), Interval)


def test_irrational_utilities() -> None:
    """Square roots and logarithms against decimals."""
    some = lottery({2: HALF, 3: HALF})
    root = (decimal(Fraction(2), Decimal.sqrt) + decimal(Fraction(3), Decimal.sqrt)) / 2
    assert holds(expected_utility(Power(HALF), *some), root)
    logarithms = (decimal(Fraction(2), Decimal.ln) + decimal(Fraction(3), Decimal.ln)) / 2
    assert holds(expected_utility(Logarithm(), *some), logarithms)
    assert power(((Fraction(0), HALF), (Fraction(8), HALF)), Fraction(2, 3)) == 2
    assert logarithm(((ONE, ONE),)) == 0


@pytest.mark.parametrize(
    ("utility", "worst"),
    [
        (Logarithm(), 0),
        (Logarithm(), -1),
        (Power(HALF), -1),
        (Power(-ONE), 0),
        (Power(Fraction(-1, 2)), -1),
    ],
)
def test_outcomes_without_a_utility(utility: Utility, worst: int) -> None:
    """They are named; a whole positive power takes them all, a root takes 0."""
    with pytest.raises(NoValue, match=f"down to {worst}[ ,]"):
        expected_utility(utility, *lottery({worst: HALF, 3: HALF}))
    endless = case(Total(), [{0: HALF, 1: HALF}, {1: ONE}], {(0, 0): 3, (0, 1): worst})
    with pytest.raises(NoValue, match=f"down to {worst}[ ,]"):
        expected_utility(utility, *endless)
    assert expected_utility(Power(Fraction(2)), *lottery({-1: HALF, 3: HALF})) == 5
    assert holds(expected_utility(Power(HALF), *lottery({0: HALF, 9: HALF})), Fraction(3, 2))


def test_a_uniform_return() -> None:
    """Of a coin for ever at discount 1/2, uniform on [0, 2], and of the same moved to [1, 3]."""
    uniform = case(Discounted(HALF), COIN, PAID)
    near = Fraction(1, 1000)
    assert holds(cvar_value(HALF, *uniform), HALF, near)
    assert holds(quantile_value(Fraction(1, 4), *uniform), HALF, near)
    assert quantile_value(ONE, *uniform) == 2
    assert cvar_value(ONE, *uniform) == 1
    assert holds(spectral_value([(HALF, HALF), (HALF, ONE)], *uniform), Fraction(3, 4), near)
    exponential = (decimal(Fraction(2), Decimal.exp) - 1) / 2 - 1
    assert holds(expected_utility(Exponential(ONE), *uniform), exponential)
    assert holds(entropic_value(ONE, *uniform), decimal(exponential + 1, Decimal.ln))
    # E sqrt(G) = 1/2 int_0^2 sqrt(x) dx
    assert holds(expected_utility(Power(HALF), *uniform), decimal(Fraction(8, 9), Decimal.sqrt), near)
    assert holds(expected_utility(LINE, *uniform), Fraction(3, 4) + HALF * (3 - Fraction(1, 4)), near)
    moved = case(Discounted(HALF), COIN, {(s, t): Fraction(1, 2) + t for s in (0, 1) for t in (0, 1)})
    # E ln G = 1/2 int_1^3 ln x dx = 3/2 ln 3 - 1
    assert holds(expected_utility(Logarithm(), *moved), 3 * decimal(Fraction(3), Decimal.ln) / 2 - 1, near)


def test_discounts_by_state() -> None:
    """Where they are all the same, exponentials on a grid are as those of the one discount."""
    model = model_of(COIN)
    by_state = account_of(ByState(), PAID, discounts={0: HALF, 1: Fraction(1, 3)})
    where = by_state, model, table_of(model)
    mean = entropic_value(Fraction(0), *where)
    low, high = bounds(entropic_value(-ONE, *where))
    assert high < mean
    assert high - low < Fraction(1, 1000)
    near_risk_neutral = entropic_value(Fraction(-1, 10**6), *where)
    assert holds(near_risk_neutral, bounds(mean)[0], Fraction(1, 1000))


def geometric(q: Fraction, pay: int) -> tuple[Account, Model, Table]:
    """Return the total that pays each time that a state is not left, and 1 as it is left."""
    return case(Total(), [{0: q, 1: 1 - q}, {1: ONE}], {(0, 0): pay, (0, 1): 1})


def series(q: Fraction, of: Callable[[Decimal], Decimal]) -> Fraction:
    """Return the mean of a function of 1 + the number of rounds, of which each is followed by one with q."""
    with localcontext(prec=50):
        chance, total = 1 - Decimal(q.numerator) / Decimal(q.denominator), Decimal(0)
        for n in range(1, 3000):
            total += chance * of(Decimal(n))
            chance *= Decimal(q.numerator) / Decimal(q.denominator)
        return Fraction(total)


def test_a_geometric_total() -> None:
    """Values of a total that takes infinitely many values, against series."""
    q = Fraction(3, 4)
    where = geometric(q, 1)
    near = Fraction(1, 10**9)
    assert holds(expected_utility(Logarithm(), *where), series(q, Decimal.ln), near)
    for exponent in (HALF, Fraction(5, 2), Fraction(-1, 2)):
        sign = 1 if exponent > 0 else -1
        power_of = Decimal(exponent.numerator) / Decimal(exponent.denominator)
        expected = sign * series(q, lambda n: (n.ln() * power_of).exp())  # noqa: B023 -- called at once
        assert holds(expected_utility(Power(exponent), *where), expected, near)
    assert quantile_value(Fraction(9, 10), *where) == 9
    assert quantile_value(Fraction(1, 5), *where) == 1
    line = series(q, lambda n: Decimal(3) - (n - 1) / 2)
    assert holds(expected_utility(LINE, *where), line, near)
    # the worst half: 1, 2 and, for what is left of it, 3
    worst = (Fraction(1, 4) + 2 * Fraction(3, 16) + 3 * (HALF - Fraction(7, 16))) / HALF
    assert holds(cvar_value(HALF, *where), worst, near)
    assert cvar_value(ONE, *where) == 4


def test_totals_without_an_end() -> None:
    """Quantiles at level 1 and exponential means may be infinite; negative rests have no roots."""
    q = Fraction(3, 4)
    with pytest.raises(NoValue, match="not bounded"):
        quantile_value(ONE, *geometric(q, 1))
    with pytest.raises(NoValue, match="infinite"):
        entropic_value(ONE, *geometric(q, 1))
    with pytest.raises(NoValue, match="without end"):
        expected_utility(Power(HALF), *geometric(q, -1))
    assert quantile_value(ONE, *geometric(q, -1)) == 1


def test_large_horizons_have_exact_quantiles() -> None:
    """Of 2,000 tosses of a coin: the quantiles of a binomial law, whose half is 1,000."""
    where = case(Horizon(2000), COIN, PAID)
    assert quantile_value(HALF, *where) == 1000
    low, high = bounds(cvar_value(HALF, *where))
    assert high - low < Fraction(1, 10**8)
    assert 982 < low < 983
    assert expected_utility(Quadratic(ONE), *where) == 1000 - (1000**2 + 500)
