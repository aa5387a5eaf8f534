"""The worst and the best that a return may be, against trajectories."""

from __future__ import annotations

from fractions import Fraction
from random import Random

from returns_cases import CLOCKS, HALF, ONE, draw_case, geometric, return_of, table_of

from specexpr.certify.clock import Discounted
from specexpr.certify.measure import Total
from specexpr.diagnostics import NoValue
from specexpr.solve.risk.ends import ends_of, extremes
from specexpr.solve.risk.laws import Infinite, point_law
from specexpr.solve.risk.returns import Return, return_under

ROUNDS = 60


def nearly(of: Return, sign: int) -> Fraction:
    """Return the least that `sign` times a discounted return is after many steps, the rest left out."""
    now = [Fraction(0)] * len(of.chain.edges)
    for _ in range(ROUNDS):
        now = [min(sign * e.pay + e.factor * now[e.node] for e in edges) for edges in of.chain.edges]
    return min(now[x] for x, _ in of.chain.start)


def test_extremes_of_finite_laws() -> None:
    """Under every clock."""
    random, checked = Random(1), 0
    for _ in range(200):
        account, model = draw_case(random, random.choice(CLOCKS))
        try:
            of = return_under(account, model, table_of(model))
            law = point_law(of, most=10**5)
        except (Infinite, NoValue):
            continue
        checked += len(law) > 1
        assert extremes(of) == (law.least, law.greatest)
    assert checked > 30


def test_extremes_of_infinite_laws() -> None:
    """What many steps pay at the worst comes near; bounds from each node hold, too."""
    random = Random(2)
    for _ in range(80):
        account, model = draw_case(random, Discounted(HALF))
        of = return_under(account, model, table_of(model))
        worst, best = extremes(of)
        assert worst is not None
        assert best is not None
        near = Fraction(1, 1 << ROUNDS - 6)
        assert abs(worst - nearly(of, 1)) <= near
        assert abs(best + nearly(of, -1)) <= near
        low, high = ends_of(of.chain.edges)
        assert min(low[x] for x, _ in of.chain.start) <= worst
        assert max(high[x] for x, _ in of.chain.start) >= best


def test_totals_without_bound() -> None:
    """A total that may be paid any number of times has one bound at most; one that gives back has both."""
    assert extremes(geometric(HALF, 1)) == (0, None)
    assert extremes(geometric(HALF, -1)) == (None, 0)
    rows = [{1: HALF, 2: HALF}, {0: ONE}, {2: ONE}]
    assert extremes(return_of(Total(), rows, {(0, 1): 1, (1, 0): -1, (0, 2): 3})) == (3, 3)
    assert extremes(return_of(Total(), rows, {(0, 1): 1, (1, 0): -2, (0, 2): 3})) == (None, 3)
