"""The exact set of good discounts, against brute force at single ones."""

from __future__ import annotations

import time
from dataclasses import replace
from fractions import Fraction

import pytest

from specexpr.certify.algebraic import Algebraic
from specexpr.certify.algebraic_reward import AlgebraicReward
from specexpr.certify.model import AcceptableSet, Acceptance, Claim
from specexpr.certify.polynomial import sign
from specexpr.certify.proofs import RewardWitness
from specexpr.expressivity import good_discounts
from specexpr.expressivity.everywhere import decide_everywhere
from specexpr.expressivity.good_discounts import Stretch, good_set
from specexpr.testing.examples import STEADY, corners
from tests.clock import clock_claim
from tests.unit.expressivity.everywhere_claims import GRID, claim_of, difference, is_served, sequences

EVERYTHING = Stretch(Fraction(0), Fraction(1), has_lo=False, has_hi=False)


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give enough time that a busy machine does not turn an answer into None."""
    monkeypatch.setattr(good_discounts, "SECONDS", 60.0)


def side(x: Fraction | Algebraic, g: Fraction) -> int:
    """Return the sign of x - g, for an irrational x by bisection."""
    if isinstance(x, Fraction):
        return (x > g) - (x < g)
    lo, hi = x.lo, x.hi
    while lo < g < hi:
        middle = (lo + hi) / 2
        lo, hi = (middle, hi) if sign(x.minpoly, middle) == sign(x.minpoly, lo) else (lo, middle)
    return 1 if g <= lo else -1


def has(stretches: tuple[Stretch, ...], g: Fraction) -> bool:
    """Say whether a rational is in one of them."""
    for stretch in stretches:
        lo, hi = side(stretch.lo, g), side(stretch.hi, g)
        if (lo < 0 or (lo == 0 and stretch.has_lo)) and (hi > 0 or (hi == 0 and stretch.has_hi)):
            return True
    return False


def near(stretches: tuple[Stretch, ...]) -> set[Fraction]:
    """Return rational ends, and rationals close to the ends on both sides."""
    ends = [x for stretch in stretches for x in (stretch.lo, stretch.hi)]
    found = {x for x in ends if isinstance(x, Fraction)}
    for x in ends:
        lo, hi = (x, x) if isinstance(x, Fraction) else (x.lo, x.hi)
        found |= {lo, hi, lo - Fraction(1, 1000), hi + Fraction(1, 1000)}
    return {g for g in found if 0 < g < 1}


@pytest.mark.parametrize("part", range(5))
def test_membership_is_the_truth(part: int) -> None:
    """At every discount of a grid and close to the ends, membership is what brute force says."""
    partial = 0
    for seed in range(12 * part, 12 * part + 12):
        claim = claim_of(2 * seed + 1) if seed % 4 else claim_of(seed)
        stretches = good_set(claim, "mr")
        assert stretches is not None
        for g in {*GRID[:: 1 + seed % 3], *near(stretches)}:
            assert has(stretches, g) == is_served(claim, g), (seed, g)
        partial += bool(stretches) and (stretches[0].lo, stretches[-1].hi) != (0, 1)
        proof = decide_everywhere(claim, "mr", deadline=None)
        assert bool(stretches) == isinstance(proof, RewardWitness | AlgebraicReward)


def test_two_stretches() -> None:
    """1 - g - g^2 + g^6 + g^7 is negative from .72 to .75 alone: R(w) > R(p) does at all other discounts."""
    claim = sequences(difference((1, -1, -1, 0, 0, 0, 1, 1)), difference((1,) * 8))
    first, second = good_set(claim, "mr") or ()
    assert (first.lo, second.hi) == (0, 1)
    assert side(first.hi, Fraction(71, 100)) > 0 > side(first.hi, Fraction(73, 100))
    assert side(second.lo, Fraction(74, 100)) > 0 > side(second.lo, Fraction(76, 100))
    assert not any((first.has_lo, first.has_hi, second.has_lo, second.has_hi))


def test_one_number_is_missing() -> None:
    """C > A and C > B fail where C is between A and B, at 1/sqrt(2) alone; weak ones do not fail there."""
    below, above = good_set(clock_claim("C > A, C > B"), "mr") or ()
    assert (below.lo, above.hi) == (0, 1)
    assert below.hi == above.lo == Algebraic((-1, 0, 2), Fraction(7, 10), Fraction(71, 100))
    assert not below.has_hi
    assert not above.has_lo
    for text in ("C >= A, C >= B", "C >= A, D > B"):
        assert good_set(clock_claim(text), "mr") == (EVERYTHING,)
    assert len(good_set(clock_claim("C >= A, C > B"), "mr") or ()) == 2
    assert good_set(clock_claim("C >= A, C >= B, A > D"), "mr") == (replace(above, has_lo=True),)


def test_what_is_too_much_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without time, or with too many policies to list, nothing is said."""
    assert good_set(clock_claim("C > A, C > B"), "mr", deadline=time.monotonic() - 1) is None
    accepted = AcceptableSet(0, (corners(STEADY)["xx"],), None, Acceptance.RANGE)
    claim = Claim((STEADY,), (), (accepted,), None)
    assert good_set(claim, "mr") == (EVERYTHING,)
    monkeypatch.setattr(good_discounts, "_MOST_BAD", 1)
    assert good_set(claim, "mr") is None
