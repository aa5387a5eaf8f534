"""Chances in rationals, where laws that are rounded cannot tell a level from a chance."""

from __future__ import annotations

from fractions import Fraction
from random import Random

from returns_cases import CLOCKS, HALF, ONE, account_of, draw_case, geometric, model_of, return_of, table_of

from specexpr.certify.clock import Discounted
from specexpr.certify.measure import Total
from specexpr.diagnostics import NoValue
from specexpr.solve.risk.chances import chance_at_most
from specexpr.solve.risk.laws import Infinite, point_law
from specexpr.solve.risk.returns import return_under
from specexpr.solve.risk.valuing import quantile_value


def test_of_finite_laws() -> None:
    """The chance of being at most, or less than, each outcome: exact, but where first steps have weights.

    A total may go round without pay for a while: then it is known but for next to nothing.
    """
    random, checked = Random(1), 0
    for _ in range(200):
        account, model = draw_case(random, random.choice(CLOCKS))
        try:
            of = return_under(account, model, table_of(model))
            law = point_law(of, most=10**5).law()
        except (Infinite, NoValue):
            continue
        for number, _ in law:
            at_most = sum((p for x, p in law if x <= number), Fraction(0))
            less = sum((p for x, p in law if x < number), Fraction(0))
            if of.head:
                assert chance_at_most(of, number) == (0, 1)
            else:
                checked += len(law) > 1
                for exact, strictly in ((at_most, False), (less, True)):
                    low, high = chance_at_most(of, number, strictly=strictly)
                    assert low <= exact <= high
                    goes_round = isinstance(account.clock, Total)
                    assert high - low <= (Fraction(1, 10**9) if goes_round else 0)
    assert checked > 30


def test_of_a_geometric_total() -> None:
    """Paid 1 or -1 each time that it stays: finitely many steps decide."""
    q = Fraction(2, 3)
    assert chance_at_most(geometric(q, 1), Fraction(3)) == (1 - q**4, 1 - q**4)
    assert chance_at_most(geometric(q, -1), Fraction(-3)) == (q**3, q**3)


def test_of_a_uniform_return() -> None:
    """No walk of finitely many steps ends at 1 for sure: the chance is known but for next to nothing."""
    of = return_of(Discounted(HALF), [{0: HALF, 1: HALF}, {0: HALF, 1: HALF}], {(0, 1): 1, (1, 1): 1})
    low, high = chance_at_most(of, ONE)
    assert low <= HALF <= high
    assert high - low < Fraction(1, 10**6)


def test_quantiles_at_exact_chances() -> None:
    """A level that is a chance: the outcome at which it is reached, not the next one."""
    for pay, outcomes in ((1, (1, 2, 3)), (-1, (-2, -1, 0))):
        rows = [{0: HALF, 1: HALF}, {1: ONE}]
        model = model_of(rows)
        account = account_of(Total(), {(0, 0): pay, (0, 1): 0 if pay < 0 else 1})
        levels = [HALF, Fraction(3, 4), Fraction(7, 8)] if pay > 0 else [Fraction(1, 4), HALF, ONE]
        for level, outcome in zip(levels, outcomes, strict=True):
            assert quantile_value(level, account, model, table_of(model)) == outcome
