"""Laws between which a return lies: they enclose what is known exactly, at whatever effort."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fractions import Fraction
from itertools import pairwise
from random import Random

import pytest
from returns_cases import (
    CLOCKS,
    HALF,
    ONE,
    account_of,
    draw_case,
    geometric,
    layered,
    model_of,
    return_of,
    table_of,
)

from specexpr.certify.clock import ByState, Discounted, Horizon
from specexpr.diagnostics import NoValue
from specexpr.solve.risk import steps
from specexpr.solve.risk.functionals import Between, Outcomes, cvar, quantile
from specexpr.solve.risk.grid import grid_law
from specexpr.solve.risk.laws import Infinite, point_law
from specexpr.solve.risk.packed import packed_law
from specexpr.solve.risk.returns import Return, return_under
from specexpr.solve.risk.steps import walked_law

LEVELS = [Fraction(text) for text in ("1/100", "1/10", "1/4", "1/2", "9/10", "1")]


def dominates(upper: Iterable[tuple[Fraction, Fraction]], lower: Iterable[tuple[Fraction, Fraction]]) -> bool:
    """Say whether P(U <= z) <= P(L <= z) at every z."""
    one, other = list(upper), list(lower)
    ends = {x for x, _ in (*one, *other)}
    return all(sum(p for x, p in one if x <= z) <= sum(p for x, p in other if x <= z) for z in ends)


def is_law(law: Outcomes) -> bool:
    """Say whether masses are positive and sum to 1, and outcomes ascend."""
    ascends = all(a < b for a, b in pairwise(law.numerators))
    return ascends and all(mass > 0 for mass in law.masses) and sum(law.masses) == law.below


def finite_cases(random: Random, is_fit: Callable[[Return], bool]) -> Iterable[tuple[Return, Outcomes]]:
    """Yield random returns with finite laws."""
    for _ in range(150):
        account, model = draw_case(random, random.choice(CLOCKS))
        try:
            of = return_under(account, model, table_of(model))
            law = point_law(of, most=10**5)
        except (Infinite, NoValue):
            continue
        if is_fit(of) and len(law) > 1:
            yield of, law


def test_a_grid_encloses_exact_laws() -> None:
    """In first-order dominance, at the effort of a few cells and at a greater one, which is narrower."""
    checked = 0
    for of, law in finite_cases(
        Random(1), lambda of: bool(of.tail) and all(e.factor < 1 for edges in of.chain.edges for e in edges)
    ):
        checked += 1
        widths = []
        for work in (2_000, 200_000):
            found = grid_law(of, work=work)
            assert is_law(found.lower)
            assert is_law(found.upper)
            assert dominates(law, found.lower)
            assert dominates(found.upper, law)
            assert (found.worst, found.best, found.rare) == (law.least, law.greatest, 0)
            widths.append(cvar(found.upper, ONE) - cvar(found.lower, ONE))
        assert widths[1] <= max(widths[0] / 8, Fraction(1, 1 << 40))
    assert checked > 10


def test_every_effort_encloses_infinite_laws() -> None:
    """A coin for ever at discount 1/2 is uniform on [0, 2]: so says its quantile function, at any effort."""
    of = return_of(Discounted(HALF), [{0: HALF, 1: HALF}, {0: HALF, 1: HALF}], {(0, 1): 1, (1, 1): 1})
    for work in (0, 500, 20_000, 10**6):
        found = grid_law(of, work=work)
        for level in LEVELS:
            assert quantile(found.lower, level) <= 2 * level <= quantile(found.upper, level)
            assert cvar(found.lower, level) <= level <= cvar(found.upper, level)
    assert cvar(found.upper, HALF) - cvar(found.lower, HALF) < Fraction(1, 1000)


def test_the_cantor_law() -> None:
    """A coin for ever at discount 1/3 that pays 2/3: half of it is below 1/3, and nothing up to 2/3."""
    pay = Fraction(2, 3)
    of = return_of(
        Discounted(Fraction(1, 3)), [{0: HALF, 1: HALF}, {0: HALF, 1: HALF}], {(0, 1): pay, (1, 1): pay}
    )
    found = grid_law(of, work=10**6)
    third, near = Fraction(1, 3), Fraction(1, 1000)
    for level, low, high in (
        (Fraction(49, 100), third - 5 * near, third),
        (Fraction(51, 100), 2 * third, 2 * third + 5 * near),
    ):
        assert low - near <= quantile(found.lower, level) <= high
        assert low <= quantile(found.upper, level) <= high + near


def test_discounts_by_state() -> None:
    """Half of the time it is over at once, else a coin decides again, counting by half or by a third."""
    rows = [{0: HALF, 1: HALF}, {0: HALF, 1: HALF}]
    model = model_of(rows)
    account = account_of(ByState(), {(0, 0): 1}, discounts={0: HALF, 1: Fraction(1, 3)})
    found = grid_law(return_under(account, model, table_of(model)), work=10**6)
    # E Z0 = 1/2 + 1/4 (E Z0 + E Z1), E Z1 = 1/6 (E Z0 + E Z1)
    mean = Fraction(5, 7)
    assert cvar(found.lower, ONE) <= mean <= cvar(found.upper, ONE)
    assert cvar(found.upper, ONE) - cvar(found.lower, ONE) < Fraction(1, 1000)


def test_first_steps_that_weigh_otherwise() -> None:
    """3 X_0 + 1/2 times a uniform law on [0, 2]."""
    clock = Discounted(HALF, (Fraction(3), HALF))
    of = return_of(clock, [{0: HALF, 1: HALF}, {0: HALF, 1: HALF}], {(0, 1): 1, (1, 1): 1})
    found = grid_law(of, work=10**6)
    for level, exact in ((Fraction(1, 4), HALF), (Fraction(3, 4), Fraction(7, 2))):
        assert quantile(found.lower, level) <= exact <= quantile(found.upper, level)
        assert quantile(found.upper, level) - quantile(found.lower, level) < Fraction(1, 1000)


def test_hardly_any_discount() -> None:
    """Where nothing can be done in time the bounds are wide, and right."""
    g = 1 - Fraction(1, 10**9)
    of = return_of(Discounted(g), [{0: HALF, 1: HALF}, {0: HALF, 1: HALF}], {(0, 1): 1, (1, 1): 1})
    found = grid_law(of)
    assert cvar(found.lower, ONE) <= 1 / (2 * (1 - g)) <= cvar(found.upper, ONE)
    assert (found.worst, found.best) == (0, 10**9)


def test_walks_enclose_exact_laws() -> None:
    """Horizons and totals with finite laws: the same outcomes, chances to 1e-12."""
    checked = 0
    for of, law in finite_cases(
        Random(3),
        lambda of: not of.tail or all(e.factor in (0, 1) for edges in of.chain.edges for e in edges),
    ):
        checked += 1
        found = walked_law(of)
        assert is_law(found.lower)
        assert is_law(found.upper)
        assert dominates(law, found.lower)
        assert dominates(found.upper, law)
        for level in LEVELS:
            assert abs(cvar(found.lower, level) - cvar(law, level)) < Fraction(1, 10**10)
            assert abs(cvar(found.upper, level) - cvar(law, level)) < Fraction(1, 10**10)
    assert checked > 10


def test_quantiles_of_large_laws_are_exact() -> None:
    """On 300 states and some 1,000 outcomes the quantile of the two laws is that of the exact one."""
    account, model = layered(Random(4), layers=75, width=4, top=30)
    of = return_under(account, model, table_of(model))
    found, law = walked_law(of), packed_law(of)
    assert len(law) > 800
    for level in LEVELS[:-1]:
        assert quantile(found.lower, level) == quantile(law, level) == quantile(found.upper, level)
        assert cvar(found.lower, level) <= cvar(law, level) <= cvar(found.upper, level)
        assert cvar(found.upper, level) - cvar(found.lower, level) < Fraction(1, 10**9)


def geometric_quantile(stay: Fraction, level: Fraction) -> int:
    """Return the least n with 1 - stay^(n + 1) >= level."""
    return next(n for n in range(10**4) if 1 - stay ** (n + 1) >= level)


@pytest.mark.parametrize("stay", [HALF, Fraction(9, 10), Fraction(99, 100)])
def test_a_geometric_total(stay: Fraction) -> None:
    """P(G <= n) = 1 - q^(n+1): quantiles are exact, and what is left after many steps is accounted for."""
    found = walked_law(geometric(stay, 1))
    for level in (Fraction(1, 3), Fraction(2, 3), Fraction(9, 10)):
        exact = geometric_quantile(stay, level)
        assert quantile(found.lower, level) == exact == quantile(found.upper, level + found.rare)
    mean = stay / (1 - stay)
    assert cvar(found.lower, ONE) - found.lost <= mean <= cvar(found.upper, ONE) + found.gained
    assert found.lost == 0
    assert 0 < found.gained < Fraction(1, 10**15)


def test_few_steps_leave_much(monkeypatch: pytest.MonkeyPatch) -> None:
    """After five steps a geometric total may still have q^5, with the mean q / (1 - q) each."""
    monkeypatch.setattr(steps, "MOST_STEPS", 5)
    q = Fraction(3, 4)
    for pay in (1, -1):
        found = walked_law(geometric(q, pay))
        rest = q**5 / (1 - q)
        assert q**5 <= found.rare <= q**5 * (1 + Fraction(1, 1000))
        added, taken = (found.gained, found.lost) if pay > 0 else (found.lost, found.gained)
        assert rest * q <= added <= rest * (1 + Fraction(1, 1000))
        assert taken == 0
        mean = pay * q / (1 - q)
        assert cvar(found.lower, ONE) - found.lost <= mean <= cvar(found.upper, ONE) + found.gained


def test_lattices_that_are_too_fine_are_rounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """With pays rounded down for one law and up for the other, the return is between them."""
    rows = [{0: HALF, 1: HALF}, {0: HALF, 1: HALF}]
    pays = {(0, 1): Fraction(100, 101), (1, 1): Fraction(102, 103), (1, 0): Fraction(1, 107)}
    of = return_of(Horizon(8), rows, pays)
    law = point_law(of, most=10**5)
    monkeypatch.setattr(steps, "WORK", 20_000)
    found = walked_law(of)
    gaps = [b - a for a, b in pairwise(found.lower.numerators)]
    assert min(gaps) > 100
    assert dominates(law, found.lower)
    assert dominates(found.upper, law)
    monkeypatch.setattr(steps, "WORK", 20)
    with pytest.raises(NoValue, match="too many"):
        walked_law(of)


def test_between_says_what_it_leaves_open() -> None:
    """Without a rest nothing is lost or gained."""
    law = Outcomes([0], 1, [1], 1)
    found = Between(law, law, Fraction(0), Fraction(0))
    assert (found.rare, found.lost, found.gained) == (0, 0, 0)
