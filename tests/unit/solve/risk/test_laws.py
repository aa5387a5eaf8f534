"""Exact laws of returns are those of the kernel, however they are worked out."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from random import Random

import pytest
from returns_cases import CLOCKS, HALF, ONE, draw_case, geometric, layered, return_of, table_of

from specexpr.certify.clock import Discounted, Horizon
from specexpr.certify.law import Law, Unbounded, law
from specexpr.certify.measure import Total
from specexpr.certify.proofs import Refused
from specexpr.diagnostics import NoValue
from specexpr.solve.risk.laws import Infinite, OutOfReach, finite_tails, point_law
from specexpr.solve.risk.packed import packed_law
from specexpr.solve.risk.returns import return_under


def test_laws_are_those_of_the_kernel() -> None:
    """On random chains under every clock: the same law, or infinite, or none."""
    random = Random(1)
    seen: Counter[str] = Counter()
    for _ in range(600):
        account, model = draw_case(random, random.choice(CLOCKS))
        expected: Law | str
        try:
            expected = law(account, model, table_of(model))
        except Unbounded:
            expected = "infinite"
        except Refused:
            expected = "none"
        found: Law | str
        try:
            of = return_under(account, model, table_of(model))
            found = point_law(of, most=10**5).law()
        except Infinite:
            found = "infinite"
        except NoValue:
            found = "none"
        assert found == expected
        seen[found if isinstance(found, str) else str(min(len(found), 3))] += 1
        if isinstance(account.clock, Horizon | Total) and not isinstance(found, str):
            assert packed_law(of).law() == found
    assert min(seen[kind] for kind in ("infinite", "1", "2", "3")) > 20


def test_packed_laws_of_many_values() -> None:
    """On layers of states the two ways agree, with masses over hundreds of bits."""
    account, model = layered(Random(2), layers=30, width=4, top=9)
    of = return_under(account, model, table_of(model))
    packed = packed_law(of)
    assert packed.law() == point_law(of, most=10**7).law()
    assert len(packed) > 100
    assert packed.below.bit_length() > 60
    assert sum(packed.masses) == packed.below


def test_work_is_limited() -> None:
    """A law that takes more work than is allowed is out of reach, not wrong."""
    account, model = layered(Random(2), layers=30, width=4, top=9)
    with pytest.raises(OutOfReach):
        point_law(return_under(account, model, table_of(model)), most=1000)


def test_packed_laws_need_a_lattice_of_sums() -> None:
    """Discounted outcomes do not lie on one lattice."""
    of = return_of(Discounted(HALF), [{1: HALF, 2: HALF}, {2: ONE}, {2: ONE}], {(0, 1): 1, (1, 2): 1})
    with pytest.raises(OutOfReach):
        packed_law(of)
    assert [x for x, _ in point_law(of, most=100).law()] == [0, Fraction(3, 2)]


def test_tails_that_are_finite_are_known() -> None:
    """From the states after which there is no chance the law is exact, whatever it is from others."""
    rows = [{0: HALF, 1: HALF}, {2: HALF, 3: HALF}, {2: ONE}, {3: ONE}]
    of = return_of(Discounted(HALF), rows, {(0, 0): 1, (1, 2): 1, (2, 2): 1})
    with pytest.raises(Infinite):
        point_law(of, most=100)
    tails = finite_tails(of.chain.edges, most=100)
    named = {of.chain.nodes[x][1]: tail.law() for x, tail in tails.items()}
    two = Fraction(2)
    assert named == {1: ((Fraction(0), HALF), (two, HALF)), 2: ((two, ONE),), 3: ((Fraction(0), ONE),)}


def test_a_total_that_may_go_on_takes_infinitely_many_values() -> None:
    """Unless what it pays on the way is 0."""
    with pytest.raises(Infinite):
        point_law(geometric(HALF, 1), most=100)
    assert point_law(geometric(HALF, 0), most=100).law() == ((Fraction(0), ONE),)
